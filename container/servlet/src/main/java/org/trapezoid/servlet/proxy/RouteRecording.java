// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.ClientFlow;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.LoopbackFlow;

/**
 * Puts Record-Route and Path into a request that leaves a proxy, once its flow is known (RFC 3261 §16.6 step 4, RFC 3327 §5.1). Stateless.
 */
final class RouteRecording {

    private RouteRecording() {}

    /** Both name the listener the request leaves from. */
    static Request record(Request request, Flow flow, Forwarding forwarding, ProxySettings settings) {
        boolean path = settings.path().isPresent() && request.method().equals(Method.REGISTER);
        if (settings.recordRoute().isEmpty() && !path) {
            return request;
        }
        Request.Builder builder = request.toBuilder();
        boolean secure = RecordRoute.isSecure(request);
        if (settings.recordRoute().isPresent()) {
            RecordRoute value = settings.recordRoute().get();
            if (forwarding.isPrivacyService()) {
                value = CallPrivacy.marked(value, request);
            }
            value.add(
                    builder,
                    HeaderName.RECORD_ROUTE,
                    forwarding.arrivedOn(),
                    flow.listener(),
                    secure,
                    tokens(request, forwarding));
        }
        if (path) {
            RecordRoute value = settings.path().get();
            value.addPath(builder, forwarding.arrivedOn(), flow.listener(), secure, pathToken(forwarding));
        }
        return builder.build();
    }

    /** RFC 5626 §5.1: for a client connected to us that knows flows, or is reached by nothing else. */
    private static String pathToken(Forwarding forwarding) {
        Flow in = forwarding.arrivedOver();
        Request register = forwarding.received();
        boolean asked = register.viaCount() == 1 && register.headers().lists(HeaderName.SUPPORTED, "outbound");
        ClientFlow.Way way = ClientFlow.wayToContact(in, register);
        return !(in instanceof LoopbackFlow) && (asked || way != ClientFlow.Way.CONTACT)
                ? forwarding.flows().token(in, FlowTokens.Use.PATH, asked || way == ClientFlow.Way.FLOW_ONLY)
                : "";
    }

    /** RFC 5626 §5.3: clients that their flows alone lead to, at either side. */
    private static RecordRoute.Tokens tokens(Request request, Forwarding forwarding) {
        FlowTokens flows = forwarding.flows();
        Flow in = forwarding.arrivedOver();
        ClientFlow.Way way = ClientFlow.way(in, forwarding.received());
        Optional<String> back = way == ClientFlow.Way.CONTACT
                ? Optional.empty()
                : Optional.of(flows.token(in, FlowTokens.Use.DIALOG, way == ClientFlow.Way.FLOW_ONLY));
        Optional<String> onward = flows.routed(request)
                .flatMap(named -> named.flow().map(out -> flows.token(out, FlowTokens.Use.DIALOG, named.strict())));
        return back.isEmpty() && onward.isEmpty()
                ? RecordRoute.Tokens.NONE
                : new RecordRoute.Tokens(back.orElse(""), onward.orElse(""));
    }
}
