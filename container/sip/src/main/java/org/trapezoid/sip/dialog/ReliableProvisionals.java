// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.RAck;
import org.trapezoid.sip.message.Response;

/**
 * The reliable provisional responses to one INVITE, UAS side, RFC 3262 §3. Confined to its strand. One is on its way at a time;
 * it is repeated, over every transport, until its PRACK arrives; those behind it wait.
 */
public final class ReliableProvisionals {

    /** What the user of the INVITE server transaction does for us, in the core section. */
    public interface Listener {

        /** Sends a response, the first time or again. */
        void transmit(Response provisional);

        /** No PRACK within 64*T1: the INVITE is to be answered 5xx, RFC 3262 §3. */
        void onUnacknowledged(Response provisional);
    }

    static final String OPTION_TAG = "100rel";

    private final Stranded owner;
    private final Timers timers;
    private final Duration t1;
    private final Listener listener;
    /** In order of RSeq; the first is on its way, unless stopped. */
    private final ArrayDeque<Response> unacknowledged = new ArrayDeque<>();

    private long nextRSeq;
    private boolean stopped;
    private Duration retransmitAfter;
    private Timer retransmission = Timer.NONE;
    private Timer expiry = Timer.NONE;

    public ReliableProvisionals(Stranded owner, Timers timers, Duration t1, RandomGenerator random, Listener listener) {
        this.owner = owner;
        this.timers = timers;
        this.t1 = t1;
        this.listener = listener;
        this.retransmitAfter = t1;
        this.nextRSeq = random.nextLong(1, 1L << 31); // RFC 3262 §3: 1 to 2^31 - 1, so that it never wraps
    }

    /** The number of the next one; with {@link #unacknowledged} what another node needs to go on. */
    public long nextRSeq() {
        return nextRSeq;
    }

    /** Those without PRACK, in order. */
    public List<Response> unacknowledged() {
        return List.copyOf(unacknowledged);
    }

    /** Goes on where another node has left it: the first one is sent again. */
    public void resume(long next, List<Response> waiting) {
        nextRSeq = next;
        unacknowledged.addAll(waiting);
        if (!waiting.isEmpty()) {
            start(waiting.get(0));
        }
    }

    /** Numbers a provisional response and sends it, now or after the PRACK for the one before. Returns it as it is sent. */
    public Response send(Response provisional) {
        if (stopped) {
            throw new DialogStateException(
                    "cannot send " + provisional.status() + " reliably; the final response was sent");
        }
        if (provisional.status() <= 100 || provisional.status() >= 200) {
            throw new DialogStateException("cannot send " + provisional.status() + " reliably; only 101 to 199");
        }
        var reliable = numbered(provisional);
        unacknowledged.add(reliable);
        if (unacknowledged.size() == 1) {
            start(reliable);
        }
        return reliable;
    }

    /**
     * A PRACK arrived. Returns the response it acknowledges, and sends the next one; empty if it matches none: 481. After the
     * final response, late PRACKs for what was sent are still matched.
     */
    public Optional<Response> acknowledge(RAck rack) {
        var first = unacknowledged.peek();
        if (first == null || !matches(first, rack)) {
            return Optional.empty();
        }
        unacknowledged.remove();
        halt();
        var next = unacknowledged.peek();
        if (next != null) {
            start(next);
        }
        return Optional.of(first);
    }

    public boolean hasUnacknowledged() {
        return !unacknowledged.isEmpty();
    }

    /** Whether a 2xx has to wait: an unacknowledged response has a session description, RFC 3262 §3. */
    public boolean holdsSuccess() {
        for (Response response : unacknowledged) {
            if (response.bodyLength() > 0) {
                return true;
            }
        }
        return false;
    }

    /** The final response was sent, or the transaction ended: no retransmission and no new response any more. */
    public void stop() {
        stopped = true;
        halt();
        while (unacknowledged.size() > 1) {
            unacknowledged
                    .removeLast(); // RFC 3262 §3: nothing new leaves, but a PRACK for what was sent is still expected
        }
    }

    private Response numbered(Response provisional) {
        var reliable = provisional.toBuilder().set(HeaderName.RSEQ, Long.toString(nextRSeq++));
        if (!requires100rel(provisional)) {
            reliable.add(HeaderName.REQUIRE, OPTION_TAG);
        }
        return reliable.build();
    }

    static boolean requires100rel(Response response) {
        return response.headers().lists(HeaderName.REQUIRE, OPTION_TAG);
    }

    private static boolean matches(Response response, RAck rack) {
        var cseq = response.cseq();
        return ProvisionalOrder.rseq(response).orElse(0) == rack.rseq()
                && cseq.number() == rack.cseq()
                && cseq.method().equals(rack.method());
    }

    private void start(Response response) {
        retransmitAfter = t1;
        retransmission = timers.schedule(owner, retransmitAfter, this::retransmit);
        expiry = timers.schedule(owner, t1.multipliedBy(64), this::expire);
        listener.transmit(response);
    }

    private void retransmit() {
        retransmitAfter = retransmitAfter.multipliedBy(2); // RFC 3262 §3: doubles without the cap of T2
        retransmission = timers.schedule(owner, retransmitAfter, this::retransmit);
        listener.transmit(unacknowledged.element());
    }

    private void expire() {
        var lost = unacknowledged.element();
        stop();
        listener.onUnacknowledged(lost);
    }

    private void halt() {
        retransmission.cancel();
        expiry.cancel();
    }
}
