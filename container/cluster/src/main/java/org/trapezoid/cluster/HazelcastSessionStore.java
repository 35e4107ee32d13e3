// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.PartitioningStrategyConfig;
import com.hazelcast.map.IMap;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.SessionStore;
import org.trapezoid.servlet.replication.Snapshot;

/**
 * Keeps snapshots in the memory of two nodes each. Whose a session is, is compared and changed in one step by the member that stores it
 * ({@link SessionProcessor}). Thread-safe.
 */
public final class HazelcastSessionStore implements SessionStore {
    static final String SESSIONS = "trapezoid-sessions";

    private static final Logger log = LoggerFactory.getLogger(HazelcastSessionStore.class);
    private static final int MERGED_AT_ONCE = 100;
    private static final int ATTEMPTS = 5;
    private static final Duration REFRESHED = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofMillis(100);

    private final ClusterNode node;
    private final HazelcastNodes nodes;
    private final IMap<String, StoredSession> sessions;
    private final SessionPartitions partitions;
    private final Places places;
    private final Claims claims;
    private final Unreadable unreadable = new Unreadable(System::nanoTime);
    private final Takeover takeover;
    private volatile BooleanSupplier sure = () -> true;

    /**
     * Of a node that has joined.
     *
     * @param nodes the same node's way to the others
     */
    public HazelcastSessionStore(ClusterNode node, HazelcastNodes nodes) {
        this.node = node;
        this.nodes = nodes;
        this.sessions = node.hazelcast().getMap(SESSIONS);
        this.partitions = new SessionPartitions(sessions, node::later);
        this.places = new Places(node.hazelcast(), node.incarnation(), partitions::hasBackup);
        this.takeover = new Takeover(node, sessions, this::mayClaim, this::claim, Takeover::refuses);
        this.claims = new Claims(
                (token, claim) -> partitions.submit(token, new ClaimSession(node.incarnation(), claim, owners(token))),
                this::isUnknown,
                takeover::later,
                takeover::claimLater,
                node::isRunning);
        refreshPlaces();
    }

    private void refreshPlaces() {
        takeover.later(REFRESHED, () -> {
            try {
                places.refresh();
            } finally {
                refreshPlaces();
            }
        });
    }

    static MapConfig map() {
        return new MapConfig(SESSIONS)
                .setBackupCount(1)
                .setInMemoryFormat(
                        InMemoryFormat.OBJECT) // else each change makes the present one of bytes, and bytes again
                .setPartitioningStrategyConfig(new PartitioningStrategyConfig(Places.strategy()))
                .setMergePolicyConfig(new MergePolicyConfig(MergeSessions.class.getName(), MERGED_AT_ONCE));
    }

    /** Copies that this node has of what other nodes store: of their sessions, and of some that ended not long ago. Counts them, and waits for nobody. */
    public long backups() {
        return partitions.backups();
    }

    @Override
    public char place() {
        return places.next();
    }

    @Override
    public CompletionStage<Boolean> save(Snapshot snapshot) {
        return partitions
                .submit(snapshot.token(), new SaveSession(snapshot))
                .thenApply(
                        stored -> Objects.requireNonNull(stored, "the member that stores the session did not answer"));
    }

    @Override
    public boolean hasBackup(String token) {
        return partitions.hasBackup(token);
    }

    @Override
    public void claimsWhile(BooleanSupplier allowed) {
        sure = allowed;
    }

    private boolean mayClaim() {
        return !node.isLeaving() && !node.membership().isMinority() && sure.getAsBoolean();
    }

    @Override
    public CompletionStage<Found> claim(String token) {
        if (!mayClaim()) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    node.isLeaving() ? "this node leaves" : "the greater part of the cluster is elsewhere"));
        }
        return claims.claim(token).thenApply(answer -> found(token, answer.claim(), answer.stored()));
    }

    @Override
    public CompletionStage<String> owner(String token) {
        try {
            return sessions.getAsync(token).thenApply(stored -> stored == null ? Snapshot.NOBODY : stored.owner());
        } catch (RuntimeException stopped) {
            return CompletableFuture.failedFuture(stopped);
        }
    }

    /** A member for the one who stores a session, and gone for this node; who left it to others is neither. */
    private boolean isUnknown(String owner) {
        return !owner.equals(Snapshot.NOBODY) && !node.membership().isMember(owner);
    }

    /** Those who may own it. */
    private Set<String> owners(String token) {
        Set<String> owners = node.membership().incarnations();
        if (!unreadable.contains(token)) {
            return owners;
        }
        Set<String> more = new HashSet<>(owners);
        more.add(Snapshot.NOBODY);
        return more;
    }

    private Found found(String token, long claim, @Nullable StoredSession stored) {
        if (stored == null) {
            return new Found.Unknown();
        }
        if (stored.owner().equals(Snapshot.NOBODY)) {
            return new Found.GivenUp();
        }
        return stored.owner().equals(node.incarnation()) && stored.claim() == claim
                ? new Found.Claimed(new Snapshot(token, stored.owner(), stored.epoch(), stored.state()))
                : new Found.Owned(stored.owner());
    }

    @Override
    public void remove(String token, String owner, long epoch) {
        remove(token, owner, epoch, 1);
    }

    private void remove(String token, String owner, long epoch, int attempt) {
        partitions.submit(token, new RemoveSession(owner, epoch)).whenComplete((removed, failure) -> {
            if (failure != null && attempt < ATTEMPTS && node.isRunning()) {
                takeover.later(RETRY, () -> remove(token, owner, epoch, attempt + 1));
            } else if (failure != null && node.isRunning()) {
                log.warn("session {} has ended, and is stored still: {}", token, failure.toString());
            }
        });
    }

    @Override
    public void giveUp(Snapshot claimed) {
        unreadable.add(claimed.token());
        partitions
                .submit(claimed.token(), new GiveUpSession(claimed.owner(), claimed.epoch()))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        log.debug("{} is not left to others yet: it will be when this node ends", claimed, failure);
                    }
                });
    }

    @Override
    public CompletionStage<Void> name(String transaction, String token) {
        return nodes.name(transaction, token);
    }

    @Override
    public Optional<String> named(String transaction) {
        return nodes.names().find(transaction);
    }

    @Override
    public void onOrphan(Consumer<Snapshot> listener) {
        takeover.start(listener);
    }

    /** Claims nothing more by itself; what is stored stays. */
    @Override
    public void close() {
        takeover.close();
    }
}
