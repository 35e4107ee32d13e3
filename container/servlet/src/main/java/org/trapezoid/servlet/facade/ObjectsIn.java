// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.sip.message.Request;

/** Reads the objects of an application with its class loader, references as what they stand for. */
final class ObjectsIn extends ObjectInputStream {
    private static final Logger log = LoggerFactory.getLogger(ObjectsIn.class);

    private final Source source;

    private ObjectsIn(byte[] bytes, Source source) throws IOException {
        super(new ByteArrayInputStream(bytes));
        this.source = source;
        enableResolveObject(true);
        ObjectInputFilter limits = source.runtime.classes().limits();
        ObjectInputFilter all = ObjectInputFilter.Config.getSerialFilter(); // of the operator, for the whole server
        setObjectInputFilter(all == null ? limits : ObjectInputFilter.merge(limits, all));
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
        Class<?> found;
        try {
            found = Class.forName(
                    description.getName(), false, source.runtime.application().loader());
        } catch (ClassNotFoundException e) {
            found = super.resolveClass(description); // primitives, and classes of the container
        }
        return allowed(found);
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws IOException, ClassNotFoundException {
        allowed(Proxy.class);
        return super.resolveProxyClass(interfaces);
    }

    /** One that is not allowed is as good as not there: what is of it, or has something of it, is passed over. */
    private Class<?> allowed(Class<?> found) throws ClassNotFoundException {
        if (source.runtime.isReadable(found)) {
            return found;
        }
        throw new ClassNotFoundException("class " + found.getName() + " is not allowed (attribute-classes of cluster)");
    }

    @Override
    protected @Nullable Object resolveObject(Object value) {
        return value instanceof Reference reference ? source.resolve(reference) : value;
    }

    /** Where references lead. */
    record Source(AppSessionState session, RestoredRequests requests, AppRuntime runtime) {

        /** Nothing, if the application cannot read what it has written. */
        @SuppressWarnings({"unchecked", "BanSerializableRead"}) // written by ObjectsOut, sent by members of the cluster
        Map<String, Map<String, Object>> read(byte[] bytes) {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(runtime.application().loader());
            try (ObjectsIn in = new ObjectsIn(bytes, this)) {
                try {
                    return (Map<String, Map<String, Object>>) in.readObject();
                } catch (ClassNotFoundException some) {
                    return oneByOne(in);
                }
            } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError | StackOverflowError e) {
                log.error(
                        "application {}: the attributes of session {} cannot be read",
                        runtime.application(),
                        session,
                        e);
                return Map.of();
            } finally {
                thread.setContextClassLoader(before);
            }
        }

        /** What {@link ObjectsOut} lists behind the whole; each object was read already, or passed over for its class. */
        @SuppressWarnings("BanSerializableRead")
        private Map<String, Map<String, Object>> oneByOne(ObjectsIn in) throws IOException, ClassNotFoundException {
            Map<String, Map<String, Object>> all = new LinkedHashMap<>();
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                String owner = (String) in.readObject();
                String name = (String) in.readObject();
                try {
                    all.computeIfAbsent(owner, key -> new LinkedHashMap<>()).put(name, in.readObject());
                } catch (ClassNotFoundException e) {
                    log.warn(
                            "application {}: {} {} is dropped from session {}: {}",
                            runtime.application(),
                            owner.startsWith("t:") ? "the info of timer" : "attribute",
                            owner.startsWith("t:") ? owner.substring(2) : name,
                            session,
                            e.getMessage());
                }
            }
            return all;
        }

        private @Nullable Object resolve(Reference reference) {
            if (reference instanceof Reference.OfSession of) {
                return sipSession(of.session())
                        .map(state -> Session.of(state, runtime))
                        .orElse(null);
            }
            if (reference instanceof Reference.OfAppSession of) {
                return appSession(of.id())
                        .map(state -> AppSession.of(state, runtime))
                        .orElse(null);
            }
            if (reference instanceof Reference.OfTimer of) {
                return session.timer(of.id())
                        .map(timer -> AppTimer.of(timer, AppSession.of(session, runtime)))
                        .orElse(null);
            }
            if (reference instanceof Reference.OfRequest of) {
                return requests.request(of.number()).orElse(null);
            }
            if (reference instanceof Reference.RequestCopy copy) {
                return sipSession(copy.session())
                        .map(state -> request(state, Messages.request(copy.message())))
                        .orElse(null);
            }
            if (reference instanceof Reference.ResponseCopy copy) {
                return sipSession(copy.session())
                        .map(state -> response(state, copy))
                        .orElse(null);
            }
            return runtime.factory();
        }

        private SipRequest request(SipSessionState state, Request message) {
            SipRequest copy = SipRequest.restored(runtime, state, message, RoutingState.NEW);
            copy.committed();
            return copy;
        }

        private SipResponse response(SipSessionState state, Reference.ResponseCopy copy) {
            SipRequest request = requests.request(copy.requestNumber())
                    .orElseGet(() -> request(state, Messages.request(copy.request())));
            return request.known(state, Messages.response(copy.message()), copy.received());
        }

        private Optional<AppSessionState> appSession(String id) {
            return session.id().value().equals(id)
                    ? Optional.of(session)
                    : runtime.services().sessions().appSession(id);
        }

        private Optional<SipSessionState> sipSession(String id) {
            for (SipSessionState each : session.sipSessions()) {
                if (each.id().value().equals(id)) {
                    return Optional.of(each);
                }
            }
            return runtime.services().sessions().sipSession(id);
        }
    }
}
