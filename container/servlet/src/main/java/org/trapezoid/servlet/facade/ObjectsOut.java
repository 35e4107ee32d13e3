// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.snapshot.Messages;

/**
 * Writes the objects of an application in one stream, so that what is the same object stays so. Sessions, timers and requests are written
 * as references.
 */
final class ObjectsOut {
    private static final Logger log = LoggerFactory.getLogger(ObjectsOut.class);

    private final SavedRequests requests;
    private final AtomicBoolean leftOut;

    /** @param leftOut whether the log has said that something is left out, which each save would do */
    ObjectsOut(SavedRequests requests, AtomicBoolean leftOut) {
        this.requests = requests;
        this.leftOut = leftOut;
    }

    /** What cannot be written is left out. */
    byte[] write(Map<String, Map<String, Object>> all, SipApplication application) {
        try {
            return listed(all);
        } catch (IOException | RuntimeException e) {
            if (!leftOut.getAndSet(true)) {
                log.warn(
                        "application {}: attributes that cannot be written, such as this one, are not kept elsewhere;"
                                + " the others are",
                        application,
                        e);
            }
            return writable(all);
        }
    }

    private byte[] writable(Map<String, Map<String, Object>> all) {
        Map<String, Map<String, Object>> writable = new LinkedHashMap<>();
        all.forEach((owner, values) -> {
            Map<String, Object> good = new LinkedHashMap<>();
            values.forEach((name, value) -> {
                try {
                    bytes(value);
                    good.put(name, value);
                } catch (IOException | RuntimeException e) {
                    log.debug("attribute {} is left out", name, e);
                }
            });
            writable.put(owner, good);
        });
        try {
            return listed(writable);
        } catch (IOException | RuntimeException e) {
            return new byte[0];
        }
    }

    /** All in one, then each by itself, which takes no more than a reference: so a reader can do without one whose class it refuses. */
    private byte[] listed(Map<String, Map<String, Object>> all) throws IOException {
        int count = 0;
        for (Map<String, Object> values : all.values()) {
            count += values.size();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Stream out = new Stream(bytes, requests)) {
            out.writeObject(all);
            out.writeInt(count);
            for (Map.Entry<String, Map<String, Object>> owner : all.entrySet()) {
                for (Map.Entry<String, Object> each : owner.getValue().entrySet()) {
                    out.writeObject(owner.getKey());
                    out.writeObject(each.getKey());
                    out.writeObject(each.getValue());
                }
            }
        }
        return bytes.toByteArray();
    }

    private byte[] bytes(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Stream out = new Stream(bytes, requests)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    /** Whether code of the application runs when the value is written, or it may take long. */
    static boolean isForeign(Object value) {
        return !(value instanceof String
                || value instanceof byte[]
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Double
                || isOurs(value));
    }

    /** Whether it is written as a reference. */
    private static boolean isOurs(Object value) {
        return value instanceof Session
                || value instanceof AppSession
                || value instanceof AppTimer
                || value instanceof Factory
                || value instanceof SipRequest
                || value instanceof SipResponse;
    }

    /** One with references in place of what they stand for. */
    static class Stream extends ObjectOutputStream {
        private final @Nullable SavedRequests requests;

        Stream(OutputStream out, @Nullable SavedRequests requests) throws IOException {
            super(out);
            this.requests = requests;
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object value) {
            if (value instanceof Session session) {
                return new Reference.OfSession(session.state().appSession().id().value(), session.getId());
            }
            if (value instanceof AppSession session) {
                return new Reference.OfAppSession(session.getId());
            }
            if (value instanceof AppTimer timer) {
                return new Reference.OfTimer(timer.getId());
            }
            if (value instanceof Factory) {
                return new Reference.OfFactory();
            }
            if (value instanceof SipRequest request) {
                int number = requests == null ? 0 : requests.number(request);
                return number > 0
                        ? new Reference.OfRequest(number)
                        : new Reference.RequestCopy(
                                request.sessionState().id().value(), Messages.bytes(request.message()));
            }
            if (value instanceof SipResponse response) {
                SipRequest request = (SipRequest) response.getRequest();
                return new Reference.ResponseCopy(
                        response.sessionState().id().value(),
                        requests == null ? 0 : requests.number(request),
                        Messages.bytes(request.message()),
                        Messages.bytes(response.message()),
                        response.isReceived());
            }
            return value;
        }
    }
}
