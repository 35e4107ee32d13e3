// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

class StaticLocatorTest {
    private final ManualClock clock = new ManualClock();

    @TempDir
    private Path directory;

    private Path hosts;
    private StaticLocator locator;

    @BeforeEach
    void writeHosts() throws IOException {
        hosts = directory.resolve("hosts");
        Files.writeString(hosts, """
                # comment
                127.0.0.1  localhost
                192.0.2.20 pbx pbx.example.com # the exchange
                2001:db8::20 PBX.example.com

                not-an-address broken.example.com
                """);
        locator = new StaticLocator(
                List.of(
                        route("a.test", "sip:192.0.2.30:5070"),
                        route(".b.test", "sip:pbx;transport=tcp"),
                        route(".deep.b.test", "sip:192.0.2.31")),
                hosts,
                clock);
    }

    @ParameterizedTest
    @CsvSource({
        "sip:bob@192.0.2.1, UDP 192.0.2.1:5060",
        "sip:192.0.2.1:5080, UDP 192.0.2.1:5080",
        "sip:bob@192.0.2.1;transport=tcp, TCP 192.0.2.1:5060",
        "sip:bob@192.0.2.1;transport=TLS, TLS 192.0.2.1:5061",
        "sip:192.0.2.1;transport=ws, WS 192.0.2.1:80",
        "sips:bob@192.0.2.1, TLS 192.0.2.1:5061",
        "sips:bob@192.0.2.1;transport=tcp, TLS 192.0.2.1:5061",
        "sips:bob@192.0.2.1;transport=ws, WSS 192.0.2.1:443",
        "sip:bob@[2001:db8::1]:5070, UDP 2001:db8:0:0:0:0:0:1:5070",
        "sip:bob@nowhere.example;maddr=192.0.2.5, UDP 192.0.2.5:5060",
        "sip:localhost:5090, UDP 127.0.0.1:5090",
        "sip:bob@a.test, UDP 192.0.2.30:5070",
        "sip:bob@A.TEST:9, UDP 192.0.2.30:5070",
        "sips:bob@a.test, TLS 192.0.2.30:5070",
        "sip:bob@x.b.test, TCP 192.0.2.20:5060",
        "sip:bob@x.deep.b.test, UDP 192.0.2.31:5060",
    })
    @Rfc(value = 3263, section = "4.1")
    @Checklist({"X11", "X16"})
    void locates(String uri, String hop) {
        assertThat(located(uri)).containsExactly(hop);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:unknown.example",
                "sip:b.test",
                "sip:xb.test",
                "sip:broken.example.com",
                "sip:192.0.2.1;transport=sctp",
                "sips:192.0.2.1;transport=udp",
                "tel:+1234",
                "urn:service:sos"
            })
    @Rfc(value = 3263, section = "4")
    void knowsNoHopFor(String uri) {
        assertThat(located(uri)).isEmpty();
    }

    @Test
    @Rfc(value = 3263, section = "4.2")
    void givesAllAddressesOfAHostInTheirOrder() {
        assertThat(located("sip:bob@Pbx.Example.com"))
                .containsExactly("UDP 192.0.2.20:5060", "UDP 2001:db8:0:0:0:0:0:20:5060");
    }

    @Test
    @Rfc(value = 5922, section = "5")
    void keepsTheDomainThatWasLookedFor() {
        assertThat(domain("sips:bob@pbx")).isEqualTo("pbx");
        assertThat(domain("sips:bob@example.com;maddr=192.0.2.9")).isEqualTo("example.com");
        assertThat(domain("sips:bob@192.0.2.9")).isEqualTo("192.0.2.9");
        assertThat(domain("sips:bob@a.test")).isEqualTo("a.test");
        assertThat(domain("sips:bob@x.b.test")).isEqualTo("pbx");
    }

    @Test
    void readsTheHostsFileAgainWhenItChanged() throws IOException {
        assertThat(located("sip:new.example")).isEmpty();
        Files.writeString(hosts, "192.0.2.40 new.example\n");
        assertThat(located("sip:new.example")).isEmpty();

        clock.advance(Duration.ofSeconds(1));

        assertThat(located("sip:new.example")).containsExactly("UDP 192.0.2.40:5060");
        assertThat(located("sip:pbx")).isEmpty();
    }

    @Test
    void knowsLocalhostWithoutAHostsFile() {
        locator = new StaticLocator(List.of(), directory.resolve("none"), clock);

        assertThat(located("sip:localhost")).containsExactly("UDP 127.0.0.1:5060", "UDP 0:0:0:0:0:0:0:1:5060");
    }

    private List<String> located(String uri) {
        return locator.locate(Uri.parse(uri)).toCompletableFuture().join().stream()
                .map(hop -> hop.protocol() + " " + hop.address().getAddress().getHostAddress() + ":"
                        + hop.address().getPort())
                .toList();
    }

    private String domain(String uri) {
        return locator.locate(Uri.parse(uri))
                .toCompletableFuture()
                .join()
                .get(0)
                .domain();
    }

    private static StaticRoute route(String domain, String target) {
        return new StaticRoute(domain, (SipUri) Uri.parse(target));
    }
}
