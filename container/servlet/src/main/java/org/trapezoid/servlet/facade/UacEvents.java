// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipErrorEvent;
import jakarta.servlet.sip.SipErrorListener;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.sip.message.Response;

/** Brings the responses to one request of an application to its servlet. In the core section. */
final class UacEvents implements UacCore.Listener {

    private final AppRuntime runtime;
    private @Nullable SipRequest request;

    UacEvents(AppRuntime runtime) {
        this.runtime = runtime;
    }

    void request(SipRequest facade) {
        request = facade;
    }

    @Override
    public void onResponse(SipSessionState session, Response response) {
        SipRequest sent = Objects.requireNonNull(request);
        session.accessed(runtime.now());
        SipResponse facade =
                SipResponse.received(sent, session, response, sent.uac().flatMap(UacCore::flow));
        Session owner = Session.of(session, runtime);
        if (response.status() >= 200) {
            Session.of(sent.sessionState(), runtime).completed(sent);
            sent.finalResponse(facade);
            if (response.status() < 300 && facade.getMethod().equals("INVITE")) {
                owner.unacknowledged(facade);
            }
        }
        runtime.callback(session.appSession(), new Delivery(runtime, facade));
    }

    @Override
    public void onNoNotify(SipSessionState session) {
        List<SipErrorListener> listeners = runtime.application().listeners().error();
        if (!listeners.isEmpty()) {
            SipErrorEvent event = new SipErrorEvent(Objects.requireNonNull(request), null);
            runtime.callback(session.appSession(), () -> runtime.application()
                    .notify(listeners, session.callId(), listener -> listener.noNotifyReceived(event)));
        }
    }

    @Override
    public void onUsageEnded(SipSessionState session) {
        runtime.settle(session.appSession());
    }

    @Override
    public void onEnded() {
        runtime.settle(Objects.requireNonNull(request).sessionState().appSession());
    }
}
