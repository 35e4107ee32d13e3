// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import java.util.function.Consumer;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.Contacts;
import org.trapezoid.servlet.ua.EventAnswer;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Makes the requests that a session sends, in its dialog or outside one. Methods are called in the core section of the session. */
final class SessionRequests {

    private final Session session;
    private final SipSessionState state;
    private final AppRuntime runtime;

    SessionRequests(Session session, AppRuntime runtime) {
        this.session = session;
        this.state = session.state();
        this.runtime = runtime;
    }

    /** What the application asks for. */
    SipRequest create(Method method) {
        session.requireNotAutomatic();
        if (state.isProxying()) {
            throw new IllegalStateException(session.describe() + " is one of a proxy, it makes no requests");
        }
        return switch (state.state()) {
            case TERMINATED ->
                throw new IllegalStateException(session.describe() + " is TERMINATED; it makes no requests");
            case INITIAL -> again(method);
            case EARLY -> early(method);
            case CONFIRMED -> inDialog(method, builder -> {});
        };
    }

    private SipRequest early(Method method) {
        if (method.equals(Method.BYE)
                && state.dialog().filter(Dialog::isInitiator).isEmpty()) {
            throw new IllegalStateException(session.describe()
                    + " is EARLY: who was called answers the INVITE, it sends no BYE (RFC 3261 §15)");
        }
        return inDialog(method, builder -> {});
    }

    SipRequest inDialog(Method method, Consumer<Request.Builder> more) {
        return outgoing(dialogRequest(method, more), new UacEvents(runtime));
    }

    /** Sends a request of the container in the session's dialog; the application does not see its responses. */
    void sendUnseen(Method method, Consumer<Request.Builder> more, Consumer<SipResponse> responses) {
        outgoing(dialogRequest(method, more), UacEvents.unseen(runtime, responses))
                .send();
    }

    private Request dialogRequest(Method method, Consumer<Request.Builder> more) {
        Dialog dialog =
                state.dialog().orElseThrow(() -> new IllegalStateException(session.describe() + " has no dialog"));
        Optional<String> flow = session.flowRoute();
        if (flow.isPresent()) {
            dialog.flowRoute(flow);
        }
        Request.Builder builder = dialog.createRequest(method);
        if (Dialog.refreshesTarget(method)) {
            builder.set(HeaderName.CONTACT, contact());
        }
        runtime.offerPackages(method, builder);
        more.accept(builder);
        return builder.build();
    }

    private String contact() {
        return Contacts.of(runtime.factory().defaultListener()).toString();
    }

    /** Another request outside a dialog: same Call-ID and From tag, next CSeq (after a challenge, RFC 3261 §8.1.3.5). */
    private SipRequest again(Method method) {
        if (state.hasTransactions()) {
            throw new IllegalStateException(session.describe() + " is INITIAL with a request that is not answered");
        }
        SipRequest earlier = session.messages()
                .first()
                .orElseThrow(() -> new IllegalStateException("a session in INITIAL was made by a request"));
        if (earlier.incoming().isPresent()) {
            throw new IllegalStateException(session.describe() + " has no dialog to send " + method + " in");
        }
        Request previous = earlier.message();
        Request.Builder builder = Request.builder(method, previous.uri())
                .add(HeaderName.FROM, state.localParty().toString())
                .add(HeaderName.TO, state.remoteParty().withoutTag().toString())
                .add(HeaderName.CALL_ID, state.callId())
                .add(HeaderName.CSEQ, state.nextCSeq() + " " + method.name())
                .add(HeaderName.MAX_FORWARDS, "70");
        previous.headers().all(HeaderName.ROUTE).forEach(route -> builder.add(HeaderName.ROUTE, route));
        if (!method.equals(Method.REGISTER)) {
            builder.add(HeaderName.CONTACT, contact());
        }
        SipRequest request = outgoing(builder.build(), new UacEvents(runtime));
        request.continueAs(earlier);
        return request;
    }

    /** The facade and the core of a request that the session is going to send. */
    SipRequest outgoing(Request request, UacEvents events) {
        UacCore core = new UacCore(state, request, runtime.services(state), events);
        SipRequest facade = SipRequest.made(runtime, state, request, new Sending.Transaction(core));
        events.request(facade);
        return facade;
    }

    /** A NOTIFY that makes another dialog of the SUBSCRIBE that made the session (RFC 6665 §4.1.4). */
    SipRequest anotherNotify() {
        Optional<SipRequest> begun =
                session.messages().first().filter(each -> each.getMethod().equals("SUBSCRIBE"));
        Optional<UasCore> core = begun.flatMap(SipRequest::uas);
        if (begun.isEmpty() || core.isEmpty()) {
            throw new IllegalStateException(session.describe() + " did not begin with a SUBSCRIBE that came in");
        }
        SipRequest subscribe = begun.get();
        Session other = DialogFamily.branch(state, subscribe, runtime);
        SipSessionState derived = other.state();
        String tag = derived.appSession().identifier(runtime.services().identifiers());
        Dialog dialog = Dialog.uas(
                subscribe.message(),
                Response.to(subscribe.message(), 200).toTag(tag).build());
        core.get().follow(dialog);
        derived.dialog(dialog);
        derived.state(SessionState.CONFIRMED);
        runtime.services().sessions().localTag(tag, derived);
        UasEvents events = new UasEvents(runtime, derived, true);
        events.request(subscribe);
        EventAnswer.notifies(derived, subscribe.message(), runtime.services(), events);
        return other.inDialog(Method.NOTIFY, notify -> subscribe
                .message()
                .headers()
                .first(HeaderName.EVENT)
                .ifPresent(event -> notify.set(HeaderName.EVENT, event)));
    }
}
