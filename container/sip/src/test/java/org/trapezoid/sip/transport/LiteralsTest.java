// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "[2001:db8::1]", "[::ffff:192.0.2.1]"})
    void readsAddresses(String text) throws UnknownHostException {
        assertThat(Literals.address(text)).contains(InetAddress.getByName(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "256.0.0.1",
                "1.2.3",
                "1.2.3.4.5",
                "1..2.3",
                ".1.2.3",
                "1.2.3.",
                "12345",
                "0x7f.0.0.1",
                "[::g]",
                "::1::",
                "[example.com:5060]",
                "99999999999.1.1.1"
            })
    void neverTakesAnythingElseForAnAddress(String text) {
        assertThat(Literals.address(text)).isEmpty();
    }
}
