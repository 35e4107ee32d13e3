// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.presence;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.trapezoid.samples.WatcherDocument;

/** What is published of one address-of-record, and who watches it. Safe for use by any thread. */
final class Presentity {

    /** More devices nobody has. */
    private static final int MOST_PUBLICATIONS = 10;

    private static final int MOST_WATCHERS = 1000;

    private record Publication(org.w3c.dom.Document document, Future<?> expiry) {}

    private final String addressOfRecord;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Publication> publications = new LinkedHashMap<>();
    private final Map<String, Watch> watches = new LinkedHashMap<>();

    Presentity(String addressOfRecord) {
        this.addressOfRecord = addressOfRecord;
    }

    /** Whether nothing is known of it. */
    boolean isEmpty() {
        lock.lock();
        try {
            return publications.isEmpty() && watches.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** What was published under an entity-tag. */
    Optional<org.w3c.dom.Document> published(String tag) {
        lock.lock();
        try {
            return Optional.ofNullable(publications.get(tag)).map(Publication::document);
        } finally {
            lock.unlock();
        }
    }

    /** False if there are too many. */
    boolean publish(String tag, org.w3c.dom.Document document, Future<?> expiry) {
        lock.lock();
        try {
            if (publications.size() >= MOST_PUBLICATIONS) {
                return false;
            }
            publications.put(tag, new Publication(document, expiry));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** False if there was none. */
    boolean remove(String tag) {
        lock.lock();
        try {
            Publication removed = publications.remove(tag);
            if (removed != null) {
                removed.expiry().cancel(false);
            }
            return removed != null;
        } finally {
            lock.unlock();
        }
    }

    /** The watch of a subscription. */
    Optional<Watch> watch(String key) {
        lock.lock();
        try {
            return Optional.ofNullable(watches.get(key));
        } finally {
            lock.unlock();
        }
    }

    /** False if there are too many. */
    boolean add(String key, Watch watch) {
        lock.lock();
        try {
            if (watches.size() >= MOST_WATCHERS) {
                return false;
            }
            watches.put(key, watch);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watches of a SIP session; false if it had none. */
    boolean forget(String sessionId) {
        lock.lock();
        try {
            return watches.values().removeIf(each -> each.sessionId.equals(sessionId));
        } finally {
            lock.unlock();
        }
    }

    /** False if it was not there. */
    boolean forget(Watch watch) {
        lock.lock();
        try {
            return watches.values().remove(watch);
        } finally {
            lock.unlock();
        }
    }

    /** Those for its presence, or for who watches that. */
    List<Watch> watches(boolean winfo) {
        lock.lock();
        try {
            List<Watch> chosen = new ArrayList<>();
            for (Watch each : watches.values()) {
                if (each.isWinfo == winfo) {
                    chosen.add(each);
                }
            }
            return chosen;
        } finally {
            lock.unlock();
        }
    }

    /** What its watchers are told. */
    Document presence() {
        lock.lock();
        try {
            List<org.w3c.dom.Document> documents = new ArrayList<>();
            publications.values().forEach(each -> documents.add(0, each.document())); // the newest first
            return Document.of(Pidf.compose(addressOfRecord, documents));
        } finally {
            lock.unlock();
        }
    }

    /** Who watches, whole (RFC 3858). */
    byte[] watcherInfo(int version, Instant now) {
        List<WatcherDocument.Entry> watchers = new ArrayList<>();
        for (Watch each : watches(false)) {
            watchers.add(each.entry());
        }
        return new WatcherDocument("presence", addressOfRecord).write(version, true, watchers, now);
    }
}
