// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The subscriptions of one event package, by address-of-record and by session, which has one of each package. Thread-safe. */
final class Watchers<C> {
    private final int most;
    private final Map<String, CopyOnWriteArrayList<Subscription<C>>> byAddress = new ConcurrentHashMap<>();
    private final Map<String, Subscription<C>> bySession = new ConcurrentHashMap<>();

    /** @param most for one address-of-record */
    Watchers(int most) {
        this.most = most;
    }

    /** False if there are enough of that address-of-record. */
    boolean add(Subscription<C> subscription) {
        boolean[] added = new boolean[1];
        byAddress.compute(subscription.addressOfRecord(), (address, known) -> {
            CopyOnWriteArrayList<Subscription<C>> all = known == null ? new CopyOnWriteArrayList<>() : known;
            if (all.size() < most) {
                all.add(subscription);
                added[0] = true;
            }
            return all.isEmpty() ? null : all;
        });
        if (added[0]) {
            bySession.put(subscription.sessionId(), subscription);
        }
        return added[0];
    }

    /** Removes that of a session. */
    Optional<Subscription<C>> remove(String session) {
        Subscription<C> subscription = bySession.remove(session);
        if (subscription == null) {
            return Optional.empty();
        }
        byAddress.computeIfPresent(subscription.addressOfRecord(), (address, all) -> {
            all.remove(subscription);
            return all.isEmpty() ? null : all;
        });
        return Optional.of(subscription);
    }

    Optional<Subscription<C>> of(String session) {
        return Optional.ofNullable(bySession.get(session));
    }

    List<Subscription<C>> watching(String addressOfRecord) {
        List<Subscription<C>> all = byAddress.get(addressOfRecord);
        return all == null ? List.of() : all;
    }
}
