// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.AutomaticProcessingListener;
import jakarta.servlet.sip.ProxyBranch;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.Attributes;
import org.trapezoid.servlet.session.SavedSessions;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.session.TimerState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.snapshot.SnapshotException;
import org.trapezoid.servlet.ua.EventAnswer;
import org.trapezoid.sip.concurrent.Strand;

/** Writes whole sessions of one application down, and goes on with them. In the core section of the session. */
public final class SessionSnapshots {
    /** Nodes with the same one can read each other's snapshots. */
    public static final int MAJOR = 1;

    private static final Logger log = LoggerFactory.getLogger(SessionSnapshots.class);

    // of the whole
    private static final int APPLICATION = 1;
    private static final int SESSIONS = 2;
    private static final int OBJECTS = 3;
    private static final int TIMER = 4;
    private static final int SAVED_AT = 5;
    private static final int HIGHEST = 5;

    // of a SIP session, beside those of SavedSessions
    private static final int REQUEST = 100;
    private static final int UNACKNOWLEDGED = 101;
    private static final int RELIABLE = 102;
    private static final int ACCEPTED = 103;
    private static final int CALL_TIMER = 104;
    private static final int IDENTIFIER = 105;
    private static final int SUBSCRIPTION = 106;
    private static final int AUTOMATIC = 107;
    private static final int FLOW = 108;
    private static final int HIGHEST_MORE = 108;
    private static final int RESPONSE_REQUEST = 1;
    private static final int RESPONSE = 2;
    private static final int RECEIVED = 3;

    private final AppRuntime runtime;
    private final AtomicBoolean leftOut = new AtomicBoolean(); // and the log has said so

    SessionSnapshots(AppRuntime runtime) {
        this.runtime = runtime;
    }

    /** The application whose session was written down. */
    public static String application(byte[] snapshot) {
        return new FieldReader(snapshot).requiredText(APPLICATION);
    }

    // ---- writing

    byte[] write(AppSessionState session) {
        FieldWriter out = new FieldWriter();
        out.text(APPLICATION, session.application()).number(SAVED_AT, runtime.now());
        SavedRequests requests = SavedRequests.of(session, runtime);
        out.part(SESSIONS, part -> SavedSessions.write(session, part, (each, more) -> write(each, requests, more)));
        byte[] objects = objects(session, requests);
        if (objects.length > 0) {
            out.bytes(OBJECTS, objects);
        }
        for (TimerState each : session.timers()) {
            out.part(TIMER, each::write);
        }
        return out.rest(session.unread()).toBytes();
    }

    private void write(SipSessionState state, SavedRequests requests, FieldWriter out) {
        if (!(state.facade() instanceof Session session)) {
            return;
        }
        requests.of(session).forEach(each -> out.part(REQUEST, each::write));
        SessionMessages messages = session.messages();
        messages.unacknowledged().forEach(each -> out.part(UNACKNOWLEDGED, part -> write(each, requests, part)));
        messages.reliable().forEach(each -> out.part(RELIABLE, part -> write(each, requests, part)));
        messages.accepted().ifPresent(each -> out.part(ACCEPTED, part -> write(each, requests, part)));
        session.upkeep().writeTo(CALL_TIMER, IDENTIFIER, out);
        state.subscriptions().forEach(each -> out.part(SUBSCRIPTION, part -> EventAnswer.write(each, part)));
        AutomaticProcessing automatic = session.automatic();
        if (automatic != null) {
            out.part(AUTOMATIC, automatic::write);
        }
        out.text(FLOW, session.flowToken()).rest(session.unread());
    }

    private static void write(SipResponse response, SavedRequests requests, FieldWriter out) {
        out.number(RESPONSE_REQUEST, requests.number((SipRequest) response.getRequest()))
                .bytes(RESPONSE, Messages.bytes(response.message()))
                .flag(RECEIVED, response.isReceived());
    }

    /** What the application has given: attributes by the session or request they are of, what its timers carry, who is to be told. */
    private byte[] objects(AppSessionState session, SavedRequests requests) {
        Map<String, Map<String, Object>> all = new LinkedHashMap<>();
        put(all, "", session.attributes());
        for (SipSessionState each : session.sipSessions()) {
            put(all, "s:" + each.id(), each.attributes());
            DialogFamily.attributes(each).ifPresent(shared -> put(all, "f:" + each.id(), shared));
            if (each.facade() instanceof Session facade) {
                listeners(all, facade);
            }
        }
        requests.forEach((number, request) -> {
            put(all, "r:" + number, request.attributes());
            request.proxy()
                    .flatMap(ProxyFacade::timeoutCallback)
                    .filter(Serializable.class::isInstance)
                    .ifPresent(callback -> all.put("p:" + number, Map.of("", callback)));
        });
        for (TimerState each : session.timers()) {
            if (each.info() != null) {
                all.put("t:" + each.id(), Map.of("", each.info()));
            }
        }
        return all.isEmpty() ? new byte[0] : new ObjectsOut(requests, leftOut).write(all, runtime.application());
    }

    private static void listeners(Map<String, Map<String, Object>> all, Session session) {
        AutomaticProcessing automatic = session.automatic();
        if (automatic != null) {
            automatic.listener().ifPresent(each -> all.put("a:" + session.getId(), Map.of("", each)));
        }
        Map<String, Object> callbacks = session.upkeep().callbacks();
        if (!callbacks.isEmpty()) {
            all.put("k:" + session.getId(), callbacks);
        }
    }

    private static void put(Map<String, Map<String, Object>> all, String owner, Attributes attributes) {
        if (!attributes.names().isEmpty()) {
            Map<String, Object> values = new LinkedHashMap<>();
            attributes.names().forEach(name -> attributes.get(name).ifPresent(value -> values.put(name, value)));
            all.put(owner, values);
        }
    }

    // ---- reading

    /**
     * Makes the session again, lets everybody find it, and goes on with what it was doing.
     *
     * @throws SnapshotException if it cannot be read
     */
    AppSessionState read(byte[] snapshot, Strand strand) {
        long savedAt = new FieldReader(snapshot).number(SAVED_AT);
        FieldReader in = new FieldReader(snapshot, Duration.ofMillis(Math.max(0, runtime.now() - savedAt)));
        RestoredRequests requests = new RestoredRequests(runtime);
        List<Runnable> rest = new ArrayList<>();
        AppSessionState session = SavedSessions.read(
                in.requiredPart(SESSIONS),
                runtime.application().name(),
                runtime.deployment(),
                strand,
                (each, part) -> read(each, part, requests, rest));
        session.unread(in.rest(number -> number > HIGHEST));
        try {
            goOn(session, in, requests, rest);
        } catch (RuntimeException | Error e) {
            unregister(session);
            throw e;
        }
        activated(session);
        return session;
    }

    private void goOn(AppSessionState session, FieldReader in, RestoredRequests requests, List<Runnable> rest) {
        register(session);
        requests.link();
        rest.forEach(Runnable::run);
        AppSession facade = AppSession.of(session, runtime);
        for (FieldReader each : in.parts(TIMER)) {
            TimerState.restored(
                    each,
                    session,
                    runtime.services().timers(),
                    runtime.services().time(),
                    due -> AppTimer.fire(due, facade));
        }
        Map<String, Map<String, Object>> objects = in.bytes(OBJECTS)
                .map(bytes -> new ObjectsIn.Source(session, requests, runtime).read(bytes))
                .orElse(Map.of());
        for (Map<String, Object> each : objects.values()) {
            if (each.values().stream().anyMatch(ObjectsOut::isForeign)) {
                session.gotObjects();
            }
        }
        give(objects, session, requests);
        for (TimerState each : session.timers()) {
            if (objects.getOrDefault("t:" + each.id(), Map.of()).get("") instanceof Serializable info) {
                each.info(info);
            }
        }
        requests.resume();
        if (session.expiresAt() != AppSessionState.NEVER) {
            Lifecycle.expireIn(runtime, session, Duration.ofMillis(Math.max(0, session.expiresAt() - runtime.now())));
        }
        runtime.services().sessions().addToken(session); // its transactions are there too
    }

    /** Nothing of a session stays that cannot be read to its end. */
    private void unregister(AppSessionState session) {
        SessionRegistry registry = runtime.services().sessions();
        List.copyOf(session.sipSessions()).forEach(registry::remove);
        session.left();
        registry.remove(session);
    }

    private void register(AppSessionState session) {
        SessionRegistry registry = runtime.services().sessions();
        registry.addRestoring(session);
        session.key().ifPresent(key -> registry.byKey(runtime.deployment(), key, () -> session));
        for (String key : session.indexKeys()) {
            registry.addIndexKey(key, session);
        }
        for (SipSessionState each : session.sipSessions()) {
            registry.add(each);
            registry.alias(each);
            if (!each.isProxying()) {
                each.localParty()
                        .tag()
                        .ifPresent(tag -> registry.localTag(tag, each.family().get(0)));
            }
        }
    }

    private void read(SipSessionState state, FieldReader in, RestoredRequests requests, List<Runnable> rest) {
        Session session = Session.of(state, runtime);
        in.parts(REQUEST).forEach(each -> requests.read(each, session));
        rest.add(() -> {
            SessionMessages messages = session.messages();
            in.parts(UNACKNOWLEDGED).forEach(each -> response(each, state, requests, messages::unacknowledged));
            in.parts(RELIABLE).forEach(each -> response(each, state, requests, messages::reliable));
            in.part(ACCEPTED).ifPresent(each -> response(each, state, requests, messages::awaitsAck));
            session.upkeep().readFrom(in.part(CALL_TIMER), in.part(IDENTIFIER));
            UacEvents events = new UacEvents(runtime);
            messages.first().ifPresent(events::request);
            in.parts(SUBSCRIPTION).forEach(each -> EventAnswer.restore(each, state, runtime.services(), events));
            in.part(AUTOMATIC).ifPresent(each -> AutomaticProcessing.restore(each, session, runtime));
            session.flowToken(in.text(FLOW));
            session.unread(in.rest(number -> SavedSessions.isUnknown(number) || number > HIGHEST_MORE));
        });
    }

    private static void response(
            FieldReader in, SipSessionState session, RestoredRequests requests, Consumer<SipResponse> taker) {
        requests.request((int) in.number(RESPONSE_REQUEST))
                .ifPresent(request -> taker.accept(SipResponse.restored(
                        request, session, Messages.response(in.requiredBytes(RESPONSE)), in.flag(RECEIVED))));
    }

    private void give(Map<String, Map<String, Object>> objects, AppSessionState session, RestoredRequests requests) {
        give(objects.get(""), session.attributes());
        for (SipSessionState each : session.sipSessions()) {
            give(objects.get("s:" + each.id()), each.attributes());
            Map<String, Object> shared = objects.get("f:" + each.id());
            if (shared != null) {
                give(shared, DialogFamily.of(each, runtime).attributes());
            }
            giveListeners(objects, Session.of(each, runtime));
        }
        requests.forEach((number, request) -> {
            give(objects.get("r:" + number), request.attributes());
            if (objects.getOrDefault("p:" + number, Map.of()).get("") instanceof ProxyBranch.Callback callback) {
                request.proxy().ifPresent(proxy -> proxy.timeoutCallback(callback));
            }
        });
    }

    private static void giveListeners(Map<String, Map<String, Object>> objects, Session session) {
        AutomaticProcessing automatic = session.automatic();
        Object listener = objects.getOrDefault("a:" + session.getId(), Map.of()).get("");
        if (automatic != null && listener instanceof AutomaticProcessingListener told) {
            automatic.listener(told);
        }
        Map<String, Object> callbacks = objects.get("k:" + session.getId());
        if (callbacks != null) {
            session.upkeep().keepAlive().restore(callbacks);
        }
    }

    private static void give(@Nullable Map<String, Object> values, Attributes attributes) {
        if (values != null) {
            values.forEach(attributes::put);
        }
    }

    private void activated(AppSessionState session) {
        List<Runnable> told = new Activation(runtime, session).activation();
        if (!told.isEmpty()) {
            runtime.callback(session, () -> told.forEach(Runnable::run));
        }
        log.debug("{} goes on here", session);
    }
}
