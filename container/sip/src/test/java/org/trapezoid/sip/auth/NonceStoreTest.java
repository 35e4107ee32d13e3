// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;

class NonceStoreTest {
    private static final Duration LIFETIME = Duration.ofMinutes(2);
    private final ManualClock clock = new ManualClock();
    private final NonceStore store = new NonceStore(clock, new Random(1), LIFETIME, 4);

    @Test
    @Rfc(value = 7616, section = "3.3")
    void acceptsItsOwnNonceForItsLifetime() {
        var nonce = store.create();

        clock.advance(LIFETIME);
        assertThat(store.isFresh(nonce)).isTrue();

        clock.advance(Duration.ofMillis(10));
        assertThat(store.isFresh(nonce)).isFalse();
        assertThat(store.use(nonce, 1)).isFalse();
    }

    @Test
    @Rfc(value = 7616, section = "5.4")
    @Checklist("A3")
    void acceptsOnlyARisingCount() {
        var nonce = store.create();

        assertThat(store.use(nonce, 1)).isTrue();
        assertThat(store.use(nonce, 1)).isFalse();
        assertThat(store.use(nonce, 5)).isTrue();
        assertThat(store.use(nonce, 4)).isFalse();
        assertThat(store.use(nonce, 6)).isTrue();
    }

    @Test
    @Rfc(value = 7616, section = "3.3")
    void thoseOfOneKeyTakeEachOthersNonces() {
        var one = new NonceStore(clock, new Random(2), new byte[32]);
        var two = new NonceStore(clock, new Random(3), new byte[32]);
        var nonce = one.create();

        assertThat(two.isFresh(nonce)).isTrue();
        assertThat(two.use(nonce, 1)).isTrue();
        assertThat(two.use(nonce, 1)).isFalse();
        assertThat(one.use(nonce, 1)).isTrue();
        assertThat(store.isFresh(nonce)).isFalse();
    }

    @Test
    @Rfc(value = 7616, section = "3.4")
    void refusesACountOfZero() {
        assertThat(store.use(store.create(), 0)).isFalse();
    }

    @Test
    @Rfc(value = 7616, section = "5.4")
    void refusesForgedAndForeignNonces() {
        var nonce = store.create();
        var other = new NonceStore(clock, new Random(2), LIFETIME, 4).create();

        assertThat(store.isFresh(other)).isFalse();
        assertThat(store.isFresh("")).isFalse();
        assertThat(store.isFresh("dcd98b7102dd2f0e8b11d0f600bfb0c093")).isFalse();
        assertThat(store.isFresh("\u00e4".repeat(nonce.length()))).isFalse();
        assertThat(store.isFresh("=".repeat(nonce.length()))).isFalse();
        for (int i = 0; i < nonce.length() - 1; i++) {
            var forged = new StringBuilder(nonce);
            forged.setCharAt(i, nonce.charAt(i) == 'A' ? 'B' : 'A');
            assertThat(store.isFresh(forged.toString())).isFalse();
        }
    }

    @Test
    void remembersNothingOfAChallenge() {
        for (int i = 0; i < 1000; i++) {
            store.create();
        }

        assertThat(store.size()).isZero();
    }

    @Test
    @Rfc(value = 7616, section = "5.4")
    void forgetsTheOldestWhenFullAndAcceptsNoReplayOfIt() {
        var nonces = new String[6];
        for (int i = 0; i < nonces.length; i++) {
            nonces[i] = store.create();
            clock.advance(Duration.ofMillis(10));
            assertThat(store.use(nonces[i], 1)).isTrue();
        }

        assertThat(store.size()).isEqualTo(4);
        assertThat(store.use(nonces[0], 1)).isFalse();
        assertThat(store.use(nonces[1], 2)).isFalse();
        assertThat(store.use(nonces[2], 1)).isFalse();
        assertThat(store.use(nonces[2], 2)).isTrue();
    }

    @Test
    void forgetsWhatHasExpired() {
        assertThat(store.use(store.create(), 1)).isTrue();
        clock.advance(LIFETIME.plusSeconds(1));

        assertThat(store.use(store.create(), 1)).isTrue();

        assertThat(store.size()).isEqualTo(1);
    }
}
