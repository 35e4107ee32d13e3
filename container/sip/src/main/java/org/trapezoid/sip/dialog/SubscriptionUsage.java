// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.header.Event;
import org.trapezoid.sip.header.SubscriptionState;

/**
 * A subscription that uses a dialog, alone or beside others and a call, at the end that subscribed (RFC 6665 §4.1.2) or the
 * one that notifies (§4.2); that of a REFER too (RFC 3515 §2.4.4). Confined to its strand. It knows when it is over; what is
 * sent is the application's.
 */
public final class SubscriptionUsage {

    /** Which end this is. */
    public enum Role {
        SUBSCRIBER,
        NOTIFIER
    }

    /** RFC 6665 §4.1.2, figure 1. */
    public enum State {
        NOTIFY_WAIT,
        PENDING,
        ACTIVE,
        TERMINATED
    }

    /** Upward, in the core section. */
    public interface Listener {

        /** Timer N: no NOTIFY came for a SUBSCRIBE or REFER; {@link #onEnded} follows. */
        void onNoNotify(SubscriptionUsage usage);

        /** By a NOTIFY, a failure or the passing of time; once. */
        void onEnded(SubscriptionUsage usage);
    }

    private final Role role;
    private final Event event;
    private final long refer; // CSeq number of the REFER, 0 for a SUBSCRIBE
    private final Stranded owner;
    private final Timers timers;
    private final Duration timeout; // 64*T1
    private final Listener listener;
    private State state = State.NOTIFY_WAIT;
    private boolean last; // a terminated NOTIFY is under way
    private Timer timerN = Timer.NONE;
    private Timer expiry = Timer.NONE;
    private long end; // when that is pending

    private SubscriptionUsage(
            Role role, Event event, long refer, Stranded owner, Timers timers, Duration timeout, Listener listener) {
        this.role = role;
        this.event = event;
        this.refer = refer;
        this.owner = owner;
        this.timers = timers;
        this.timeout = timeout;
        this.listener = listener;
    }

    /** Of a SUBSCRIBE. */
    public static SubscriptionUsage of(
            Role role, Event event, Stranded owner, Timers timers, Duration timeout, Listener listener) {
        return new SubscriptionUsage(role, event, 0, owner, timers, timeout, listener);
    }

    /** Of a REFER with this CSeq number. */
    public static SubscriptionUsage ofRefer(
            Role role, long cseq, Stranded owner, Timers timers, Duration timeout, Listener listener) {
        return new SubscriptionUsage(
                role, new Event(Event.REFER, Optional.empty()), cseq, owner, timers, timeout, listener);
    }

    /**
     * A subscription written down.
     *
     * @param refer the CSeq number of the REFER that made it, 0 for a SUBSCRIBE
     * @param left until it ends without a refresh; empty if nothing is known of that
     */
    public record Memento(Role role, Event event, long refer, State state, Optional<Duration> left) {}

    public Memento memento() {
        Optional<Duration> left = expiry.isPending()
                ? Optional.of(Duration.ofNanos(Math.max(0, end - timers.nanoTime())))
                : Optional.empty();
        return new Memento(role, event, refer, state, left);
    }

    /** The subscription as it was written down elsewhere. */
    public static SubscriptionUsage restored(
            Memento memento, Stranded owner, Timers timers, Duration timeout, Listener listener) {
        SubscriptionUsage usage = new SubscriptionUsage(
                memento.role(), memento.event(), memento.refer(), owner, timers, timeout, listener);
        usage.state = memento.state();
        if (memento.left().isPresent()) {
            usage.endIn(memento.left().get());
        } else if (memento.state() == State.NOTIFY_WAIT) {
            usage.awaitNotify(Duration.ZERO);
        }
        return usage;
    }

    public Role role() {
        return role;
    }

    public State state() {
        return state;
    }

    public Event event() {
        return event;
    }

    /** Whether a REFER made it. */
    public boolean isOfRefer() {
        return refer != 0;
    }

    /** The Event of its requests. */
    public String eventOfRequests() {
        return refer == 0 ? event.toString() : Event.REFER + ";id=" + refer;
    }

    /** Whether it is the subscription of the REFER with this CSeq number. */
    public boolean isOfRefer(long cseq) {
        return refer == cseq && cseq != 0;
    }

    /**
     * Whether a NOTIFY or SUBSCRIBE with this Event is of this subscription: package and id are the same (RFC 6665 §4.1.3). The
     * id of a REFER's subscription is the REFER's CSeq number, which may be left out (RFC 3515 §2.4.6).
     */
    public boolean matches(Event other) {
        if (refer == 0) {
            return event.equals(other);
        }
        return other.type().equals(Event.REFER)
                && (other.id().isEmpty() || other.id().get().equals(Long.toString(refer)));
    }

    /** A SUBSCRIBE or REFER was sent so long ago: a NOTIFY has to come within 64*T1 of it (Timer N, RFC 6665 §4.1.2.4). */
    public void awaitNotify(Duration ago) {
        if (state != State.TERMINATED && !timerN.isPending()) {
            Duration rest = timeout.minus(ago);
            timerN = timers.schedule(owner, rest.isNegative() ? Duration.ZERO : rest, this::onTimerN);
        }
    }

    /** A 2xx gave it so many seconds more. */
    public void granted(OptionalLong seconds) {
        if (seconds.isPresent()) {
            expireIn(seconds.getAsLong());
        }
    }

    /** A 204 was the answer: nothing has changed, and no NOTIFY follows to say so (RFC 5839 §4.3, §5.6). */
    public void suppressed(OptionalLong seconds) {
        timerN.cancel();
        if (seconds.isPresent() && seconds.getAsLong() == 0) {
            end();
        } else if (state != State.TERMINATED) {
            state = State.ACTIVE;
            granted(seconds);
        }
    }

    /** A NOTIFY arrived, or was sent. A terminated one ends it when the NOTIFY is {@link #settled}. */
    public void notified(SubscriptionState notified) {
        if (state == State.TERMINATED) {
            return;
        }
        timerN.cancel();
        if (notified.isTerminated()) {
            last = true;
            expireIn(0);
            return;
        }
        state = notified.state().equals("pending") ? State.PENDING : State.ACTIVE;
        if (notified.expires().isPresent()) {
            expireIn(notified.expires().getAsLong());
        }
    }

    /** The NOTIFY got its 2xx. */
    public void settled() {
        if (last) {
            end();
        }
    }

    /** It failed, or the dialog ended. */
    public void end() {
        if (state != State.TERMINATED) {
            cancel();
            listener.onEnded(this);
        }
    }

    /** Ends it and tells nobody. */
    public void cancel() {
        state = State.TERMINATED;
        timerN.cancel();
        expiry.cancel();
    }

    private void onTimerN() {
        if (state != State.TERMINATED && role == Role.SUBSCRIBER) {
            listener.onNoNotify(this);
        }
        end();
    }

    /** What should have ended it by then has 64*T1 to arrive. */
    private void expireIn(long seconds) {
        expiry.cancel();
        if (state != State.TERMINATED) {
            endIn(Duration.ofSeconds(seconds).plus(timeout));
        }
    }

    private void endIn(Duration delay) {
        end = timers.nanoTime() + delay.toNanos();
        expiry = timers.schedule(owner, delay, this::end);
    }

    @Override
    public String toString() {
        return role + " of " + event + " " + state;
    }
}
