// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.SessionExpires;
import org.trapezoid.sip.header.SessionExpires.Refresher;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** The session timer of one dialog at one of its ends, RFC 4028 §7 to §10. Confined to its strand; it sends nothing itself. */
public final class SessionTimer {

    private static final String OPTION_TAG = "timer";
    /** So often a request is sent again with a longer interval; more means that peers outbid each other. */
    private static final int MOST_REFUSALS = 5;

    /** What is due; in the core section. */
    public interface Listener {

        /** We are the refresher, and half of the interval is over. */
        void onRefreshDue();

        /** Nobody refreshed: the session is to be ended with a BYE. */
        void onExpired();
    }

    private final Stranded owner;
    private final Timers timers;
    private final SessionTimerPolicy policy;
    private final Listener listener;
    private long minimum = SessionExpires.LEAST; // of peers and proxies that refused us
    private int refusals;
    private long interval; // in s; 0: not running
    private boolean refresher;
    private boolean peerUpdates;
    private long begun;
    private long end;
    private long refreshAt;
    private Timer refresh = Timer.NONE;
    private Timer expiry = Timer.NONE;

    public SessionTimer(Stranded owner, Timers timers, SessionTimerPolicy policy, Listener listener) {
        this.owner = owner;
        this.timers = timers;
        this.policy = policy;
        this.listener = listener;
    }

    private static final int MINIMUM = 1;
    private static final int INTERVAL = 2;
    private static final int REFRESHER = 3;
    private static final int PEER_UPDATES = 4;
    private static final int REFRESH_IN = 5;
    private static final int END_IN = 6;

    /** Writes it down. */
    public void write(FieldWriter out) {
        long now = timers.nanoTime();
        out.number(MINIMUM, minimum)
                .number(INTERVAL, interval)
                .flag(REFRESHER, refresher)
                .flag(PEER_UPDATES, peerUpdates)
                .number(
                        REFRESH_IN,
                        Duration.ofNanos(Math.max(0, refreshAt - now)).toMillis())
                .number(END_IN, Duration.ofNanos(Math.max(0, end - now)).toMillis());
    }

    /** Goes on where another node has left it. */
    public void resume(FieldReader in) {
        minimum = in.number(MINIMUM);
        refresher = in.flag(REFRESHER);
        peerUpdates = in.flag(PEER_UPDATES);
        interval = in.number(INTERVAL);
        if (isRunning()) {
            begun = timers.nanoTime();
            Duration left = in.left(END_IN);
            end = begun + left.toNanos();
            expiry = timers.schedule(owner, left, this::expire);
            if (refresher) {
                refreshIn(in.left(REFRESH_IN));
            }
        }
    }

    private void refreshIn(Duration delay) {
        refreshAt = timers.nanoTime() + delay.toNanos();
        refresh = timers.schedule(owner, delay, listener::onRefreshDue);
    }

    /** Whether the session ends without a refresh. */
    public boolean isRunning() {
        return interval > 0;
    }

    /** In seconds, while it is running. */
    public long interval() {
        return interval;
    }

    /** Whether this end refreshes the session. */
    public boolean isRefresher() {
        return refresher;
    }

    /** Since the interval began anew. */
    public Duration elapsed() {
        return Duration.ofNanos(timers.nanoTime() - begun);
    }

    /** Whether refreshes are to be UPDATE requests. */
    public boolean refreshesByUpdate() {
        return policy.update() && peerUpdates;
    }

    /** Puts our wish into an INVITE or UPDATE of ours, §7.1 and §7.4; what the application has put there stays. */
    public void ask(Request request, Request.Builder asking) {
        if (!supports(request)) {
            asking.add(HeaderName.SUPPORTED, OPTION_TAG);
        }
        if (!request.headers().has(HeaderName.SESSION_EXPIRES)) {
            long seconds = Math.max(least(), isRunning() ? interval : policy.expires());
            asking.set(HeaderName.SESSION_EXPIRES, new SessionExpires(seconds, wish()).toString());
        }
        if (least() > SessionExpires.LEAST && !request.headers().has(HeaderName.MIN_SE)) {
            asking.set(HeaderName.MIN_SE, Long.toString(least()));
        }
    }

    private long least() {
        return Math.max(minimum, policy.minimum());
    }

    /** As the sender of the request. A session that is refreshed keeps its refresher. */
    private Optional<Refresher> wish() {
        if (isRunning()) {
            return Optional.of(refresher ? Refresher.UAC : Refresher.UAS);
        }
        return switch (policy.refresher()) {
            case ANY -> Optional.empty();
            case SELF -> Optional.of(Refresher.UAC);
            case PEER -> Optional.of(Refresher.UAS);
        };
    }

    /** The request that was refused with 422, with the interval that is demanded, §7.4; empty when that makes no sense. */
    public Optional<Request.Builder> askAgain(Request refused, Response refusal) {
        OptionalLong demanded = minimum(refusal);
        long asked = SessionExpires.parse(
                        refused.headers().first(HeaderName.SESSION_EXPIRES).orElse(""))
                .map(SessionExpires::seconds)
                .orElse(0L);
        if (demanded.isEmpty() || demanded.getAsLong() <= asked || refusals == MOST_REFUSALS) {
            return Optional.empty();
        }
        refusals++;
        minimum = Math.max(minimum, demanded.getAsLong());
        Request.Builder again = refused.toBuilder().remove(HeaderName.SESSION_EXPIRES);
        again.set(HeaderName.MIN_SE, Long.toString(minimum));
        again.set(HeaderName.SESSION_EXPIRES, new SessionExpires(least(), wish()).toString());
        return Optional.of(again);
    }

    /** A 2xx to our INVITE or UPDATE, §7.2: without Session-Expires the session lives on without a timer. */
    public void granted(Response success) {
        peerUpdates = allowsUpdate(success);
        Optional<SessionExpires> granted = sessionExpires(success);
        if (granted.isEmpty()) {
            stop();
        } else {
            boolean peer = granted.get().refresher().equals(Optional.of(Refresher.UAS));
            start(granted.get().seconds(), !peer);
        }
    }

    /** The Min-SE of the 422 that a request deserves by the policy, §9. */
    public static OptionalLong refusal(SessionTimerPolicy policy, Request request) {
        Optional<SessionExpires> asked = sessionExpires(request);
        return asked.isPresent() && asked.get().seconds() < policy.minimum() && supports(request)
                ? OptionalLong.of(policy.minimum())
                : OptionalLong.empty();
    }

    /** Our 2xx to an INVITE or UPDATE with what we grant, §9, table 2; what the application has put there stays. */
    public Response grant(Request request, Response success) {
        peerUpdates = allowsUpdate(request);
        Optional<SessionExpires> own = sessionExpires(success);
        if (own.isPresent()) {
            start(own.get().seconds(), own.get().refresher().equals(Optional.of(Refresher.UAS)));
            return success;
        }
        boolean supports = supports(request);
        Optional<SessionExpires> asked = sessionExpires(request);
        Refresher who = supports ? asked.flatMap(SessionExpires::refresher).orElseGet(this::choice) : Refresher.UAS;
        long seconds = seconds(request, asked);
        start(seconds, who == Refresher.UAS);
        Response.Builder granting = success.toBuilder()
                .set(HeaderName.SESSION_EXPIRES, new SessionExpires(seconds, Optional.of(who)).toString());
        if (supports) {
            granting.add(HeaderName.REQUIRE, OPTION_TAG);
        }
        return granting.build();
    }

    /** Never more than was asked for, and less only down to the minimum of everybody. */
    private long seconds(Request request, Optional<SessionExpires> asked) {
        long lowest = Math.max(policy.minimum(), minimum(request).orElse(SessionExpires.LEAST));
        long wanted = Math.max(lowest, policy.expires());
        return asked.isPresent() ? Math.min(asked.get().seconds(), wanted) : wanted;
    }

    /** As the one who answers. A session that is refreshed keeps its refresher. */
    private Refresher choice() {
        boolean self = isRunning() ? refresher : policy.refresher() == SessionTimerPolicy.Refresher.SELF;
        return self ? Refresher.UAS : Refresher.UAC;
    }

    private void start(long seconds, boolean refreshing) {
        stop();
        interval = Math.max(seconds, SessionExpires.LEAST);
        refresher = refreshing;
        refusals = 0;
        long ending = interval - Math.min(32, interval / 3); // §10
        begun = timers.nanoTime();
        end = begun + Duration.ofSeconds(ending).toNanos();
        expiry = timers.schedule(owner, Duration.ofSeconds(ending), this::expire);
        if (refreshing) {
            refreshIn(Duration.ofSeconds(interval).dividedBy(2));
        }
    }

    /** The refresh could not be made, or failed: it becomes due again after this time. */
    public void refreshAfter(Duration delay) {
        if (isRunning()) {
            refresh.cancel();
            refreshIn(delay);
        }
    }

    /** Half of the time that is left, for another try that need not be soon. */
    public Duration halfOfTheRest() {
        return Duration.ofNanos(Math.max(0, end - timers.nanoTime()) / 2);
    }

    private void expire() {
        stop();
        listener.onExpired();
    }

    public void stop() {
        interval = 0;
        refresh.cancel();
        expiry.cancel();
    }

    private static Optional<SessionExpires> sessionExpires(Message message) {
        return message.headers().first(HeaderName.SESSION_EXPIRES).flatMap(SessionExpires::parse);
    }

    private static OptionalLong minimum(Message message) {
        Optional<SessionExpires> value =
                message.headers().first(HeaderName.MIN_SE).flatMap(SessionExpires::parse);
        return value.isPresent() ? OptionalLong.of(value.get().seconds()) : OptionalLong.empty();
    }

    private static boolean supports(Request request) {
        return request.headers().lists(HeaderName.SUPPORTED, OPTION_TAG)
                || request.headers().lists(HeaderName.REQUIRE, OPTION_TAG);
    }

    private static boolean allowsUpdate(Message message) {
        return message.headers().lists(HeaderName.ALLOW, "UPDATE");
    }
}
