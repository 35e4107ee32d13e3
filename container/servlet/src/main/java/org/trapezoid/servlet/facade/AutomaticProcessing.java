// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.AutomaticProcessingListener;
import jakarta.servlet.sip.SipServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.ua.Contacts;
import org.trapezoid.sip.dialog.SubscriptionUsage;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;

/**
 * Ends a dialog that its application has left to the container (JSR 359, {@code terminateDialog}): every usage of it is ended as
 * its protocol has it, and what the peer still sends is answered. The application's servlets see nothing of it, its listener
 * all. Messages are shown and sent outside core sections.
 */
final class AutomaticProcessing {

    private static final int WHOLE = 1;
    private static final int PASSIVE = 2;
    private static final String GONE = "SIP/2.0 487 Request Terminated\r\n";

    private final Session session;
    private final SipSessionState state;
    private final AppRuntime runtime;
    private List<AutomaticProcessingListener> listener; // one or none
    private boolean whole; // of the whole family; in the core section
    private boolean acting; // in the core section
    private boolean passive; // somebody else sends the last requests

    private AutomaticProcessing(Session session, AppRuntime runtime, List<AutomaticProcessingListener> listener) {
        this.session = session;
        this.state = session.state();
        this.runtime = runtime;
        this.listener = listener;
        if (!listener.isEmpty()) {
            state.appSession().gotObjects();
        }
    }

    /** Ends the dialog, in no core section; of a whole family together with those that come. */
    static void terminate(
            Session session, AppRuntime runtime, @Nullable AutomaticProcessingListener listener, boolean whole) {
        AutomaticProcessing processing =
                new AutomaticProcessing(session, runtime, listener == null ? List.of() : List.of(listener));
        session.state().strand().call(() -> processing.takeOver(whole)).forEach(processing::send);
        session.state().strand().run(() -> runtime.settle(session.state().appSession()));
    }

    /** A dialog that a forked request makes after its family was ended: its messages come here. In the core section. */
    static void inherit(Session session, AppRuntime runtime, AutomaticProcessing root) {
        AutomaticProcessing processing = new AutomaticProcessing(session, runtime, root.listener);
        processing.whole = true;
        session.state().automatic();
        session.automatic(processing);
    }

    /** Goes on where another node has left it; whoever listens is known later. In the core section. */
    static void restore(FieldReader in, Session session, AppRuntime runtime) {
        AutomaticProcessing processing = new AutomaticProcessing(session, runtime, List.of());
        processing.whole = in.flag(WHOLE);
        processing.passive = in.flag(PASSIVE);
        processing.acting = processing.passive;
        session.automatic(processing);
    }

    /** Writes it down, but for its listener. In the core section. */
    void write(FieldWriter out) {
        out.flag(WHOLE, whole).flag(PASSIVE, passive);
    }

    /** Who is told. In the core section. */
    Optional<AutomaticProcessingListener> listener() {
        return listener.stream().findFirst();
    }

    void listener(AutomaticProcessingListener restored) {
        listener = List.of(restored);
    }

    /** Whether there is a dialog, or one to come, that can be left to the container. */
    static boolean isPossible(Session session) {
        SipSessionState state = session.state();
        return state.strand().call(() -> state.isValid() && !state.isProxying() && makesDialogs(session));
    }

    private static boolean makesDialogs(Session session) {
        return session.state().dialog().isPresent()
                || session.messages()
                        .first()
                        .filter(begun -> Contacts.makesDialog(begun.message().method()))
                        .isPresent();
    }

    private static void requireOwnDialog(Session session) {
        session.requireValid();
        if (session.state().isAutomatic()) {
            throw new IllegalStateException("the dialog of " + session.describe() + " is being terminated already");
        }
        if (session.state().isProxying()) {
            throw new IllegalStateException(session.describe()
                    + " is one of a proxy: terminateProxiedDialog ends the dialog that it passes on");
        }
        if (!makesDialogs(session)) {
            throw new IllegalStateException(session.describe() + " has no dialog, and none to come");
        }
    }

    /** Answers what still comes; somebody else sends the last requests. In the core section. */
    static AutomaticProcessing passive(
            Session session, AppRuntime runtime, List<AutomaticProcessingListener> listener) {
        AutomaticProcessing processing = new AutomaticProcessing(session, runtime, listener);
        processing.acting = true;
        processing.passive = true;
        return processing;
    }

    /** Whether sessions that are derived later are ended too. In the core section. */
    boolean isWhole() {
        return whole;
    }

    /** Whether what is being sent is the container's. In the core section. */
    boolean isActing() {
        return acting;
    }

    private List<SipMessage> takeOver(boolean ofFamily) {
        requireOwnDialog(session);
        state.automatic();
        session.automatic(this);
        session.upkeep().stopTimer();
        List<SipMessage> last = new ArrayList<>(2);
        whole = ofFamily;
        if (state.state() != SessionState.TERMINATED) {
            endCall(last);
            endSubscriptions(last);
        }
        if (last.isEmpty() && !state.hasTransactions()) {
            state.terminated();
        }
        return last;
    }

    private void endCall(List<SipMessage> last) {
        for (SipRequest each : session.messages().received()) {
            if (!each.isCommitted()) {
                last.add((SipMessage) each.createResponse(SipServletResponse.SC_REQUEST_TERMINATED));
            }
        }
        SipRequest invite = session.messages().initialInvite().orElse(null);
        boolean calling = state.state() == SessionState.INITIAL || state.state() == SessionState.EARLY;
        if (calling && invite != null) {
            boolean answered = invite.uac().orElseThrow().isAnswered();
            if (!answered && (whole || isAlone())) {
                whole = true; // whoever answers all the same is hung up
                last.add((SipMessage) invite.createCancel());
            } else if (state.dialog().isPresent()) {
                last.add(session.inDialog(Method.BYE, bye -> {})); // RFC 3261 §15: other dialogs of the INVITE go on
            }
        } else if (state.state() == SessionState.CONFIRMED && state.hasCall()) {
            for (SipResponse each : session.messages().unacknowledged()) {
                last.add((SipMessage) each.createAck());
            }
            last.add(session.inDialog(Method.BYE, bye -> {}));
        }
    }

    private boolean isAlone() {
        for (SipSessionState each : state.family()) {
            if (each != state && each.isValid() && each.state() != SessionState.TERMINATED) {
                return false;
            }
        }
        return true;
    }

    private void endSubscriptions(List<SipMessage> last) {
        for (SubscriptionUsage each : state.subscriptions()) {
            last.add(
                    each.role() == SubscriptionUsage.Role.SUBSCRIBER
                            ? session.inDialog(Method.SUBSCRIBE, request -> unsubscribe(each, request))
                            : session.inDialog(Method.NOTIFY, request -> resign(each, request)));
        }
    }

    private static void unsubscribe(SubscriptionUsage usage, Request.Builder request) {
        request.set(HeaderName.EVENT, usage.eventOfRequests());
        request.set(HeaderName.EXPIRES, "0");
    }

    /** RFC 6665 §4.2.2; the NOTIFY of a REFER says what became of it (RFC 3515 §2.4.5). */
    private static void resign(SubscriptionUsage usage, Request.Builder request) {
        request.set(HeaderName.EVENT, usage.eventOfRequests());
        request.set(HeaderName.SUBSCRIPTION_STATE, "terminated;reason=noresource");
        if (usage.isOfRefer()) {
            request.set(HeaderName.CONTENT_TYPE, "message/sipfrag;version=2.0");
            request.body(GONE.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    private void send(SipMessage message) {
        if (message instanceof SipRequest request) {
            tell(each -> each.outgoingRequest(request));
            act(request::send);
        } else if (message instanceof SipResponse response) {
            tell(each -> each.outgoingResponse(response));
            act(response::send);
        }
    }

    private void tell(Consumer<AutomaticProcessingListener> call) {
        runtime.application().notify(listener, state.callId(), call);
    }

    /** By now the session may have ended, or the request been answered. */
    private void act(Runnable sending) {
        state.strand().run(() -> {
            acting = true;
            try {
                if (state.isValid()) {
                    sending.run();
                }
            } catch (IllegalStateException overtaken) {
                runtime.settle(state.appSession());
            } finally {
                acting = false;
            }
        });
    }

    /** What would be brought to the servlet. In a callback. */
    void receive(@Nullable SipRequest request, @Nullable SipResponse response) {
        if (request != null) {
            tell(each -> each.incomingRequest(request));
            if (request.uas().isPresent() && !request.isCommitted()) {
                answer(request);
            }
        } else if (response != null) {
            tell(each -> each.incomingResponse(response));
            int status = response.getStatus();
            if (status >= 200 && status < 300) {
                state.strand().call(() -> after(response)).forEach(this::send);
            }
        }
    }

    private void answer(SipRequest request) {
        String method = request.getMethod();
        boolean expected = method.equals("BYE") || method.equals("NOTIFY") || method.equals("PRACK");
        SipResponse answer = state.strand()
                .call(() -> request.uas().orElseThrow().isAnswered()
                        ? null
                        : (SipResponse) request.createResponse(
                                expected ? SipServletResponse.SC_OK : SipServletResponse.SC_CALL_LEG_DONE));
        if (answer != null) {
            send(answer);
        }
    }

    /** A 2xx that crossed: what it began is ended. In the core section. */
    private List<SipMessage> after(SipResponse success) {
        List<SipMessage> last = new ArrayList<>(2);
        if (!state.isValid()) {
            return last;
        }
        String method = success.getMethod();
        if (method.equals("INVITE")) {
            last.add((SipMessage) success.createAck());
            if (success.getRequest().isInitial() && state.hasCall()) {
                last.add(session.inDialog(Method.BYE, bye -> {}));
            }
        } else if (success.getRequest().isInitial()) {
            endSubscriptions(last);
        }
        return last;
    }
}
