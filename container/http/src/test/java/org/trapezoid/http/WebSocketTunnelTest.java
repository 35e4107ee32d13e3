// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.testing.Rfc;

/** A WebSocket connection to an application session of another node, which the test plays. */
@Timeout(60)
class WebSocketTunnelTest {
    private static final int MUCH = 3_000_000;
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int MANY = 100;
    private static final String AGREED = lines("""
            HTTP/1.1 101 Switching Protocols
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
            Sec-WebSocket-Protocol: chat
            Set-Cookie: a=b

            """);
    private static final String ASKED = lines("""
            GET /chat;org.trapezoid.session=b?room=1 HTTP/1.1
            Host: a.test
            Origin: https://a.test
            Connection: keep-alive, Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Protocol: chat

            """);

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final HttpServer server = new HttpServer(Optional.of(new InetSocketAddress(loopback, 0)));
    private final ServerSocket owner;
    private Socket browser;

    WebSocketTunnelTest() throws IOException {
        owner = new ServerSocket(0, 1, loopback);
        browser = new Socket();
    }

    @BeforeEach
    void open() throws Exception {
        Optional<String> address = Optional.of(loopback.getHostAddress() + ':' + owner.getLocalPort());
        server.forward(id -> CompletableFuture.completedFuture(address), new byte[32]);
        server.start();
        server.open();
        browser = browser();
    }

    private Socket browser() throws IOException {
        Socket socket = new Socket(
                loopback, server.port().orElseThrow().bound().orElseThrow().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        write(socket, ASKED);
        return socket;
    }

    @AfterEach
    void close() throws IOException {
        browser.close();
        owner.close();
        server.close();
    }

    private static String lines(String text) {
        return text.replace("\n", "\r\n");
    }

    private Socket accept() throws IOException {
        Socket node = owner.accept();
        node.setSoTimeout(PATIENCE_MILLIS);
        return node;
    }

    private static void write(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A head of HTTP, and not a byte more. */
    private static String head(Socket from) throws IOException {
        InputStream in = from.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after \"" + head + '"');
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static String read(Socket from, int length) throws IOException {
        return new String(from.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    @Test
    @Rfc(value = 6455, section = "4")
    void theOtherNodeAnswersTheHandshake() throws Exception {
        try (Socket node = accept()) {
            String asked = head(node);
            write(node, AGREED);
            String answered = head(browser);

            assertThat(asked)
                    .startsWith("GET /chat;org.trapezoid.session=b?room=1 HTTP/1.1\r\n")
                    .contains("Host: a.test\r\n")
                    .contains("Origin: https://a.test\r\n")
                    .contains("Upgrade: websocket\r\n")
                    .contains("Connection: Upgrade\r\n")
                    .contains("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
                    .contains("Trapezoid-Forwarded: ");
            assertThat(answered)
                    .startsWith("HTTP/1.1 101 ")
                    .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .contains("Sec-WebSocket-Protocol: chat\r\n")
                    .contains("Set-Cookie: a=b\r\n");
        }
    }

    @Test
    void bytesGoBothWays() throws Exception {
        try (Socket node = accept()) {
            head(node);
            write(node, AGREED + "behind it");
            head(browser);
            assertThat(read(browser, 9)).isEqualTo("behind it");

            write(browser, "from the browser");
            assertThat(read(node, 16)).isEqualTo("from the browser");

            String much = "0123456789".repeat(MUCH / 10);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    write(node, much);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(read(browser, MUCH)).isEqualTo(much);
            writing.join();
        }
    }

    @Test
    void theBrowserIsLeftWithTheOtherNode() throws Exception {
        Socket node = accept();
        head(node);
        write(node, AGREED);
        head(browser);

        write(node, "last");
        node.close();

        assertThat(read(browser, 4)).isEqualTo("last");
        assertThat(browser.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void theOtherNodeIsLeftWithTheBrowser() throws Exception {
        try (Socket node = accept()) {
            head(node);
            write(node, AGREED);
            head(browser);

            write(browser, "last");
            browser.close();

            assertThat(read(node, 4)).isEqualTo("last");
            assertThat(node.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** More than Jetty's client has connections for requests to one server. */
    @Test
    void theyMayBeMany() throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            open.add(browser);
            for (int i = 0; i < MANY; i++) {
                if (i > 0) {
                    open.add(browser());
                }
                Socket node = accept();
                open.add(node);
                head(node);
                write(node, AGREED + "here");
                Socket last = open.get(open.size() - 2);
                head(last);
                assertThat(read(last, 4)).isEqualTo("here");
            }
        } finally {
            for (Socket each : open) {
                each.close();
            }
        }
    }

    @Test
    void aRefusalOfTheOtherNodeReachesTheBrowser() throws Exception {
        try (Socket node = accept()) {
            head(node);
            write(node, "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!");

            assertThat(head(browser)).startsWith("HTTP/1.1 403 ");
            assertThat(read(browser, 3)).isEqualTo("no!");
        }
    }
}
