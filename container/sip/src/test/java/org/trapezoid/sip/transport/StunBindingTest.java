// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Rfc;

class StunBindingTest {
    private static final String TRANSACTION = "b7e7a701bc34d686fa87dfae";
    private static final InetSocketAddress IPV4 = new InetSocketAddress("192.0.2.1", 32853);
    private static final InetSocketAddress IPV6 = new InetSocketAddress("2001:db8:1234:5678:11:2233:4455:6677", 32853);

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static String answer(String request, InetSocketAddress source) {
        byte[] bytes = hex(request);
        assertThat(StunBinding.isStun(bytes, bytes.length)).isTrue();
        ByteBuffer answer = StunBinding.answer(bytes, bytes.length, source).orElseThrow();
        byte[] read = new byte[answer.remaining()];
        answer.get(read);
        return HexFormat.of().formatHex(read);
    }

    /** The addresses and the transaction of the vectors in RFC 5769 §2.2 and §2.3. */
    @Test
    @Rfc(value = 5626, section = "8")
    void tellsTheClientItsAddress() {
        String request = "0001 0000 2112a442" + TRANSACTION;

        assertThat(answer(request, IPV4)).isEqualTo("0101000c2112a442" + TRANSACTION + "002000080001a147e112a643");
        assertThat(answer(request, IPV6))
                .isEqualTo("010100182112a442" + TRANSACTION + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9");
    }

    @Test
    @Rfc(value = 5389, section = "15.5")
    void answersAFingerprintWithOne() {
        String answer = answer("0001 0008 2112a442" + TRANSACTION + "8028 0004 00000000", IPV4);

        assertThat(answer).startsWith("01010014").contains("80280004");
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        byte[] bytes = hex(answer);
        crc.update(bytes, 0, bytes.length - 8);
        assertThat(ByteBuffer.wrap(bytes).getInt(bytes.length - 4)).isEqualTo((int) crc.getValue() ^ 0x5354554e);
    }

    @Test
    @Rfc(value = 5389, section = "7.3.1")
    void refusesWhatItWouldHaveToUnderstand() {
        assertThat(answer("0001 0008 2112a442" + TRANSACTION + "7fff 0004 00000000", IPV4))
                .isEqualTo("011100102112a442" + TRANSACTION + "0009000400000414000a00027fff0000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0101 0000", // a response
                "0011 0000", // an indication
                "0003 0000", // another method
                "0001 0004", // an attribute that is not there
                "0001 0001"
            })
    @Rfc(value = 5389, section = "7.3")
    void keepsSilentAboutAnythingElse(String start) {
        byte[] bytes = hex(start + "2112a442" + TRANSACTION);

        assertThat(StunBinding.answer(bytes, bytes.length, IPV4)).isEmpty();
    }

    @Test
    void takesNoSipForStun() {
        byte[] sip = "OPTIONS sip:a SIP/2.0\r\n\r\n".getBytes(StandardCharsets.UTF_8);

        assertThat(StunBinding.isStun(sip, sip.length)).isFalse();
        assertThat(StunBinding.isStun(new byte[30], 30)).isFalse();
        assertThat(StunBinding.isStun(hex("0001 0000 2112a442"), 8)).isFalse();
    }
}
