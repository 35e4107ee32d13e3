// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.AutomaticProcessingListener;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.UAMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.proxy.DialogForwarder;
import org.trapezoid.servlet.proxy.PassedCall;
import org.trapezoid.servlet.proxy.RoutePreprocessor;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.ProxiedDialog;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.RequestFinisher;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * Hangs up a record-routed call in the name of its ends (JSR 359, {@code terminateProxiedDialog}; RFC 3261 has no proxy do
 * that). Each BYE is made as the other end would have sent it here, and goes the way that one would have gone.
 */
final class ProxiedTermination {

    private final Session session;
    private final SipSessionState state;
    private final AppRuntime runtime;
    private final List<AutomaticProcessingListener> listener; // one or none
    private int pending; // in the core section

    private ProxiedTermination(Session session, AppRuntime runtime, @Nullable AutomaticProcessingListener listener) {
        this.session = session;
        this.state = session.state();
        this.runtime = runtime;
        this.listener = listener == null ? List.of() : List.of(listener);
    }

    /** Hangs up towards these ends, in no core section: UAS is the callee. */
    static void terminate(
            Session session,
            AppRuntime runtime,
            @Nullable AutomaticProcessingListener listener,
            List<UAMode> directions) {
        ProxiedTermination termination = new ProxiedTermination(session, runtime, listener);
        List<SipRequest> byes = session.state().strand().call(() -> termination.byes(directions));
        for (SipRequest bye : byes) {
            runtime.application().notify(termination.listener, session.getCallId(), each -> each.outgoingRequest(bye));
            session.state().strand().run(bye::send);
        }
    }

    private List<SipRequest> byes(List<UAMode> directions) {
        PassedCall call = requireCall();
        ProxiedDialog dialog = state.proxied();
        List<SipRequest> byes = new ArrayList<>(2);
        for (UAMode direction : directions) {
            Request bye = direction == UAMode.UAS
                    ? call.byeToCallee(dialog.callerCSeq(), this::leadsHere)
                    : call.byeToCaller(dialog.calleeCSeq(), this::leadsHere);
            byes.add(SipRequest.made(runtime, state, onward(bye, direction == UAMode.UAC), new Bye()));
        }
        state.automatic();
        session.automatic(AutomaticProcessing.passive(session, runtime, listener));
        pending = byes.size();
        return byes;
    }

    private PassedCall requireCall() {
        session.requireValid();
        if (state.isAutomatic()) {
            throw new IllegalStateException("the dialog of session " + state.id() + " is being terminated already");
        }
        if (!state.isRecordRouted() || state.state() != SessionState.CONFIRMED) {
            throw new IllegalStateException(
                    "session " + state.id() + " passes on no confirmed dialog that its application record-routes");
        }
        Optional<SipRequest> invite = session.messages().first();
        Optional<ProxiedDialog.Accepted> accepted = state.proxied().accepted();
        if (invite.isEmpty() || accepted.isEmpty()) {
            throw new IllegalStateException("session " + state.id() + " passes on no call");
        }
        return new PassedCall(
                invite.get().message(),
                state.localParty(),
                state.remoteParty(),
                accepted.get().calleeContact(),
                accepted.get().recordRoutes());
    }

    private boolean leadsHere(Uri route) {
        return route instanceof SipUri uri
                && runtime.factory().isOwn(uri)
                && uri.parameter(AppRuntime.SESSION_PARAMETER)
                        .filter(sid -> runtime.isOfFamily(sid, state))
                        .isPresent();
    }

    private Request onward(Request bye, boolean toCaller) {
        RoutePreprocessor.Preprocessed arrived = RoutePreprocessor.process(bye, runtime.factory()::isOwn);
        Optional<String> now = state.proxied().flow(toCaller);
        return DialogForwarder.onward(
                arrived.request(),
                now.isPresent() ? now : new DialogForwarder(runtime.proxies(state)).onward(arrived.popped()));
    }

    /** One BYE, sent without a session state of its own. In the core section. */
    private final class Bye implements Sending, ClientUser {
        private @Nullable Request sent;
        private boolean over;

        @Override
        public void send(Request request, RoutingState routing) {
            sent = request;
            state.transactionBegan();
            runtime.services().outbound().send(state, request, routing, this, RequestFinisher.NONE);
        }

        @Override
        public void onResponse(Response response) {
            if (response.status() >= 200 && !over) {
                over = true;
                SipRequest bye = SipRequest.made(runtime, state, sent(), this);
                SipResponse facade = SipResponse.received(bye, state, response, Optional.empty());
                runtime.callback(state.appSession(), () -> runtime.application()
                        .notify(listener, state.callId(), each -> each.incomingResponse(facade)));
                ended();
            }
        }

        private Request sent() {
            return Objects.requireNonNull(sent);
        }

        @Override
        public void onTimeout() {
            local(SipServletResponse.SC_REQUEST_TIMEOUT);
        }

        @Override
        public void onTransportError(IOException cause) {
            local(SipServletResponse.SC_SERVICE_UNAVAILABLE);
        }

        private void local(int status) {
            onResponse(Response.to(sent(), status).build());
        }

        private void ended() {
            pending--;
            if (pending == 0) {
                state.state(SessionState.TERMINATED);
            }
            state.transactionEnded();
            runtime.settle(state.appSession());
        }

        @Override
        public void onTerminated() {
            // the final response came before
        }
    }
}
