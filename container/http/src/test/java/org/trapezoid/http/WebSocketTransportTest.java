// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.message.Malformed;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Protocol;

/** Messages over WebSocket connections that behave. */
@Timeout(60)
class WebSocketTransportTest {
    private WebSocketSite site;
    private WebSocketPeer client;

    @BeforeEach
    void open() throws IOException {
        site = new WebSocketSite(WebSocketSite.OPTIONS);
        client = site.peer();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        site.close();
    }

    @Test
    @Rfc(value = 7118, section = "5")
    @Checklist("X12")
    void takesAMessageWithoutContentLengthFromATextFrame() throws Exception {
        client.text(WebSocketSite.options("text"));

        WebSocketSite.Event event = site.next();
        assertThat(event.message().callId()).isEqualTo("text");
        assertThat(event.flow().protocol()).isEqualTo(Protocol.WS);
        assertThat(event.flow().peer()).isEqualTo(client.local());
        assertThat(event.flow().local()).isEqualTo(site.address());
        assertThat(event.flow().listener()).isEqualTo(site.transport().listener());
    }

    @Test
    @Rfc(value = 7118, section = "5")
    @Checklist("X12")
    void takesAMessageFromABinaryFrameWhateverItsBytes() throws Exception {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(WebSocketSite.options("binary").getBytes(UTF_8));
        message.write(0xff);

        client.frame(WebSocketPeer.BINARY, message.toByteArray());

        assertThat(site.next().message().body()).containsExactly(0xff);
    }

    @Test
    @Rfc(value = 6455, section = "5.4")
    void putsFragmentsTogetherAroundAPing() throws Exception {
        String message = WebSocketSite.options("fragments");

        client.fragment(WebSocketPeer.TEXT, false, message.substring(0, 10).getBytes(UTF_8));
        client.fragment(
                WebSocketPeer.CONTINUATION, false, message.substring(10, 50).getBytes(UTF_8));
        client.frame(WebSocketPeer.PING, new byte[] {1, 2, 3});
        client.fragment(WebSocketPeer.CONTINUATION, true, message.substring(50).getBytes(UTF_8));

        assertThat(site.next().message().callId()).isEqualTo("fragments");
        WebSocketPeer.Frame pong = client.next();
        assertThat(pong.opCode()).isEqualTo(WebSocketPeer.PONG);
        assertThat(pong.payload()).containsExactly(1, 2, 3);
    }

    @Test
    @Rfc(value = 6455, section = "5.2")
    void putsAFrameTogetherThatArrivesByteByByte() throws Exception {
        for (byte one : WebSocketPeer.bytes(
                WebSocketPeer.TEXT, true, WebSocketSite.options("bytes").getBytes(UTF_8))) {
            client.write(new byte[] {one});
        }

        assertThat(site.next().message().callId()).isEqualTo("bytes");
    }

    @Test
    @Rfc(value = 7118, section = "5")
    void deliversInOrderWhatArrivesInOneSegment() throws Exception {
        ByteArrayOutputStream segment = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] message = WebSocketSite.options("m" + i).getBytes(UTF_8);
            segment.writeBytes(WebSocketPeer.bytes(WebSocketPeer.TEXT, true, message));
        }

        client.write(segment.toByteArray());

        for (int i = 0; i < 200; i++) {
            assertThat(site.next().message().callId()).isEqualTo("m" + i);
        }
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    @Checklist("X4")
    void answersOnTheConnectionInATextFrame() throws Exception {
        client.text(WebSocketSite.options("in"));
        Flow flow = site.next().flow();

        flow.send(WebSocketSite.request("out"), failure -> {});

        WebSocketPeer.Frame answer = client.next();
        assertThat(answer.opCode()).isEqualTo(WebSocketPeer.TEXT);
        assertThat(answer.text()).startsWith("OPTIONS ").contains("Call-ID: out\r\n");
        assertThat(site.transport().openFlow(client.local())).containsSame(flow);
        assertThat(site.transport().flowTo(client.local())).isSameAs(flow);
    }

    @Test
    @Rfc(value = 6455, section = "5.6")
    void sendsWhatIsNoUtf8InABinaryFrame() throws Exception {
        client.text(WebSocketSite.options("in"));

        site.next()
                .flow()
                .send(
                        WebSocketSite.request("out").toBuilder()
                                .body(new byte[] {(byte) 0xc3, 0x28})
                                .build(),
                        failure -> {});

        assertThat(client.next().opCode()).isEqualTo(WebSocketPeer.BINARY);
    }

    @Test
    @Rfc(value = 5626, section = "4.4.1")
    @Checklist("X9")
    void answersTwoLineEndsWithOneAndOneWithNothing() throws Exception {
        client.text("\r\n");
        client.text("\r\n\r\n");
        client.text(WebSocketSite.options("after"));
        site.next().flow().send(WebSocketSite.request("out"), failure -> {});

        assertThat(client.next().text()).isEqualTo("\r\n");
        assertThat(client.next().text()).startsWith("OPTIONS ");
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    void hasTheParsersVerdictOnAMalformedMessage() throws Exception {
        client.text(WebSocketSite.options("bad").replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE"));

        assertThat(site.next().result()).isInstanceOf(Malformed.class);
        client.text(WebSocketSite.options("good"));
        assertThat(site.next().message().callId()).isEqualTo("good");
    }

    @Test
    @Rfc(value = 7118, section = "5")
    void hasNoFlowToAClientThatIsNotConnected() throws Exception {
        InetSocketAddress nobody = new InetSocketAddress(site.address().getAddress(), 9);
        CompletableFuture<IOException> failure = new CompletableFuture<>();

        Flow flow = site.transport().flowTo(nobody);
        flow.send(WebSocketSite.request("lost"), failure::complete);

        assertThat(flow.isOpen()).isFalse();
        assertThat(site.transport().openFlow(nobody)).isEmpty();
        assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("is closed");
    }

    @Test
    @Rfc(value = 6455, section = "7.1.2")
    void writesWhatIsQueuedBeforeItCloses() throws Exception {
        client.text(WebSocketSite.options("in"));
        Flow flow = site.next().flow();

        flow.send(WebSocketSite.request("last"), failure -> {});
        flow.close();

        assertThat(flow.isOpen()).isFalse();
        assertThat(client.next().text()).contains("Call-ID: last\r\n");
        assertThat(client.closeCode()).isEqualTo(1000);
        client.frame(WebSocketPeer.CLOSE, new byte[] {3, (byte) 0xe8});
        assertThat(site.nextClosed()).isSameAs(flow);
    }

    @Test
    @Rfc(value = 6455, section = "7.1.4")
    void tellsOnceThatAClientLeft() throws Exception {
        client.text(WebSocketSite.options("in"));
        Flow flow = site.next().flow();

        client.frame(WebSocketPeer.CLOSE, new byte[] {3, (byte) 0xe8});

        assertThat(client.closeCode()).isEqualTo(1000);
        assertThat(site.nextClosed()).isSameAs(flow);
        assertThat(flow.isOpen()).isFalse();
        assertThat(site.transport().openFlow(client.local())).isEmpty();
        assertThat(site.isQuiet()).isTrue();
    }

    @Test
    @Rfc(value = 5626, section = "4.2")
    void tellsThatAConnectionBroke() throws Exception {
        client.text(WebSocketSite.options("in"));
        Flow flow = site.next().flow();

        client.close();

        assertThat(site.nextClosed()).isSameAs(flow);
        assertThat(flow.isOpen()).isFalse();
    }

    @Test
    @Rfc(value = 6455, section = "7.4.1")
    void goesAwayWhenTheServerStops() throws Exception {
        client.text(WebSocketSite.options("in"));
        site.next();

        site.http().close();

        assertThat(client.closeCode()).isEqualTo(1001);
    }

    @Test
    void listensWhereHttpDoesOnThePortThatWasBound() {
        assertThat(site.transport().listener().protocol()).isEqualTo(Protocol.WS);
        assertThat(site.transport().listener().advertised().toString())
                .isEqualTo("127.0.0.1:" + site.address().getPort());
        assertThat(site.http().port().orElseThrow().bound()).contains(site.address());
    }

    @Test
    void readsOnTheThreadThatOwnsTheSocket() throws Exception {
        client.text(WebSocketSite.options("one"));
        WebSocketSite.Event first = site.next();
        client.text(WebSocketSite.options("two"));
        client.text(WebSocketSite.options("three"));

        assertThat(site.next().thread()).isSameAs(site.next().thread());
        assertThat(first.thread().getName()).startsWith("http");
    }

    @Test
    @Rfc(value = 6455, section = "5.5.2")
    void keepsAClientThatAnswersPingsAndEndsOneThatDoesNot() throws Exception {
        client.close();
        site.close();
        WebSocketOptions usual = WebSocketSite.OPTIONS;
        site = new WebSocketSite(
                new WebSocketOptions(usual.path(), usual.origins(), Duration.ofMillis(100), usual.streams()));
        client = site.peer();
        client.text(WebSocketSite.options("in"));
        Flow flow = site.next().flow();

        for (int i = 0; i < 4; i++) {
            assertThat(client.next().opCode()).isEqualTo(WebSocketPeer.PING);
            client.frame(WebSocketPeer.PONG, new byte[0]);
        }
        assertThat(flow.isOpen()).isTrue();

        assertThat(site.nextClosed()).isSameAs(flow); // no pong any more
    }
}
