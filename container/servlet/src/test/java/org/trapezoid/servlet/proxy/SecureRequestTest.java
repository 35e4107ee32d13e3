// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.request;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

/** What came for a SIPS URI stays secure at every hop. */
class SecureRequestTest {
    private final ProxyBench bench = new ProxyBench();

    @Test
    @Checklist("P30")
    @Rfc(value = 5630, section = "5.3")
    void goesOverTlsOnly() {
        bench.application = core -> core.fork(List.of(Uri.parse("sips:bob@192.0.2.21")));
        bench.receive(request("INVITE", "sips:bob@example.com"));

        assertThat(bench.tls.sentTo(ALICE)).hasSize(1);
        assertThat(bench.udp.sentTo(ALICE)).isEmpty();
    }

    @Test
    @Checklist("P30")
    @Rfc(value = 3261, section = "16.6")
    void goesOverTlsWhenItsRouteIsNotASipsUri() {
        bench.application = core -> core.fork(List.of(Uri.parse("sips:bob@example.com")));
        bench.receive(request("INVITE", "sips:bob@example.com", "Route: <sip:192.0.2.21;lr>"));

        assertThat(bench.tls.sentTo(ALICE)).hasSize(1);
        assertThat(bench.udp.sentTo(ALICE)).isEmpty();
    }

    @Test
    @Checklist("P30")
    @Rfc(value = 5630, section = "5.3")
    void isAnsweredWhenOnlyAnInsecureTargetIsLeft() {
        bench.application = core -> core.fork(List.of(Uri.parse("sip:bob@192.0.2.21")));
        bench.receive(request("INVITE", "sips:bob@example.com"));

        assertThat(bench.udp.sentTo(ALICE)).isEmpty();
        assertThat(bench.statuses()).containsExactly(480);
        assertThat(bench.lastResponse().headers().first(HeaderName.WARNING))
                .contains("380 192.0.2.10:5060 \"SIPS Not Allowed\"");
    }

    @Test
    @Rfc(value = 5630, section = "5.3")
    void goesToTheSecureOnesAmongItsTargets() {
        bench.application =
                core -> core.fork(List.of(Uri.parse("sip:bob@192.0.2.21"), Uri.parse("sips:bob@192.0.2.22")));
        bench.receive(request("INVITE", "sips:bob@example.com"));
        bench.answer(BOB, 200);

        assertThat(bench.udp.sentTo(ALICE)).isEmpty();
        assertThat(bench.tls.sentTo(BOB)).hasSize(1);
        assertThat(bench.statuses()).containsExactly(200);
    }
}
