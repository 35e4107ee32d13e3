// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.ScriptedDns;
import org.trapezoid.sip.testing.TestNameServer;
import org.trapezoid.sip.transport.Literals;
import org.xbill.DNS.Rcode;

/** Against a name server on the loopback address. */
@Timeout(60)
class DnsJavaTest {
    private TestNameServer server;
    private DnsJava dns;

    @BeforeEach
    void start() throws IOException {
        server = new TestNameServer();
        dns = asking(server.address());
    }

    @AfterEach
    void stop() {
        dns.close();
        server.close();
    }

    @Test
    @Rfc(value = 3403, section = "4.1")
    @Rfc(value = 2782, section = "The format of the SRV RR")
    void readsTheRecordsOfEveryType() {
        server.with("a.test. 60 NAPTR 10 50 \"s\" \"SIP+D2U\" \"\" _sip._udp.a.test.")
                .with("a.test. 60 NAPTR 20 50 \"u\" \"E2U+sip\" \"!^.*$!sip:info@a.test!\" .")
                .with("_sip._udp.a.test. 30 SRV 1 2 5070 one.a.test.")
                .with("_sip._tcp.a.test. 30 SRV 0 0 0 .")
                .with("one.a.test. 20 A 192.0.2.1")
                .with("one.a.test. 10 A 192.0.2.2")
                .with("one.a.test. 20 AAAA 2001:db8::1");

        assertThat(ask("a.test", "NAPTR").records())
                .containsExactly(
                        new DnsRecord.Naptr(10, 50, "s", "SIP+D2U", "_sip._udp.a.test"),
                        new DnsRecord.Naptr(20, 50, "u", "E2U+sip", "!^.*$!sip:info@a.test!", ""));
        assertThat(ask("_sip._udp.a.test", "SRV"))
                .isEqualTo(new DnsAnswer(List.of(new DnsRecord.Srv(1, 2, 5070, "one.a.test")), Duration.ofSeconds(30)));
        assertThat(ask("_sip._tcp.a.test", "SRV").records()).containsExactly(new DnsRecord.Srv(0, 0, 0, ""));
        assertThat(ask("one.a.test", "A"))
                .isEqualTo(new DnsAnswer(List.of(address("192.0.2.1"), address("192.0.2.2")), Duration.ofSeconds(10)));
        assertThat(ask("one.a.test", "AAAA").records()).containsExactly(address("2001:db8::1"));
    }

    @Test
    @Rfc(value = 2308, section = "5")
    void aNameOrTypeThatDoesNotExistIsAnEmptyAnswer() {
        server.with("a.test. 60 A 192.0.2.1");

        assertThat(ask("a.test", "SRV").records()).isEmpty();
        assertThat(ask("none.test", "A").records()).isEmpty();
        assertThat(ask("not..a.name", "A").records()).isEmpty();
    }

    @Test
    @Rfc(value = 1034, section = "3.6.2")
    void followsAliases() {
        server.with("www.a.test. 60 CNAME alias.a.test.")
                .with("alias.a.test. 5 CNAME host.a.test.")
                .with("host.a.test. 60 A 192.0.2.1");

        assertThat(ask("www.a.test", "A"))
                .isEqualTo(new DnsAnswer(List.of(address("192.0.2.1")), Duration.ofSeconds(5)));
    }

    /** Attack case 41. */
    @Test
    void doesNotRunInACircleOfAliases() {
        server.with("a.test. 60 CNAME b.test.").with("b.test. 60 CNAME a.test.");

        assertThat(ask("a.test", "A").records()).isEmpty();
        assertThat(server.asked()).containsOnly("udp a.test A");
    }

    /** Attack case 41: 1000 records do not fit a datagram. */
    @Test
    @Rfc(value = 7766, section = "5")
    void asksByTcpForWhatDoesNotFitADatagramAndKeepsAPartOfIt() {
        for (int i = 0; i < 1_000; i++) {
            server.with("_sip._udp.evil.test. 60 SRV 0 1 5060 s" + i + ".evil.test.");
        }

        dns.close();
        dns = new DnsJava(List.of(server.address()), Duration.ofSeconds(60), System::nanoTime); // it has much to write

        assertThat(ask("_sip._udp.evil.test", "SRV").records()).hasSize(256);
        assertThat(server.asked()).contains("udp _sip._udp.evil.test SRV", "tcp _sip._udp.evil.test SRV");
    }

    @Test
    void saysThatAServerRefused() {
        server.refuse(Rcode.SERVFAIL);

        assertThatThrownBy(() -> ask("a.test", "A"))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(DnsRefusal.class)
                .hasMessage("name server answers SERVFAIL to a.test A");
    }

    @Test
    void asksTheNextServerWhenTheFirstIsSilent() throws IOException {
        server.silent(true);
        try (TestNameServer second = new TestNameServer();
                DnsJava both = asking(server.address(), second.address())) {
            second.with("a.test. 60 A 192.0.2.1");

            assertThat(both.ask(ScriptedDns.question("a.test", "A"))
                            .toCompletableFuture()
                            .join()
                            .records())
                    .hasSize(1);
        }
    }

    @Test
    void failsWhereThereIsNoNameServer() {
        server.close();

        assertThatThrownBy(() -> ask("a.test", "A")).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void failsWhenItIsClosed() {
        dns.close();

        assertThatThrownBy(() -> ask("a.test", "A")).hasCauseInstanceOf(IOException.class);
    }

    private DnsAnswer ask(String name, String type) {
        return dns.ask(ScriptedDns.question(name, type)).toCompletableFuture().join();
    }

    private static DnsJava asking(InetSocketAddress... servers) {
        return new DnsJava(List.of(servers), Duration.ofSeconds(3), System::nanoTime);
    }

    private static DnsRecord address(String text) {
        return new DnsRecord.Address(Literals.address(text).orElseThrow());
    }
}
