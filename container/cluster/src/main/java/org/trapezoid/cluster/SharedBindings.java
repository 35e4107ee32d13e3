// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.BindingMerge;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.sip.concurrent.Threads;

/**
 * Keeps the location tables of all nodes the same. Each node has every binding, so a look-up asks nobody. A change is made in the table of
 * its node first and then sent to where the cluster keeps the address-of-record; there changes of several nodes meet one at a time, and what
 * comes of them goes to all tables. Thread-safe.
 */
public final class SharedBindings implements AutoCloseable {
    static final String MAP = "trapezoid-bindings";

    private static final Logger log = LoggerFactory.getLogger(SharedBindings.class);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final int MERGED_AT_ONCE = 100;
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private final LocationTable locations;
    private final IMap<String, String> map;
    private final ClusterNode node;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final LocationService.Listener local = new LocalChanges();
    private final ScheduledExecutorService executor;
    private final AtomicBoolean comparing = new AtomicBoolean();
    private final UUID entryListener;
    private final UUID membershipListener;
    private final UUID lifecycleListener;

    /**
     * What this node knows of one address-of-record. Changed by {@link ConcurrentHashMap#compute} alone, and what was agreed by the executor
     * alone.
     */
    private record Entry(
            long version,
            List<Binding> agreed,
            @Nullable Sending sent,
            @Nullable Sending waiting) {
        static final Entry NEW = new Entry(0, List.of(), null, null);

        boolean isIdle() {
            return sent == null && waiting == null;
        }

        @Nullable
        Entry orNull() {
            return isIdle() && agreed.isEmpty() ? null : this;
        }
    }

    /** A change, and who waits until it is stored. The list is changed where its entry is. */
    private record Sending(BindingMerge change, List<Runnable> told) {}

    /**
     * Takes over what the cluster knows. What the table holds already is kept if this node is the first one; otherwise it is out of
     * date: the others went on while this node was away.
     *
     * @throws IllegalStateException if the cluster cannot be read
     * @throws InterruptedException if the thread is interrupted while the cluster is read
     */
    public SharedBindings(LocationTable locations, ClusterNode node) throws InterruptedException {
        this.locations = locations;
        this.node = node;
        this.map = node.hazelcast().getMap(MAP);
        this.executor = new ScheduledThreadPoolExecutor(
                1,
                task -> Threads.platform("cluster-bindings", task),
                new ThreadPoolExecutor.DiscardPolicy()); // when closed
        boolean first = node.members().size() == 1;
        List<BindingMerge> own = new ArrayList<>();
        for (String addressOfRecord : locations.addressesOfRecord()) {
            List<Binding> bindings = locations.lookup(addressOfRecord);
            own.add(new BindingMerge(addressOfRecord, bindings, List.of()));
            if (!first) {
                locations.merge(new BindingMerge(addressOfRecord, List.of(), bindings));
            }
        }
        entryListener = map.addEntryListener(new RemoteChanges(), true);
        if (first) {
            own.forEach(this::change);
        }
        read();
        locations.addListener(local);
        lifecycleListener = node.hazelcast().getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                compareLater(); // two halves of the cluster have met again
            }
        });
        membershipListener = node.hazelcast().getCluster().addMembershipListener(new MembershipAdapter() {
            @Override
            public void memberRemoved(MembershipEvent event) {
                compareLater();
            }
        });
    }

    static MapConfig map() {
        return new MapConfig(MAP)
                .setBackupCount(1)
                .setMergePolicyConfig(new MergePolicyConfig(LaterRecord.class.getName(), MERGED_AT_ONCE));
    }

    private void read() throws InterruptedException {
        try {
            executor.submit(this::readAndRestore).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the bindings of the cluster cannot be read: " + e.getCause(), e);
        }
    }

    /** Takes over what is stored, and stores what is not. By the executor. */
    private void readAndRestore() {
        restoreMissing(readStored(this::agreed));
    }

    /** The same until it succeeds. It takes a while with many bindings, in which the executor has changes to send: by a thread of its own. */
    private void compare() {
        comparing.set(false); // from now on something may be missed that is lost
        try {
            Map<String, Long> stored = readStored(
                    (addressOfRecord, record) -> later(Duration.ZERO, () -> agreed(addressOfRecord, record)));
            later(Duration.ZERO, () -> restoreMissing(stored));
        } catch (RuntimeException e) {
            if (node.isRunning()) {
                log.warn("the bindings of the cluster cannot be read now; tried again", e);
                compareLater();
            }
        }
    }

    private void compareLater() {
        if (comparing.compareAndSet(false, true)) {
            later(SETTLING, () -> Threads.platform("cluster-compare", this::compare)
                    .start());
        }
    }

    /**
     * Which versions are stored.
     *
     * @param news takes each record that this node does not have
     */
    private Map<String, Long> readStored(BiConsumer<String, String> news) {
        Map<String, Long> stored = new HashMap<>();
        for (Map.Entry<String, String> each : map) {
            long version = SharedRecord.parse(each.getValue()).version();
            stored.put(each.getKey(), version);
            if (version > entries.getOrDefault(each.getKey(), Entry.NEW).version()) {
                news.accept(each.getKey(), each.getValue());
            }
        }
        return stored;
    }

    /** A node that died may not have told everybody of its last changes, and what it kept may not have had a backup yet. By the executor. */
    private void restoreMissing(Map<String, Long> stored) {
        entries.forEach((addressOfRecord, entry) -> {
            if (!entry.agreed().isEmpty() && entry.version() > stored.getOrDefault(addressOfRecord, 0L)) {
                restore(addressOfRecord, entry);
            }
        });
    }

    private void restore(String addressOfRecord, Entry entry) {
        SharedRecord record = new SharedRecord(entry.version(), entry.agreed());
        map.submitToKey(addressOfRecord, new RestoreBindings(record.format(addressOfRecord)))
                .whenCompleteAsync(
                        (stored, failure) -> {
                            if (failure != null && node.isRunning()) {
                                log.debug("{}: not stored again yet", addressOfRecord, failure);
                                compareLater();
                            }
                        },
                        executor);
    }

    // ---- what this node changes

    private void change(BindingMerge change) {
        boolean[] alone = {false};
        entries.compute(change.addressOfRecord(), (key, known) -> {
            Entry entry = known == null ? Entry.NEW : known;
            alone[0] = entry.sent() == null;
            Sending waiting = entry.waiting();
            return alone[0]
                    ? new Entry(entry.version(), entry.agreed(), new Sending(change, new ArrayList<>(1)), null)
                    : new Entry(
                            entry.version(),
                            entry.agreed(),
                            entry.sent(),
                            waiting == null
                                    ? new Sending(change, new ArrayList<>(1))
                                    : new Sending(waiting.change().then(change), waiting.told()));
        });
        if (alone[0]) {
            send(change);
        }
    }

    /** One change of an address-of-record at a time is under way, so that they arrive in their order. */
    private void send(BindingMerge change) {
        try {
            map.submitToKey(change.addressOfRecord(), new MergeBindings(change))
                    .whenCompleteAsync((record, failure) -> sent(change, record, failure), executor);
        } catch (RuntimeException e) {
            sent(change, null, e);
        }
    }

    private void sent(BindingMerge change, @Nullable String record, @Nullable Throwable failure) {
        if (failure != null || record == null) {
            if (node.isRunning()) {
                log.debug("{}: not stored yet", change.addressOfRecord(), failure);
                later(RETRY, () -> send(change));
            }
            return;
        }
        agreed(change.addressOfRecord(), record);
        List<Runnable> told = new ArrayList<>(1);
        Entry after = entries.computeIfPresent(change.addressOfRecord(), (key, entry) -> {
            if (entry.sent() != null) {
                told.addAll(entry.sent().told());
            }
            return new Entry(entry.version(), entry.agreed(), entry.waiting(), null).orNull();
        });
        if (after != null && after.sent() != null) {
            send(after.sent().change());
        }
        told.forEach(SharedBindings::attempt);
    }

    private static void attempt(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) { // others wait too
            log.error("what waited for a binding to be stored has failed", e);
        }
    }

    /**
     * Runs the task when the changes of an address-of-record that this node has made are stored and have a backup: at once, or by the executor.
     * Never if this is closed before.
     */
    public void whenStored(String addressOfRecord, Runnable task) {
        locations.whenTold(addressOfRecord, () -> {
            boolean[] waits = {false};
            entries.computeIfPresent(addressOfRecord, (key, entry) -> {
                Sending last = entry.waiting() == null ? entry.sent() : entry.waiting();
                if (last != null) {
                    last.told().add(task);
                    waits[0] = true;
                }
                return entry;
            });
            if (!waits[0]) {
                task.run();
            }
        });
    }

    // ---- what the cluster has agreed on

    /** By the executor. */
    private void agreed(String addressOfRecord, String record) {
        SharedRecord stored = SharedRecord.parse(record);
        Entry before = entries.getOrDefault(addressOfRecord, Entry.NEW);
        if (stored.version() <= before.version()) {
            return;
        }
        List<Binding> bindings = before.sent() == null
                ? stored.bindings()
                : same(stored.bindings(), before.sent().change().put());
        locations.merge(BindingMerge.between(addressOfRecord, before.agreed(), bindings));
        entries.compute(addressOfRecord, (key, known) -> {
            Entry entry = known == null ? Entry.NEW : known;
            return new Entry(stored.version(), bindings, entry.sent(), entry.waiting()).orNull();
        });
    }

    /** The same, with the objects that the table has already. */
    private static List<Binding> same(List<Binding> bindings, List<Binding> present) {
        return bindings.stream()
                .map(binding -> {
                    int at = present.indexOf(binding);
                    return at < 0 ? binding : present.get(at);
                })
                .toList();
    }

    private void expired(Binding binding) {
        later(
                Duration.ZERO,
                () -> entries.computeIfPresent(binding.addressOfRecord(), (key, entry) -> {
                    List<Binding> left = entry.agreed().stream()
                            .filter(other -> !other.equals(binding))
                            .toList();
                    return new Entry(entry.version(), left, entry.sent(), entry.waiting()).orNull();
                }));
    }

    private void later(Duration delay, Runnable task) {
        Future<?> unused = executor.schedule(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        if (node.isRunning()) {
                            log.error("the bindings of the cluster: a change is lost", e);
                        }
                    }
                },
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Addresses-of-record that this node has changed and no other one knows yet. */
    public int pending() {
        int pending = 0;
        for (Entry entry : entries.values()) {
            pending += entry.isIdle() ? 0 : 1;
        }
        return pending;
    }

    /** Tells the others nothing more. */
    @Override
    public void close() {
        locations.removeListener(local);
        map.removeEntryListener(entryListener);
        node.hazelcast().getCluster().removeMembershipListener(membershipListener);
        node.hazelcast().getLifecycleService().removeLifecycleListener(lifecycleListener);
        executor.shutdown();
    }

    private final class LocalChanges implements LocationService.Listener {
        @Override
        public void bound(Binding binding) {
            change(new BindingMerge(binding.addressOfRecord(), List.of(binding), List.of()));
        }

        @Override
        public void refreshed(Binding before, Binding now) {
            change(new BindingMerge(now.addressOfRecord(), List.of(now), List.of(before)));
        }

        @Override
        public void unbound(Binding binding) {
            change(new BindingMerge(binding.addressOfRecord(), List.of(), List.of(binding)));
        }

        /** On every node, by its clock. */
        @Override
        public void expired(Binding binding) {
            SharedBindings.this.expired(binding);
        }
    }

    private final class RemoteChanges
            implements EntryAddedListener<String, String>,
                    EntryUpdatedListener<String, String>,
                    EntryMergedListener<String, String> {
        @Override
        public void entryAdded(EntryEvent<String, String> event) {
            later(Duration.ZERO, () -> agreed(event.getKey(), event.getValue()));
        }

        @Override
        public void entryUpdated(EntryEvent<String, String> event) {
            later(Duration.ZERO, () -> agreed(event.getKey(), event.getValue()));
        }

        @Override
        public void entryMerged(EntryEvent<String, String> event) {
            later(Duration.ZERO, () -> agreed(event.getKey(), event.getValue()));
        }
    }
}
