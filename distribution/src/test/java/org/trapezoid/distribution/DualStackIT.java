// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.testing.Rfc;

/**
 * A phone on 127.0.0.0/8 and one on ::1 call each other, through the proxy and through a back-to-back user agent before it. Neither
 * can send anything to an address of the other kind.
 */
@Timeout(120)
class DualStackIT {

    private static final String DOMAIN = "dual.test";
    private static final String PASSWORD = "secret";

    @TempDir
    private Path base;

    private Site site(boolean b2bua) throws Exception {
        assumeTrue(Endpoint.isThereIpv6(), "this machine has no IPv6");
        Site site = Site.serving(base, DOMAIN).dualStack().users(DOMAIN, PASSWORD, "alice", "bob");
        if (b2bua) {
            site.example("b2bua.sar").setting("b2bua", "domains", DOMAIN).routingBeforeProxy("b2bua");
        }
        return site.starts();
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    @Rfc(value = 6157, section = "3.1")
    @Rfc(value = 5658, section = "5")
    void theCallerHoldsResumesAndHangsUp(boolean b2bua, boolean from6) throws Exception {
        try (Site site = site(b2bua)) {
            Transcript answered = play(
                    site,
                    from6,
                    "caller-proves-itself-holds-resumes-and-hangs-up",
                    "callee-is-held-resumed-and-hung-up-on");

            assertThat(answered.received()).containsExactly("INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK", "BYE");
            assertThat(answered.received("INVITE").path().get(0)).endsWith(of(site, !from6));
            List<String> routes = answered.received("INVITE").headers("Record-Route");
            assertThat(routes.get(0)).contains(of(site, !from6));
            if (!b2bua) { // which is at home in this server, whatever its family
                assertThat(routes).hasSize(2);
                assertThat(routes.get(1)).contains(of(site, from6));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    @Rfc(value = 6157, section = "3.1")
    @Rfc(value = 5658, section = "5")
    void theCalleeHoldsResumesAndHangsUp(boolean b2bua, boolean from6) throws Exception {
        try (Site site = site(b2bua)) {
            Transcript answered = play(
                    site,
                    from6,
                    "caller-proves-itself-is-held-resumed-and-hung-up-on",
                    "callee-holds-resumes-and-hangs-up");

            assertThat(answered.received()).containsExactly("INVITE", "ACK", "200 INVITE", "200 INVITE", "200 BYE");
        }
    }

    private static String of(Site site, boolean ipv6) {
        // an IPv6 address may be written in several ways, and the port tells which of the two it is
        return ":" + (ipv6 ? site.endpoint6() : site.endpoint()).port();
    }

    /** What Bob sees when Alice calls. */
    private static Transcript play(Site site, boolean from6, String alicesPart, String bobsPart) throws Exception {
        Endpoint atAlice = from6 ? Endpoint.free6() : Endpoint.free();
        Endpoint atBob = from6 ? Endpoint.free() : Endpoint.free6();
        try (Sipp bob = phone("phone-registers-with-a-password", atBob, "bob")
                .with("from", "bob@" + DOMAIN)
                .calls(from6 ? site.endpoint() : site.endpoint6())) {
            bob.ends();
        }
        try (Sipp bob = phone(bobsPart, atBob, "bob")
                        .with("from", "alice@" + DOMAIN)
                        .listens();
                Sipp alice = phone(alicesPart, atAlice, "alice")
                        .with("from", "alice@" + DOMAIN)
                        .calls(from6 ? site.endpoint6() : site.endpoint())) {
            try {
                alice.ends();
            } catch (AssertionError e) {
                e.addSuppressed(new AssertionError(bob.seen()));
                throw e;
            }
            return bob.ends();
        }
    }

    private static Sipp.Phone phone(String story, Endpoint endpoint, String user) {
        return Sipp.phone(story, endpoint)
                .with("to", "bob@" + DOMAIN)
                .with("domain", DOMAIN)
                .as(user, PASSWORD)
                .provingFor(DOMAIN);
    }
}
