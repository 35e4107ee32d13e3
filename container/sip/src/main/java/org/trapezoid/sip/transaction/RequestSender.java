// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.locate.ServerLocator;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.Uri;

/** Finds the next hop of a request, puts our Via on it and sends it, RFC 3261 §8.1.2 and §18.1.1. Thread-safe. */
public final class RequestSender {
    private static final Logger log = LoggerFactory.getLogger(RequestSender.class);
    private static final int ALLOWANCE = 150; // for our Via, not yet on it

    private final HopSelection selection;
    private final TransactionContext context;
    private final TransportLayer transports;
    private final Identifiers identifiers;
    private final FlowTokens flows;

    public RequestSender(
            ServerLocator locator,
            TransactionLayer transactions,
            TransportLayer transports,
            Identifiers identifiers,
            FlowTokens flows) {
        this(HopSelection.by(locator), transactions, transports, identifiers, flows);
    }

    public RequestSender(
            HopSelection selection,
            TransactionLayer transactions,
            TransportLayer transports,
            Identifiers identifiers,
            FlowTokens flows) {
        this.selection = selection;
        this.context = transactions.context();
        this.transports = transports;
        this.identifiers = identifiers;
        this.flows = flows;
    }

    /** Names the flows of the clients that are connected to us. */
    public FlowTokens flows() {
        return flows;
    }

    /**
     * Sends a request without our Via to its next hop. In the core section of {@code owner}; the user is told nothing before
     * this returned.
     */
    public OutgoingRequest send(Stranded owner, Request request, ClientUser user) {
        return send(owner, request, user, RequestFinisher.NONE);
    }

    /** The same; what depends on the flow is put in when the flow is known. */
    public OutgoingRequest send(Stranded owner, Request request, ClientUser user, RequestFinisher finisher) {
        return send(owner, request, user, finisher, "");
    }

    /** The same with a branch that ends as given: by it a proxy knows its own requests again (RFC 5393 §4.2.1). */
    public OutgoingRequest send(
            Stranded owner, Request request, ClientUser user, RequestFinisher finisher, String branchEnd) {
        OutgoingRequest outgoing = new OutgoingRequest(this, owner, request, user, finisher, branchEnd);
        Optional<FlowTokens.Named> flow = flows.routed(request);
        if (flow.isPresent()) {
            outgoing.follow(flow.get());
        } else {
            outgoing.locate(NextHop.of(request));
        }
        return outgoing;
    }

    /** The same over a given flow, and no other. */
    public OutgoingRequest send(Stranded owner, Request request, Flow flow, ClientUser user) {
        return send(owner, request, flow, user, RequestFinisher.NONE, "");
    }

    /** The same, completed for that flow, with a branch that ends as given. */
    public OutgoingRequest send(
            Stranded owner, Request request, Flow flow, ClientUser user, RequestFinisher finisher, String branchEnd) {
        OutgoingRequest outgoing = new OutgoingRequest(this, owner, request, user, finisher, branchEnd);
        outgoing.sendOver(flow);
        return outgoing;
    }

    /** A request that another node has sent. In the core section of {@code owner}; the user is told nothing before this returned. */
    public OutgoingRequest restore(
            Stranded owner,
            OutgoingRequest.Memento memento,
            ClientUser user,
            RequestFinisher finisher,
            String branchEnd) {
        OutgoingRequest outgoing = new OutgoingRequest(this, owner, memento.request(), user, finisher, branchEnd);
        FlowName name = memento.flow();
        Flow flow = transports.inPlaceOf(name);
        if (!flow.isOpen() && name.protocol() == Protocol.TCP && memento.state() == ClientState.SENT) {
            flow = transports.flowTo(name.protocol(), name.peer()).orElse(flow);
        }
        outgoing.resume(memento, flow);
        return outgoing;
    }

    /** Sends nothing: the request is answered here, after this returned. */
    public OutgoingRequest refuse(Stranded owner, Request request, int status, String reason, ClientUser user) {
        OutgoingRequest outgoing = new OutgoingRequest(this, owner, request, user, RequestFinisher.NONE, "");
        outgoing.refuse(status, reason);
        return outgoing;
    }

    /** Sends a request without a transaction: the ACK for a 2xx. */
    public Sent sendDirect(Request request) {
        String branch = identifiers.branch();
        return sendDirect(request, branch, nextHop -> selection.locator().locate(nextHop));
    }

    /** The same as a stateless proxy does: with the same branch again it goes to the same place (RFC 3261 §16.11). */
    public Sent sendDirect(Request request, String branch) {
        return sendDirect(request, branch, nextHop -> selection.locator().locate(nextHop, branch.hashCode()));
    }

    /** The same over a given flow, and no other. */
    public Sent sendDirect(Request request, Flow flow) {
        return goDirect(request, flow, identifiers.branch());
    }

    private Sent sendDirect(Request request, String branch, ServerLocator locator) {
        Optional<FlowTokens.Named> named = flows.routed(request);
        if (named.isEmpty()) {
            return locateDirect(request, branch, locator);
        }
        if (named.get().flow().isPresent()) {
            return goDirect(withoutFlow(request), named.get().flow().get(), branch);
        }
        if (named.get().strict()) {
            log.debug(
                    "{} not sent: the flow to its client has ended",
                    request.method().name());
            return new Sent(transports.traffic());
        }
        return locateDirect(withoutFlow(request), branch, locator);
    }

    private Sent locateDirect(Request request, String branch, ServerLocator locator) {
        Sent sent = new Sent(transports.traffic());
        Uri nextHop = NextHop.of(request);
        locator.locate(nextHop).whenComplete((hops, problem) -> {
            if (problem != null || hops.isEmpty()) {
                log.debug(
                        "{} not sent: {}",
                        request.method().name(),
                        unknown(nextHop).toString());
            } else {
                sendToNext(request, branch, suited(hops, request).iterator(), sent);
            }
        });
        return sent;
    }

    /** To the first hop left that takes it: nobody would send it again (RFC 3263 §4.3). */
    private void sendToNext(Request request, String branch, Iterator<Hop> hops, Sent sent) {
        while (hops.hasNext()) {
            try {
                Flow flow = flowTo(hops.next(), request);
                sent.go(
                        withVia(permitted(request, flow), flow, branch),
                        flow,
                        () -> sendToNext(request, branch, hops, sent));
                return;
            } catch (IOException cause) {
                log.debug("{} not sent: {}", request.method().name(), cause.toString());
            }
        }
    }

    private Sent goDirect(Request request, Flow flow, String branch) {
        Sent sent = new Sent(transports.traffic());
        sent.go(withVia(permitted(request, flow), flow, branch), flow, () -> {});
        return sent;
    }

    /** The host by which the first listener is known. */
    public String localHost() {
        return transports.listeners().get(0).advertised().host();
    }

    HopSelection selection() {
        return selection;
    }

    TransactionContext context() {
        return context;
    }

    String newBranch(Stranded owner) {
        String token = owner.strand().token();
        return token.isEmpty() ? identifiers.branch() : identifiers.branch(token);
    }

    Flow flowTo(Hop hop, Request request) throws IOException {
        requirePermitted(hop, request);
        InetSocketAddress peer =
                request.toTag().isPresent() ? transports.inCall(hop.protocol(), hop.address()) : hop.address();
        return transports
                .flowTo(hop.protocol(), peer, hop.domain())
                .orElseThrow(() -> new IOException("no " + hop.protocol() + " listener can reach " + hop.address()));
    }

    /** Without the first Route, which named the flow. */
    static Request withoutFlow(Request request) {
        return request.toBuilder().removeFirst(HeaderName.ROUTE).build();
    }

    private void requirePermitted(Hop hop, Request request) throws RefusedHopException {
        requirePrivacy(hop.address(), request);
        if (request.forbidden().contains(hop.address().getAddress())) {
            throw new RefusedHopException(403, hop.address() + " is in a forbidden range");
        }
        // inside a call the other end, or the next application on the route, may be in this server too: that is no loop
        if (request.toTag().isEmpty() && transports.isOwnAddress(hop.protocol(), hop.address())) {
            throw new RefusedHopException(482, hop.address() + " is this server");
        }
    }

    /** RFC 3323 §5: a request that critically needs more privacy than we provide is refused. */
    void requirePrivacy(InetSocketAddress peer, Request request) throws RefusedHopException {
        List<String> missing = transports.trust().unprovided(peer.getAddress(), request);
        if (!missing.isEmpty()) {
            String phrase = "Privacy Not Provided: " + String.join(", ", missing);
            throw new RefusedHopException(500, phrase, phrase + " towards " + peer);
        }
    }

    /** What the peer of the flow may see of it. */
    Request permitted(Request request, Flow flow) {
        return transports.trust().sent(flow, request);
    }

    /** RFC 3261 §18.1.1 and RFC 3581 §3. */
    static Request withVia(Request request, Flow flow, String branch) {
        return withVia(request, flow.listener(), branch, !flow.isReliable());
    }

    /** As if it had left, for a response made here: its user takes the top Via for ours. */
    Request unsent(Request request) {
        return withVia(request, transports.listeners().get(0), identifiers.branch(), false);
    }

    private static Request withVia(Request request, Listener listener, String branch, boolean rport) {
        Protocol protocol = listener.protocol();
        String via = "SIP/2.0/" + protocol.viaName() + ' ' + listener.advertised() + ";branch=" + branch
                + (rport ? ";rport" : protocol == Protocol.TLS ? ";alias" : ""); // RFC 5923 §5
        return request.toBuilder().addFirst(HeaderName.VIA, via).build();
    }

    /** Whether a connection is to be tried before this is sent as a datagram, RFC 3261 §18.1.1. */
    boolean isTooLarge(Request request, Flow flow) {
        return flow.protocol() == Protocol.UDP && request.encodedLength() > selection.largestDatagram();
    }

    /** A connection to where datagrams would go; empty when none can be made or none could a short time ago. */
    Optional<Hop> connected(Hop datagrams) {
        Hop stream = new Hop(Protocol.TCP, datagrams.address(), datagrams.domain());
        boolean ipv6 = stream.address().getAddress().getAddress().length == 16;
        boolean usable =
                transports.reaches(Protocol.TCP, ipv6) && !selection.health().isSetAside(stream);
        return usable ? Optional.of(stream) : Optional.empty();
    }

    /** Puts TCP before UDP for a request too large for a datagram. */
    private List<Hop> suited(List<Hop> hops, Request request) {
        if (request.encodedLength() + ALLOWANCE <= selection.largestDatagram()) {
            return hops;
        }
        List<Hop> suited = new ArrayList<>(hops.size() * 2);
        for (Hop hop : hops) {
            if (hop.protocol() == Protocol.UDP) {
                connected(hop).ifPresent(suited::add);
            }
            suited.add(hop);
        }
        return suited;
    }

    static UnknownHostException unknown(Uri nextHop) {
        return new UnknownHostException("no address known for next hop " + nextHop);
    }
}
