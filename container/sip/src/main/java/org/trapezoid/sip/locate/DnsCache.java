// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timers;

/**
 * Remembers what the name service said, also that there is nothing (RFC 2308) and for a moment that nobody answered; asks
 * each question once however many wait for it, and gives up in time. While nobody answers, an answer whose time is over
 * still serves (RFC 8767). Thread-safe.
 */
public final class DnsCache implements Dns {
    private static final Logger log = LoggerFactory.getLogger(DnsCache.class);
    private static final long SHORTEST = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST = Duration.ofDays(1).toNanos();
    private static final long LONGEST_NEGATIVE = Duration.ofMinutes(5).toNanos();
    private static final long FAILURE = Duration.ofSeconds(2).toNanos();
    private static final long STALE = Duration.ofSeconds(30).toNanos(); // RFC 8767 §5
    private static final long STALE_FOR = Duration.ofDays(1).toNanos();

    private final Dns source;
    private final Timers timers;
    private final Stranded owner;
    private final DnsOptions options;
    private final ConcurrentHashMap<DnsQuestion, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();

    /**
     * A cache in front of {@code source}.
     *
     * @param owner of the timers only
     */
    public DnsCache(Dns source, Timers timers, Stranded owner, DnsOptions options) {
        this.source = source;
        this.timers = timers;
        this.owner = owner;
        this.options = options;
    }

    @Override
    public CompletionStage<DnsAnswer> ask(DnsQuestion question) {
        while (true) {
            Entry known = entries.get(question);
            if (known != null && !known.isOver(timers.nanoTime())) {
                return known.join();
            }
            Entry wanted = new Entry(question, known == null ? null : known.usable(timers.nanoTime()));
            boolean entered = known == null
                    ? entries.putIfAbsent(question, wanted) == null
                    : entries.replace(question, known, wanted);
            if (entered) {
                CompletionStage<DnsAnswer> joined = wanted.join();
                wanted.start();
                return joined;
            }
        }
    }

    /** How many answers are kept. */
    int size() {
        return entries.size();
    }

    private void makeRoom() {
        if (entries.size() <= options.cacheSize()) {
            return;
        }
        long now = timers.nanoTime();
        entries.values().removeIf(entry -> entry.isOver(now));
        int surplus = entries.size() - options.cacheSize() + options.cacheSize() / 10;
        if (entries.size() > options.cacheSize()) {
            for (Entry entry : entries.values()) {
                if (surplus > 0 && entry.isSettled()) {
                    entries.remove(entry.question, entry);
                    surplus--;
                }
            }
        }
    }

    /** What a question came to, and until when. */
    private record Outcome(
            @Nullable DnsAnswer answer, @Nullable Throwable failure, long from, long lifetime) {

        void tell(CompletableFuture<DnsAnswer> waiter) {
            if (answer != null) {
                waiter.complete(answer);
            } else {
                waiter.completeExceptionally(failure == null ? new IOException("no answer") : failure);
            }
        }
    }

    /** A question and those who wait for it. */
    private final class Entry {
        private final DnsQuestion question;
        private final @Nullable Outcome stale;
        private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
        /** In the order they came, which a future would not keep. */
        private final ConcurrentLinkedQueue<CompletableFuture<DnsAnswer>> waiters = new ConcurrentLinkedQueue<>();

        Entry(DnsQuestion question, @Nullable Outcome stale) {
            this.question = question;
            this.stale = stale;
        }

        boolean isSettled() {
            return outcome.get() != null;
        }

        boolean isOver(long now) {
            Outcome settled = outcome.get();
            return settled != null && now - settled.from >= settled.lifetime;
        }

        /** What may serve when nobody answers: the last true answer. */
        @Nullable
        Outcome usable(long now) {
            Outcome settled = outcome.get();
            Outcome last = settled == null || settled.answer == null || settled.failure != null ? stale : settled;
            return last != null && now - last.from < last.lifetime + STALE_FOR ? last : null;
        }

        CompletionStage<DnsAnswer> join() {
            CompletableFuture<DnsAnswer> waiter = new CompletableFuture<>();
            Outcome settled = outcome.get();
            if (settled != null) {
                settled.tell(waiter);
                return waiter;
            }
            waiters.add(waiter);
            if (isSettled()) { // meanwhile
                tellAll();
            }
            return waiter;
        }

        void start() {
            if (open.incrementAndGet() > options.maxLookups()) {
                settle(null, new IOException("too many lookups under way for " + question));
                return;
            }
            makeRoom();
            timers.schedule(
                    owner,
                    options.timeout(),
                    () -> settle(null, new SocketTimeoutException("no answer in time to " + question)));
            try {
                source.ask(question).whenComplete((answer, failure) -> settle(answer, failure));
            } catch (RuntimeException e) {
                settle(null, e);
            }
        }

        private void settle(@Nullable DnsAnswer answer, @Nullable Throwable failure) {
            if (outcome.compareAndSet(null, outcome(answer, failure))) {
                open.decrementAndGet();
                if (failure != null) {
                    log.debug("{} not found out: {}", question, failure.toString());
                }
                tellAll();
            }
        }

        private Outcome outcome(@Nullable DnsAnswer answer, @Nullable Throwable failure) {
            long now = timers.nanoTime();
            if (answer != null) {
                long longest = answer.records().isEmpty() ? LONGEST_NEGATIVE : LONGEST;
                long ttl = answer.ttl().compareTo(Duration.ofNanos(longest)) > 0
                        ? longest
                        : Math.max(SHORTEST, answer.ttl().toNanos());
                return new Outcome(answer, null, now, ttl);
            }
            Outcome last = stale;
            return last == null
                    ? new Outcome(null, failure, now, FAILURE)
                    : new Outcome(last.answer, failure, now, STALE);
        }

        private void tellAll() {
            Outcome settled = outcome.get();
            CompletableFuture<DnsAnswer> waiter;
            while (settled != null && (waiter = waiters.poll()) != null) {
                settled.tell(waiter);
            }
        }
    }
}
