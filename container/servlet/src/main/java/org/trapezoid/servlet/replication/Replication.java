// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timers;

/** Keeps the sessions of one node where others find them. Thread-safe. */
public final class Replication {
    /** How long a message waits for the backup when nothing else is said. */
    public static final Duration DEFAULT_WAIT = Duration.ofMillis(500);

    private static final Duration TURN = Duration.ofMillis(250);
    private static final long STALL = Duration.ofMillis(1250).toNanos();
    private static final long EPISODE = Duration.ofSeconds(5).toNanos();
    private static final long NEVER = Long.MIN_VALUE;

    private static final Logger log = LoggerFactory.getLogger(Replication.class);

    private final SessionStore store;
    private final Nodes nodes;
    private final SessionKeys keys;
    private final SessionTokens tokens;
    private final Timers timers;
    private final Duration wait;
    private final AttributeClasses classes;
    private volatile Runnable onDoubt = () -> {};
    private volatile boolean closed;
    private final AtomicInteger doubts = new AtomicInteger();
    private final AtomicLong lastTurn = new AtomicLong(NEVER);
    private final Recognition recognition;
    private final AtomicInteger kept = new AtomicInteger();
    private final LongAdder saves = new LongAdder();
    private final LongAdder savedBytes = new LongAdder();
    private final LongAdder savedNanos = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unprotected = new LongAdder();
    private final LongAdder claimed = new LongAdder();
    private volatile Consumer<AppSessionState> onLeft = AppSessionState::left;
    private final AtomicLong episode = new AtomicLong(); // unprotected messages since all was well
    private volatile long lastUnprotected;

    /** @param wait how long a message waits for the backup of what it tells */
    public Replication(
            SessionStore store, Nodes nodes, SessionKeys keys, SessionTokens tokens, Timers timers, Duration wait) {
        this(store, nodes, keys, tokens, timers, wait, AttributeClasses.DEFAULT);
    }

    /** @param classes of which the objects of applications may be */
    public Replication(
            SessionStore store,
            Nodes nodes,
            SessionKeys keys,
            SessionTokens tokens,
            Timers timers,
            Duration wait,
            AttributeClasses classes) {
        this.classes = classes;
        this.store = store;
        this.nodes = nodes;
        this.keys = keys;
        this.tokens = tokens;
        this.timers = timers;
        this.wait = wait;
        this.recognition = new Recognition(nodes, timers);
    }

    public SessionStore store() {
        return store;
    }

    public Nodes nodes() {
        return nodes;
    }

    public SessionKeys keys() {
        return keys;
    }

    /** Whether what another node has made is there if it is anywhere: that node is a member, was never missed and does not leave. */
    public boolean isSurelyAt(String incarnation) {
        return !incarnation.equals(nodes.self())
                && nodes.isMember(incarnation)
                && !nodes.hasBeenLost(incarnation)
                && !nodes.isDoubtful(incarnation)
                && !nodes.isLeaving(incarnation);
    }

    /** Whether another node is a member and stays: what is stored nowhere may be there if it has made it, and told nobody. */
    public boolean isOtherThatStays(String incarnation) {
        return !incarnation.equals(nodes.self()) && nodes.isMember(incarnation) && !nodes.isLeaving(incarnation);
    }

    /** A node that stays, other than this one; the same one for the same session as long as no node comes or goes. */
    public Optional<String> anyOther(String token) {
        List<String> others = nodes.members().stream()
                .filter(each -> !each.equals(nodes.self()) && !nodes.isLeaving(each))
                .sorted()
                .toList();
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(others.get(Math.floorMod(token.hashCode(), others.size())));
    }

    public SessionTokens tokens() {
        return tokens;
    }

    public Timers timers() {
        return timers;
    }

    /** A token for a session that begins here. */
    public String freshToken() {
        return tokens.fresh(store.place());
    }

    /** Of which the objects of applications may be. */
    public AttributeClasses classes() {
        return classes;
    }

    Duration patience() {
        return wait;
    }

    /**
     * A session begins here. In its core section.
     *
     * @param writer writes the session down; called in its core section
     */
    public void begin(AppSessionState session, Supplier<byte[]> writer) {
        session.replica(new SessionReplica(this, session, 1, false, writer));
        kept.incrementAndGet();
    }

    /** A session goes on here that another node had. In its core section. */
    public void resume(AppSessionState session, Snapshot taken, Supplier<byte[]> writer) {
        session.replica(new SessionReplica(this, session, taken.epoch(), true, writer));
        kept.incrementAndGet();
        claimed.increment();
    }

    /**
     * Begins to watch this node: when it was stopped for more than a second, others may have taken its sessions over, and it asks before it
     * sends anything for them.
     *
     * @param strand of its own
     */
    public void watch(Strand strand) {
        recognition.turn();
        lastTurn.set(timers.nanoTime());
        timers.schedule(strand, TURN, () -> turn(strand));
        store.claimsWhile(this::isRecognised);
        nodes.onDoubt(why -> {
            recognition.split();
            doubt(why);
        });
    }

    private void turn(Strand strand) {
        if (closed) {
            return;
        }
        long now = timers.nanoTime(); // who is stopped after this is found out at the next turn
        try {
            checkStall();
            recognition.turn();
        } finally {
            lastTurn.set(now);
            timers.schedule(strand, TURN, () -> turn(strand));
        }
    }

    /** Ends the watch. */
    public void close() {
        closed = true;
    }

    private void checkStall() {
        long last = lastTurn.get();
        long now = timers.nanoTime();
        if (last != NEVER && now - last > STALL && !closed) {
            recognition.stoodStill(last);
            doubts.incrementAndGet(); // before another thread finds that it runs again
            if (lastTurn.compareAndSet(last, now)) {
                doubt("it stood still for " + (now - last) / 1_000_000 + " ms");
            }
        }
    }

    /** Others may have taken sessions of this node over: nothing is sent for one before it is confirmed to be here. */
    public void doubt(String why) {
        doubts.incrementAndGet();
        log.warn("this node asks for its sessions again: {}", why);
        onDoubt.run();
    }

    /** How often this node had to doubt. */
    int doubts() {
        return doubts.get();
    }

    /** Whether a session that was confirmed at that number of doubts has to be again. */
    boolean isDoubted(int confirmed) {
        checkStall();
        return confirmed != doubts.get();
    }

    /** Whether the others know this node since it last stood still; else a save that was done says nothing of who has the session. */
    public boolean isRecognised() {
        checkStall();
        return recognition.isGiven();
    }

    /** Whether the others took this node for dead, not long ago, while it stood still after that time. */
    boolean wasMissedSince(long nanoTime) {
        return recognition.wasMissedSince(nanoTime);
    }

    /** Whether this node has just begun to run again, and the others may have handled what lay in its sockets meanwhile. */
    public boolean isWaking() {
        checkStall();
        return recognition.isWaking();
    }

    /** When to ask again for a session while the others do not know this node. */
    Duration recognitionRetry() {
        return recognition.retry();
    }

    /** Who has every session of this node {@link AppSessionState#doubted doubted}. */
    public void onDoubt(Runnable doubting) {
        onDoubt = doubting;
    }

    /** Who forgets a session that goes on at another node: tells nobody, and has it {@link AppSessionState#left leave}. */
    public void onLeft(Consumer<AppSessionState> forgetting) {
        onLeft = forgetting;
    }

    /**
     * The callback that runs on this thread has changed something that others have to know before its session tells of it: from now on the
     * messages of the session wait until it is kept, as long as for a backup. Does nothing on other threads. In no core section.
     *
     * @param whenKept runs what it is given as soon as the change is kept; on any thread
     */
    public void awaits(Consumer<Runnable> whenKept) {
        Strand.calling().ifPresent(strand -> {
            KeptFirst first = strand.call(() -> KeptFirst.before(strand, this));
            whenKept.accept(() -> strand.run(first::kept));
        });
    }

    // ---- what replicas tell

    void left(AppSessionState session) {
        onLeft.accept(session);
    }

    void saved(int bytes, long nanos) {
        saves.increment();
        savedBytes.add(bytes);
        savedNanos.add(nanos);
    }

    /** A change has its backup. When that was so for some seconds, all is well again. */
    void confirmed() {
        if (episode.get() > 0 && timers.nanoTime() - lastUnprotected > EPISODE) {
            log.info("sessions have backups again; {} messages left without", episode.getAndSet(0));
        }
    }

    void failed(AppSessionState session, Throwable cause) {
        failures.increment();
        log.debug("session {} not saved", session, cause);
    }

    void unwritable(AppSessionState session, Throwable cause) {
        failures.increment();
        log.warn("session {} cannot be written down: another node could not go on with it as it is", session, cause);
    }

    void unsent(AppSessionState session, Throwable cause) {
        log.error("a message of session {} has failed", session, cause);
    }

    void refused(AppSessionState session) {
        refused.increment();
        log.info("session {} goes on at another node", session);
    }

    void unprotected(int messages) {
        if (isFirstUnprotected(messages)) {
            log.warn(
                    "the other nodes do not confirm within {} ms: messages leave before their state is safe",
                    wait.toMillis());
        }
    }

    /** Messages leave whose state this node alone has. */
    void alone(int messages) {
        if (isFirstUnprotected(messages)) {
            log.warn(
                    "no other node keeps what this one stores: messages leave, and their sessions would end with this node");
        }
    }

    private boolean isFirstUnprotected(int messages) {
        if (messages == 0) {
            return false;
        }
        unprotected.add(messages);
        lastUnprotected = timers.nanoTime();
        return episode.getAndAdd(messages) == 0 && !closed;
    }

    void ended() {
        kept.decrementAndGet();
    }

    // ---- for operators

    /** Sessions of this node that are kept elsewhere too. */
    public int kept() {
        return kept.get();
    }

    /** How often a session was written down and stored. */
    public long saves() {
        return saves.sum();
    }

    public long savedBytes() {
        return savedBytes.sum();
    }

    /** The sum of the times from writing to confirmation, in nanoseconds. */
    public long savedNanos() {
        return savedNanos.sum();
    }

    /** Saves of which it was not known whether they were stored, or that could not be made. */
    public long failures() {
        return failures.sum();
    }

    /** Saves that were refused because another node has the session. */
    public long refused() {
        return refused.sum();
    }

    /** Messages that left before the state they tell was safe. */
    public long unprotected() {
        return unprotected.sum();
    }

    /** Whether messages of this node leave before their state is safe, or did a few seconds ago. */
    public boolean isUnprotected() {
        return episode.get() > 0 && timers.nanoTime() - lastUnprotected <= EPISODE;
    }

    /** Sessions taken over from other nodes. */
    public long claimed() {
        return claimed.sum();
    }
}
