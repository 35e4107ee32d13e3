// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.sip.AttributeStoreListener;
import jakarta.servlet.sip.FlowListener;
import jakarta.servlet.sip.SipApplicationSessionActivationListener;
import jakarta.servlet.sip.SipApplicationSessionAttributeListener;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipErrorListener;
import jakarta.servlet.sip.SipServletListener;
import jakarta.servlet.sip.SipSessionActivationListener;
import jakarta.servlet.sip.SipSessionAttributeListener;
import jakarta.servlet.sip.SipSessionListener;
import jakarta.servlet.sip.TimerListener;
import java.util.ArrayList;
import java.util.EventListener;
import java.util.List;
import org.trapezoid.api.SessionTimerListener;

/** The listeners of an application by what they listen to, in order of declaration. Immutable. */
@SuppressWarnings("deprecation") // the listeners that JSR 359 deprecates are still to be called
public final class ListenerTable {

    private final List<SipSessionListener> sipSession;
    private final List<SipApplicationSessionListener> applicationSession;
    private final List<SipSessionAttributeListener> sipSessionAttribute;
    private final List<SipApplicationSessionAttributeListener> applicationSessionAttribute;
    private final List<AttributeStoreListener<?>> attributeStore;
    private final List<SipApplicationSessionActivationListener> activation;
    private final List<SipSessionActivationListener> sipActivation;
    private final List<SipErrorListener> error;
    private final List<TimerListener> timer;
    private final List<SipServletListener> servlet;
    private final List<SessionTimerListener> sessionTimer;
    private final List<FlowListener> flow;

    public ListenerTable(List<? extends EventListener> listeners) {
        sipSession = only(SipSessionListener.class, listeners);
        applicationSession = only(SipApplicationSessionListener.class, listeners);
        sipSessionAttribute = only(SipSessionAttributeListener.class, listeners);
        applicationSessionAttribute = only(SipApplicationSessionAttributeListener.class, listeners);
        List<AttributeStoreListener<?>> stores = new ArrayList<>();
        for (EventListener listener : listeners) {
            if (listener instanceof AttributeStoreListener<?> store) {
                stores.add(store);
            }
        }
        attributeStore = List.copyOf(stores);
        activation = only(SipApplicationSessionActivationListener.class, listeners);
        sipActivation = only(SipSessionActivationListener.class, listeners);
        error = only(SipErrorListener.class, listeners);
        timer = only(TimerListener.class, listeners);
        servlet = only(SipServletListener.class, listeners);
        sessionTimer = only(SessionTimerListener.class, listeners);
        flow = only(FlowListener.class, listeners);
    }

    private static <T> List<T> only(Class<T> type, List<? extends EventListener> listeners) {
        return listeners.stream().filter(type::isInstance).map(type::cast).toList();
    }

    public List<SipSessionListener> sipSession() {
        return sipSession;
    }

    public List<SipApplicationSessionListener> applicationSession() {
        return applicationSession;
    }

    public List<SipSessionAttributeListener> sipSessionAttribute() {
        return sipSessionAttribute;
    }

    public List<SipApplicationSessionAttributeListener> applicationSessionAttribute() {
        return applicationSessionAttribute;
    }

    public List<AttributeStoreListener<?>> attributeStore() {
        return attributeStore;
    }

    public List<SipApplicationSessionActivationListener> activation() {
        return activation;
    }

    public List<SipSessionActivationListener> sipActivation() {
        return sipActivation;
    }

    public List<SipErrorListener> error() {
        return error;
    }

    public List<TimerListener> timer() {
        return timer;
    }

    public List<SessionTimerListener> sessionTimer() {
        return sessionTimer;
    }

    public List<FlowListener> flow() {
        return flow;
    }

    public List<SipServletListener> servlet() {
        return servlet;
    }
}
