// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.cluster.InitialMembershipEvent;
import com.hazelcast.cluster.InitialMembershipListener;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.MultiExecutionCallback;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which nodes are members, by their incarnation, as Hazelcast tells it. Thread-safe. */
final class Membership implements InitialMembershipListener {
    static final String NODE = "trapezoid.node";
    static final String INCARNATION = "trapezoid.incarnation";
    static final String SNAPSHOTS = "trapezoid.snapshots";

    private static final String CONTEXT = "trapezoid.membership";
    private static final Duration GOODBYE = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final Losses losses;
    private volatile Supplier<Set<Member>> listed = Set::of;
    private final Map<String, Member> members = new ConcurrentHashMap<>();
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();
    private final Set<String> missedBefore = ConcurrentHashMap.newKeySet(); // this node came
    private volatile Optional<Member> missed = Optional.empty();
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private final List<Runnable> goodbyes = new CopyOnWriteArrayList<>();
    private final List<Runnable> meetings = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> doubters = new CopyOnWriteArrayList<>();

    Membership(LongSupplier nanoTime) {
        losses = new Losses(nanoTime);
    }

    /** Begins; tasks of other nodes find it from now on. */
    void listen(HazelcastInstance hazelcast) {
        listed = hazelcast.getCluster()::getMembers;
        hazelcast.getUserContext().put(CONTEXT, this);
        hazelcast.getCluster().addMembershipListener(this);
        hazelcast.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                doubt("it has met nodes again that it had lost");
                meetings.forEach(Runnable::run);
            }
        });
    }

    static Optional<Membership> of(HazelcastInstance hazelcast) {
        return Optional.ofNullable((Membership) hazelcast.getUserContext().get(CONTEXT));
    }

    /** Tells all others that this node hands its sessions over and leaves; waits a second at most. */
    void sayGoodbye(HazelcastInstance hazelcast, String incarnation) {
        CountDownLatch told = new CountDownLatch(1);
        try {
            hazelcast
                    .getExecutorService(CONTEXT)
                    .submitToAllMembers(new Leaving(incarnation), new MultiExecutionCallback() {
                        @Override
                        public void onResponse(Member member, Object value) {}

                        @Override
                        public void onComplete(Map<Member, Object> values) {
                            told.countDown();
                        }
                    });
            told.await(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.debug("left without a word", e);
        }
    }

    static String name(Member member) {
        String name = member.getAttribute(NODE);
        return name == null ? member.getAddress().toString() : name;
    }

    static String incarnation(Member member) {
        String incarnation = member.getAttribute(INCARNATION);
        return incarnation == null ? member.getUuid().toString() : incarnation;
    }

    boolean isMember(String incarnation) {
        return members.containsKey(incarnation);
    }

    /** The incarnations of those members of which this node was told. */
    Set<String> present() {
        return members.keySet();
    }

    Optional<Member> member(String incarnation) {
        return Optional.ofNullable(members.get(incarnation));
    }

    /** Whether it is a member for Hazelcast, which knows of a loss a moment earlier than {@link #isMember}. */
    boolean isListed(String incarnation) {
        return listed.get().stream().anyMatch(member -> incarnation(member).equals(incarnation));
    }

    /** The incarnations of all members: those that Hazelcast lists, and those of whose loss nobody was told yet. */
    Set<String> incarnations() {
        Set<String> all = new HashSet<>(members.keySet());
        listed.get().forEach(member -> all.add(incarnation(member)));
        return Set.copyOf(all);
    }

    /** The names of the members that do not write sessions in that version. */
    List<String> others(String snapshots) {
        return members.values().stream()
                .filter(member -> !snapshots.equals(member.getAttribute(SNAPSHOTS)))
                .map(Membership::name)
                .sorted()
                .toList();
    }

    /** Whether a node was taken for dead at some time. */
    boolean hasBeenLost(String incarnation) {
        return losses.hasBeenLost(incarnation);
    }

    /** What others have seen of their members before this node came. */
    void learn(String... missed) {
        missedBefore.addAll(List.of(missed));
    }

    /** Whether others have missed it, or were told that it leaves, before this node came. */
    boolean wasMissedBefore(String incarnation) {
        return missedBefore.contains(incarnation);
    }

    /** Those that were taken for dead at some time, or are about to leave: what they have made may be elsewhere. */
    String[] missedOnce() {
        Set<String> missed = new HashSet<>(losses.lostOnce());
        missed.addAll(missedBefore);
        missed.addAll(leaving);
        return missed.toArray(String[]::new);
    }

    /** A member says that it is about to leave. */
    void leaves(String incarnation) {
        leaving.add(incarnation);
        goodbyes.forEach(Runnable::run);
    }

    /** Whether a member has said so. */
    boolean isLeaving(String incarnation) {
        return leaving.contains(incarnation);
    }

    /** Somebody who is told, on a thread of Hazelcast's, when a member says that it hands its sessions over. */
    void onLeaving(Runnable watcher) {
        goodbyes.add(watcher);
    }

    /** Whether this node is in the smaller part of a cluster that was split; see {@link Losses#isMinority}. */
    boolean isMinority() {
        return losses.isMinority(members.keySet());
    }

    /** Somebody who is told when this node finds itself in the smaller part, or the parts have met again. */
    void onDoubt(Consumer<String> watcher) {
        doubters.add(watcher);
    }

    private void doubt(String why) {
        doubters.forEach(watcher -> watcher.accept(why));
    }

    /** Somebody who is told, on a thread of Hazelcast's, when a member is gone. */
    void onRemoved(Runnable watcher) {
        watchers.add(watcher);
    }

    /** Somebody who is told, on a thread of Hazelcast's, when a member has joined, or parts of a cluster that was split have met. */
    void onMet(Runnable watcher) {
        meetings.add(watcher);
    }

    /** The other one of two nodes, if it went without a word and nobody has joined since: dead, or at the other side of a split. */
    Optional<Member> missed() {
        return missed;
    }

    void forget(Runnable watcher) {
        meetings.remove(watcher);
        watchers.remove(watcher);
        goodbyes.remove(watcher);
    }

    @Override
    public void init(InitialMembershipEvent event) {
        event.getMembers().forEach(member -> members.put(incarnation(member), member));
    }

    @Override
    public void memberAdded(MembershipEvent event) {
        Member added = event.getMember();
        members.put(incarnation(added), added);
        losses.joined(members.keySet());
        missed = Optional.empty();
        log.info("node {} has joined; nodes: {}", name(added), names(event));
        meetings.forEach(Runnable::run);
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
        Member removed = event.getMember();
        String incarnation = incarnation(removed);
        boolean expected = leaving.remove(incarnation);
        if (expected) {
            losses.left(incarnation);
        } else {
            losses.lost(incarnation, members.keySet());
        }
        missed = !expected && losses.before() == 2 ? Optional.of(removed) : Optional.empty();
        members.remove(incarnation, removed); // who finds it gone knows that it is missed
        if (!expected && isMinority()) {
            doubt("it has lost " + (losses.before() - members.size()) + " of " + losses.before() + " nodes");
        }
        log.info("node {} {}; nodes: {}", name(removed), expected ? "has left" : "is gone", names(event));
        watchers.forEach(Runnable::run);
    }

    private static List<String> names(MembershipEvent event) {
        return event.getMembers().stream().map(Membership::name).toList();
    }
}
