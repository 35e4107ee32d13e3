// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowFailedException;
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
    private @Nullable Attempt current;
    private Optional<FlowTokens.Named> followed = Optional.empty();
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

    void locate(Uri nextHop) {
        CompletionStage<List<Hop>> found = sender.locator().locate(nextHop);
        CompletableFuture<List<Hop>> now = found.toCompletableFuture();
        if (now.isDone() && !now.isCompletedExceptionally()) {
            located(nextHop, now.join());
        } else {
            found.whenComplete((result, problem) -> {
                if (problem != null) {
                    log.debug("{} not located: {}", nextHop, problem.toString());
                }
                List<Hop> usable = problem == null ? result : List.of();
                Strand.run(owner, () -> located(nextHop, usable));
            });
        }
    }

    void sendOver(Flow flow) {
        if (NextHop.isSecure(original) && !flow.protocol().isSecure() && !(flow instanceof LoopbackFlow)) {
            later(() -> endFailed(new IOException(flow + " is not secure, as " + original.uri() + " demands")));
            return;
        }
        String branch = sender.newBranch() + branchEnd;
        Request finished = sender.permitted(finisher.finish(original, flow), flow);
        Request request = RequestSender.withVia(
                followed.isPresent() ? RequestSender.withoutFlow(finished) : finished, flow, branch);
        Attempt attempt = new Attempt(flow, branch, request);
        current = attempt;
        if (hops.isEmpty()) {
            original = request;
        }
        attempt.transaction().start();
    }

    private void located(Uri nextHop, List<Hop> found) {
        if (ended) {
            return;
        }
        hops = sender.suited(found, original);
        tryNext(RequestSender.unknown(nextHop));
    }

    /** Sends it to the first hop left that has a flow. */
    private void tryNext(IOException cause) {
        IOException last = cause;
        while (!hops.isEmpty()) {
            Hop hop = hops.get(0);
            hops = RequestSender.rest(hops);
            try {
                sendOver(sender.flowTo(hop, original));
                return;
            } catch (IOException unusable) {
                log.debug("{} cannot go to {}: {}", original.method().name(), hop, unusable.toString());
                last = unusable;
            }
        }
        IOException reported = last;
        if (reported instanceof RefusedHopException refused) {
            refuse(refused.status(), Response.defaultReason(refused.status()));
        } else {
            later(() -> endFailed(reported));
        }
    }

    /** A peer that is silent over one transport is not asked over another. */
    private void passOver(InetSocketAddress silent) {
        while (!hops.isEmpty() && hops.get(0).address().equals(silent)) {
            hops = RequestSender.rest(hops);
        }
    }

    private boolean canFailOver() {
        return !cancelled && !hops.isEmpty();
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
        private boolean replaced;

        Attempt(Flow flow, String branch, Request request) {
            TransactionContext context = sender.context();
            TransactionKey key = TransactionKey.client(branch, request.method().name());
            this.transaction = request.method().equals(Method.INVITE)
                    ? new InviteClientTransaction(context, key, owner, flow, request, this)
                    : new NonInviteClientTransaction(context, key, owner, flow, request, this);
        }

        ClientTransaction transaction() {
            return transaction;
        }

        @Override
        public void onResponse(Response response) {
            if (response.status() == SERVICE_UNAVAILABLE && canFailOver()) {
                replaced = true;
                tryNext(new IOException("503 from " + transaction.flow().peer()));
            } else if (!replaced) {
                user.onResponse(response);
            }
        }

        @Override
        public void onTimeout() {
            passOver(transaction.flow().peer());
            if (canFailOver()) {
                replaced = true;
                tryNext(new IOException("no response from " + transaction.flow().peer()));
            } else {
                user.onTimeout();
            }
        }

        @Override
        public void onTransportError(IOException cause) {
            if (canFailOver()) {
                replaced = true;
                tryNext(cause);
            } else {
                user.onTransportError(followed.isPresent() ? new FlowFailedException(cause) : cause);
            }
        }

        @Override
        public void onTerminated() {
            if (!replaced) {
                ended = true;
                user.onTerminated();
            }
        }
    }
}
