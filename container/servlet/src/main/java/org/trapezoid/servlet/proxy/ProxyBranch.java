// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transaction.Transaction;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowFailedException;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.Uri;

/** One target of a proxied request and its client transaction, RFC 3261 §16.6. Confined to its strand. */
public final class ProxyBranch implements ClientUser {
    private static final Logger log = LoggerFactory.getLogger(ProxyBranch.class);

    private static final int SERVER_ERROR = 500;

    /** Over three minutes, RFC 3261 §16.6 step 11. */
    static final Duration TIMER_C = Duration.ofSeconds(181);

    /**
     * Nobody waits longer for a branch that does not answer at all when no answer but a 2xx is wanted: as long as four requests
     * over UDP take.
     */
    static final Duration SILENCE = Duration.ofSeconds(4);

    enum State {
        CREATED,
        CALLING,
        PROCEEDING,
        ENDED
    }

    private final ProxyCore core;
    private final Forwarding forwarding;
    private final Uri target;
    private Optional<Target> destination; // of a target with headers
    private final ProxySettings settings;
    private final ForbiddenRanges forbidden; // by who named the target
    private State state = State.CREATED;
    private Optional<Uri> laterFlow = Optional.empty(); // of its user agent, in place of the target
    private @Nullable Request edited;
    private @Nullable OutgoingRequest outgoing;
    private @Nullable Response response;
    private List<ProxyBranch> recursed = List.of();
    private Optional<ProxyBranch> redirectedBy = Optional.empty();
    private Optional<Successes> successes = Optional.empty();
    private @Nullable EarlyDialogs early; // when their ends are told
    private int breadth;
    private boolean timedOut;
    private boolean cancelled;
    private boolean answeredHere;
    private Timer timer = Timer.NONE;
    private long timerCFrom; // moves with each provisional; the timer itself is not restarted
    private boolean limited;
    private long deadline; // when limited

    ProxyBranch(ProxyCore core, Uri target, ProxySettings settings, ForbiddenRanges forbidden) {
        this.forbidden = forbidden;
        this.core = core;
        this.forwarding = core.forwarding();
        this.target = target;
        this.destination = Target.of(target, forwarding.received());
        this.settings = settings;
    }

    SavedBranch saved(int redirector, boolean waits) {
        return new SavedBranch(
                target,
                state,
                breadth,
                timedOut,
                cancelled,
                limited ? Optional.of(timeLeft()) : Optional.empty(),
                forbidden,
                laterFlow,
                settings,
                outgoing == null ? Optional.empty() : outgoing.memento(),
                Optional.ofNullable(response),
                Optional.ofNullable(edited),
                redirector,
                waits);
    }

    private Duration timeLeft() {
        return Duration.ofNanos(Math.max(0, deadline - forwarding.timers().nanoTime()));
    }

    static ProxyBranch restored(SavedBranch saved, ProxyCore core) {
        ProxyBranch branch = new ProxyBranch(core, saved.target(), saved.settings(), saved.forbidden());
        branch.state = saved.state();
        saved.laterFlow().ifPresent(branch::over);
        branch.breadth = saved.breadth();
        branch.timedOut = saved.timedOut();
        branch.cancelled = saved.cancelled();
        branch.response = saved.response().orElse(null);
        branch.edited = saved.edited().orElse(null);
        return branch;
    }

    /** Goes on where another node has left it; all branches are there. */
    void resume(SavedBranch saved) {
        if (!isPending()) {
            return;
        }
        core.breadth().take(breadth);
        timerCFrom = forwarding.timers().nanoTime();
        saved.timeLeft().ifPresent(left -> limit(timerCFrom, left));
        if (saved.sent().isPresent()) {
            outgoing = forwarding.restore(core, saved.sent().get(), user(), this::finish);
            schedule();
        } else {
            send(toSend()); // nobody knows where it was to go
        }
    }

    /** Another node goes on with it. */
    void left() {
        if (isPending()) {
            end();
        }
        if (outgoing != null) {
            outgoing.abandon();
        }
    }

    public Uri target() {
        return target;
    }

    /** What this branch does differently from others; has an effect before it starts only. */
    public ProxySettings settings() {
        return settings;
    }

    /** The request as it was sent, with our Via; before that as it is going to be edited for this target. */
    public Request request() {
        OutgoingRequest sent = outgoing;
        if (sent != null) {
            return sent.request();
        }
        Request given = edited;
        return given != null ? given : addressed();
    }

    private Request addressed() {
        return destination.isEmpty()
                ? core.original().toBuilder().uri(target).build()
                : destination.get().address(core.original());
    }

    /** Sends this one instead, to where it leads. */
    public void request(Request newRequest) {
        requireUnstarted();
        edited = newRequest;
    }

    public boolean isStarted() {
        return outgoing != null;
    }

    /** Whether the flow of a client failed that this server alone knows a way to. */
    boolean hasLostItsClient() {
        return destination.isPresent()
                && !destination.get().routes().isEmpty()
                && response != null
                && response.status() == 430;
    }

    /** Whether a final response came, or it was given up. */
    public boolean isEnded() {
        return state == State.ENDED;
    }

    /** The last response. */
    public Optional<Response> response() {
        return Optional.ofNullable(response);
    }

    /** The branches to the Contacts of its redirection. */
    public List<ProxyBranch> recursed() {
        return recursed;
    }

    /** Cancels it and what became of its redirection; one that is not started never starts. */
    public void cancel(List<String> reasons) {
        for (ProxyBranch branch : recursed) {
            branch.cancel(reasons);
        }
        abort(reasons);
        core.onCancelled(this);
    }

    /** Gives it this time from now on, also while it runs. */
    public void timeout(Duration timeout) {
        settings.timeout(timeout);
        if (isPending()) {
            limit(forwarding.timers().nanoTime(), timeout);
            schedule();
        }
    }

    private void requireUnstarted() {
        if (state != State.CREATED) {
            throw new IllegalStateException("the branch to " + target + " is " + state + "; it was to be unstarted");
        }
    }

    boolean isUnstarted() {
        return state == State.CREATED;
    }

    /** Sent, and no final response yet. */
    boolean isPending() {
        return state == State.CALLING || state == State.PROCEEDING;
    }

    /** Whether the next target waits for it. */
    boolean holdsNext() {
        return isPending() && !timedOut;
    }

    /** Its proxy is complete: what is left of it forwards late 2xx. */
    void release(ServerTransaction upstream, ProxyListener.Late late, int index) {
        if (outgoing != null && isEnded()) {
            outgoing.release(new LateSuccesses(upstream, successes(), late, index), upstream);
        }
    }

    void recursed(List<ProxyBranch> branches) {
        recursed = List.copyOf(branches);
        recursed.forEach(branch -> branch.redirectedBy = Optional.of(this));
    }

    /** The branch whose redirection this one follows. */
    Optional<ProxyBranch> redirectedBy() {
        return redirectedBy;
    }

    void abort(List<String> reasons) {
        switch (state) {
            case CREATED -> state = State.ENDED;
            case CALLING, PROCEEDING -> {
                boolean before = cancelled;
                cancelled = core.isInvite();
                if (outgoing != null) {
                    outgoing.cancel(reasons);
                }
                if (cancelled && !before && core.isGivenUp()) {
                    limitSilence();
                }
            }
            case ENDED -> {
                // nothing is under way
            }
        }
    }

    /** A CANCEL waits for a provisional response (RFC 3261 §9.1), which a phone that has gone does not send; its caller need not. */
    private void limitSilence() {
        long left = Math.max(0, SILENCE.toNanos() - (forwarding.timers().nanoTime() - timerCFrom));
        if (state == State.CALLING && left < untilExpiry()) {
            timer.cancel();
            timer = forwarding.timers().schedule(core, Duration.ofNanos(left), this::onSilence);
        }
    }

    private void onSilence() {
        if (state == State.CALLING) {
            endHere(forwarding.local(
                    487)); // the transaction goes on: it cancels the INVITE when it is answered, or brings a late 2xx
        } else {
            schedule();
        }
    }

    /** RFC 3261 §16.6 steps 1 to 10. */
    void start(int share) {
        requireUnstarted();
        breadth = share;
        state = State.CALLING;
        Request request = toSend();
        timerCFrom = forwarding.timers().nanoTime();
        settings.timeout().ifPresent(timeout -> limit(core.targets().searchStart(settings, timerCFrom), timeout));
        send(request);
    }

    /** Whatever goes wrong, the branch ends and the caller gets an answer. */
    private void send(Request request) {
        try {
            outgoing = forwarding.send(core, request, user(), this::finish);
        } catch (RuntimeException e) {
            log.error("{} to {} not sent", request.method().name(), request.uri(), e);
            Strand.post(() -> Strand.run(core, () -> endHere(forwarding.local(SERVER_ERROR))));
            return;
        }
        schedule();
    }

    /** Of its next transaction. */
    private ClientUser user() {
        return nextFlow().isEmpty() ? this : new OneFlow(this);
    }

    private Optional<Uri> nextFlow() {
        return destination.isEmpty() ? Optional.empty() : destination.get().next();
    }

    /** Whether its user agent may be reached by one more flow, RFC 5626 §7. */
    boolean mayTryNextFlow() {
        return nextFlow().isPresent() && isPending() && !timedOut && !cancelled && edited == null && core.maySearch();
    }

    void tryNextFlow() {
        state = State.CALLING;
        over(nextFlow().orElseThrow());
        Request request = toSend();
        timerCFrom = forwarding.timers().nanoTime();
        send(request);
    }

    private void over(Uri flow) {
        laterFlow = Optional.of(flow);
        destination = Optional.of(Target.of(flow, forwarding.received()).orElseGet(() -> Target.plain(flow)));
    }

    private Request toSend() {
        Request base = edited != null ? edited : destination.isEmpty() ? core.original() : addressed();
        Uri uri = edited == null && destination.isEmpty() ? target : base.uri();
        Request.Builder builder = base.toBuilder().forbid(forbidden);
        if (edited == null) {
            builder.uri(uri);
        }
        int hops = base.maxForwards();
        builder.set(HeaderName.MAX_FORWARDS, hops < 0 ? "70" : Integer.toString(Math.max(0, hops - 1)));
        builder.set(HeaderName.MAX_BREADTH, Integer.toString(breadth));
        Optional<ProxiedSessionTimer> timer = core.sessionTimer();
        if (timer.isPresent()) {
            timer.get().apply(base, builder);
        }
        if (settings.history().isPresent()) {
            core.history(settings.history().get()).write(this, uri, builder);
        }
        RoutePreprocessor.forStrictRouter(base, builder, uri);
        return builder.build();
    }

    private Request finish(Request request, Flow flow) {
        return RouteRecording.record(request, flow, forwarding, settings);
    }

    @Override
    public void onResponse(Response received) {
        Response upstream = upstream(received);
        if (upstream.viaCount() == 0) {
            return; // RFC 3261 §16.7 step 3: meant for us
        }
        switch (received.statusClass()) {
            case PROVISIONAL -> onProvisional(upstream);
            case SUCCESS -> onSuccess(timed(upstream));
            case REDIRECTION, CLIENT_ERROR, SERVER_ERROR, GLOBAL_FAILURE -> onFailure(upstream);
        }
    }

    private Response timed(Response success) {
        Optional<ProxiedSessionTimer> timer = core.sessionTimer();
        return timer.isPresent() ? timer.get().answer(core.original(), success) : success;
    }

    /** Without our Via; what the stack answered before anything was sent is a response of our own. */
    private Response upstream(Response received) {
        Optional<Flow> flow = flow();
        return flow.isPresent() ? forwarding.upstream(received, flow.get()) : forwarding.unsent(request(), received);
    }

    /** The flow by which it was sent last; empty when nothing was sent. */
    private Optional<Flow> flow() {
        return outgoing == null ? Optional.empty() : outgoing.transaction().map(Transaction::flow);
    }

    /** Where its last response came from; empty for one that was made here. */
    public Optional<Flow> source() {
        return answeredHere ? Optional.empty() : flow();
    }

    private void onProvisional(Response upstream) {
        if (!isPending()) {
            return;
        }
        state = State.PROCEEDING;
        if (upstream.status() != 100) {
            timerCFrom = forwarding.timers().nanoTime(); // RFC 3261 §16.7 step 2
            response = upstream;
            if (core.tellsEarlyEnds()) {
                earlyDialogs().follow(upstream);
            }
            core.onProvisional(this, upstream);
        }
    }

    private EarlyDialogs earlyDialogs() {
        EarlyDialogs present = early;
        if (present == null) {
            present = new EarlyDialogs();
            early = present;
        }
        return present;
    }

    /** A response of each early dialog that ends with this branch, and whose end the caller was not told of; once. */
    List<Response> earlyEnds() {
        List<Response> ends = early == null ? List.of() : early.open();
        early = null;
        return ends;
    }

    private void onSuccess(Response upstream) {
        boolean first = isPending();
        if (first) {
            end();
        }
        if (!core.isInvite()) {
            response = upstream;
            core.onSuccess(this, upstream);
        } else if (successes().add(upstream)) {
            response = upstream;
            core.onSuccess(this, upstream);
        } else {
            successes().forwardedFor(upstream).ifPresent(core::resend);
        }
    }

    /** Of an INVITE. */
    Successes successes() {
        if (successes.isEmpty()) {
            successes = Optional.of(new Successes());
        }
        return successes.get();
    }

    private void onFailure(Response upstream) {
        if (isPending()) {
            // who waited too long hears of the time, not of the CANCEL we sent for it
            boolean ours = timedOut && !core.isCancelled() && upstream.status() == 487;
            if (ours) {
                endHere(forwarding.local(408));
            } else {
                endWith(upstream);
            }
        }
    }

    @Override
    public void onTimeout() {
        if (isPending()) {
            endHere(forwarding.local(cancelled && !timedOut ? 487 : 408));
        }
    }

    @Override
    public void onTransportError(IOException cause) {
        if (isPending()) {
            endHere(forwarding.local(
                    cause instanceof FlowFailedException ? 430 : 503)); // RFC 3261 §16.9, RFC 5626 §5.3
        }
    }

    @Override
    public void onTerminated() {
        onTimeout(); // a transaction that ended without a final response
    }

    private void endHere(Response last) {
        answeredHere = true;
        endWith(last);
    }

    private void endWith(Response last) {
        response = last;
        end();
        core.onFailure(this, last);
    }

    private void end() {
        state = State.ENDED;
        timer.cancel();
        core.breadth().giveBack(breadth);
    }

    /** One timer for Timer C and the application's timeout: it sleeps until the earlier one and looks again. */
    private void schedule() {
        timer.cancel();
        long wait = untilExpiry();
        if (isPending() && wait != Long.MAX_VALUE) {
            timer = forwarding.timers().schedule(core, Duration.ofNanos(Math.max(0, wait)), this::onTimer);
        }
    }

    private long untilExpiry() {
        long now = forwarding.timers().nanoTime();
        long wait = core.isInvite() ? TIMER_C.toNanos() - (now - timerCFrom) : Long.MAX_VALUE;
        return limited ? Math.min(wait, deadline - now) : wait;
    }

    private void limit(long from, Duration timeout) {
        limited = true;
        deadline = from + timeout.toNanos();
    }

    private void onTimer() {
        if (!isPending()) {
            return;
        }
        if (untilExpiry() > 0) {
            schedule();
        } else {
            expire();
        }
    }

    private void expire() {
        boolean ringing = state == State.PROCEEDING && core.isInvite();
        timedOut = true;
        core.onTimeout(this);
        if (!isPending()) {
            return;
        }
        if (outgoing != null) {
            outgoing.cancel(List.of());
        }
        if (ringing) {
            core.onGivenUp(); // RFC 3261 §16.8: the CANCEL brings the final response
        } else {
            endHere(forwarding.local(408));
        }
    }
}
