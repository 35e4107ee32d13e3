// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Rfc;

class HmacTest {
    private static final byte[] TEXT = "what do ya want for nothing?".getBytes(StandardCharsets.US_ASCII);
    private static final String OF_TEXT = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    private final Hmac hmac = new Hmac("Jefe".getBytes(StandardCharsets.US_ASCII));

    @Test
    @Rfc(value = 4231, section = "4.3")
    void isThatOfTheTestCase() {
        assertThat(HexFormat.of().formatHex(hmac.of(TEXT))).isEqualTo(OF_TEXT);
    }

    @Test
    void coversAsManyBytesAsItIsTold() {
        byte[] longer = Arrays.copyOf(TEXT, TEXT.length + 8);

        assertThat(hmac.of(longer, TEXT.length)).isEqualTo(hmac.of(TEXT));
        assertThat(hmac.of(longer)).isNotEqualTo(hmac.of(TEXT));
    }

    @Test
    void isTheSameForThreadsThatAskTogether() {
        List<String> all = IntStream.range(0, 10_000)
                .parallel()
                .mapToObj(i -> HexFormat.of().formatHex(hmac.of(TEXT)))
                .distinct()
                .toList();

        assertThat(all).containsExactly(OF_TEXT);
    }
}
