// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.testing.ManualClock;

/**
 * Nodes and what is stored between them, in virtual time. What is stored is never lost: there is always a backup. One node at a time may be
 * cut off from the others: it goes on with a copy of what is stored. Confined to the thread of the test.
 */
public final class MemoryCluster {
    private static final Duration LATENCY = Duration.ofMillis(1);
    private static final Duration DETECTION = Duration.ofMillis(400);
    private static final Duration SECOND_LOOK = Duration.ofSeconds(2);
    private static final Duration NAMING = Duration.ofMillis(200);
    private static final Duration REMEMBERED = Duration.ofMinutes(4);

    /** What becomes of a save. */
    public enum Fate {
        /** As the rules say. */
        ANSWERED,
        /** It is done as the rules say, and nobody learns it: the save fails. */
        INDETERMINATE,
        /** It never gets there: the save fails. */
        LOST,
        /** It is refused, as if another owner had the session. */
        REFUSED
    }

    /** The epoch after which nobody may store a session again that has ended. */
    private record Stored(Snapshot snapshot, boolean ended) {}

    /** Of a transaction, known until then. */
    record Named(String token, long until) {}

    private final ManualClock clock;
    private final Strand strand;
    private final Map<String, Stored> sessions = new TreeMap<>();
    private final Map<String, String> keys = new TreeMap<>();
    private final Set<String> lost = new HashSet<>();
    private final Map<String, List<Runnable>> unconfirmed = new HashMap<>();
    private final Map<String, MemoryNode> members = new LinkedHashMap<>();
    private Function<Snapshot, Fate> fate = snapshot -> Fate.ANSWERED;
    private Supplier<Duration> delay = () -> Duration.ZERO;
    private Supplier<Duration> latency = () -> LATENCY;
    private Optional<MemoryNode> cutOff = Optional.empty();
    private final Map<String, Stored> itsSessions = new TreeMap<>(); // of the one that is cut off
    private boolean isMissed; // and it misses the others
    private boolean full;
    private boolean keyless;
    private boolean nameless;
    private Duration detection = DETECTION;
    private long saves;

    public MemoryCluster(ManualClock clock) {
        this.clock = clock;
        this.strand = clock.strands().create();
    }

    /** Lets time pass until it is so, ten seconds at most. */
    void until(BooleanSupplier condition) {
        for (int i = 0; i < 10_000 && !condition.getAsBoolean(); i++) {
            clock.advance(LATENCY);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /** Lets time pass until the result is there. */
    public <T> T await(CompletionStage<T> stage) throws Exception {
        CompletableFuture<T> future = stage.toCompletableFuture();
        until(future::isDone);
        return future.get(0, TimeUnit.SECONDS);
    }

    /** A new node, of which the others know at once. */
    public MemoryNode join(String incarnation) {
        if (members.containsKey(incarnation)) {
            throw new IllegalArgumentException("two nodes with the incarnation " + incarnation);
        }
        MemoryNode node = new MemoryNode(this, incarnation);
        members.values().forEach(node::learnsFrom);
        members.put(incarnation, node);
        return node;
    }

    /** From now on what becomes of each save. */
    public void onSave(Function<Snapshot, Fate> decision) {
        fate = decision;
    }

    /** How long each answer takes from now on, asked for each; half of it until the change is made. Without delay all is done in the call. */
    public void answersAfter(Supplier<Duration> answers) {
        delay = answers;
    }

    /** How long each message between nodes takes from now on, asked for each. */
    public void messagesTake(Supplier<Duration> time) {
        latency = time;
    }

    /** Whether no node takes messages from others from now on: they have too much to do. */
    public void refuseMessages(boolean refuse) {
        full = refuse;
    }

    /** Whether nobody hears from now on which session a transaction belongs to. */
    public void refuseNames(boolean refuse) {
        nameless = refuse;
    }

    /** Whether nobody learns from now on who has a key. */
    public void refuseKeys(boolean refuse) {
        keyless = refuse;
    }

    /** The sessions that have keys, by these. */
    public Map<String, String> keys() {
        return Map.copyOf(keys);
    }

    /** How long it takes until the others know that a node has died. */
    public void detectsDeathAfter(Duration time) {
        detection = time;
    }

    /** Snapshots stored at present. */
    public List<Snapshot> stored() {
        return sessions.values().stream()
                .filter(stored -> !stored.ended())
                .map(Stored::snapshot)
                .toList();
    }

    /** How many saves were asked for since the beginning. */
    public long saves() {
        return saves;
    }

    ManualClock clock() {
        return clock;
    }

    Optional<MemoryNode> member(String incarnation) {
        return Optional.ofNullable(members.get(incarnation));
    }

    boolean isMember(String incarnation) {
        return members.containsKey(incarnation);
    }

    /** The members as a node knows them. */
    Set<String> members(MemoryNode node) {
        return isCutOff(node) && isMissed ? Set.of(node.self()) : Set.copyOf(members.keySet());
    }

    private boolean isCutOff(MemoryNode node) {
        return cutOff.equals(Optional.of(node));
    }

    private boolean reaches(MemoryNode from, MemoryNode to) {
        return to.isAlive() && (from == to || !(isCutOff(from) || isCutOff(to)));
    }

    /** A node and the others cannot reach each other from now on. Each side takes the other one for dead after a while. */
    void cutOff(MemoryNode node) {
        itsSessions.clear();
        itsSessions.putAll(sessions);
        cutOff = Optional.of(node);
        later(detection, () -> {
            boolean smaller = members.size() > 2;
            isMissed = true;
            removed(node, true);
            if (smaller) {
                node.minority(true);
                node.doubt();
            }
        });
    }

    /** They have met again: of each session the greater one by epoch and owner is kept. */
    void meet(MemoryNode node) {
        cutOff = Optional.empty();
        isMissed = false;
        itsSessions.forEach((token, its) -> {
            Stored present = sessions.get(token);
            Snapshot snapshot = its.snapshot();
            if (present == null || order(present.snapshot(), snapshot.owner(), snapshot.epoch()) < 0) {
                sessions.put(token, its);
            }
        });
        node.minority(false);
        rejoin(node);
        node.doubt();
        later(Duration.ZERO, this::takeOver);
    }

    private Map<String, Stored> sessions(MemoryNode node) {
        return isCutOff(node) ? itsSessions : sessions;
    }

    /** What a node says; nothing if it does not live. */
    <T> CompletionStage<T> ask(MemoryNode from, String other, Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        carry(from, other, node -> answer.complete(question.get()));
        return answer;
    }

    void later(Duration time, Runnable task) {
        clock.schedule(strand, time, () -> Strand.post(task));
    }

    boolean takesMessages(MemoryNode from, String incarnation) {
        return !full && members(from).contains(incarnation);
    }

    /** A message on its way; it is lost if the node has died when it arrives, or cannot be reached. */
    void carry(MemoryNode from, String to, Consumer<MemoryNode> arrival) {
        later(latency.get(), () -> {
            MemoryNode node = members.get(to);
            if (node != null && reaches(from, node)) {
                arrival.accept(node);
            }
        });
    }

    /** Like {@link #carry}, and tells when the node is known to have died before it could confirm that it has the message, or refuses it. */
    void relay(MemoryNode from, String to, Predicate<MemoryNode> arrival, Runnable lost) {
        boolean[] refused = {false};
        carry(from, to, node -> refused[0] = !arrival.test(node));
        Duration confirmed = latency.get().multipliedBy(2);
        later(confirmed, () -> {
            MemoryNode node = members.get(to);
            Runnable telling = () -> {
                if (from.isAlive()) {
                    lost.run();
                }
            };
            if (node == null || refused[0]) {
                telling.run();
            } else if (!reaches(from, node)) {
                unconfirmed.computeIfAbsent(to, key -> new ArrayList<>()).add(telling);
            }
        });
    }

    void died(MemoryNode node) {
        later(detection, () -> removed(node, true));
    }

    boolean hasBeenLost(String incarnation) {
        return lost.contains(incarnation);
    }

    void rejoin(MemoryNode node) {
        members.put(node.self(), node);
    }

    void removed(MemoryNode node, boolean unexpected) {
        members.remove(node.self(), node);
        if (unexpected) {
            lost.add(node.self());
        }
        List<Runnable> told = List.copyOf(unconfirmed.getOrDefault(node.self(), List.of()));
        unconfirmed.remove(node.self());
        told.forEach(Runnable::run);
        takeOver();
        later(SECOND_LOOK, this::takeOver);
    }

    /** Each orphan is claimed by one of those who listen. */
    void takeOver() {
        List<MemoryNode> heirs =
                members.values().stream().filter(MemoryNode::takesOver).toList();
        if (heirs.isEmpty()) {
            return;
        }
        for (Snapshot snapshot : stored()) {
            if (!isMember(snapshot.owner())) {
                heirs.get(Math.floorMod(snapshot.token().hashCode(), heirs.size()))
                        .claimOrphan(snapshot.token());
            }
        }
    }

    // ---- what the store does, for a node

    CompletionStage<Boolean> save(MemoryNode node, Snapshot snapshot) {
        saves++;
        Fate becomes = fate.apply(snapshot);
        return answer(
                node,
                () -> switch (becomes) {
                    case ANSWERED, INDETERMINATE -> put(sessions(node), snapshot);
                    case LOST, REFUSED -> false;
                },
                becomes == Fate.INDETERMINATE || becomes == Fate.LOST);
    }

    /** Whether there is more than one node, as far as this one knows. */
    boolean hasOthers(MemoryNode node) {
        return members(node).size() > 1;
    }

    private static boolean put(Map<String, Stored> sessions, Snapshot snapshot) {
        Stored present = sessions.get(snapshot.token());
        if (present != null) {
            int order = order(present.snapshot(), snapshot.owner(), snapshot.epoch());
            if (order > 0 || (order == 0 && present.ended())) {
                return false;
            }
        }
        sessions.put(snapshot.token(), new Stored(snapshot, false));
        return true;
    }

    private static int order(Snapshot present, String owner, long epoch) {
        int order = Long.compare(present.epoch(), epoch);
        return order == 0 ? present.owner().compareTo(owner) : order;
    }

    CompletionStage<Found> claim(MemoryNode node, String token) {
        Set<String> known = new HashSet<>(members(node));
        if (node.hasGivenUp(token)) {
            known.add(Snapshot.NOBODY);
        }
        return answer(node, () -> claim(sessions(node), node.self(), token, known), false);
    }

    CompletionStage<String> owner(MemoryNode node, String token) {
        return answer(
                node,
                () -> Optional.ofNullable(sessions(node).get(token))
                        .map(stored -> stored.snapshot().owner())
                        .orElse(Snapshot.NOBODY),
                false);
    }

    void giveUp(MemoryNode node, Snapshot claimed) {
        answer(
                node,
                () -> put(
                        sessions(node),
                        new Snapshot(claimed.token(), Snapshot.NOBODY, claimed.epoch() + 1, claimed.state())),
                false);
    }

    private static Found claim(Map<String, Stored> sessions, String claimant, String token, Set<String> known) {
        Stored present = sessions.get(token);
        if (present == null || present.ended()) {
            return new Found.Unknown();
        }
        Snapshot snapshot = present.snapshot();
        if (known.contains(snapshot.owner())) {
            return snapshot.owner().equals(Snapshot.NOBODY) ? new Found.GivenUp() : new Found.Owned(snapshot.owner());
        }
        Snapshot claimed = new Snapshot(token, claimant, snapshot.epoch() + 1, snapshot.state());
        sessions.put(token, new Stored(claimed, false));
        return new Found.Claimed(claimed);
    }

    void remove(MemoryNode node, String token, String owner, long epoch) {
        answer(
                node,
                () -> {
                    Map<String, Stored> stored = sessions(node);
                    Stored present = stored.get(token);
                    if (present != null && order(present.snapshot(), owner, epoch) <= 0) {
                        stored.put(token, new Stored(present.snapshot(), true));
                    }
                    return present == null;
                },
                false);
    }

    /** Each of the others hears of it after its own delay, unless the node has died by then or cannot reach it. */
    CompletionStage<Void> name(MemoryNode node, String transaction, String token) {
        Named named = new Named(token, clock.nanoTime() + REMEMBERED.toNanos());
        node.hears(transaction, named);
        CompletableFuture<Void> heard = new CompletableFuture<>();
        Set<String> missing = new HashSet<>(members(node));
        missing.remove(node.self());
        for (String other : Set.copyOf(missing)) {
            Duration whole = delay.get();
            Runnable hears = () -> hears(node, other, transaction, named);
            Runnable confirmed = () -> {
                missing.remove(other);
                if (missing.isEmpty()) {
                    named(node, heard);
                }
            };
            if (whole.isZero()) {
                hears.run();
                confirmed.run();
            } else {
                later(whole.dividedBy(2), hears);
                later(whole, confirmed);
            }
        }
        if (missing.isEmpty()) {
            heard.complete(null);
        } else {
            later(NAMING, () -> named(node, heard));
        }
        return heard;
    }

    private void hears(MemoryNode from, String to, String transaction, Named named) {
        MemoryNode other = members.get(to);
        if (other != null && !nameless && from.isAlive() && reaches(from, other)) {
            other.hears(transaction, named);
        }
    }

    private static void named(MemoryNode node, CompletableFuture<Void> heard) {
        if (node.isAlive()) {
            heard.complete(null);
        } else {
            node.unanswered(() -> heard.complete(null));
        }
    }

    CompletionStage<String> give(MemoryNode node, String key, String token, String former) {
        return answer(
                node,
                () -> keys.merge(key, token, (present, given) -> present.equals(former) ? given : present),
                keyless);
    }

    void release(MemoryNode node, String key, String token) {
        answer(node, () -> keys.remove(key, token), false);
    }

    Optional<String> known(String key) {
        return Optional.ofNullable(keys.get(key));
    }

    /** What a node that has died asked for before is done all the same; it hears no answer, and one that hangs not before it wakes. */
    private <T> CompletionStage<T> answer(MemoryNode node, Supplier<T> change, boolean fails) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (!node.isAlive()) {
            node.unanswered(() -> complete(node, answer, change.get(), true));
            return answer;
        }
        Duration whole = delay.get();
        if (whole.isZero()) {
            complete(node, answer, change.get(), fails);
            return answer;
        }
        Duration half = whole.dividedBy(2);
        later(half, () -> {
            T result = change.get();
            later(whole.minus(half), () -> complete(node, answer, result, fails));
        });
        return answer;
    }

    private static <T> void complete(MemoryNode node, CompletableFuture<T> answer, T result, boolean fails) {
        if (!node.isAlive()) {
            node.unanswered(() -> complete(node, answer, result, true));
            return;
        }
        if (fails) {
            answer.completeExceptionally(new IllegalStateException("nobody knows what became of it"));
        } else {
            answer.complete(result);
        }
    }
}
