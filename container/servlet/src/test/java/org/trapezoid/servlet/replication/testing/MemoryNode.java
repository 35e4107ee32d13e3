// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.replication.Nodes;
import org.trapezoid.servlet.replication.SessionKeys;
import org.trapezoid.servlet.replication.SessionStore;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.transport.Carried;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.FlowRelay;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.TransportLayer;

/** One node of a {@link MemoryCluster}: its store and its ways to the others, until it dies. Confined to the thread of the test. */
public final class MemoryNode implements SessionStore, SessionKeys, Nodes, FlowRelay.Carrier, FlowTokens.Elsewhere {

    private final MemoryCluster cluster;
    private final String incarnation;
    private boolean alive = true;
    private @Nullable Consumer<Snapshot> orphans;
    private BiPredicate<Flow, Message> handler = (flow, message) -> true;
    private boolean leaving;
    private @Nullable FlowRelay relay;
    private Consumer<String> doubts = why -> {};
    private final Map<String, MemoryCluster.Named> transactions = new HashMap<>();
    private final Set<String> givenUp = new HashSet<>();
    private final List<Runnable> unanswered = new ArrayList<>();
    private boolean minority;
    private boolean known = true;
    private boolean broken;
    private boolean doubtful;
    private BooleanSupplier sure = () -> true;
    private Duration busy = Duration.ZERO;

    MemoryNode(MemoryCluster cluster, String incarnation) {
        this.cluster = cluster;
        this.incarnation = incarnation;
    }

    /** How long it has other things to do before it goes on with a session that it has claimed in the background. */
    public void busyFor(Duration time) {
        busy = time;
    }

    /** From now on messages go from and to the flows of this stack. */
    public void attach(TransportLayer transports) {
        relay = new FlowRelay(transports, Limits.DEFAULT, this);
    }

    /** Flows of other nodes. */
    public FlowRelay flows() {
        if (relay == null) {
            throw new IllegalStateException("node " + incarnation + " has no stack; expected attach");
        }
        return relay;
    }

    @Override
    public Optional<Flow> flow(String other, FlowName name) {
        return isMember(other) && !other.equals(incarnation)
                ? Optional.of(flows().flow(other, name))
                : Optional.empty();
    }

    @Override
    public String self() {
        return incarnation;
    }

    @Override
    public boolean isMember(String other) {
        return cluster.members(this).contains(other);
    }

    @Override
    public Set<String> members() {
        return cluster.members(this);
    }

    @Override
    public CompletionStage<Boolean> isKnownBy(String other) {
        if (broken) {
            throw new IllegalStateException("the cluster is being left");
        }
        return cluster.ask(this, other, () -> known);
    }

    /** Whether nobody can be asked any more from now on. */
    public void broken(boolean asking) {
        broken = asking;
    }

    /** Whether the others take it for a member from now on, which it does not hear. */
    public void known(boolean member) {
        known = member;
    }

    /** Whether it is in the smaller part from now on. */
    public void minority(boolean alone) {
        minority = alone;
    }

    /** Says that it hands its sessions over. */
    public void sayGoodbye() {
        leaving = true;
    }

    @Override
    public boolean isLeaving(String other) {
        return cluster.member(other).filter(node -> node.leaving).isPresent();
    }

    @Override
    public boolean isMinority() {
        return minority;
    }

    @Override
    public void onDoubt(Consumer<String> watcher) {
        doubts = watcher;
    }

    /** As after a split, or when this node was taken for dead. */
    public void doubt() {
        doubts.accept("the test says so");
    }

    @Override
    public void onRelayed(BiPredicate<Flow, Message> relayed) {
        handler = relayed;
    }

    @Override
    public boolean relay(String to, Flow flow, Message message, Runnable lost) {
        if (!alive || !flow.isOfThisNode() || to.equals(incarnation) || !cluster.takesMessages(this, to)) {
            return false;
        }
        Carried carried = Carried.received(flow, message);
        cluster.relay(this, to, node -> node.flows().receive(incarnation, carried, node.handler), lost);
        return true;
    }

    @Override
    public void carry(String to, Carried message, Consumer<IOException> onFailure) {
        if (!alive) {
            return;
        }
        if (!cluster.takesMessages(this, to)) {
            cluster.later(Duration.ZERO, () -> onFailure.accept(new IOException("node " + to + " is gone")));
            return;
        }
        cluster.carry(this, to, node -> {
            if (!node.flows().send(message)) {
                cluster.carry(
                        node, incarnation, back -> onFailure.accept(new IOException("no such connection at " + to)));
            }
        });
    }

    @Override
    public void tellAll(Carried received) {
        for (String other : members()) {
            if (alive && !other.equals(incarnation)) {
                cluster.carry(this, other, node -> node.flows().receive(incarnation, received, node.handler));
            }
        }
    }

    /** Ends as by {@code kill -9}: what is under way to others gets there, nothing comes back, and the others learn it after a while. */
    public void die() {
        if (alive) {
            alive = false;
            cluster.died(this);
        }
    }

    /** Nobody hears of it any more, and the others take it for dead after a while; it does not know. */
    public void hang() {
        alive = false;
        cluster.died(this);
    }

    /** It is there again, under its old incarnation. */
    public void wake() {
        alive = true;
        cluster.rejoin(this);
        doubts.accept("it was away");
        List<Runnable> failures = List.copyOf(unanswered);
        unanswered.clear();
        failures.forEach(Runnable::run);
    }

    /** Something fails when this node wakes. */
    void unanswered(Runnable failure) {
        unanswered.add(failure);
    }

    /** This node and the others cannot reach each other from now on. */
    public void cutOff() {
        cluster.cutOff(this);
    }

    /** They can again, and become one cluster. */
    public void meet() {
        cluster.meet(this);
    }

    /** Leaves in good order; what it owns still is taken over. */
    public void leave() {
        if (alive) {
            alive = false;
            cluster.removed(this, false);
        }
    }

    boolean isAlive() {
        return alive;
    }

    @Override
    public boolean hasBeenLost(String other) {
        return cluster.hasBeenLost(other);
    }

    @Override
    public boolean isDoubtful(String other) {
        return doubtful;
    }

    /** Whether this node does not know from now on what happened before it came. */
    public void doubtful(boolean all) {
        doubtful = all;
    }

    boolean takesOver() {
        return alive && orphans != null;
    }

    void claimOrphan(String token) {
        Consumer<Snapshot> heir = orphans;
        if (heir != null) {
            claim(token).thenAccept(found -> {
                if (found instanceof Found.Claimed mine && busy.isZero()) {
                    heir.accept(mine.snapshot());
                } else if (found instanceof Found.Claimed mine) {
                    cluster.later(busy, () -> heir.accept(mine.snapshot()));
                }
            });
        }
    }

    @Override
    public char place() {
        return 'a';
    }

    @Override
    public CompletionStage<Boolean> save(Snapshot snapshot) {
        return cluster.save(this, snapshot);
    }

    @Override
    public boolean hasBackup(String token) {
        return cluster.hasOthers(this);
    }

    @Override
    public void claimsWhile(BooleanSupplier allowed) {
        sure = allowed;
    }

    @Override
    public CompletionStage<Found> claim(String token) {
        if (!sure.getAsBoolean()) {
            return CompletableFuture.failedFuture(new IllegalStateException("the others do not know this node"));
        }
        return cluster.claim(this, token);
    }

    @Override
    public CompletionStage<String> owner(String token) {
        return cluster.owner(this, token);
    }

    @Override
    public void giveUp(Snapshot claimed) {
        givenUp.add(claimed.token());
        cluster.giveUp(this, claimed);
    }

    boolean hasGivenUp(String token) {
        return givenUp.contains(token);
    }

    @Override
    public void remove(String token, String owner, long epoch) {
        cluster.remove(this, token, owner, epoch);
    }

    @Override
    public CompletionStage<Void> name(String transaction, String token) {
        return cluster.name(this, transaction, token);
    }

    void hears(String transaction, MemoryCluster.Named named) {
        transactions.put(transaction, named);
    }

    /** What another one knows. */
    void learnsFrom(MemoryNode other) {
        transactions.putAll(other.transactions);
    }

    @Override
    public Optional<String> named(String transaction) {
        return Optional.ofNullable(transactions.get(transaction))
                .filter(named -> cluster.clock().nanoTime() < named.until())
                .map(MemoryCluster.Named::token);
    }

    @Override
    public CompletionStage<String> give(String key, String token, String former) {
        return cluster.give(this, key, token, former);
    }

    @Override
    public void release(String key, String token) {
        cluster.release(this, key, token);
    }

    @Override
    public Optional<String> known(String key) {
        return cluster.known(key);
    }

    @Override
    public void ask(String key) {
        // it is told at once of all that happens
    }

    @Override
    public void onOrphan(Consumer<Snapshot> listener) {
        orphans = listener;
        cluster.later(Duration.ZERO, cluster::takeOver);
    }

    @Override
    public void close() {
        orphans = null;
    }
}
