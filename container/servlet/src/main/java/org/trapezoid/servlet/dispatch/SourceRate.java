// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * A token bucket for each source address; of IPv6 for each /64, which one peer has whole. A bucket is one number: the time at
 * which it will be full. Bounded by two generations, so a flood of addresses makes it forget, never grow. Thread-safe.
 */
final class SourceRate {
    private static final int GENERATION = 50_000;
    private static final long SECOND = 1_000_000_000L;
    private static final int SITE_PREFIX = 8;

    private final long interval;
    private final long depth;
    private final LongSupplier nanoTime;
    private final AtomicReference<Generations> generations =
            new AtomicReference<>(new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>()));

    private record Generations(
            ConcurrentHashMap<InetAddress, AtomicLong> young, ConcurrentHashMap<InetAddress, AtomicLong> old) {}

    /**
     * @param perSecond tokens that come back each second; 0: everything is admitted
     * @param burst the size of a bucket
     */
    SourceRate(int perSecond, int burst, LongSupplier nanoTime) {
        this.interval = perSecond == 0 ? 0 : SECOND / perSecond;
        this.depth = interval * burst;
        this.nanoTime = nanoTime;
    }

    boolean isLimited() {
        return interval > 0;
    }

    /** Takes a token of the address, if it has one left. */
    boolean admits(InetAddress source) {
        AtomicLong bucket = bucket(source instanceof Inet6Address ? site(source) : source);
        long now = nanoTime.getAsLong();
        while (true) {
            long full = bucket.get();
            long from = full - now > 0 ? full : now;
            if (from + interval - now > depth) {
                return false;
            }
            if (bucket.compareAndSet(full, from + interval)) {
                return true;
            }
        }
    }

    private AtomicLong bucket(InetAddress source) {
        Generations now = present();
        AtomicLong known = now.young.get(source);
        if (known != null) {
            return known;
        }
        AtomicLong aged = now.old.get(source);
        if (now.young.size() >= GENERATION) {
            generations.compareAndSet(now, new Generations(new ConcurrentHashMap<>(), now.young));
        }
        AtomicLong made = aged != null ? aged : new AtomicLong(nanoTime.getAsLong());
        AtomicLong raced = present().young.putIfAbsent(source, made);
        return raced == null ? made : raced;
    }

    private Generations present() {
        return Objects.requireNonNull(generations.get());
    }

    private static InetAddress site(InetAddress source) {
        byte[] bytes = source.getAddress();
        Arrays.fill(bytes, SITE_PREFIX, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) { // it has the length of an address
            throw new IllegalStateException(impossible);
        }
    }

    int size() {
        Generations now = present();
        return now.young.size() + now.old.size();
    }
}
