// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.snapshot.Transactions;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transaction.ServerUser;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.PrivacyService;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** A stateful proxy for one request, RFC 3261 §16. Confined to the strand of its server transaction. */
public final class ProxyCore implements ServerUser, Stranded {
    private static final String ELSEWHERE = "SIP;cause=200;text=\"Call completed elsewhere\""; // RFC 3326 §2

    /**
     * Upward, in the core section. The answer true says that an application is to see the message first; when it has, the
     * listener calls {@link #forward} or {@link #callbackDone}, in the core section too.
     */
    public interface Listener {
        /** For calls without an application: nobody looks. */
        Listener NONE = new Listener() {};

        /** A provisional response; then {@link #forward}. */
        default boolean onProvisional(ProxyBranch branch, Response response) {
            return false;
        }

        /** A final response other than a 2xx of one branch; then {@link #callbackDone}. New branches may be started before. */
        default boolean onBranchFinal(ProxyBranch branch, Response response) {
            return false;
        }

        /** A 2xx, or the best response when all branches ended; then {@link #forward}. New branches started before replace it. */
        default boolean onFinal(ProxyBranch branch, Response response) {
            return false;
        }

        /** The caller gave up; all branches are being cancelled. */
        default void onCancel(Request cancel) {}

        /** No final response in time; the branch is being cancelled. */
        default void onTimeout(ProxyBranch branch) {}

        /** A final response went upstream and no branch is under way. */
        default void onComplete() {}

        /** Who hears of the 2xx to an INVITE that come after that; kept for half a minute, so it is small and keeps no session. */
        default Late late() {
            return Late.NONE;
        }
    }

    /** Upward, when the proxy is complete: the listener gets nothing any more. In the core section. */
    public interface Late {
        Late NONE = (branch, response) -> false;

        /**
         * The 2xx of one more callee.
         *
         * @param branch which of {@link #branches} it came on
         * @return whether it was given to the proxy with {@link #onLateSuccess}; else it is just forwarded
         */
        boolean onSuccess(int branch, Response response);
    }

    private final ServerTransaction transaction;
    private final RoutingState state;
    private final ProxyEnvironment environment;
    private final ProxySettings settings;
    private Listener listener;
    private final boolean invite;
    private final boolean secure; // came for a SIPS URI
    private final String branchPart;
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
    private boolean searching;
    private long searchStart; // when searching

    /** @param original the request without our own routes; what the application edits before it starts branches replaces it */
    public ProxyCore(
            ServerTransaction transaction,
            Request original,
            RoutingState state,
            ProxyEnvironment environment,
            ProxySettings settings,
            Listener listener) {
        this.transaction = transaction;
        this.original = original;
        this.state = state;
        this.environment = environment;
        this.settings = settings;
        this.listener = listener;
        this.secure = RecordRoute.isSecure(transaction.request().uri());
        this.invite = original.method().equals(Method.INVITE);
        this.branchPart = environment.loops().branchPart(transaction.request(), state);
        this.breadth = Breadth.of(original);
        this.targets = new TargetSet(settings, breadth);
    }

    private static final int TRANSACTION = 1;
    private static final int ORIGINAL = 2;
    private static final int CANCELLED = 3;
    private static final int REJECTED = 4;
    private static final int SETTINGS = 5;
    private static final int BRANCH = 6;
    private static final int FINAL = 7;
    private static final int WAITS = 20; // of a branch
    private static final int BRANCH_NUMBER = 1;
    private static final int RESPONSE = 2;

    /** Writes it down, while it is not answered. */
    public void write(FieldWriter out) {
        out.part(TRANSACTION, part -> Transactions.write(transaction.memento(), part));
        Messages.write(out, ORIGINAL, original);
        out.flag(CANCELLED, cancelled).flag(REJECTED, rejected).part(SETTINGS, settings::write);
        List<ProxyBranch> branches = targets.branches();
        for (ProxyBranch each : branches) {
            out.part(BRANCH, part -> {
                each.write(part, each.redirectedBy().map(branches::indexOf).orElse(-1));
                part.flag(WAITS, targets.isWaiting(each));
            });
        }
        responses.forEach((branch, response) -> out.part(FINAL, part -> part.number(
                        BRANCH_NUMBER, branch.map(branches::indexOf).orElse(-1) + 1)
                .bytes(RESPONSE, Messages.bytes(response))));
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
            Listener listener) {
        ServerTransaction.Memento memento = Transactions.server(in.requiredPart(TRANSACTION));
        Request request = Messages.request(in, ORIGINAL);
        settings.read(in.requiredPart(SETTINGS));
        ProxyCore core = new ProxyCore(transactions.apply(memento), request, state, environment, settings, listener);
        core.started = true;
        core.transaction.user(core);
        return core;
    }

    /** The second half of {@link #restored}, when the listener knows it. */
    public void resume(FieldReader in) {
        cancelled = in.flag(CANCELLED);
        rejected = in.flag(REJECTED);
        List<FieldReader> parts = in.parts(BRANCH);
        for (FieldReader part : parts) {
            ProxyBranch branch = ProxyBranch.restored(part, this, settings.copy());
            targets.add(branch);
            if (part.flag(WAITS)) {
                targets.await(branch);
            }
        }
        List<ProxyBranch> branches = targets.branches();
        for (int i = 0; i < parts.size(); i++) {
            redirections(branches, parts, i);
        }
        for (FieldReader part : in.parts(FINAL)) {
            int branch = (int) part.number(BRANCH_NUMBER) - 1;
            Response response = Messages.response(part.requiredBytes(RESPONSE));
            if (branch < 0) {
                responses.offerOwn(response);
            } else {
                responses.offer(branches.get(branch), response);
            }
        }
        for (int i = 0; i < parts.size(); i++) {
            branches.get(i).resume(parts.get(i));
        }
        proceed();
    }

    private static void redirections(List<ProxyBranch> branches, List<FieldReader> parts, int redirector) {
        List<ProxyBranch> redirected = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            if (ProxyBranch.redirector(parts.get(i)) == redirector) {
                redirected.add(branches.get(i));
            }
        }
        if (!redirected.isEmpty()) {
            branches.get(redirector).recursed(redirected);
        }
    }

    /** Another node goes on with it. */
    public void left() {
        targets.branches().forEach(ProxyBranch::left);
        transaction.abandon();
    }

    OutgoingRequest restore(OutgoingRequest.Memento sent, ProxyBranch branch, ClientUser user) {
        return environment.outbound().restore(this, sent, user, branch::finish, branchPart);
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

    /** Whether senders are hidden from peers outside as they ask for. */
    boolean isPrivacyService() {
        return environment.proxyRequire().contains(PrivacyService.OPTION);
    }

    /** Of all its requests; it begins with the first. */
    History history(Predicate<Uri> contacts) {
        History present = history;
        if (present == null) {
            present = new History(original, received().uri(), contacts);
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
        List<ProxyBranch> created = new ArrayList<>(uris.size());
        for (Uri uri : uris) {
            if (!targets.contains(uri)) {
                ProxyBranch branch = new ProxyBranch(this, uri, settings.copy());
                targets.add(branch);
                created.add(branch);
            }
        }
        return created;
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
        new AckForwarder(environment).onAck(ack);
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
        return invite
                && settings.tellsEarlyEnds()
                && transaction.request().headers().lists(HeaderName.SUPPORTED, "199")
                && !transaction.request().headers().lists(HeaderName.REQUIRE, "100rel"); // we could not take the PRACK
    }

    private void tellEarlyEnd(ProxyBranch branch, Response early, Response last) {
        if (!cancelled && !rejected) {
            Response ended = Response.to(transaction.request(), 199)
                    .set(HeaderName.TO, early.to().toString())
                    .add(HeaderName.REASON, reason(last.status()))
                    .build();
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

    Timers timers() {
        return environment.timers();
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

    org.trapezoid.sip.transport.Listener arrivedOn() {
        return transaction.flow().listener();
    }

    Flow arrivedOver() {
        return transaction.flow();
    }

    /** As it came, with our own routes. */
    Request received() {
        return transaction.request();
    }

    FlowTokens flows() {
        return environment.flows();
    }

    /** RFC 5630 §5.3: what came for a SIPS URI goes to SIPS URIs only. */
    boolean isDowngrade(Request request) {
        return secure && request.uri() instanceof SipUri sip && !sip.secure();
    }

    OutgoingRequest send(Request request, ProxyBranch branch, ClientUser user) {
        if (isDowngrade(request)) {
            return environment.outbound().refuse(this, request, 480, user);
        }
        return environment.outbound().send(this, request, state, user, branch::finish, branchPart);
    }

    /** When the time of a branch that starts now began: with the whole search, if it is parallel. */
    long searchStart(ProxySettings of, long now) {
        if (!settings.parallel()) {
            return now;
        }
        if (!searching
                || now - searchStart >= of.timeout().orElse(Duration.ZERO).toNanos()) {
            searching = true;
            searchStart = now;
        }
        return searchStart;
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
        OptionalInt refusal = RequestValidation.refusal(transaction.request(), environment.proxyRequire());
        if (refusal.isEmpty() && targets.branches().size() > 1 && isLoop()) {
            refusal = OptionalInt.of(482);
        }
        if (refusal.isEmpty() && minimum().isPresent()) {
            refusal = OptionalInt.of(422);
        }
        refusal.ifPresent(this::refuse);
        return refusal.isPresent();
    }

    /** Only who forks must know: one target more or less is what Max-Forwards is for (RFC 5393 §4.2). */
    boolean isLoop() {
        return environment.loops().isLoop(transaction.request(), branchPart);
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
        Response refusal = local(status);
        if (status == 422) {
            refusal = refusal.toBuilder()
                    .set(HeaderName.MIN_SE, Long.toString(minimum().orElseThrow()))
                    .build();
        }
        if (status == 420) {
            List<String> unsupported = RequestValidation.unsupported(transaction.request(), environment.proxyRequire());
            refusal = refusal.toBuilder()
                    .set(HeaderName.UNSUPPORTED, String.join(", ", unsupported))
                    .build();
        }
        sendFinal(refusal);
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
            sendFinal(local(cancelled ? 487 : 408));
            return;
        }
        Optional<ProxyBranch> branch = best.get().branch();
        boolean lost = branch.isPresent() && branch.get().hasLostItsClient();
        Response response = lost ? local(480) : best.get().response(); // RFC 5626 §7: 430 is between proxies
        if (branch.isPresent() && listener.onFinal(branch.get(), response)) {
            callbacks++;
        } else {
            sendFinal(response);
        }
    }

    private void reject(Response response) {
        rejected = true;
        targets.cancelAll(List.of(reason(response.status())));
    }

    /** A Reason value (RFC 3326 §2); the phrase is ours, so that it needs no escapes. */
    private static String reason(int status) {
        return "SIP;cause=" + status + ";text=\"" + Response.defaultReason(status) + '"';
    }

    private void succeed() {
        succeeded = true;
        if (settings.noCancel()) {
            targets.endWaiting();
        } else {
            targets.cancelAll(List.of(ELSEWHERE));
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
        Late late = invite ? listener.late() : Late.NONE;
        List<ProxyBranch> branches = targets.branches();
        for (int i = 0; i < branches.size(); i++) {
            branches.get(i).release(transaction, late, i);
        }
        if (invite) {
            transaction.release(new AckForwarder(environment)); // more 2xx may come, and their ACKs
        } else {
            transaction.release();
        }
    }
}
