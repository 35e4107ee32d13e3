// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.Optional;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.RequestFinisher;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.transport.PrivacyService;
import org.trapezoid.sip.uri.SipUri;

/**
 * The way a request takes through a proxy, from the server transaction it came on to the client transactions of the branches (RFC
 * 3261 §16.6 step 10), and back. Confined to its strand.
 */
final class Forwarding {
    private final ServerTransaction transaction;
    private final RoutingState state;
    private final ProxyEnvironment environment;
    private final boolean secure; // came for a SIPS URI
    private final String branchPart;

    Forwarding(ServerTransaction transaction, RoutingState state, ProxyEnvironment environment) {
        this.transaction = transaction;
        this.state = state;
        this.environment = environment;
        this.secure = RecordRoute.isSecure(transaction.request().uri());
        this.branchPart = environment.loops().branchPart(transaction.request(), state);
    }

    ProxyEnvironment environment() {
        return environment;
    }

    Timers timers() {
        return environment.timers();
    }

    FlowTokens flows() {
        return environment.flows();
    }

    Listener arrivedOn() {
        return transaction.flow().listener();
    }

    Flow arrivedOver() {
        return transaction.flow();
    }

    /** As it came, with our own routes. */
    Request received() {
        return transaction.request();
    }

    /** Whether senders are hidden from peers outside as they ask for. */
    boolean isPrivacyService() {
        return environment.proxyRequire().contains(PrivacyService.OPTION);
    }

    /** Only who forks must know: one target more or less is what Max-Forwards is for (RFC 5393 §4.2). */
    boolean isLoop() {
        return environment.loops().isLoop(transaction.request(), branchPart);
    }

    /** RFC 5630 §5.3: what came for a SIPS URI goes to SIPS URIs only. */
    private boolean isDowngrade(Request request) {
        return secure && request.uri() instanceof SipUri sip && !sip.secure();
    }

    OutgoingRequest send(Stranded owner, Request request, ClientUser user, RequestFinisher finisher) {
        if (isDowngrade(request)) {
            return environment.outbound().refuse(owner, request, 480, user);
        }
        return environment.outbound().send(owner, request, state, user, finisher, branchPart);
    }

    /** Goes on with one that another node has sent. */
    OutgoingRequest restore(Stranded owner, OutgoingRequest.Memento sent, ClientUser user, RequestFinisher finisher) {
        return environment.outbound().restore(owner, sent, user, finisher, branchPart);
    }

    /** Without our Via; another application of this server that gets it next can still ask where it came from. */
    Response upstream(Response received, Flow over) {
        Response upstream = withoutOurVia(received);
        return arrivedOver() instanceof LoopbackFlow && !(over instanceof LoopbackFlow)
                ? upstream.toBuilder()
                        .arrived(new Arrival(over.peer(), over.protocol().viaName(), Optional.empty()))
                        .build()
                : upstream;
    }

    static Response withoutOurVia(Response received) {
        return received.toBuilder().removeFirst(HeaderName.VIA).build();
    }

    /** A final response of our own, RFC 3261 §8.2.6.2. */
    Response local(int status) {
        return transaction.respond(status).build();
    }

    /** The answer of our own to a branch on which nothing was sent. */
    Response unsent(Request request, Response answer) {
        Response.Builder own = local(answer.status()).toBuilder().status(answer.status(), answer.reason());
        if (isDowngrade(request)) {
            own.set(HeaderName.WARNING, "380 " + arrivedOn().advertised() + " \"SIPS Not Allowed\""); // RFC 5630 §6.1
        }
        return own.build();
    }
}
