// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.LoopbackFlow;

/**
 * The ends of a call that passes, as far as flows lead to them (RFC 5626 §5.3). One that sends a request of the dialog over another flow
 * than our Record-Route names has connected again; requests to it go that way from then on. Stateless; used in the core section.
 */
final class CallEnds {

    private CallEnds() {}

    /** Takes notice of where a request came from, and says where it goes. */
    static Incoming follow(AppRuntime runtime, SipSessionState session, Request request, Incoming incoming) {
        boolean ofCaller = request.fromTag().equals(session.localParty().tag());
        moved(runtime, session, request, incoming, ofCaller);
        Optional<String> now = session.presentProxied().flatMap(dialog -> dialog.flow(!ofCaller));
        return now.isEmpty() ? incoming : incoming.onward(now);
    }

    private static void moved(
            AppRuntime runtime, SipSessionState session, Request request, Incoming incoming, boolean ofCaller) {
        Optional<NameAddr> own = incoming.poppedRoute();
        if (own.isEmpty()
                || !FlowTokens.isToken(own.get().uri())
                || request.viaCount() > 1
                || incoming.flow() instanceof LoopbackFlow
                || !isInDialog(session, request, ofCaller)) {
            return; // a call between phones in the open ends here
        }
        Flow flow = incoming.flow();
        FlowTokens flows = runtime.services().sender().flows();
        flows.named(own.get().uri())
                .filter(known -> known.use() == FlowTokens.Use.DIALOG)
                .ifPresent(known -> {
                    boolean moved = !known.flow().equals(Optional.of(flow));
                    if (moved || session.proxied().flow(ofCaller).isPresent()) {
                        session.proxied().flow(ofCaller, flows.target(flow, known.strict()));
                    }
                });
    }

    /** Both tags: whoever knows them is, or has heard from, one of the two. */
    private static boolean isInDialog(SipSessionState session, Request request, boolean ofCaller) {
        Optional<String> other = ofCaller ? request.toTag() : request.fromTag();
        return other.isPresent()
                && other.equals(session.calleeTag())
                && (ofCaller || request.toTag().equals(session.localParty().tag()));
    }
}
