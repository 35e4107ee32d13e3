// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.LocationService.Listener;

/** Tells listeners of changes, in order for each address-of-record, on the threads that made them. Thread-safe. */
final class Announcer {
    private static final Logger log = LoggerFactory.getLogger(Announcer.class);
    private static final int LANES = 64; // a power of two

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Lane[] lanes = new Lane[LANES];

    Announcer() {
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new Lane();
        }
    }

    void add(Listener listener) {
        ((CopyOnWriteArrayList<Listener>) listeners).addIfAbsent(listener);
    }

    void remove(Listener listener) {
        listeners.remove(listener);
    }

    boolean isNeeded() {
        return !listeners.isEmpty();
    }

    /**
     * Puts changes in line; called while nobody else can change that address-of-record.
     *
     * @param elsewhere whether another node made them
     */
    void enqueue(String addressOfRecord, List<Change> changes, boolean elsewhere) {
        Queue<Runnable> queue = lane(addressOfRecord).announcements;
        changes.forEach(change -> queue.add(() -> tell(change, elsewhere)));
    }

    /** Runs the task when all changes of the address-of-record that are in line have been told. */
    void whenTold(String addressOfRecord, Runnable task) {
        lane(addressOfRecord).announcements.add(task);
        tell(addressOfRecord);
    }

    /** Tells what is in line, unless another thread is at it already: then that one goes on with it. */
    void tell(String addressOfRecord) {
        Lane lane = lane(addressOfRecord);
        if (lane.calls.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        while (seen != 0) {
            Runnable announcement;
            while ((announcement = lane.announcements.poll()) != null) {
                attempt(announcement);
            }
            seen = lane.calls.addAndGet(-seen);
        }
    }

    private static void attempt(Runnable announcement) {
        try {
            announcement.run();
        } catch (Throwable e) { // the next ones wait behind it
            log.error("what was to be done after changes of bindings has failed", e);
        }
    }

    private Lane lane(String addressOfRecord) {
        int hash = addressOfRecord.hashCode();
        return lanes[(hash ^ (hash >>> 16)) & (LANES - 1)];
    }

    private void tell(Change change, boolean elsewhere) {
        for (Listener listener : listeners) {
            try {
                if (!elsewhere || listener.isToldOfOtherNodes()) {
                    change.tell(listener);
                }
            } catch (Throwable e) { // an old archive may throw any Error
                log.warn("location listener {} threw", listener.getClass().getName(), e);
            }
        }
    }

    private static final class Lane {
        final Queue<Runnable> announcements = new ConcurrentLinkedQueue<>();
        final AtomicInteger calls = new AtomicInteger();
    }
}
