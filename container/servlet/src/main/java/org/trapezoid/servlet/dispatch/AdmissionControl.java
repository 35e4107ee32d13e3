// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.QueueWait;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.LoopbackFlow;

/**
 * Whether a new request is taken: not while the server stops, nor beyond its limits. Never asked for ACK, CANCEL and BYE.
 * Thread-safe.
 */
public final class AdmissionControl {

    private static final Logger log = LoggerFactory.getLogger(AdmissionControl.class);
    private static final long REPORT_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    static final String RETRY_AFTER = "5"; // seconds
    private static final OptionalInt REFUSED = OptionalInt.of(503);

    /**
     * Beyond these, requests get 503.
     *
     * @param pending server transactions without a final response, and five times as many with those that only wait for
     *     retransmissions
     * @param queueWait while work waits too long, no call and no registration begins
     * @param requestRate requests a second from one source; 0: any number
     * @param requestBurst how many of them may come at once
     */
    public record Limits(int pending, QueueWait queueWait, int requestRate, int requestBurst) {
        public static final Limits DEFAULT = new Limits(200_000, QueueWait.UNLIMITED, 0, 100);
    }

    private static final int ALL_PER_PENDING = 5; // what an answered one keeps is small

    private final IntSupplier pending;
    private final IntSupplier all;
    private final Limits limits;
    private final Predicate<Request> inProgress;
    private final SourceRate sources;
    private final Refusals refusals;
    private final LongSupplier nanoTime;
    private final AtomicLong reportedAt;
    private volatile boolean draining;

    /**
     * @param pending server transactions without a final response at present
     * @param all server transactions at present
     * @param inProgress whether a request without a To tag belongs to a call that is here
     */
    AdmissionControl(
            IntSupplier pending, IntSupplier all, Limits limits, Predicate<Request> inProgress, LongSupplier nanoTime) {
        this.pending = pending;
        this.all = all;
        this.limits = limits;
        this.inProgress = inProgress;
        this.nanoTime = nanoTime;
        this.reportedAt = new AtomicLong(nanoTime.getAsLong() - REPORT_INTERVAL);
        this.refusals = new Refusals(nanoTime);
        this.sources = new SourceRate(limits.requestRate(), limits.requestBurst(), nanoTime);
    }

    /** From now on only what belongs to calls in progress is taken, as is what their applications send each other. */
    public void drain() {
        draining = true;
    }

    OptionalInt admit(Flow flow, Request request) {
        if (pending.getAsInt() >= limits.pending() || all.getAsInt() / ALL_PER_PENDING >= limits.pending()) {
            return refuse("too many transactions are pending");
        }
        if (request.toTag().isEmpty()) {
            if (draining && !(flow instanceof LoopbackFlow) && !inProgress.test(request)) {
                return REFUSED;
            }
            if (canWait(request)) {
                if (refusals.contains(request)) {
                    return REFUSED;
                }
                if (isOverloaded(flow)) {
                    refusals.add(request);
                    return refuse("messages or callbacks wait too long");
                }
            }
        }
        return isTooFrequent(flow) ? refuse("too many come from one address") : OptionalInt.empty();
    }

    /** Says so once a minute. */
    private OptionalInt refuse(String cause) {
        long now = nanoTime.getAsLong();
        long last = reportedAt.get();
        if (now - last >= REPORT_INTERVAL && reportedAt.compareAndSet(last, now)) {
            log.warn("new requests get 503: {}", cause);
        }
        return REFUSED;
    }

    /** What begins something: the peer tries again, or elsewhere. */
    private static boolean canWait(Request request) {
        Method method = request.method();
        return method.equals(Method.INVITE) || method.equals(Method.REGISTER);
    }

    private boolean isOverloaded(Flow flow) {
        return !(flow instanceof LoopbackFlow) && limits.queueWait().isTooLong();
    }

    private boolean isTooFrequent(Flow flow) {
        return sources.isLimited()
                && !(flow instanceof LoopbackFlow)
                && !sources.admits(flow.peer().getAddress());
    }
}
