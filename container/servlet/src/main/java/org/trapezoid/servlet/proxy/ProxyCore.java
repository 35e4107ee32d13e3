// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transaction.ServerUser;
import org.trapezoid.sip.uri.Uri;

/** A stateful proxy for one request, RFC 3261 §16. Confined to the strand of its server transaction. */
public final class ProxyCore implements ServerUser, Stranded {
    private final ServerTransaction transaction;
    private final Forwarding forwarding;
    private final ProxySettings settings;
    private ProxyListener listener;
    private final boolean invite;
    private final Breadth breadth;
    private final TargetSet targets;
    private final ResponseContext responses = new ResponseContext();
    private Request original;
    private @Nullable History history;
    private boolean started;
    private boolean cancelled; // by the caller
    private boolean rejected; // by a 6xx
    private boolean succeeded; // a 2xx came or was sent
    private boolean answered; // a final response went upstream
    private boolean completed;
    private int decidedFrom; // so many responses
    private int callbacks; // of the application, for responses that decide how the search goes on

    /** @param original the request without our own routes; what the application edits before it starts branches replaces it */
    public ProxyCore(
            ServerTransaction transaction,
            Request original,
            RoutingState state,
            ProxyEnvironment environment,
            ProxySettings settings,
            ProxyListener listener) {
        this.transaction = transaction;
        this.original = original;
        this.forwarding = new Forwarding(transaction, state, environment);
        this.settings = settings;
        this.listener = listener;
        this.invite = original.method().equals(Method.INVITE);
        this.breadth = Breadth.of(original);
        this.targets = new TargetSet(settings, breadth);
    }

    /** Writes it down, while it is not answered. */
    public void write(FieldWriter out) {
        new SavedProxy(cancelled, rejected, targets.saved(), responses.saved(targets.branches()))
                .write(transaction.memento(), original, settings, out);
    }

    /** Whether it can be written down: a final response has not been sent. */
    public boolean isUnanswered() {
        return started && !answered && !succeeded && !completed;
    }

    /**
     * Goes on where another node has left it: each branch waits for its responses again.
     *
     * @param settings as the application has them by its configuration
     */
    public static ProxyCore restored(
            FieldReader in,
            Function<ServerTransaction.Memento, ServerTransaction> transactions,
            RoutingState state,
            ProxyEnvironment environment,
            ProxySettings settings,
            ProxyListener listener) {
        ServerTransaction.Memento memento = SavedProxy.transaction(in);
        Request request = SavedProxy.original(in);
        SavedProxy.settings(in, settings);
        ProxyCore core = new ProxyCore(transactions.apply(memento), request, state, environment, settings, listener);
        core.started = true;
        core.transaction.user(core);
        return core;
    }

    /** The second half of {@link #restored}, when the listener knows it. */
    public void resume(FieldReader in) {
        SavedProxy saved = SavedProxy.read(in, settings);
        cancelled = saved.cancelled();
        rejected = saved.rejected();
        targets.restore(saved.branches(), this);
        responses.restore(saved.finals(), targets.branches());
        targets.resume(saved.branches());
        proceed();
    }

    /** Another node goes on with it. */
    public void left() {
        targets.branches().forEach(ProxyBranch::left);
        transaction.abandon();
    }

    @Override
    public Strand strand() {
        return transaction.strand();
    }

    public Request original() {
        return original;
    }

    /** What branches started from now on are made from. */
    public void original(Request edited) {
        original = edited;
    }

    /** Of all its requests; it begins with the first. */
    History history(Predicate<Uri> contacts) {
        History present = history;
        if (present == null) {
            present = new History(original, forwarding.received().uri(), contacts);
            history = present;
        }
        return present;
    }

    public ProxySettings settings() {
        return settings;
    }

    /** All branches, in the order they were made, those of redirections too. */
    public List<ProxyBranch> branches() {
        return targets.branches();
    }

    /** Whether it took the request over: branches were started, or the request was refused. */
    public boolean isStarted() {
        return started;
    }

    /** Whether a final response went upstream and no branch is under way. */
    public boolean isComplete() {
        return completed;
    }

    /** Makes branches that start with {@link #start}; a target that was there before is left out (RFC 3261 §16.5). */
    public List<ProxyBranch> createBranches(List<? extends Uri> uris) {
        requireSearching();
        return targets.create(uris, this);
    }

    /** Makes branches and starts them. */
    public void fork(List<? extends Uri> uris) {
        createBranches(uris);
        start();
    }

    /**
     * Starts the branches made: all of them, or the first one when the search is sequential. A request that may not be
     * forwarded is answered instead.
     *
     * @throws InsufficientBreadth if there are more than Max-Breadth allows; nothing was sent
     */
    public void start() {
        requireSearching();
        if (isRefused()) {
            return;
        }
        targets.enqueueUnstarted();
        takeOver();
        targets.startNext();
    }

    private void takeOver() {
        if (!started) {
            started = true;
            transaction.user(this);
        }
    }

    /** Cancels every branch; those not started never start. */
    public void cancel(List<String> reasons) {
        targets.cancelAll(reasons);
        proceed();
    }

    /** Sends a response upstream after the application saw it; a best one only if no other branch was started meanwhile. */
    public void forward(ProxyBranch branch, Response response) {
        switch (response.statusClass()) {
            case PROVISIONAL -> sendProvisional(response);
            case SUCCESS -> {
                branch.successes().forwarded(response);
                sendSuccess(response);
            }
            case REDIRECTION, CLIENT_ERROR, SERVER_ERROR, GLOBAL_FAILURE -> {
                callbacks--;
                if (answered || callbacks > 0 || responses.size() != decidedFrom || isUnderWay()) {
                    proceed();
                } else {
                    sendFinal(response);
                }
            }
        }
    }

    /** The application saw the final response of a branch. */
    public void callbackDone() {
        callbacks--;
        proceed();
    }

    /**
     * Sends a response of the application. While branches are under way, a final one other than a 2xx competes with theirs,
     * as that of one more branch.
     */
    public void sendOwn(Response response) {
        switch (response.statusClass()) {
            case PROVISIONAL -> sendProvisional(response);
            case SUCCESS -> {
                succeed();
                sendSuccess(response);
            }
            case GLOBAL_FAILURE -> {
                reject(response);
                sendOwnFinal(response);
            }
            case REDIRECTION, CLIENT_ERROR, SERVER_ERROR -> sendOwnFinal(response);
        }
    }

    /** The application's user agent has sent a 2xx to the INVITE, and repeats it until its ACK: no branch is needed any more. */
    public void giveWay() {
        answered = true;
        succeed();
        checkComplete();
    }

    private void sendOwnFinal(Response response) {
        if (isUnderWay()) {
            responses.offerOwn(response);
        } else {
            sendFinal(response);
        }
    }

    // ---- from the server transaction

    /** RFC 3261 §16.10. */
    @Override
    public void onCancel(Request cancel) {
        cancelled = true;
        List<String> reasons = cancel.headers().all(HeaderName.REASON);
        listener.onCancel(cancel);
        cancel(reasons);
    }

    /** The caller of RFC 2543 style sends its ACK on our server transaction. */
    @Override
    public void onAck(Request ack) {
        new AckForwarder(forwarding.environment()).onAck(ack);
    }

    @Override
    public void onTimeout() {
        // nobody acknowledged the final response we forwarded; the branches have ended
    }

    /** RFC 3261 §16.9: a response that cannot be sent is dropped, the branches go on. */
    @Override
    public void onTransportError(IOException cause) {}

    @Override
    public void onTerminated() {}

    // ---- from the branches

    void onProvisional(ProxyBranch branch, Response response) {
        if (invite && !succeeded && !answered && !listener.onProvisional(branch, response)) {
            sendProvisional(response);
        }
    }

    /** A 2xx that is no retransmission. */
    void onSuccess(ProxyBranch branch, Response response) {
        if (!invite && (succeeded || answered)) {
            checkComplete();
            return;
        }
        succeed();
        if (!listener.onFinal(branch, response)) {
            forward(branch, response);
        }
    }

    /** A 2xx of one more callee, when this proxy was complete already. */
    public void onLateSuccess(int branch, Response response) {
        ProxyBranch on = targets.branches().get(branch);
        if (!listener.onFinal(on, response)) {
            forward(on, response);
        }
    }

    /** The callee retransmits its 2xx because no ACK reached it. */
    void resend(Response response) {
        transaction.send(response);
    }

    void onFailure(ProxyBranch branch, Response response) {
        if (succeeded || answered) {
            checkComplete();
            return;
        }
        if (response.statusClass() == StatusClass.GLOBAL_FAILURE) {
            reject(response);
        }
        Optional<Response> competing = response.statusClass() == StatusClass.REDIRECTION
                ? new Recursion(this, branch).follow(response)
                : Optional.of(response);
        competing.ifPresent(left -> responses.offer(branch, left));
        if (isUnderWay()) {
            branch.earlyEnds().forEach(early -> tellEarlyEnd(branch, early, response));
        }
        if (listener.onBranchFinal(branch, response)) {
            callbacks++;
        } else {
            proceed();
        }
    }

    /** Whether the caller is told of early dialogs that end before its request is answered (RFC 6228 §6). */
    boolean tellsEarlyEnds() {
        return invite && settings.tellsEarlyEnds() && EarlyDialogs.areEndedFor(transaction.request());
    }

    private void tellEarlyEnd(ProxyBranch branch, Response early, Response last) {
        if (!cancelled && !rejected) {
            Response ended = EarlyDialogs.ended(transaction.request(), early, last);
            if (!listener.onProvisional(branch, ended)) {
                sendProvisional(ended);
            }
        }
    }

    void onTimeout(ProxyBranch branch) {
        listener.onTimeout(branch);
    }

    void onGivenUp() {
        proceed();
    }

    void onCancelled(ProxyBranch branch) {
        targets.remove(branch);
        proceed();
    }

    // ---- for the branches

    Forwarding forwarding() {
        return forwarding;
    }

    boolean isInvite() {
        return invite;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Whether no answer but a 2xx is of interest any more. */
    boolean isGivenUp() {
        return (cancelled || rejected) && !succeeded;
    }

    // ---- the search

    boolean maySearch() {
        boolean goesOn = succeeded ? invite && settings.noCancel() : !answered;
        return goesOn && !cancelled && !rejected;
    }

    Breadth breadth() {
        return breadth;
    }

    TargetSet targets() {
        return targets;
    }

    private void requireSearching() {
        boolean answeredBefore = !started && transaction.hasFinal();
        if (answeredBefore || !maySearch()) {
            throw new IllegalStateException("cannot proxy " + original.method().name() + ' ' + original.callId()
                    + " to more targets; it was "
                    + (cancelled ? "cancelled" : rejected ? "rejected by a 6xx" : "answered"));
        }
    }

    /** RFC 3261 §16.3. */
    private boolean isRefused() {
        OptionalInt refusal = RequestValidation.refusal(
                transaction.request(), forwarding.environment().proxyRequire());
        if (refusal.isEmpty() && targets.branches().size() > 1 && forwarding.isLoop()) {
            refusal = OptionalInt.of(482);
        }
        if (refusal.isEmpty() && minimum().isPresent()) {
            refusal = OptionalInt.of(422);
        }
        refusal.ifPresent(this::refuse);
        return refusal.isPresent();
    }

    private OptionalLong minimum() {
        return sessionTimer().map(timer -> timer.refusal(original)).orElse(OptionalLong.empty());
    }

    /** What the application wants of the session that the request begins or refreshes. */
    Optional<ProxiedSessionTimer> sessionTimer() {
        return ProxiedSessionTimer.concerns(original) ? settings.sessionTimer() : Optional.empty();
    }

    private void refuse(int status) {
        takeOver();
        sendFinal(RequestValidation.explained(
                forwarding.local(status),
                transaction.request(),
                forwarding.environment().proxyRequire(),
                minimum()));
    }

    private boolean isUnderWay() {
        return targets.isPending() || targets.isWaiting();
    }

    /** Whatever is due now: the next branches, or the answer. */
    private void proceed() {
        if (!started || callbacks > 0 || completed) {
            return;
        }
        if (maySearch()) {
            targets.startNext();
        }
        if (succeeded || answered) {
            checkComplete();
        } else if (!targets.isPending()) {
            decide();
        }
    }

    private void decide() {
        Optional<ResponseContext.Best> best = responses.best();
        decidedFrom = responses.size();
        if (best.isEmpty()) {
            sendFinal(forwarding.local(cancelled ? 487 : 408));
            return;
        }
        Optional<ProxyBranch> branch = best.get().branch();
        boolean lost = branch.isPresent() && branch.get().hasLostItsClient();
        Response response = lost ? forwarding.local(480) : best.get().response(); // RFC 5626 §7: 430 is between proxies
        if (branch.isPresent() && listener.onFinal(branch.get(), response)) {
            callbacks++;
        } else {
            sendFinal(response);
        }
    }

    private void reject(Response response) {
        rejected = true;
        targets.cancelAll(List.of(Reasons.of(response.status())));
    }

    private void succeed() {
        succeeded = true;
        if (settings.noCancel()) {
            targets.endWaiting();
        } else {
            targets.cancelAll(List.of(Reasons.ELSEWHERE));
        }
    }

    private void sendProvisional(Response response) {
        if (!answered && !transaction.hasFinal()) {
            transaction.send(told(response));
        }
    }

    /** Every 2xx to an INVITE goes upstream, RFC 3261 §16.7 step 5; one to another request. */
    private void sendSuccess(Response response) {
        if (invite || !answered) {
            answered = true;
            transaction.send(told(response));
        }
        checkComplete();
    }

    private void sendFinal(Response response) {
        answered = true;
        targets.cancelAll(List.of());
        if (!transaction.hasFinal()) {
            transaction.send(told(response));
        }
        checkComplete();
    }

    private Response told(Response response) {
        return history == null ? response : history.answer(response);
    }

    private void checkComplete() {
        if (answered && !completed && callbacks <= 0 && !targets.isPending()) {
            completed = true;
            original.forget();
            if (!settings.noCancel()) { // else more branches may be started
                release();
            }
            listener.onComplete();
        }
    }

    /** The transactions are kept for 32 s; this proxy and its session are not, unless somebody else keeps them. */
    private void release() {
        targets.release(transaction, invite ? listener.late() : ProxyListener.Late.NONE);
        if (invite) {
            transaction.release(new AckForwarder(forwarding.environment())); // more 2xx may come, and their ACKs
        } else {
            transaction.release();
        }
    }
}
