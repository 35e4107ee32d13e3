// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Phones that SIPp plays, over UDP and TCP, with a server that asks for passwords. */
class SippIT {

    private static final String DOMAIN = "sipp.test";
    private static final String PASSWORD = "secret";

    @TempDir
    private static Path base;

    /** Bob has a phone for each transport, and is another user there: what he has registered stays. */
    private static final Endpoint UDP_CALLEE = Endpoint.free();

    private static final Endpoint TCP_CALLEE = Endpoint.free();

    private static Site site;

    private final Endpoint caller = Endpoint.free();

    @BeforeAll
    static void start() throws Exception {
        site = Site.serving(base, DOMAIN)
                .users(DOMAIN, PASSWORD, "alice", "bob-udp", "bob-tcp")
                .starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void registersWithAPassword(Protocol protocol) throws Exception {
        Transcript seen = registers(protocol);

        assertThat(seen.received()).containsExactly("401 REGISTER", "200 REGISTER");
        played(protocol, "registers with digest");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void callsHoldsResumesAndHangsUp(Protocol protocol) throws Exception {
        Transcript answered = play(
                protocol, "caller-proves-itself-holds-resumes-and-hangs-up", "callee-is-held-resumed-and-hung-up-on");

        assertThat(answered.received()).containsExactly("INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK", "BYE");
        assertThat(answered.allReceived("INVITE"))
                .extracting(SippIT::direction)
                .containsExactly("a=sendrecv", "a=sendonly", "a=sendrecv");
        played(protocol, "calls");
        played(protocol, "is called");
        played(protocol, "holds and resumes as caller");
        played(protocol, "hangs up as caller");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void isCalledHoldsResumesAndHangsUp(Protocol protocol) throws Exception {
        Transcript answered = play(
                protocol, "caller-proves-itself-is-held-resumed-and-hung-up-on", "callee-holds-resumes-and-hangs-up");

        assertThat(answered.allReceived("200 INVITE"))
                .extracting(SippIT::direction)
                .containsExactly("a=recvonly", "a=sendrecv");
        played(protocol, "holds and resumes as callee");
        played(protocol, "hangs up as callee");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void transfersACall(Protocol protocol) throws Exception {
        Transcript answered = play(protocol, "caller-proves-itself-and-transfers", "callee-is-transferred");

        assertThat(answered.received("REFER").header("Refer-To")).isEqualTo("<sip:carol@" + DOMAIN + ">");
        played(protocol, "transfers");
        played(protocol, "is transferred");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void cancelsACallWhileItRings(Protocol protocol) throws Exception {
        Transcript rung = play(protocol, "caller-gives-up-while-it-rings", "phone-rings-until-cancelled");

        assertThat(rung.received()).containsExactly("INVITE", "CANCEL", "ACK");
        played(protocol, "cancels");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void isBusy(Protocol protocol) throws Exception {
        Transcript called = play(protocol, "caller-proves-itself-and-finds-it-busy", "phone-is-busy");

        assertThat(called.received()).containsExactly("INVITE", "ACK");
        played(protocol, "is busy");
    }

    private Transcript registers(Protocol protocol) throws Exception {
        try (Sipp bob = phone(protocol, "phone-registers-with-a-password", callee(protocol))
                .with("from", bob(protocol) + "@" + DOMAIN)
                .as(bob(protocol), PASSWORD)
                .calls(site.endpoint())) {
            return bob.ends();
        }
    }

    /** What bob sees when alice, or in a story without a password somebody from elsewhere, calls. */
    private Transcript play(Protocol protocol, String alicesPart, String bobsPart) throws Exception {
        registers(protocol);
        String from = alicesPart.contains("proves") ? "alice@" + DOMAIN : "somebody@elsewhere.test";
        try (Sipp bob = phone(protocol, bobsPart, callee(protocol))
                        .with("from", from)
                        .listens();
                Sipp alice = phone(protocol, alicesPart, caller)
                        .with("from", from)
                        .with("target", "carol@" + DOMAIN)
                        .as("alice", PASSWORD)
                        .calls(site.endpoint())) {
            try {
                alice.ends();
            } catch (AssertionError e) {
                e.addSuppressed(new AssertionError(bob.seen()));
                throw e;
            }
            return bob.ends();
        }
    }

    private static Endpoint callee(Protocol protocol) {
        return protocol == Protocol.TCP ? TCP_CALLEE : UDP_CALLEE;
    }

    private static String bob(Protocol protocol) {
        return "bob-" + protocol.parameter();
    }

    private static Sipp.Phone phone(Protocol protocol, String story, Endpoint endpoint) {
        Sipp.Phone phone = Sipp.phone(story, endpoint)
                .with("to", bob(protocol) + "@" + DOMAIN)
                .with("domain", DOMAIN);
        return protocol == Protocol.TCP ? phone.overTcp() : phone;
    }

    private static String direction(Wire message) {
        return message.text()
                .lines()
                .filter(line -> line.matches("a=(send|recv).*"))
                .findFirst()
                .orElse("");
    }

    private static void played(Protocol protocol, String behaviour) {
        Interop.record("SIPp", Tool.SIPP.version(), protocol.name(), behaviour);
    }
}
