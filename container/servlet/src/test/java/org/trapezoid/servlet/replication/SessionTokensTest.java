// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SessionTokensTest {
    private final SplittableRandom random = new SplittableRandom(3);
    private final byte[] key = {1, 2, 3};
    private final SessionTokens tokens = new SessionTokens(SessionTokens.incarnation(random), key, random);

    @Test
    void everyNodeOfTheClusterKnowsThem() {
        String token = tokens.fresh('k');
        SessionTokens other = new SessionTokens(SessionTokens.incarnation(random), key, random);

        assertThat(other.of(token + "tag")).hasValue(token);
        assertThat(SessionTokens.maker(token)).isEqualTo(tokens.self()).isNotEqualTo(other.self());
        assertThat(SessionTokens.place(token)).isEqualTo(tokens.self() + 'k');
        assertThat(token).hasSize(SessionTokens.LENGTH).matches("[a-z2-7]+");
    }

    @Test
    void strangersCannotMakeThem() {
        String token = tokens.fresh('k');
        char last = token.charAt(token.length() - 1);
        String forged = token.substring(0, token.length() - 1) + (last == 'a' ? 'b' : 'a');

        assertThat(tokens.of(forged)).isEmpty();
        assertThat(tokens.of("b" + token)).isEmpty();
        assertThat(tokens.of(token.substring(1))).isEmpty();
        assertThat(tokens.of("")).isEmpty();
        assertThat(new SessionTokens(tokens.self(), new byte[] {4}, random).of(token))
                .isEmpty();
    }
}
