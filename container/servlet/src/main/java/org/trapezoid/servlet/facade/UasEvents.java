// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipErrorEvent;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.UasListener;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Tells an application what becomes of a request that it answers. In the core section. */
final class UasEvents implements UasListener {

    private final AppRuntime runtime;
    private final SipSessionState session;
    private final boolean ofBranch; // the request has a session of its own
    private @Nullable SipRequest request;

    UasEvents(AppRuntime runtime, SipSessionState session) {
        this(runtime, session, false);
    }

    UasEvents(AppRuntime runtime, SipSessionState session, boolean ofBranch) {
        this.runtime = runtime;
        this.session = session;
        this.ofBranch = ofBranch;
    }

    void request(SipRequest facade) {
        request = facade;
    }

    SipRequest facade() {
        return Objects.requireNonNull(request);
    }

    @Override
    public boolean onCancel(Request cancel) {
        boolean answered = runtime.application().settings().answersCancel() || session.isAutomatic();
        if (answered) {
            facade().committed();
        }
        SipRequest notice =
                SipRequest.notice(runtime, session, cancel, facade().incoming().orElseThrow());
        runtime.callback(session.appSession(), new Delivery(runtime, notice));
        return answered;
    }

    @Override
    public void onAck(Request ack) {
        SipRequest notice =
                SipRequest.notice(runtime, session, ack, facade().incoming().orElseThrow());
        Session.of(session, runtime).acknowledgedBy(notice);
        runtime.callback(session.appSession(), new Delivery(runtime, notice));
    }

    @Override
    public void onPrack(Response provisional) {
        Session.of(session, runtime).messages().pracked(provisional);
    }

    @Override
    public void onNoAck(Response success) {
        tell(success, jakarta.servlet.sip.SipErrorListener::noAckReceived);
    }

    @Override
    public boolean onNoPrack(Response provisional) {
        return tell(provisional, jakarta.servlet.sip.SipErrorListener::noPrackReceived);
    }

    private boolean tell(Response response, BiConsumer<jakarta.servlet.sip.SipErrorListener, SipErrorEvent> call) {
        List<jakarta.servlet.sip.SipErrorListener> listeners =
                runtime.application().listeners().error();
        if (listeners.isEmpty()) {
            return false;
        }
        SipErrorEvent event = new SipErrorEvent(facade(), SipResponse.sent(facade(), session, response));
        return runtime.callback(session.appSession(), () -> runtime.application()
                .notify(listeners, session.callId(), listener -> call.accept(listener, event)));
    }

    @Override
    public void onNoNotify(SipSessionState notifying) {
        // of subscribers only
    }

    @Override
    public void onUsageEnded(SipSessionState notifying) {
        runtime.settle(notifying.appSession());
    }

    @Override
    public void onFinal() {
        if (ofBranch) {
            runtime.settle(session.appSession());
            return;
        }
        facade().committed();
        Session.of(session, runtime).messages().answered(facade());
        runtime.settle(session.appSession());
    }
}
