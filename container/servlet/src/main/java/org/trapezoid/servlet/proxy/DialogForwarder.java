// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.List;
import java.util.Optional;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transport.FlowTokens;

/**
 * Forwards the requests inside a record-routed call along their Route, RFC 3261 §16.12; it needs no session, so it also
 * serves calls older than theirs. Thread-safe; each request is confined to its strand.
 */
public final class DialogForwarder {
    private final ProxyEnvironment environment;

    public DialogForwarder(ProxyEnvironment environment) {
        this.environment = environment;
    }

    /** Forwards a request whose own routes are taken off; its responses and its CANCEL follow by themselves. */
    public ProxyCore forward(ServerTransaction transaction, Request request) {
        return forward(transaction, request, RoutingState.NEW, new ProxySettings(), ProxyListener.NONE);
    }

    /**
     * The route to the client at the end of a flow, when the last of our own routes names it: it goes back on a request
     * before that is forwarded. The other route of the pair is that of the side the request came from.
     */
    public Optional<String> onward(List<NameAddr> popped) {
        return popped.size() < 2
                ? Optional.empty()
                : environment.flows().onward(popped.get(popped.size() - 1).uri(), FlowTokens.Use.DIALOG);
    }

    /** The route to the client whose flow the last of our own Path values names, for a request that begins something. */
    public Optional<String> registered(List<NameAddr> popped) {
        return popped.isEmpty()
                ? Optional.empty()
                : environment.flows().onward(popped.get(popped.size() - 1).uri(), FlowTokens.Use.PATH);
    }

    /** The request with that route. */
    public static Request onward(Request request, Optional<String> route) {
        return route.isEmpty()
                ? request
                : request.toBuilder().addFirst(HeaderName.ROUTE, route.get()).build();
    }

    /** The same for a session that wants to see the responses. */
    public ProxyCore forward(
            ServerTransaction transaction,
            Request request,
            RoutingState state,
            ProxySettings settings,
            ProxyListener listener) {
        ProxyCore core = new ProxyCore(transaction, request, state, environment, settings.recurse(false), listener);
        core.fork(List.of(request.uri()));
        return core;
    }

    /** Forwards the ACK of a 2xx, whose own routes are taken off; one that came too far is dropped. */
    public void forwardAck(Request ack) {
        if (ack.maxForwards() != 0) {
            environment.outbound().sendAck(oneHopLess(ack));
        }
    }

    static Request oneHopLess(Request request) {
        Request.Builder builder = request.toBuilder();
        int hops = request.maxForwards();
        builder.set(HeaderName.MAX_FORWARDS, hops < 0 ? "70" : Integer.toString(Math.max(0, hops - 1)));
        RoutePreprocessor.forStrictRouter(request, builder, request.uri());
        return builder.build();
    }
}
