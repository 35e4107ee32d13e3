// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipApplicationSessionActivationListener;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipSessionActivationListener;
import jakarta.servlet.sip.SipSessionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.trapezoid.servlet.app.ListenerTable;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.Attributes;
import org.trapezoid.servlet.session.SipSessionState;

/**
 * Who is told that an application session is about to go on at another node, or does so here: the listeners of the application, and objects
 * that are bound to the session or to the SIP sessions in it and listen. Methods are called in the core section of the session; what they
 * answer is run in its callback queue.
 */
final class Activation {
    private final AppRuntime runtime;
    private final AppSessionState session;

    Activation(AppRuntime runtime, AppSessionState session) {
        this.runtime = runtime;
        this.session = session;
    }

    /** Tells that the session will leave: the SIP sessions first. Empty if nobody listens. */
    List<Runnable> passivation() {
        List<Runnable> told = new ArrayList<>();
        sipSessions(told, SipSessionActivationListener::sessionWillPassivate);
        applicationSession(told, SipApplicationSessionActivationListener::sessionWillPassivate);
        return told;
    }

    /** Tells that the session is here: the SIP sessions last. Empty if nobody listens. */
    List<Runnable> activation() {
        List<Runnable> told = new ArrayList<>();
        applicationSession(told, SipApplicationSessionActivationListener::sessionDidActivate);
        sipSessions(told, SipSessionActivationListener::sessionDidActivate);
        return told;
    }

    private void applicationSession(
            List<Runnable> told, BiConsumer<SipApplicationSessionActivationListener, SipApplicationSessionEvent> call) {
        List<SipApplicationSessionActivationListener> listeners =
                with(listeners().activation(), SipApplicationSessionActivationListener.class, session.attributes());
        if (!listeners.isEmpty()) {
            SipApplicationSessionEvent event = new SipApplicationSessionEvent(AppSession.of(session, runtime));
            told.add(() -> runtime.application()
                    .notify(listeners, session.id().value(), listener -> call.accept(listener, event)));
        }
    }

    private void sipSessions(List<Runnable> told, BiConsumer<SipSessionActivationListener, SipSessionEvent> call) {
        for (SipSessionState each : session.sipSessions()) {
            List<SipSessionActivationListener> listeners =
                    with(listeners().sipActivation(), SipSessionActivationListener.class, each.attributes());
            if (!listeners.isEmpty()) {
                SipSessionEvent event = new SipSessionEvent(Session.of(each, runtime));
                told.add(() -> runtime.application()
                        .notify(listeners, each.callId(), listener -> call.accept(listener, event)));
            }
        }
    }

    private ListenerTable listeners() {
        return runtime.application().listeners();
    }

    private static <L> List<L> with(List<L> listeners, Class<L> type, Attributes attributes) {
        List<L> all = listeners;
        for (String name : attributes.names()) {
            Object value = attributes.get(name).orElse(null);
            if (type.isInstance(value)) {
                if (all == listeners) {
                    all = new ArrayList<>(listeners);
                }
                all.add(type.cast(value));
            }
        }
        return all;
    }
}
