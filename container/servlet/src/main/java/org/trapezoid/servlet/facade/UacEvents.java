// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipErrorEvent;
import jakarta.servlet.sip.SipErrorListener;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.app.Extensions.Reliability;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.servlet.ua.UacListener;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;

/** Brings the responses to one request to the servlet, or to who made the request for the application. In the core section. */
final class UacEvents implements UacListener {

    private final AppRuntime runtime;
    private final Optional<Consumer<SipResponse>> unseen;
    private @Nullable SipRequest request;

    UacEvents(AppRuntime runtime) {
        this(runtime, Optional.empty());
    }

    private UacEvents(AppRuntime runtime, Optional<Consumer<SipResponse>> unseen) {
        this.runtime = runtime;
        this.unseen = unseen;
    }

    /** For a request of the container: the application does not see its responses. */
    static UacEvents unseen(AppRuntime runtime, Consumer<SipResponse> responses) {
        return new UacEvents(runtime, Optional.of(responses));
    }

    /** Whether the request is one of the container. */
    boolean isUnseen() {
        return unseen.isPresent();
    }

    void request(SipRequest facade) {
        request = facade;
    }

    @Override
    public boolean onResponse(SipSessionState session, Response response) {
        SipRequest sent = Objects.requireNonNull(request);
        session.accessed(runtime.now());
        if (session != sent.sessionState() && session.facade() == null) {
            DialogFamily.joined(sent.sessionState(), session, runtime)
                    .messages()
                    .begunBy(sent);
        }
        SipResponse facade =
                SipResponse.received(sent, session, response, sent.uac().flatMap(UacCore::flow));
        if (response.status() >= 200) {
            Session.of(sent.sessionState(), runtime).messages().completed(sent);
            sent.finalResponse(facade);
            if (response.status() < 300 && facade.getMethod().equals("INVITE")) {
                Session.of(sent.sessionState(), runtime).messages().acknowledging(sent);
            }
        }
        identify(sent, session, response);
        keepTime(sent, session, response);
        if (unseen.isPresent()) {
            unseen.get().accept(facade);
            if (response.status() >= 200) {
                runtime.settle(session.appSession());
            }
            return true;
        }
        boolean told = runtime.callback(session.appSession(), delivery(session, facade));
        note(session, facade, told);
        return told;
    }

    private void note(SipSessionState session, SipResponse facade, boolean told) {
        if (!told || !facade.getMethod().equals("INVITE")) {
            return;
        }
        Session of = Session.of(session, runtime);
        if (facade.message().statusClass() == StatusClass.SUCCESS) {
            of.messages().unacknowledged(facade);
        } else if (facade.isReliableProvisional()) {
            of.messages().reliable(facade);
        }
        if (facade.getStatus() >= 200) {
            of.branch().ifPresent(branch -> branch.answered(facade));
        }
    }

    private void identify(SipRequest sent, SipSessionState session, Response response) {
        Optional<SessionIdentifier> identifier =
                Session.of(session, runtime).upkeep().identifier();
        if (identifier.isPresent()) {
            Session.of(sent.sessionState(), runtime).upkeep().identifier().ifPresent(identifier.get()::derivedFrom);
            identifier.get().received(response);
        }
    }

    private void keepTime(SipRequest sent, SipSessionState session, Response response) {
        if (response.statusClass() != StatusClass.SUCCESS
                || !CallTimer.isRefresh(sent.message().method())) {
            return;
        }
        Optional<CallTimer> root =
                Session.of(sent.sessionState(), runtime).upkeep().callTimer();
        if (root.isPresent()) {
            CallTimer timer = Session.of(session, runtime).upkeep().keepTime();
            timer.derivedFrom(root.get());
            timer.granted(response);
        }
    }

    @Override
    public Optional<Request.Builder> again(Request refused, Response refusal) {
        return Session.of(Objects.requireNonNull(request).sessionState(), runtime)
                .upkeep()
                .callTimer()
                .flatMap(timer -> timer.askAgain(refused, refusal));
    }

    private Runnable delivery(SipSessionState session, SipResponse facade) {
        Delivery delivery = new Delivery(runtime, facade);
        if (runtime.application().settings().extensions().reliability() == Reliability.OFF
                || !facade.isReliableProvisional()) {
            return delivery;
        }
        return () -> {
            delivery.run();
            Reliable.acknowledge(runtime, session, facade);
        };
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
        SipRequest sent = Objects.requireNonNull(request);
        if (sent.sessionState().facade() instanceof Session session) {
            session.messages().over(sent);
        }
        runtime.settle(sent.sessionState().appSession());
    }
}
