// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.trapezoid.servlet.proxy.Gruu;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.router.ApplicationChain;
import org.trapezoid.servlet.router.Decision;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.Outbound;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.RequestFinisher;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transaction.Sent;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.uri.Uri;

/** Sends what applications send: initial requests by the application router, all others by their route. Thread-safe. */
public final class OutboundRouting implements Outbound {

    private final ApplicationChain chain;
    private final RequestSender sender;
    private final RouteBack routeBack;
    private final Loopback loopback;
    private final Gruu.Lookup gruus;
    private final Predicate<Uri> isOwn;
    private final Optional<Actor> actor;

    /** Makes the flow by which a request comes back to this server's own dispatcher. */
    public interface Loopback {
        Flow to(LoopbackFlow.Attachment handover);
    }

    public OutboundRouting(
            ApplicationChain chain,
            RequestSender sender,
            RouteBack routeBack,
            Loopback loopback,
            Gruu.Lookup gruus,
            Predicate<Uri> isOwn) {
        this(chain, sender, routeBack, loopback, gruus, isOwn, Optional.empty());
    }

    private OutboundRouting(
            ApplicationChain chain,
            RequestSender sender,
            RouteBack routeBack,
            Loopback loopback,
            Gruu.Lookup gruus,
            Predicate<Uri> isOwn,
            Optional<Actor> actor) {
        this.isOwn = isOwn;
        this.actor = actor;
        this.chain = chain;
        this.sender = sender;
        this.routeBack = routeBack;
        this.loopback = loopback;
        this.gruus = gruus;
    }

    @Override
    public Outbound as(Actor sender) {
        return new OutboundRouting(chain, this.sender, routeBack, loopback, gruus, isOwn, Optional.of(sender));
    }

    @Override
    public OutgoingRequest send(
            Stranded owner, Request request, RoutingState state, ClientUser user, RequestFinisher finisher) {
        return send(owner, request, state, user, finisher, "");
    }

    @Override
    public OutgoingRequest send(
            Stranded owner,
            Request request,
            RoutingState state,
            ClientUser user,
            RequestFinisher finisher,
            String branch) {
        if (request.toTag().isPresent()) {
            return staysInside(request)
                    ? sender.send(owner, request, loopback.to(Passage.BY_ROUTE), user, finisher, branch)
                    : sender.send(owner, Gruu.resolve(request, gruus), user, finisher, branch);
        }
        Decision decision = chain.next(request, Origin.APPLICATION, state);
        return decision.fold(
                next -> {
                    Handover handover = new Handover(next.application(), next.state(), next.poppedRoute(), actor);
                    return sender.send(owner, request, loopback.to(handover), user, finisher, branch);
                },
                out -> sender.send(owner, withRoutes(request, out), user, finisher, branch),
                reject -> sender.refuse(owner, request, reject.status(), reject.reason(), user));
    }

    @Override
    public OutgoingRequest restore(
            Stranded owner, OutgoingRequest.Memento sent, ClientUser user, RequestFinisher finisher, String branchEnd) {
        return sender.restore(owner, sent, user, finisher, branchEnd);
    }

    @Override
    public OutgoingRequest refuse(Stranded owner, Request request, int status, ClientUser user) {
        return sender.refuse(owner, request, status, Response.defaultReason(status), user);
    }

    /** Pushes the routes that the router chose, topmost first; a route back to us goes under them. */
    Request withRoutes(Request request, Decision.SendOut out) {
        if (out.routes().isEmpty()) {
            return request;
        }
        Request.Builder builder = request.toBuilder();
        out.back()
                .ifPresent(state -> builder.addFirst(
                        HeaderName.ROUTE, '<' + routeBack.uri(state).toString() + '>'));
        List<NameAddr> routes = out.routes();
        for (int i = routes.size() - 1; i >= 0; i--) {
            builder.addFirst(HeaderName.ROUTE, routes.get(i).toString());
        }
        return builder.build();
    }

    @Override
    public Sent sendAck(Request ack) {
        return staysInside(ack)
                ? sender.sendDirect(ack, loopback.to(Passage.BY_ROUTE))
                : sender.sendDirect(Gruu.resolve(ack, gruus));
    }

    /** Whether the next hop of a request that came from the network is another application here. */
    private boolean staysInside(Request request) {
        return request.arrival().isPresent()
                && leadsInside(request, isOwn)
                && sender.flows().routed(request).isEmpty();
    }

    /** Whether the next hop of a request is this server, as far as its URI says. */
    static boolean leadsInside(Request request, Predicate<Uri> isOwn) {
        Uri next = request.topRoute().map(NameAddr::uri).orElseGet(request::uri);
        return isOwn.test(next) && !Gruu.isGruu(next);
    }
}
