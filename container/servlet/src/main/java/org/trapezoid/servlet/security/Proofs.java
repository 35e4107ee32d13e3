// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests that proved their sender a short while ago, so that the next application in the chain need not ask again: a nonce
 * count counts once. Thread-safe; bounded.
 */
final class Proofs {
    private static final int MOST = 50_000; // of a generation

    private record Generation(Instant until, Set<String> proven) {
        static Generation endingAt(Instant until) {
            return new Generation(until, ConcurrentHashMap.newKeySet());
        }
    }

    private record Both(Generation current, Generation previous) {}

    private final InstantSource clock;
    private final Duration life;
    private volatile Both generations = new Both(Generation.endingAt(Instant.MIN), Generation.endingAt(Instant.MIN));

    /** Remembers for at least that long, and at most twice. */
    Proofs(InstantSource clock, Duration life) {
        this.clock = clock;
        this.life = life;
    }

    void add(Asked request, List<String> credentials) {
        Set<String> proven = generations().current().proven();
        if (proven.size() < MOST) {
            proven.add(key(request, credentials));
        }
    }

    boolean contains(Asked request, List<String> credentials) {
        Both both = generations();
        String key = key(request, credentials);
        return both.current().proven().contains(key) || both.previous().proven().contains(key);
    }

    /** Two threads may both begin a generation; what one of them noted is then lost, and its sender asked again. */
    private Both generations() {
        Both both = generations;
        Instant now = clock.instant();
        if (now.isBefore(both.current().until())) {
            return both;
        }
        boolean recent = now.minus(life).isBefore(both.current().until());
        Both next = new Both(
                Generation.endingAt(now.plus(life)), recent ? both.current() : Generation.endingAt(Instant.MIN));
        generations = next;
        return next;
    }

    /** The request and its credentials to the letter. */
    private static String key(Asked request, List<String> credentials) {
        return request.callId() + ' ' + request.cseq() + ' ' + request.fromTag() + ' ' + String.join(" ", credentials);
    }
}
