// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.HostPort;

class LocalNamesTest {

    @Test
    void aLoopbackListenerIsLocalhostToo() {
        LocalNames names = names("127.0.0.1", 5080, "127.0.0.1:5080");

        assertThat(contains(names, "localhost:5080")).isTrue();
        assertThat(contains(names, "127.0.0.1:5080")).isTrue();
        assertThat(contains(names, "localhost")).isFalse();
    }

    @Test
    void aWildcardListenerHasEveryLocalAddress() {
        LocalNames names = names("0.0.0.0", 5080, "gw.example.com:5080");

        for (InetAddress address : LocalAddresses.all()) {
            assertThat(contains(names, LocalAddresses.literal(address) + ":5080"))
                    .as(address.toString())
                    .isTrue();
        }
        assertThat(contains(names, "localhost:5080")).isTrue();
        assertThat(contains(names, "gw.example.com:5080")).isTrue();
    }

    @Test
    void theAdvertisedPortCountsForTheAdvertisedHostOnly() {
        LocalNames names = names("192.0.2.1", 5080, "gw.example.com:5060");

        assertThat(contains(names, "gw.example.com")).isTrue();
        assertThat(contains(names, "192.0.2.1:5080")).isTrue();
        assertThat(contains(names, "gw.example.com:5080")).isFalse();
        assertThat(contains(names, "192.0.2.1")).isFalse();
    }

    @Test
    @Rfc(value = 5954, section = "4.2")
    void comparesIpv6AddressesInBinaryForm() {
        LocalNames names = names("2001:db8::1", 5060, "[2001:db8::1]:5060");

        assertThat(contains(names, "[2001:0DB8:0:0::1]")).isTrue();
        assertThat(contains(names, "[2001:db8::2]")).isFalse();
    }

    private static boolean contains(LocalNames names, String hostPort) {
        return names.contains(HostPort.parse(hostPort), Protocol.UDP);
    }

    private static LocalNames names(String bound, int port, String advertised) {
        Listener listener = new Listener(Protocol.UDP, new InetSocketAddress(bound, port), HostPort.parse(advertised));
        return new LocalNames(List.of(listener), List.of());
    }
}
