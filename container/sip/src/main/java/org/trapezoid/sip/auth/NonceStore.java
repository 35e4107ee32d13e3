// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.message.Hmac;

/**
 * Our own nonces, RFC 7616 §3.3 and §5.4. Thread-safe. A nonce says itself when it was made and carries a MAC under a key of this
 * process, so a challenge costs no memory; only the nonce counts of nonces in use are kept, and of those a bounded number.
 */
public final class NonceStore {
    public static final Duration LIFETIME = Duration.ofMinutes(2);
    public static final int MAX_TRACKED = 100_000;

    private static final int DATA_LENGTH = 16;
    private static final int MAC_LENGTH = 16;

    /** What a nonce says: when it was made, and a random number that makes it unique. Ordered by age, oldest first. */
    private record Stamp(long millis, long random) implements Comparable<Stamp> {
        @Override
        public int compareTo(Stamp other) {
            int byAge = Long.compare(millis, other.millis);
            return byAge != 0 ? byAge : Long.compare(random, other.random);
        }
    }

    private final InstantSource clock;
    private final RandomGenerator random;
    private final long lifetimeMillis;
    private final int maxTracked;
    private final Hmac hmac;
    private final ConcurrentSkipListMap<Stamp, Long> highestCount = new ConcurrentSkipListMap<>();
    private final AtomicInteger tracked = new AtomicInteger();
    /** Nonces up to this time that are not tracked any more may have been used before. */
    private final AtomicLong forgottenUntil = new AtomicLong(Long.MIN_VALUE);

    public NonceStore(InstantSource clock, RandomGenerator random) {
        this(clock, random, LIFETIME, MAX_TRACKED);
    }

    /**
     * One of several that take each other's nonces for their own; each counts the uses that it sees.
     *
     * @param key secret bytes that all of them have
     */
    public NonceStore(InstantSource clock, RandomGenerator random, byte[] key) {
        this(clock, random, LIFETIME, MAX_TRACKED, key);
    }

    /** The random source has to be cryptographically strong: it makes the key. */
    public NonceStore(InstantSource clock, RandomGenerator random, Duration lifetime, int maxTracked) {
        this(clock, random, lifetime, maxTracked, secret(random));
    }

    private NonceStore(InstantSource clock, RandomGenerator random, Duration lifetime, int maxTracked, byte[] key) {
        this.clock = clock;
        this.random = random;
        this.lifetimeMillis = lifetime.toMillis();
        this.maxTracked = maxTracked;
        this.hmac = new Hmac(key);
    }

    private static byte[] secret(RandomGenerator random) {
        var secret = new byte[32];
        random.nextBytes(secret);
        return secret;
    }

    /** A new nonce. Nothing is remembered. */
    public String create() {
        var data = ByteBuffer.allocate(DATA_LENGTH + MAC_LENGTH);
        data.putLong(clock.millis()).putLong(random.nextLong());
        data.put(hmac.of(data.array(), DATA_LENGTH), 0, MAC_LENGTH);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(data.array());
    }

    /** Whether the nonce is ours and not too old. */
    public boolean isFresh(String nonce) {
        return stamp(nonce).filter(this::isAlive).isPresent();
    }

    /** Whether the nonce is fresh and the count is higher than all that were used with it before; remembers it then. */
    public boolean use(String nonce, long count) {
        return stamp(nonce)
                .filter(this::isAlive)
                .filter(stamp -> rises(stamp, count))
                .isPresent();
    }

    /** How many nonces in use are remembered. */
    public int size() {
        return tracked.get();
    }

    private boolean isAlive(Stamp stamp) {
        long age = clock.millis() - stamp.millis;
        return age >= 0 && age <= lifetimeMillis;
    }

    private boolean rises(Stamp stamp, long count) {
        var highest = highestCount.get(stamp);
        while (highest != null) {
            if (count <= highest) {
                return false;
            }
            if (highestCount.replace(stamp, highest, count)) {
                return true;
            }
            highest = highestCount.get(stamp);
        }
        return track(stamp, count);
    }

    private boolean track(Stamp stamp, long count) {
        if (count < 1 || stamp.millis <= forgottenUntil.get() || highestCount.putIfAbsent(stamp, count) != null) {
            return false; // lost a race against the same nonce: the other one was first
        }
        tracked.incrementAndGet();
        forgetOld();
        return true;
    }

    private void forgetOld() {
        long oldest = clock.millis() - lifetimeMillis;
        var first = highestCount.firstEntry();
        while (first != null && (first.getKey().millis < oldest || tracked.get() > maxTracked)) {
            // First the mark, then the removal: a replay in between must not look like a first use.
            forgottenUntil.accumulateAndGet(first.getKey().millis, Math::max);
            if (highestCount.remove(first.getKey()) != null) {
                tracked.decrementAndGet();
            }
            first = highestCount.firstEntry();
        }
    }

    private Optional<Stamp> stamp(String nonce) {
        // Base64 without padding has one length for our 32 bytes; anything else is foreign and not decoded.
        if (nonce.length() != (DATA_LENGTH + MAC_LENGTH) * 8 / 6 + 1) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(nonce);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        var expected = Arrays.copyOf(hmac.of(bytes, DATA_LENGTH), MAC_LENGTH);
        if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, DATA_LENGTH, bytes.length))) {
            return Optional.empty();
        }
        var data = ByteBuffer.wrap(bytes);
        return Optional.of(new Stamp(data.getLong(), data.getLong()));
    }
}
