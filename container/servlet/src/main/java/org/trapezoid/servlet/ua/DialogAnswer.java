// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.Optional;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.ClientFlow;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.LoopbackFlow;

/** What the answer to a request makes of the dialog of its session (RFC 3261 §12.1.1, §12.2.2). In the core section. */
public final class DialogAnswer {

    private DialogAnswer() {}

    /** No dialog can be made with a peer whose Contact or Record-Route cannot be read. A proxy needs neither. */
    static boolean isUnreadable(Request request, Response response) {
        return request.toTag().isEmpty()
                && Dialog.isMadeBy(response)
                && Contacts.makesDialog(request.method())
                && !Dialog.isReadable(request);
    }

    /**
     * The answer to a request outside a dialog makes one, or confirms it.
     *
     * @param flow on which the request came
     */
    static void entered(
            SipSessionState session,
            Request request,
            Response response,
            String localTag,
            Flow flow,
            UaServices services) {
        boolean confirms = response.status() >= 200;
        if (confirms && EventRequest.isWithoutSubscription(response)) {
            return; // RFC 4488 §4
        }
        if (request.method().equals(Method.INVITE)) {
            session.callBegan();
        }
        if (session.dialog().isEmpty()) {
            Dialog dialog = Dialog.uas(request, response);
            follow(dialog, request, flow, services);
            session.dialog(dialog);
            services.sessions().localTag(localTag, session);
        }
        if (confirms) {
            session.dialog().ifPresent(dialog -> dialog.confirm(response));
            session.state(SessionState.CONFIRMED);
        } else if (session.state() == SessionState.INITIAL) {
            session.state(SessionState.EARLY);
        }
    }

    /** A 2xx inside. */
    static void refreshed(Dialog dialog, Request request, Flow flow, UaServices services) {
        dialog.refreshTarget(request);
        follow(dialog, request, flow, services);
    }

    /** A client that only its flow leads to has connected again, if it sends a request of the dialog over another one. */
    public static void heard(Dialog dialog, Request request, Flow flow, UaServices services) {
        Optional<String> known = dialog.flowRoute();
        if (known.isEmpty() || request.viaCount() > 1 || flow instanceof LoopbackFlow) {
            return;
        }
        FlowTokens flows = services.sender().flows();
        flows.named(NameAddr.parse(known.get()).uri())
                .filter(named -> !named.flow().equals(Optional.of(flow)))
                .ifPresent(named -> dialog.flowRoute(Optional.of(flows.target(flow, named.strict()))));
    }

    /** Our requests reach a client that its Contact does not lead to over its flow, RFC 5626 §5.3. */
    static void follow(Dialog dialog, Request request, Flow flow, UaServices services) {
        ClientFlow.Way way = ClientFlow.way(flow, request);
        dialog.flowRoute(
                way == ClientFlow.Way.CONTACT
                        ? Optional.empty()
                        : Optional.of(services.sender().flows().target(flow, way == ClientFlow.Way.FLOW_ONLY)));
    }
}
