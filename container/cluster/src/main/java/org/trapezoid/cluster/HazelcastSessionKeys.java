// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.config.MapConfig;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.SessionKeys;
import org.trapezoid.sip.concurrent.Threads;

/**
 * Keeps in the memory of two nodes each which session has a key; each node also has what it was told of all of them, so that applications
 * need not wait for what others know. Thread-safe.
 */
public final class HazelcastSessionKeys implements SessionKeys, AutoCloseable {
    static final String KEYS = "trapezoid-session-keys";

    private static final Logger log = LoggerFactory.getLogger(HazelcastSessionKeys.class);
    private static final int ATTEMPTS = 5;
    private static final long RETRY_MILLIS = 100;

    private final ClusterNode node;
    private final IMap<String, String> map;
    private final Map<String, String> known = new ConcurrentHashMap<>();
    private final Map<String, Object> asked = new ConcurrentHashMap<>(); // questions that no change has overtaken
    private final UUID listener;
    private final UUID meetings;
    private final Executor later = CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS);

    /** Of a node that has joined; takes over what the others know. */
    public HazelcastSessionKeys(ClusterNode node) {
        this.node = node;
        this.map = node.hazelcast().getMap(KEYS);
        this.listener = map.addEntryListener(new Changes(), true);
        this.meetings = node.hazelcast().getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                Threads.platform("cluster-keys", this::readAgain).start(); // it waits for the others
            }
        });
        map.entrySet().forEach(each -> known.putIfAbsent(each.getKey(), each.getValue()));
    }

    /** What the other part of a cluster that was split has given, which has told this one of nothing. */
    private void readAgain() {
        try {
            map.entrySet().stream()
                    .filter(each -> !each.getValue().equals(known.get(each.getKey())))
                    .forEach(each -> ask(each.getKey()));
        } catch (RuntimeException e) {
            if (node.isRunning()) {
                log.warn("not all keys of sessions are known that the nodes have which were met again", e);
            }
        }
    }

    static MapConfig map() {
        return new MapConfig(KEYS).setBackupCount(1).setStatisticsEnabled(false);
    }

    @Override
    public CompletionStage<String> give(String key, String token, String former) {
        return change(key, new ChangeKey(former, token)).thenApply(holder -> {
            if (holder == null) {
                throw new IllegalStateException("a key that was given is nobody's");
            }
            return holder;
        });
    }

    @Override
    public void release(String key, String token) {
        release(key, token, 1);
    }

    private void release(String key, String token, int attempt) {
        change(key, new ChangeKey(token, "")).whenComplete((holder, failure) -> {
            if (failure != null && attempt < ATTEMPTS && node.isRunning()) {
                later.execute(() -> release(key, token, attempt + 1));
            } else if (failure != null && node.isRunning()) {
                log.warn("session {} has ended, and has its key still: {}", token, failure.toString());
            }
        });
    }

    private CompletionStage<@Nullable String> change(String key, ChangeKey change) {
        try {
            return map.submitToKey(key, change);
        } catch (RuntimeException stopped) {
            return CompletableFuture.failedFuture(stopped);
        }
    }

    @Override
    public Optional<String> known(String key) {
        return Optional.ofNullable(known.get(key));
    }

    @Override
    public void ask(String key) {
        Object question = new Object();
        asked.put(key, question);
        try {
            map.getAsync(key).whenComplete((holder, failure) -> {
                if (failure == null) {
                    known.compute(key, (same, present) -> asked.remove(key, question) ? holder : present);
                } else {
                    asked.remove(key, question);
                }
            });
        } catch (RuntimeException stopped) {
            asked.remove(key, question);
            log.debug("not asked for a key", stopped);
        }
    }

    /** An answer that is on its way is older. */
    private void told(String key, @Nullable String holder) {
        known.compute(key, (same, present) -> {
            asked.remove(key);
            return holder;
        });
    }

    @Override
    public void close() {
        if (node.isRunning()) { // else they are gone with it
            map.removeEntryListener(listener);
            node.hazelcast().getLifecycleService().removeLifecycleListener(meetings);
        }
    }

    /** Those of one key come in their order. */
    private final class Changes
            implements EntryAddedListener<String, String>,
                    EntryUpdatedListener<String, String>,
                    EntryMergedListener<String, String>,
                    EntryRemovedListener<String, String> {
        @Override
        public void entryAdded(EntryEvent<String, String> event) {
            told(event.getKey(), event.getValue());
        }

        @Override
        public void entryUpdated(EntryEvent<String, String> event) {
            told(event.getKey(), event.getValue());
        }

        @Override
        public void entryMerged(EntryEvent<String, String> event) {
            told(event.getKey(), event.getValue());
        }

        @Override
        public void entryRemoved(EntryEvent<String, String> event) {
            told(event.getKey(), null);
        }
    }
}
