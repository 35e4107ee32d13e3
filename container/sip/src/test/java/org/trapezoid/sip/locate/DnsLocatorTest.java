// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.ScriptedDns;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

class DnsLocatorTest {
    private final ManualClock clock = new ManualClock();
    private final ScriptedDns dns = new ScriptedDns();
    private final Set<Protocol> spoken = new HashSet<>(Set.of(Protocol.UDP, Protocol.TCP, Protocol.TLS));
    private boolean ipv6;
    private DnsOptions options = DnsOptions.DEFAULT;

    @TempDir
    private Path directory;

    private Path hosts;

    @BeforeEach
    void writeHosts() throws IOException {
        hosts = Files.writeString(directory.resolve("hosts"), "192.0.2.99 pbx.test near.test\n");
        dns.with("a.test", "A 192.0.2.1")
                .with("one.test", "A 192.0.2.11")
                .with("two.test", "A 192.0.2.12")
                .with("three.test", "A 192.0.2.13");
    }

    @ParameterizedTest
    @Rfc(value = 3263, section = "4.1")
    @Checklist("X16")
    @CsvSource({
        "sip:bob@192.0.2.7, UDP 192.0.2.7:5060",
        "sip:bob@192.0.2.7;transport=tcp, TCP 192.0.2.7:5060",
        "sips:bob@192.0.2.7, TLS 192.0.2.7:5061",
        "sip:pbx.test, UDP 192.0.2.99:5060",
        "sips:pbx.test, TLS 192.0.2.99:5061",
        "sip:bob@routed.test, TCP 192.0.2.99:5070",
    })
    void asksNobodyForAddressesRoutesAndTheHostsFile(String uri, String hop) {
        assertThat(located(uri)).containsExactly(hop);
        assertThat(dns.asked()).isEmpty();
    }

    @ParameterizedTest
    @Rfc(value = 3263, section = "4.2")
    @Checklist("X16")
    @CsvSource({
        "sip:a.test:5080, UDP 192.0.2.1:5080",
        "sip:a.test:5060, UDP 192.0.2.1:5060",
        "sip:a.test:5080;transport=tcp, TCP 192.0.2.1:5080",
        "sips:a.test:5090, TLS 192.0.2.1:5090",
        "sip:x@b.test:5080;maddr=a.test, UDP 192.0.2.1:5080",
    })
    void looksUpAHostOnlyWhenThePortIsGiven(String uri, String hop) {
        assertThat(located(uri)).containsExactly(hop);
        assertThat(dns.asked()).containsExactly("a.test A");
    }

    @Test
    @Rfc(value = 3263, section = "4.1")
    @Checklist("X16")
    void takesTheTransportFromNaptrInTheOrderOfTheDomain() {
        dns.with("a.test", "NAPTR 20 10 s SIP+D2U _sip._udp.a.test")
                .with("a.test", "NAPTR 10 20 s SIP+D2T _sip._tcp.other.test")
                .with("a.test", "NAPTR 10 10 s SIPS+D2T _sips._tcp.a.test")
                .with("_sips._tcp.a.test", "SRV 0 0 5061 one.test")
                .with("_sip._tcp.other.test", "SRV 0 0 5070 two.test")
                .with("_sip._udp.a.test", "SRV 0 0 5080 three.test");

        assertThat(located("sip:bob@a.test"))
                .containsExactly("TLS 192.0.2.11:5061", "TCP 192.0.2.12:5070", "UDP 192.0.2.13:5080");
    }

    @Test
    @Rfc(value = 3263, section = "4.1")
    @Checklist("X16")
    void prefersTlsWhereTheDomainDoesNotCare() {
        dns.with("a.test", "NAPTR 10 10 s SIP+D2U _sip._udp.a.test")
                .with("a.test", "NAPTR 10 10 s SIPS+D2T _sips._tcp.a.test")
                .with("_sips._tcp.a.test", "SRV 0 0 5061 one.test")
                .with("_sip._udp.a.test", "SRV 0 0 5080 three.test");

        assertThat(located("sip:bob@a.test")).containsExactly("TLS 192.0.2.11:5061", "UDP 192.0.2.13:5080");
    }

    @Test
    @Rfc(value = 3263, section = "4.1")
    @Checklist("P30")
    void takesOnlySecureServicesForSips() {
        dns.with("a.test", "NAPTR 10 10 s SIP+D2T _sip._tcp.a.test")
                .with("a.test", "NAPTR 20 10 s SIPS+D2T _sips._tcp.a.test")
                .with("_sip._tcp.a.test", "SRV 0 0 5060 two.test")
                .with("_sips._tcp.a.test", "SRV 0 0 5061 one.test");

        assertThat(located("sips:bob@a.test")).containsExactly("TLS 192.0.2.11:5061");
    }

    @Test
    @Rfc(value = 3263, section = "4.1")
    @Checklist("P30")
    void neverGoesInsecurelyForSipsWhateverThereIs() {
        dns.with("a.test", "NAPTR 10 10 s SIP+D2T _sip._tcp.a.test").with("_sip._tcp.a.test", "SRV 0 0 5060 two.test");

        assertThat(located("sips:bob@a.test")).containsExactly("TLS 192.0.2.1:5061");
        assertThat(located("sips:bob@a.test;transport=udp")).isEmpty();
    }

    @Test
    @Rfc(value = 3263, section = "4.1")
    void passesOverWhatWeDoNotSpeak() {
        spoken.remove(Protocol.TLS);
        dns.with("a.test", "NAPTR 10 10 s SIPS+D2T _sips._tcp.a.test")
                .with("a.test", "NAPTR 20 10 s SIP+D2S _sip._sctp.a.test")
                .with("a.test", "NAPTR 30 10 s E2U+sip _sip._udp.wrong.test")
                .with("a.test", "NAPTR 40 10 s sip+d2t _sip._tcp.a.test")
                .with("_sip._tcp.a.test", "SRV 0 0 5060 one.test");

        assertThat(located("sip:bob@a.test")).containsExactly("TCP 192.0.2.11:5060");
        assertThat(dns.asked()).containsExactly("a.test NAPTR", "_sip._tcp.a.test SRV", "one.test A");
    }

    @Test
    @Rfc(value = 3263, section = "4.1")
    @Checklist("X16")
    void asksForSrvOfEachTransportWithoutNaptrUdpFirst() {
        dns.with("_sip._udp.a.test", "SRV 0 0 5080 one.test").with("_sip._tcp.a.test", "SRV 0 0 5070 two.test");

        assertThat(located("sip:bob@a.test")).containsExactly("UDP 192.0.2.11:5080", "TCP 192.0.2.12:5070");
    }

    @ParameterizedTest
    @Rfc(value = 3263, section = "4.2")
    @Checklist("X16")
    @CsvSource({
        "sip:a.test, UDP 192.0.2.1:5060",
        "sips:a.test, TLS 192.0.2.1:5061",
        "sip:a.test;transport=tcp, TCP 192.0.2.1:5060",
        "sip:a.test;transport=tls, TLS 192.0.2.1:5061",
    })
    void takesTheHostOfTheDomainWithoutSrv(String uri, String hop) {
        assertThat(located(uri)).containsExactly(hop);
    }

    @Test
    @Rfc(value = 3263, section = "4.2")
    @Checklist("X16")
    void asksForSrvOfTheTransportThatIsNamed() {
        dns.with("_sip._tcp.a.test", "SRV 0 0 5070 one.test").with("_sips._tcp.a.test", "SRV 0 0 5071 two.test");

        assertThat(located("sip:a.test;transport=tcp")).containsExactly("TCP 192.0.2.11:5070");
        assertThat(located("sips:a.test;transport=tcp")).containsExactly("TLS 192.0.2.12:5071");
        assertThat(dns.asked()).doesNotContain("a.test NAPTR");
    }

    @Test
    @Rfc(value = 2782, section = "Target")
    void doesNotGoWhereTheDomainSaysThatThereIsNoService() {
        dns.with("_sip._tcp.a.test", "SRV 0 0 0 .");

        assertThat(located("sip:a.test;transport=tcp")).isEmpty();
    }

    @Test
    @Rfc(value = 3263, section = "4.2")
    @Checklist("X16")
    void triesAllServersByPriority() {
        dns.with("_sip._udp.a.test", "SRV 20 0 5062 two.test")
                .with("_sip._udp.a.test", "SRV 10 0 5061 one.test")
                .with("_sip._udp.a.test", "SRV 30 0 5063 pbx.test");

        assertThat(located("sip:a.test"))
                .containsExactly("UDP 192.0.2.11:5061", "UDP 192.0.2.12:5062", "UDP 192.0.2.99:5063");
    }

    @Test
    @Rfc(value = 3263, section = "4.2")
    void goesOnWithTheOtherServersWhenOneIsNotFound() {
        dns.with("_sip._udp.a.test", "SRV 10 0 5061 lost.test").with("_sip._udp.a.test", "SRV 20 0 5062 two.test");
        dns.script("lost.test", "A").completeExceptionally(new SocketTimeoutException());

        assertThat(located("sip:a.test")).containsExactly("UDP 192.0.2.12:5062");
    }

    @Test
    @Rfc(value = 7984, section = "4")
    void triesBothFamiliesWhereWeHaveBoth() {
        dns.with("a.test", "AAAA 2001:db8::1");

        assertThat(located("sip:a.test:5060")).containsExactly("UDP 192.0.2.1:5060");
        assertThat(dns.asked()).containsExactly("a.test A");
        ipv6 = true;
        assertThat(located("sip:a.test:5060")).containsExactly("UDP 2001:db8:0:0:0:0:0:1:5060", "UDP 192.0.2.1:5060");
    }

    @Test
    @Rfc(value = 7984, section = "4")
    void takesTheOtherFamilyWhenOneIsNotFoundOut() {
        ipv6 = true;
        dns.script("a.test", "AAAA").completeExceptionally(new SocketTimeoutException());

        assertThat(located("sip:a.test:5060")).containsExactly("UDP 192.0.2.1:5060");
    }

    @Test
    @Rfc(value = 3263, section = "4.4")
    @Checklist("P27")
    void findsTheSameForTheSameChoice() {
        for (int i = 0; i < 10; i++) {
            dns.with("_sip._udp.a.test", "SRV 0 10 50" + (10 + i) + " one.test");
        }
        Uri uri = Uri.parse("sip:a.test");
        DnsLocator locator = locator();

        List<Hop> once = locator.locate(uri, 4711).toCompletableFuture().join();

        assertThat(locator.locate(uri, 4711).toCompletableFuture().join()).isEqualTo(once);
        Set<List<Hop>> orders = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            orders.add(locator.locate(uri).toCompletableFuture().join());
        }
        assertThat(orders).hasSizeGreaterThan(10);
    }

    @Test
    @Rfc(value = 5922, section = "5")
    void keepsTheDomainThatWasLookedForThroughNaptrAndSrv() {
        dns.with("a.test", "NAPTR 10 10 s SIPS+D2T _sips._tcp.hoster.test")
                .with("_sips._tcp.hoster.test", "SRV 0 0 5061 one.test");

        Hop hop = locator()
                .locate(Uri.parse("sips:bob@a.test"))
                .toCompletableFuture()
                .join()
                .get(0);

        assertThat(hop.domain()).isEqualTo("a.test");
    }

    @Test
    @Rfc(value = 3263, section = "4")
    void waitsWithoutBlocking() {
        CompletableFuture<DnsAnswer> slow = dns.script("a.test", "A");
        CompletableFuture<List<Hop>> hops =
                locator().locate(Uri.parse("sip:a.test:5060")).toCompletableFuture();

        assertThat(hops).isNotDone();
        slow.complete(DnsAnswer.NOTHING);
        assertThat(hops).isCompletedWithValue(List.of());
    }

    @Test
    @Rfc(value = 3263, section = "4.1")
    void asksForTheHostWhenAServerRefusesToTellOfServices() {
        dns.script("a.test", "NAPTR")
                .completeExceptionally(new DnsRefusal(ScriptedDns.question("a.test", "NAPTR"), "NOTIMP"));

        assertThat(located("sip:a.test")).containsExactly("UDP 192.0.2.1:5060");
    }

    @Test
    void givesUpAtOnceWhenNobodyAnswers() {
        dns.script("a.test", "NAPTR").completeExceptionally(new SocketTimeoutException());

        assertThat(locator().locate(Uri.parse("sip:a.test")).toCompletableFuture())
                .isCompletedExceptionally();
        assertThat(dns.asked()).containsExactly("a.test NAPTR");
    }

    @Test
    void canDoWithoutNaptrAndSrv() {
        dns.with("a.test", "NAPTR 10 10 s SIP+D2T _sip._tcp.a.test")
                .with("_sip._tcp.a.test", "SRV 0 0 5070 two.test")
                .with("_sip._udp.a.test", "SRV 0 0 5080 one.test");

        options = new DnsOptions(false, true, options.timeout(), 100, 100);
        assertThat(located("sip:a.test")).containsExactly("UDP 192.0.2.11:5080", "TCP 192.0.2.12:5070");
        options = new DnsOptions(true, false, options.timeout(), 100, 100);
        assertThat(located("sip:a.test")).containsExactly("UDP 192.0.2.1:5060");
    }

    @Test
    @Rfc(value = 7118, section = "5.1")
    void doesNotLookForWebSocketClients() {
        assertThat(located("sip:bob@df7jal23ls0d.invalid;transport=ws")).isEmpty();
        assertThat(located("sip:bob@df7jal23ls0d.invalid")).isEmpty();
        assertThat(dns.asked()).isEmpty();
    }

    /** Attack case 41. */
    @Test
    void asksForAFewServersOfADomainThatHasAThousand() {
        for (int i = 0; i < 1_000; i++) {
            dns.with("_sip._udp.evil.test", "SRV 0 1 5060 s" + i + ".evil.test")
                    .with("s" + i + ".evil.test", "A 198.51.100.1");
        }

        assertThat(located("sip:evil.test")).containsExactly("UDP 198.51.100.1:5060");
        assertThat(dns.asked()).hasSize(3 + 16);
    }

    /** Attack case 41: rules that lead to other rules are no part of RFC 3263. */
    @Test
    void goesIntoNoNaptrLoop() {
        dns.with("a.test", "NAPTR 10 10  SIP+D2U b.test")
                .with("b.test", "NAPTR 10 10  SIP+D2U a.test")
                .with("a.test", "NAPTR 20 10 s SIP+D2U a.test");

        assertThat(located("sip:a.test")).containsExactly("UDP 192.0.2.1:5060");
        assertThat(dns.asked()).containsExactly("a.test NAPTR", "a.test SRV", "a.test A");
    }

    private List<String> located(String uri) {
        return locator().locate(Uri.parse(uri)).toCompletableFuture().join().stream()
                .map(hop -> hop.protocol() + " " + hop.address().getAddress().getHostAddress() + ":"
                        + hop.address().getPort())
                .toList();
    }

    private DnsLocator locator() {
        StaticRoute route = new StaticRoute("routed.test", (SipUri) Uri.parse("sip:near.test:5070;transport=tcp"));
        return new DnsLocator(
                new StaticLocator(List.of(route), hosts, clock),
                dns,
                options,
                (protocol, six) -> spoken.contains(protocol) && (ipv6 || !six),
                new SplittableRandom(1));
    }
}
