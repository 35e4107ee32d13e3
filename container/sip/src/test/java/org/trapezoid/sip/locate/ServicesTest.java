// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.Protocol;

class ServicesTest {

    @Test
    @Rfc(value = 3263, section = "4.1")
    void passesOverARecordWithARegularExpression() {
        assertThat(Services.offered(
                        List.of(
                                new DnsRecord.Naptr(1, 1, "s", "SIP+D2U", "!^.*$!sip:a@b.test!", "_sip._udp.b.test"),
                                new DnsRecord.Naptr(2, 1, "s", "SIP+D2T", "_sip._tcp.a.test")),
                        false,
                        protocol -> true))
                .containsExactly(new Services.Service(Protocol.TCP, "_sip._tcp.a.test", false));
    }
}
