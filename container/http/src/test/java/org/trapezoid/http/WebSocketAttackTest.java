// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.StreamOptions;

/** Clients that do what they must not. None of them may disturb another. */
@Timeout(60)
class WebSocketAttackTest {
    private static final long NEVER_MILLIS = 3_600_000; // between two checks, however slow the machine is

    private static final int MAX_MESSAGE = WebSocketSite.LIMITS.headerBlock() + WebSocketSite.LIMITS.body();
    private static final String SIP = "Sec-WebSocket-Protocol: sip";
    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    private static final String VERSION = "Sec-WebSocket-Version: 13";

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private WebSocketSite site() throws IOException {
        return site(StreamOptions.DEFAULT);
    }

    private WebSocketSite site(StreamOptions streams) throws IOException {
        WebSocketOptions usual = WebSocketSite.OPTIONS;
        return site(new WebSocketOptions(usual.path(), usual.origins(), usual.ping(), streams));
    }

    private WebSocketSite site(WebSocketOptions options) throws IOException {
        WebSocketSite site = new WebSocketSite(options);
        open.add(0, site);
        return site;
    }

    private WebSocketPeer connected(WebSocketSite site) throws IOException {
        WebSocketPeer peer = new WebSocketPeer(site.address());
        open.add(0, peer);
        return peer;
    }

    private WebSocketPeer upgraded(WebSocketSite site) throws IOException {
        WebSocketPeer peer = site.peer();
        open.add(0, peer);
        return peer;
    }

    // ---- the handshake

    @Test
    @Rfc(value = 6455, section = "4.2.2")
    void provesThatItReadTheKey() throws Exception {
        String answer = connected(site()).asksWith(WebSocketSite.PATH + "?user=alice", List.of(VERSION, KEY, SIP));

        assertThat(answer)
                .startsWith("HTTP/1.1 101 ")
                .contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                .contains("\r\nSec-WebSocket-Protocol: sip\r\n")
                .doesNotContain("Sec-WebSocket-Extensions");
    }

    @ParameterizedTest
    @Rfc(value = 7118, section = "4.1")
    @Checklist("X12")
    @ValueSource(strings = {"Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: SIPS, xmpp", "X-Other: sip"})
    void refusesClientsThatDoNotOfferTheSubprotocol(String field) throws Exception {
        assertThat(connected(site()).asks(WebSocketSite.PATH, field)).startsWith("HTTP/1.1 400 ");
    }

    @Test
    @Rfc(value = 7118, section = "4.1")
    void choosesTheSubprotocolAmongOthers() throws Exception {
        assertThat(connected(site()).asks(WebSocketSite.PATH, "Sec-WebSocket-Protocol: xmpp, sip"))
                .startsWith("HTTP/1.1 101 ")
                .contains("\r\nSec-WebSocket-Protocol: sip\r\n");
    }

    @Test
    @Rfc(value = 6455, section = "4.4")
    void namesTheVersionItSpeaks() throws Exception {
        assertThat(connected(site()).asksWith(WebSocketSite.PATH, List.of("Sec-WebSocket-Version: 8", KEY, SIP)))
                .startsWith("HTTP/1.1 426 ")
                .contains("\r\nSec-WebSocket-Version: 13\r\n");
    }

    @ParameterizedTest
    @Rfc(value = 6455, section = "4.2.1")
    @ValueSource(strings = {"X-No: key", "Sec-WebSocket-Key: short", "Sec-WebSocket-Key: =?="})
    void refusesARequestWithoutAKey(String field) throws Exception {
        assertThat(connected(site()).asksWith(WebSocketSite.PATH, List.of(VERSION, field, SIP)))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void leavesOtherPathsToTheApplications() throws Exception {
        assertThat(connected(site()).asks("/other", SIP)).startsWith("HTTP/1.1 404 ");
    }

    @ParameterizedTest
    @Rfc(value = 6455, section = "10.2")
    @CsvSource({
        "http://127.0.0.1, 101",
        "https://127.0.0.1:8443, 101",
        "http://localhost:3000, 101",
        "https://attacker.example, 403",
        "https://127.0.0.1.attacker.example, 403",
        "null, 403",
        "garbage, 403"
    })
    void letsPagesOfItsOwnHostConnect(String origin, String status) throws Exception {
        assertThat(connected(site()).asks(WebSocketSite.PATH, SIP, "Origin: " + origin))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @Rfc(value = 6455, section = "10.2")
    @CsvSource({
        "https://www.example.com, 101",
        "https://WWW.example.com, 101",
        "https://www.example.com:8443, 403",
        "http://www.example.com, 403",
        "http://127.0.0.1, 403"
    })
    void letsPagesOfTheListConnectAndNoOthers(String origin, String status) throws Exception {
        WebSocketOptions usual = WebSocketSite.OPTIONS;
        OriginPolicy listed = new OriginPolicy(List.of("https://www.example.com"));
        WebSocketSite site = site(new WebSocketOptions(usual.path(), listed, usual.ping(), usual.streams()));

        assertThat(connected(site).asks(WebSocketSite.PATH, SIP, "Origin: " + origin))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void refusesOneConnectionMoreFromAnAddress() throws Exception {
        WebSocketSite site = site(StreamOptions.DEFAULT.withConnections(100, 2));
        WebSocketPeer first = upgraded(site);
        upgraded(site);

        assertThat(connected(site).asks(WebSocketSite.PATH, SIP)).startsWith("HTTP/1.1 503 ");

        first.text(WebSocketSite.options("in"));
        site.next();
        first.close();
        site.nextClosed();
        assertThat(connected(site).asks(WebSocketSite.PATH, SIP)).startsWith("HTTP/1.1 101 ");
    }

    // ---- frames

    @Test
    @Rfc(value = 6455, section = "5.1")
    void closesOnAFrameWithoutMask() throws Exception {
        WebSocketSite site = site();
        WebSocketPeer peer = upgraded(site);
        byte[] message = WebSocketSite.options("unmasked").getBytes(UTF_8);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(WebSocketPeer.head(WebSocketPeer.TEXT, true, false, message.length));
        frame.writeBytes(message);

        peer.write(frame.toByteArray());

        assertThat(peer.closeCode()).isEqualTo(1002);
        site.nextClosed();
        assertThat(site.isQuiet()).isTrue();
    }

    @Test
    @Rfc(value = 6455, section = "5.4")
    void closesOnAContinuationOfNothing() throws Exception {
        WebSocketPeer peer = upgraded(site());

        peer.fragment(WebSocketPeer.CONTINUATION, true, new byte[] {1});

        assertThat(peer.closeCode()).isEqualTo(1002);
    }

    @Test
    @Rfc(value = 6455, section = "5.2")
    void closesOnAnUnknownOpCodeAndOnReservedBits() throws Exception {
        WebSocketSite site = site();
        WebSocketPeer unknown = upgraded(site);
        WebSocketPeer reserved = upgraded(site);

        unknown.frame(5, new byte[] {1});
        reserved.frame(WebSocketPeer.TEXT | 0x40, new byte[] {1});

        assertThat(unknown.closeCode()).isEqualTo(1002);
        assertThat(reserved.closeCode()).isEqualTo(1002);
    }

    @Test
    @Rfc(value = 6455, section = "7.4.1")
    void closesOnAMessageThatIsTooLong() throws Exception {
        WebSocketSite site = site();
        WebSocketPeer whole = upgraded(site);
        WebSocketPeer announced = upgraded(site);

        whole.frame(WebSocketPeer.TEXT, new byte[MAX_MESSAGE + 1]);
        announced.write(WebSocketPeer.head(WebSocketPeer.TEXT, true, true, 1L << 40));

        assertThat(whole.closeCode()).isEqualTo(1009);
        assertThat(announced.closeCode()).isEqualTo(1009);
    }

    @Test
    void takesAMessageThatIsAsLongAsAllowed() throws Exception {
        WebSocketSite site = site();
        WebSocketPeer peer = upgraded(site);
        byte[] head = WebSocketSite.options("long").getBytes(UTF_8);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(head);
        message.writeBytes(new byte[WebSocketSite.LIMITS.body()]);

        peer.frame(WebSocketPeer.BINARY, message.toByteArray());

        assertThat(site.next().message().body()).hasSize(WebSocketSite.LIMITS.body());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100})
    void closesOnFragmentsWithoutEnd(int length) throws Exception {
        WebSocketPeer peer = upgraded(site());
        int counted = length + 64;
        ByteArrayOutputStream fragments = new ByteArrayOutputStream();
        fragments.writeBytes(WebSocketPeer.bytes(WebSocketPeer.TEXT, false, new byte[length]));
        for (int i = 0; i < MAX_MESSAGE / counted; i++) {
            fragments.writeBytes(WebSocketPeer.bytes(WebSocketPeer.CONTINUATION, false, new byte[length]));
        }

        peer.write(fragments.toByteArray());

        assertThat(peer.closeCode()).isEqualTo(1009);
    }

    @Test
    @Rfc(value = 6455, section = "8.1")
    void closesOnTextThatIsNoUtf8() throws Exception {
        WebSocketSite site = site();
        WebSocketPeer peer = upgraded(site);

        peer.frame(WebSocketPeer.TEXT, new byte[] {'a', (byte) 0xc0, (byte) 0x80});

        assertThat(peer.closeCode()).isEqualTo(1007);
        site.nextClosed();
        assertThat(site.isQuiet()).isTrue();
    }

    @Test
    void closesOnAFloodOfPings() throws Exception {
        WebSocketSite site = new WebSocketSite(WebSocketSite.OPTIONS, Optional.empty(), NEVER_MILLIS);
        open.add(0, site);
        WebSocketPeer peer = upgraded(site);
        ByteArrayOutputStream pings = new ByteArrayOutputStream();
        for (int i = 0;
                i < 200;
                i++) { // one segment: what the server had not read when it closes would reset the connection
            pings.writeBytes(WebSocketPeer.bytes(WebSocketPeer.PING, true, new byte[1]));
        }

        peer.write(pings.toByteArray());

        assertThat(peer.closeCode()).isEqualTo(1008);
    }

    @Test
    void endsAClientThatDoesNotReadWhenItsQueueIsFull() throws Exception {
        WebSocketSite site = site(StreamOptions.DEFAULT.withQueue(50, 8 << 20));
        WebSocketPeer peer = upgraded(site);
        peer.text(WebSocketSite.options("in"));
        Flow flow = site.next().flow();
        CompletableFuture<IOException> failure = new CompletableFuture<>();
        byte[] body = new byte[30_000];

        for (int i = 0; i < 10_000 && flow.isOpen(); i++) {
            flow.send(WebSocketSite.request("out" + i).toBuilder().body(body).build(), failure::complete);
        }

        assertThat(failure.get(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(site.nextClosed()).isSameAs(flow);
        assertThat(flow.isOpen()).isFalse();
    }

    // ---- time

    @Test
    void closesAConnectionOverWhichNoMessageCame() throws Exception {
        WebSocketSite site = site(StreamOptions.DEFAULT.withIdle(Duration.ofMillis(100), Duration.ofSeconds(60)));
        WebSocketPeer peer = upgraded(site);

        peer.text("\r\n\r\n");

        assertThat(peer.next().text()).isEqualTo("\r\n");
        assertThat(peer.closeCode()).isEqualTo(1008);
    }

    @Test
    void closesOnAMessageThatDoesNotEndInTime() throws Exception {
        WebSocketSite site = site(StreamOptions.DEFAULT.withDeadlines(Duration.ofMillis(50), Duration.ofMillis(50)));
        WebSocketPeer peer = upgraded(site);
        peer.text(WebSocketSite.options("in"));
        site.next();

        peer.fragment(WebSocketPeer.TEXT, false, new byte[] {'O'});

        assertThat(peer.closeCode()).isEqualTo(1008);
    }

    @Test
    void endsAClientThatDoesNotAnswerAClose() throws Exception {
        StreamOptions usual = StreamOptions.DEFAULT;
        WebSocketSite site = site(new StreamOptions(
                usual.maxConnections(),
                usual.maxPerAddress(),
                usual.headerDeadline(),
                usual.bodyDeadline(),
                usual.silence(),
                usual.idle(),
                usual.handshake(),
                Duration.ofMillis(100),
                usual.maxQueued(),
                usual.maxQueuedBytes()));
        WebSocketPeer peer = upgraded(site);
        peer.text(WebSocketSite.options("in"));
        Flow flow = site.next().flow();

        flow.close();

        assertThat(peer.closeCode()).isEqualTo(1000);
        assertThat(site.nextClosed()).isSameAs(flow);
    }
}
