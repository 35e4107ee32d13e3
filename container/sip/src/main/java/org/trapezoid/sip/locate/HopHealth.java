// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.transport.Protocol;

/**
 * Which hops failed lately: they are tried last for a while, then one request at a time tries whether they are back. A hop
 * fails by silence, by an error on the way (RFC 3263 §4.3), or by a 503 that says for how long (RFC 3261 §21.5.4).
 * Thread-safe.
 */
public final class HopHealth {
    private static final Logger log = LoggerFactory.getLogger(HopHealth.class);
    private static final int MOST = 10_000;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private record Key(Protocol protocol, InetSocketAddress address) {}

    private final Duration setAside;
    private final LongSupplier nanoTime;
    /** When its time is over, by hop. */
    private final ConcurrentHashMap<Key, Long> until = new ConcurrentHashMap<>();

    /**
     * Nothing has failed yet.
     *
     * @param setAside how long a hop that failed is tried last; zero: never
     */
    public HopHealth(Duration setAside, LongSupplier nanoTime) {
        this.setAside = setAside;
        this.nanoTime = nanoTime;
    }

    /** The hop did not answer, or could not be reached. */
    public void failed(Hop hop) {
        failed(hop, setAside);
    }

    /** The hop does not want requests for so long. */
    public void failed(Hop hop, Duration retryAfter) {
        Duration time = retryAfter.compareTo(LONGEST) > 0 ? LONGEST : retryAfter;
        if (setAside.isZero() || time.isZero() || time.isNegative()) {
            return;
        }
        if (until.size() >= MOST) {
            long now = nanoTime.getAsLong();
            until.values().removeIf(end -> end - now <= 0);
        }
        if (until.size() < MOST) {
            until.put(key(hop), nanoTime.getAsLong() + time.toNanos());
            log.debug("{} set aside for {}", hop, time);
        }
    }

    /** The hop works. */
    public void answered(Hop hop) {
        if (!until.isEmpty() && until.remove(key(hop)) != null) {
            log.debug("{} is back", hop);
        }
    }

    /** Whether it failed lately. */
    public boolean isSetAside(Hop hop) {
        Long end = until.isEmpty() ? null : until.get(key(hop));
        return end != null && end - nanoTime.getAsLong() > 0;
    }

    /** In the same order, those set aside behind the others. */
    public List<Hop> ordered(List<Hop> hops) {
        if (hops.size() < 2 || until.isEmpty()) {
            return hops;
        }
        List<Hop> ordered = new ArrayList<>(hops.size());
        List<Hop> last = new ArrayList<>();
        for (Hop hop : hops) {
            (mayBeTried(hop) ? ordered : last).add(hop);
        }
        ordered.addAll(last);
        return ordered;
    }

    /** When its time is over, for one who asks and not for the others, until it is known how that went. */
    private boolean mayBeTried(Hop hop) {
        Key key = key(hop);
        Long end = until.get(key);
        long now = nanoTime.getAsLong();
        return end == null || (end - now <= 0 && until.replace(key, end, now + setAside.toNanos()));
    }

    private static Key key(Hop hop) {
        return new Key(hop.protocol(), hop.address());
    }
}
