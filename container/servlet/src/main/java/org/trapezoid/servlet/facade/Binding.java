// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.AttributeStore;
import jakarta.servlet.sip.AttributeStoreBindingEvent;
import jakarta.servlet.sip.AttributeStoreBindingListener;
import jakarta.servlet.sip.AttributeStoreListener;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipApplicationSessionBindingEvent;
import jakarta.servlet.sip.SipApplicationSessionBindingListener;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.SipSessionBindingEvent;
import jakarta.servlet.sip.SipSessionBindingListener;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.app.ListenerTable;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.Attributes;
import org.trapezoid.sip.concurrent.Strand;

/** Attributes of one store with the listeners that are told of each change (JSR 289 §6.4, JSR 359). Any thread. */
@SuppressWarnings("deprecation") // the listeners and events that JSR 359 deprecates are still to be served
final class Binding<S extends AttributeStore> {

    private enum Change {
        ADDED,
        REPLACED,
        REMOVED
    }

    private final AppRuntime runtime;
    private final S store;
    private final Attributes attributes;
    private final String id;
    private final BooleanSupplier valid;
    private final Optional<AppSessionState> session; // that is written down with it
    private volatile boolean ending; // listeners are being told of the end

    /** Of a store that belongs to an application session, which is told of changes. */
    Binding(
            AppRuntime runtime,
            S store,
            AppSessionState session,
            Attributes attributes,
            String id,
            BooleanSupplier valid) {
        this(runtime, store, attributes, id, valid, runtime.replicates() ? Optional.of(session) : Optional.empty());
    }

    /** Of a store that is not written down. */
    Binding(AppRuntime runtime, S store, Attributes attributes, String id, BooleanSupplier valid) {
        this(runtime, store, attributes, id, valid, Optional.empty());
    }

    private Binding(
            AppRuntime runtime,
            S store,
            Attributes attributes,
            String id,
            BooleanSupplier valid,
            Optional<AppSessionState> session) {
        this.session = session;
        this.runtime = runtime;
        this.store = store;
        this.attributes = attributes;
        this.id = id;
        this.valid = valid;
    }

    @Nullable
    Object get(String name) {
        requireReadable();
        return attributes.get(Objects.requireNonNull(name, "attribute name")).orElse(null);
    }

    void set(String name, Object value) {
        requireValid();
        Objects.requireNonNull(name, "attribute name");
        Objects.requireNonNull(value, "attribute value");
        if (runtime.replicates()) {
            ObjectsCheck.check("attribute " + name, value, runtime);
        }
        if (session.isPresent() && ObjectsOut.isForeign(value)) {
            session.get().gotObjects();
        }
        Optional<Object> earlier = attributes.put(name, value);
        changed();
        if (earlier.isPresent() && earlier.get() != value) {
            unbound(name, earlier.get());
        }
        if (earlier.isEmpty() || earlier.get() != value) {
            bound(name, value);
        }
        tell(name, earlier.isPresent() ? Change.REPLACED : Change.ADDED);
    }

    void remove(String name) {
        requireValid();
        unbind(name);
    }

    void clear() {
        requireValid();
        attributes.names().forEach(this::remove);
    }

    Set<String> names() {
        requireReadable();
        return attributes.names();
    }

    /**
     * The store became invalid: its listeners are told, who may still read it (JSR 289 §6.1.2), then each value that it is bound no
     * more.
     */
    void end(Runnable listeners) {
        ending = true;
        try {
            listeners.run();
            attributes.names().forEach(this::unbind);
        } finally {
            ending = false;
        }
    }

    /** Whether the listeners of its end are being told. */
    boolean isEnding() {
        return ending;
    }

    private void changed() {
        session.ifPresent(written -> Strand.run(written, written::changed));
    }

    private void unbind(String name) {
        changed();
        attributes.remove(name).ifPresent(value -> {
            unbound(name, value);
            tell(name, Change.REMOVED);
        });
    }

    private void requireReadable() {
        if (!ending) {
            requireValid();
        }
    }

    private void requireValid() {
        if (!valid.getAsBoolean()) {
            throw new IllegalStateException(
                    "session " + id + " (application " + runtime.application() + ") was invalidated");
        }
    }

    @SuppressWarnings("unchecked") // a value that listens to stores of another type is not told
    private void bound(String name, Object value) {
        if (value instanceof AttributeStoreBindingListener<?> listener
                && accepts(listener, AttributeStoreBindingListener.class)) {
            var event = new AttributeStoreBindingEvent<>(store, name);
            call(() -> ((AttributeStoreBindingListener<S>) listener).valueBound(event));
        }
        if (store instanceof SipSession session && value instanceof SipSessionBindingListener listener) {
            call(() -> listener.valueBound(new SipSessionBindingEvent(session, name)));
        } else if (store instanceof SipApplicationSession session
                && value instanceof SipApplicationSessionBindingListener listener) {
            call(() -> listener.valueBound(new SipApplicationSessionBindingEvent(session, name)));
        }
    }

    @SuppressWarnings("unchecked")
    private void unbound(String name, Object value) {
        if (value instanceof AttributeStoreBindingListener<?> listener
                && accepts(listener, AttributeStoreBindingListener.class)) {
            var event = new AttributeStoreBindingEvent<>(store, name);
            call(() -> ((AttributeStoreBindingListener<S>) listener).valueUnbound(event));
        }
        if (store instanceof SipSession session && value instanceof SipSessionBindingListener listener) {
            call(() -> listener.valueUnbound(new SipSessionBindingEvent(session, name)));
        } else if (store instanceof SipApplicationSession session
                && value instanceof SipApplicationSessionBindingListener listener) {
            call(() -> listener.valueUnbound(new SipApplicationSessionBindingEvent(session, name)));
        }
    }

    private void call(Runnable call) {
        runtime.application().notify(List.of(call), id, Runnable::run);
    }

    @SuppressWarnings("unchecked")
    private void tell(String name, Change change) {
        ListenerTable listeners = runtime.application().listeners();
        if (!listeners.attributeStore().isEmpty()) {
            var event = new AttributeStoreBindingEvent<>(store, name);
            runtime.application().notify(listeners.attributeStore(), id, each -> {
                if (accepts(each, AttributeStoreListener.class)) {
                    AttributeStoreListener<S> listener = (AttributeStoreListener<S>) each;
                    switch (change) {
                        case ADDED -> listener.attributeAdded(event);
                        case REPLACED -> listener.attributeReplaced(event);
                        case REMOVED -> listener.attributeRemoved(event);
                    }
                }
            });
        }
        if (store instanceof SipSession session
                && !listeners.sipSessionAttribute().isEmpty()) {
            var event = new SipSessionBindingEvent(session, name);
            runtime.application().notify(listeners.sipSessionAttribute(), id, listener -> {
                switch (change) {
                    case ADDED -> listener.attributeAdded(event);
                    case REPLACED -> listener.attributeReplaced(event);
                    case REMOVED -> listener.attributeRemoved(event);
                }
            });
        } else if (store instanceof SipApplicationSession session
                && !listeners.applicationSessionAttribute().isEmpty()) {
            var event = new SipApplicationSessionBindingEvent(session, name);
            runtime.application().notify(listeners.applicationSessionAttribute(), id, listener -> {
                switch (change) {
                    case ADDED -> listener.attributeAdded(event);
                    case REPLACED -> listener.attributeReplaced(event);
                    case REMOVED -> listener.attributeRemoved(event);
                }
            });
        }
    }

    /** Whether the listener's type argument admits this kind of store; one without type argument is told of all. */
    private boolean accepts(Object listener, Class<?> type) {
        for (Class<?> c = listener.getClass(); c != null; c = c.getSuperclass()) {
            for (Type declared : c.getGenericInterfaces()) {
                if (declared instanceof ParameterizedType generic
                        && generic.getRawType() == type
                        && generic.getActualTypeArguments()[0] instanceof Class<?> argument) {
                    return argument.isInstance(store);
                }
            }
        }
        return true;
    }
}
