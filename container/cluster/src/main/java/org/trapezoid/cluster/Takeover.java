// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.map.IMap;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.sip.concurrent.Threads;

/**
 * Claims the sessions that lost their owner and are stored here, so that the members share them without asking each other. Of two nodes none
 * knows whether the other one is dead: unless that refuses connections, its sessions are claimed only when messages come for them. Confined
 * to its executor, but for {@link #start}, {@link #later} and {@link #claimLater}.
 */
final class Takeover implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Takeover.class);
    private static final int IN_FLIGHT = 64;
    private static final int PROBE_MILLIS = 500;

    /** When a member is looked for after its loss: at once, and for what was being moved between the others meanwhile. */
    private static final List<Duration> RUNS = List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(10));

    /** When a member is looked for that hands its sessions over, which takes a while. */
    private static final List<Duration> LEAVING =
            List.of(Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(5));

    /** When it is looked for what nobody could claim, or only the other part knew, after nodes have met: all of them are there by then. */
    private static final List<Duration> MET = List.of(Duration.ofSeconds(10), Duration.ofSeconds(20));

    /** When those are claimed again that could not be, and it is looked again whether a silent node is dead. */
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final ClusterNode node;
    private final IMap<String, StoredSession> sessions;
    private final BooleanSupplier mayClaim;
    private final Function<String, CompletionStage<Found>> claim;
    private final Predicate<InetSocketAddress> refusing;
    private final ScheduledExecutorService executor;
    private final Runnable watcher = this::runsForTheGone;
    private final Runnable goodbyes = this::runsForTheLeaving;
    private final Runnable meetings = this::runsForTheMet;
    private volatile @Nullable Consumer<Snapshot> listener;
    private Optional<Member> silent = Optional.empty(); // the other one of two nodes, and the log has said so
    private final Set<String> planned = ConcurrentHashMap.newKeySet(); // sessions that are claimed again
    private final AtomicBoolean claiming = new AtomicBoolean(); // is planned
    private boolean again; // a run has been planned for those that could not be claimed

    /**
     * @param mayClaim whether claims can succeed at present; else they are made later
     * @param refusing whether the host of a member says that nobody is there; may take a while
     */
    Takeover(
            ClusterNode node,
            IMap<String, StoredSession> sessions,
            BooleanSupplier mayClaim,
            Function<String, CompletionStage<Found>> claim,
            Predicate<InetSocketAddress> refusing) {
        this.node = node;
        this.sessions = sessions;
        this.mayClaim = mayClaim;
        this.claim = claim;
        this.refusing = refusing;
        this.executor = new ScheduledThreadPoolExecutor(
                1,
                task -> Threads.platform("cluster-takeover", task),
                new ThreadPoolExecutor.DiscardPolicy()); // when closed
    }

    /** Begins, with what was lost before. */
    void start(Consumer<Snapshot> orphans) {
        listener = orphans;
        node.membership().onRemoved(watcher);
        node.membership().onLeaving(goodbyes);
        node.membership().onMet(meetings);
        later(Duration.ZERO, () -> run(orphans));
    }

    private void runsForTheGone() {
        runs(RUNS);
    }

    private void runsForTheMet() {
        runs(MET);
    }

    private void runsForTheLeaving() {
        runs(LEAVING);
    }

    private void runs(List<Duration> delays) {
        Consumer<Snapshot> present = listener;
        if (present != null) {
            delays.forEach(delay -> later(delay, () -> run(present)));
        }
    }

    private void runAgain(Consumer<Snapshot> orphans) {
        if (!again && node.isRunning()) {
            again = true;
            later(AGAIN, () -> {
                again = false;
                run(orphans);
            });
        }
    }

    private void run(Consumer<Snapshot> orphans) {
        if (!mayClaim.getAsBoolean()) {
            runAgain(orphans); // nothing can be claimed until the parts have met
            return;
        }
        Set<String> owners = new HashSet<>(node.membership().incarnations());
        Optional<Member> missed = node.membership().missed().filter(member -> !refuses(member));
        missed.ifPresent(member -> owners.add(Membership.incarnation(member)));
        if (missed.isPresent()) {
            if (!missed.equals(silent)) {
                log.warn(
                        "node {} is silent, and may live: its sessions are taken over when messages come for them",
                        Membership.name(missed.get()));
            }
            runAgain(orphans); // it may have died by then
        }
        silent = missed;
        Set<String> found = sessions.localKeySet(new OrphanedSessions(owners));
        if (!found.isEmpty()) {
            new Run(orphans, found).go();
        }
    }

    /** One without an address says nothing. */
    private boolean refuses(Member member) {
        InetSocketAddress address = member.getSocketAddress();
        return address != null && !address.isUnresolved() && refusing.test(address);
    }

    /** Of one session it is not known whether this node has claimed it; then nobody else would look for it. Any thread. */
    void claimLater(String token) {
        planned.add(token);
        planClaims();
    }

    private void planClaims() {
        if (claiming.compareAndSet(false, true)) {
            later(AGAIN, this::claimPlanned);
        }
    }

    private void claimPlanned() {
        claiming.set(false);
        @Nullable Consumer<Snapshot> orphans = listener;
        if (orphans == null || !mayClaim.getAsBoolean()) {
            planClaims();
            return;
        }
        Set<String> tokens = Set.copyOf(planned);
        planned.removeAll(tokens);
        new Run(orphans, tokens).go();
    }

    /** Whether a host says that nobody is there. Takes half a second at most. */
    static boolean refuses(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, PROBE_MILLIS);
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException silence) {
            return false;
        }
    }

    /** Does something on the executor. */
    void later(Duration delay, Runnable task) {
        Future<?> unused = executor.schedule(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        if (node.isRunning()) {
                            log.error("sessions cannot be taken over", e);
                        }
                    }
                },
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        node.membership().forget(watcher);
        node.membership().forget(goodbyes);
        node.membership().forget(meetings);
        executor.shutdownNow();
    }

    /** One round over the sessions, so many at a time. */
    private final class Run {
        private final Consumer<Snapshot> orphans;
        private final Iterator<String> left;
        private final int all;
        private final long began = System.nanoTime();
        private int inFlight;
        private int claimed;
        private int unclaimed;
        private int failed;

        Run(Consumer<Snapshot> orphans, Set<String> tokens) {
            this.orphans = orphans;
            this.left = tokens.iterator();
            this.all = tokens.size();
        }

        void go() {
            while (inFlight < IN_FLIGHT && left.hasNext()) {
                inFlight++;
                claim.apply(left.next()).whenCompleteAsync(this::done, executor);
            }
            if (inFlight == 0) {
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                log.info(
                        "{} of {} sessions whose node is gone taken over in {} ms; {} failed",
                        claimed,
                        all,
                        took,
                        failed + unclaimed);
                if (unclaimed > 0) {
                    runAgain(orphans);
                }
            }
        }

        private void done(@Nullable Found found, @Nullable Throwable failure) {
            inFlight--;
            if (found instanceof Found.Claimed mine) {
                claimed++;
                try {
                    orphans.accept(mine.snapshot());
                } catch (RuntimeException e) {
                    failed++;
                    log.error("session {} cannot go on here", mine.snapshot().token(), e);
                }
            } else if (failure != null) {
                unclaimed++;
                log.debug("a session could not be claimed", failure);
            }
            go();
        }
    }
}
