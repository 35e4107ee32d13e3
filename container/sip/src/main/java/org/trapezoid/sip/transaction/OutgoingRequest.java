// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowFailedException;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.uri.Uri;

/** A request on its way: its hops are tried one after another, RFC 3263 §4.3. Confined to its owner's strand. */
public final class OutgoingRequest {
    private static final Logger log = LoggerFactory.getLogger(OutgoingRequest.class);
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int REQUEST_TERMINATED = 487;

    private final RequestSender sender;
    private final Stranded owner;
    private Request original; // as given; when no other hop is left, as sent
    private final ClientUser user;
    private final RequestFinisher finisher;
    private final String branchEnd;
    private List<Hop> hops = List.of();
    private int next;
    private boolean asDatagram; // no connection could be made to the next one
    private @Nullable IOException failure; // of the last hop that could not be used
    private @Nullable Attempt current;
    private Optional<FlowTokens.Named> followed = Optional.empty();
    private Optional<String> hiddenFrom = Optional.empty(); // that of the request, when it was sent with another one
    private boolean cancelled;
    private boolean ended;

    OutgoingRequest(
            RequestSender sender,
            Stranded owner,
            Request original,
            ClientUser user,
            RequestFinisher finisher,
            String branchEnd) {
        this.sender = sender;
        this.owner = owner;
        this.original = original;
        this.user = user;
        this.finisher = finisher;
        this.branchEnd = branchEnd;
    }

    /**
     * A request on its way written down.
     *
     * @param request as sent, with our Via
     * @param flow that it was sent over
     * @param age since it was sent first
     * @param from that of the request as it was given, if the peer was not to see it
     * @param route what its first Route said of the flow, if it named one
     * @param failover where it goes when this hop fails; empty when no other one is left
     */
    public record Memento(
            Request request,
            FlowName flow,
            ClientState state,
            boolean cancelled,
            Duration age,
            Optional<String> from,
            Optional<NamedFlow> route,
            Optional<Failover> failover) {}

    /** How the Route named the flow, see {@link FlowTokens.Named}. */
    public record NamedFlow(FlowTokens.Use use, boolean strict) {}

    /**
     * The hops that were not tried yet.
     *
     * @param given the request as it was given
     */
    public record Failover(Request given, List<Hop> hops) {
        public Failover {
            hops = List.copyOf(hops);
        }
    }

    /** Empty while its next hop is not known, and when it has ended. */
    public Optional<Memento> memento() {
        Attempt sent = current;
        if (sent == null || ended) {
            return Optional.empty();
        }
        ClientTransaction transaction = sent.transaction();
        return Optional.of(new Memento(
                transaction.request(),
                FlowName.of(transaction.flow()),
                transaction.clientState(),
                cancelled,
                transaction.age(),
                hiddenFrom,
                followed.map(named -> new NamedFlow(named.use(), named.strict())),
                next < hops.size()
                        ? Optional.of(new Failover(original, hops.subList(next, hops.size())))
                        : Optional.empty()));
    }

    /** Goes on where another node has left it. */
    void resume(Memento memento, Flow flow) {
        Request sent = memento.request();
        original = memento.failover().map(Failover::given).orElse(sent);
        hops = memento.failover().map(Failover::hops).orElse(List.of());
        hiddenFrom = memento.from();
        followed = memento.route().map(named -> new FlowTokens.Named(named.use(), named.strict(), Optional.of(flow)));
        String branch = sent.topVia().branch().orElseThrow();
        Attempt attempt = new Attempt(flow, branch, sent, Optional.empty());
        attempt.answered = memento.state() != ClientState.SENT;
        current = attempt;
        attempt.transaction().resume(memento.state(), memento.age());
        if (memento.cancelled()) {
            cancel(List.of());
        }
    }

    /** As sent last, with our Via; as given while its next hop is not known. */
    public Request request() {
        return transaction().map(Transaction::request).orElse(original);
    }

    /** The transaction on the hop tried last; empty while the next hop is not known. */
    public Optional<ClientTransaction> transaction() {
        return Optional.ofNullable(current).map(Attempt::transaction);
    }

    /** The flow it was to go over, if its first Route named one. */
    public Optional<FlowTokens.Named> followed() {
        return followed;
    }

    /**
     * Cancels an INVITE, RFC 3261 §9.1: a CANCEL follows once a provisional response came, none after a final one. Before it
     * was sent at all, a local 487 answers it. Any other request is left alone.
     *
     * @param reasonValues for Reason header fields, RFC 3326
     */
    public void cancel(List<String> reasonValues) {
        if (cancelled || ended || !original.method().equals(Method.INVITE)) {
            return;
        }
        cancelled = true;
        if (current == null) {
            refuse(REQUEST_TERMINATED, Response.defaultReason(REQUEST_TERMINATED));
        } else if (current.transaction() instanceof InviteClientTransaction invite) {
            invite.cancel(reasonValues);
        }
    }

    public boolean isCancelled() {
        return cancelled;
    }

    /** Over the flow that the first Route names; that stays on until the request is finished. */
    void follow(FlowTokens.Named named) {
        if (named.flow().isPresent()) {
            followed = Optional.of(named);
            sendOver(named.flow().get());
        } else if (named.strict()) {
            later(() -> endFailed(new FlowFailedException("the flow to the client has ended")));
        } else {
            original = RequestSender.withoutFlow(original);
            locate(NextHop.of(original));
        }
    }

    /**
     * Its user has a final response and is done; what is kept for the rest of the transaction keeps neither it nor the request.
     * Without effect while no final response came.
     *
     * @param late gets further 2xx to an INVITE
     * @param newOwner on the same strand
     */
    public void release(ClientUser late, Stranded newOwner) {
        Attempt last = current;
        if (last != null && last.transaction().hasFinal()) {
            ended = true;
            current = null;
            original = last.transaction().request();
            last.transaction().release(last.asAsked(late), newOwner);
        }
    }

    /** Another node goes on with it: nothing is sent here any more, and its user is told nothing. In the core section. */
    public void abandon() {
        ended = true;
        if (current != null) {
            current.transaction().abandon();
        }
    }

    void locate(Uri nextHop) {
        CompletionStage<List<Hop>> found = sender.selection().locator().locate(nextHop);
        CompletableFuture<List<Hop>> now = found.toCompletableFuture();
        if (now.isDone() && !now.isCompletedExceptionally()) {
            located(nextHop, now.join());
        } else {
            found.whenComplete((result, problem) -> {
                if (problem != null) {
                    log.debug("{} not located: {}", nextHop, problem.toString());
                }
                List<Hop> usable = problem == null ? result : List.of();
                Strand.run(owner, () -> locatedLater(nextHop, usable));
            });
        }
    }

    void sendOver(Flow flow) {
        try {
            requireSecure(flow);
            if (!(flow instanceof LoopbackFlow)) {
                sender.requirePrivacy(flow.peer(), original);
            }
        } catch (IOException unsuited) {
            endUnsent(unsuited);
            return;
        }
        String branch = newBranch();
        attempt(completed(flow, branch), flow, branch, Optional.empty());
    }

    private void requireSecure(Flow flow) throws IOException {
        if (NextHop.isSecure(original) && !flow.protocol().isSecure() && !(flow instanceof LoopbackFlow)) {
            throw new IOException(flow + " is not secure, as " + original.uri() + " demands");
        }
    }

    private String newBranch() {
        return sender.newBranch(owner) + branchEnd;
    }

    private Request completed(Flow flow, String branch) {
        Request whole = finisher.finish(original, flow);
        Request finished = sender.permitted(whole, flow);
        hiddenFrom = finished == whole ? Optional.empty() : hiddenFrom(whole, finished);
        return RequestSender.withVia(
                followed.isPresent() ? RequestSender.withoutFlow(finished) : finished, flow, branch);
    }

    /** What From was, if the peer is not to see it. */
    private static Optional<String> hiddenFrom(Request whole, Request shown) {
        Optional<String> from = whole.headers().first(HeaderName.FROM);
        return from.equals(shown.headers().first(HeaderName.FROM)) ? Optional.empty() : from;
    }

    private void attempt(Request request, Flow flow, String branch, Optional<Hop> hop) {
        Attempt attempt = new Attempt(flow, branch, request, hop);
        current = attempt;
        if (next == hops.size()) {
            original = request;
        }
        attempt.transaction().start();
    }

    /** Nobody is there to take what goes wrong. */
    private void locatedLater(Uri nextHop, List<Hop> found) {
        try {
            located(nextHop, found);
        } catch (RuntimeException e) {
            log.error("{} to {} not sent", original.method().name(), nextHop, e);
            endFailed(new IOException("request failed", e));
        }
    }

    private void located(Uri nextHop, List<Hop> found) {
        if (ended || cancelled) { // a 487 is on its way
            return;
        }
        hops = sender.selection().health().ordered(found);
        if (!tryNext()) {
            endUnsent(failure == null ? RequestSender.unknown(nextHop) : failure);
        }
    }

    private void endUnsent(IOException reported) {
        if (reported instanceof RefusedHopException refused) {
            refuse(refused.status(), refused.phrase());
        } else {
            later(() -> endFailed(reported));
        }
    }

    /** Sends it to the first hop left that has a flow; false when there is none. */
    private boolean tryNext() {
        while (next < hops.size()) {
            Hop hop = hops.get(next);
            try {
                sendTo(hop);
                return true;
            } catch (IOException unusable) {
                log.debug("{} cannot go to {}: {}", original.method().name(), hop, unusable.toString());
                failure = unusable;
                next++;
            }
        }
        return false;
    }

    /** A request too large for a datagram goes over TCP, and as a datagram when it cannot (RFC 3261 §18.1.1). */
    private void sendTo(Hop hop) throws IOException {
        Flow flow = sender.flowTo(hop, original);
        requireSecure(flow);
        String branch = newBranch();
        Request request = completed(flow, branch);
        if (!asDatagram && sender.isTooLarge(request, flow)) {
            Optional<Hop> connected = sender.connected(hop);
            if (connected.isPresent() && sendConnected(connected, branch)) {
                return;
            }
        }
        asDatagram = false;
        next++;
        attempt(request, flow, branch, Optional.of(hop));
    }

    /** False when no connection may be used; then it goes as a datagram at once. */
    private boolean sendConnected(Optional<Hop> connected, String branch) {
        Flow connection;
        try {
            connection = sender.flowTo(connected.get(), original);
        } catch (IOException unusable) {
            log.debug("{} cannot go to {}: {}", original.method().name(), connected.get(), unusable.toString());
            return false;
        }
        asDatagram = true;
        attempt(completed(connection, branch), connection, branch, connected);
        return true;
    }

    /** A peer that is silent or overloaded over one transport is not asked over another. */
    private void passOver(InetSocketAddress peer) {
        while (next < hops.size() && hops.get(next).address().equals(peer)) {
            next++;
            asDatagram = false;
        }
    }

    private boolean failsOver() {
        return !cancelled && tryNext();
    }

    void refuse(int status, String reason) {
        later(() -> {
            if (!ended) {
                ended = true;
                user.onResponse(
                        Response.to(sender.unsent(original), status, reason).build());
                user.onTerminated();
            }
        });
    }

    private void endFailed(IOException cause) {
        if (!ended) {
            ended = true;
            user.onTransportError(cause);
            user.onTerminated();
        }
    }

    /** Never inside the call of the user that caused it. */
    private void later(Runnable event) {
        Strand.post(() -> Strand.run(owner, event));
    }

    /** The request on one hop; after a failure the next one takes its place. */
    private final class Attempt implements ClientUser {
        private final ClientTransaction transaction;
        private final Optional<Hop> hop;
        private final Optional<String> from = hiddenFrom;
        private final ClientUser told = asAsked(user);
        private boolean answered;
        private boolean replaced;

        Attempt(Flow flow, String branch, Request request, Optional<Hop> hop) {
            this.hop = hop;
            TransactionContext context = sender.context();
            TransactionKey key = TransactionKey.client(branch, request.method().name());
            this.transaction = request.method().equals(Method.INVITE)
                    ? new InviteClientTransaction(context, key, owner, flow, request, this)
                    : new NonInviteClientTransaction(context, key, owner, flow, request, this);
        }

        ClientTransaction transaction() {
            return transaction;
        }

        /** Who knows the request as it was given, and not as it was sent. */
        ClientUser asAsked(ClientUser other) {
            return from.isEmpty() ? other : new OriginalFrom(other, from.get());
        }

        @Override
        public void onResponse(Response response) {
            if (replaced) {
                return;
            }
            if (!answered) {
                answered = true;
                hop.ifPresent(sender.selection().health()::answered);
            }
            if (response.status() == SERVICE_UNAVAILABLE && isUnavailable(response)) {
                replaced = true;
            } else {
                told.onResponse(response);
            }
        }

        /** Whether another hop is tried instead. Only one that says for how long is spared, RFC 3261 §21.5.4. */
        private boolean isUnavailable(Response response) {
            Optional<Duration> retryAfter =
                    response.headers().first(HeaderName.RETRY_AFTER).flatMap(RetryAfter::of);
            if (hop.isPresent() && retryAfter.isPresent()) {
                sender.selection().health().failed(hop.get(), retryAfter.get());
            }
            passOver(transaction.flow().peer());
            return failsOver();
        }

        /** A peer that sent as much as a 100 has the request; nobody else gets it, RFC 3263 §4.3. */
        @Override
        public void onTimeout() {
            if (!answered) {
                hop.ifPresent(sender.selection().health()::failed);
                passOver(transaction.flow().peer());
                if (failsOver()) {
                    replaced = true;
                    return;
                }
            }
            told.onTimeout();
        }

        @Override
        public void onTransportError(IOException cause) {
            hop.ifPresent(sender.selection().health()::failed);
            if (!answered && failsOver()) {
                replaced = true;
            } else {
                told.onTransportError(followed.isPresent() ? new FlowFailedException(cause) : cause);
            }
        }

        @Override
        public void onTerminated() {
            if (!replaced) {
                ended = true;
                told.onTerminated();
            }
        }
    }
}
