// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.TestKeys;

/** Whole servers with a port for HTTPS and WSS. */
@Timeout(60)
class HttpsServerTest {
    @TempDir
    static Path directory;

    static Path server;
    static Path peer;
    static Path trust;

    @BeforeAll
    static void makeKeys() {
        server = TestKeys.make(directory, "server.p12", "server", "ip:127.0.0.1");
        peer = TestKeys.make(directory, "peer.p12", "peer", "dns:b.test");
        trust = TestKeys.trust(directory, "trust.pem", server, peer);
    }

    /** Answers with what the connection proves. */
    static final class Witness extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doOptions(SipServletRequest request) throws IOException {
            Object shown = request.getAttribute("jakarta.servlet.request.X509Certificate");
            String who = shown instanceof X509Certificate[] chain
                    ? chain[0].getSubjectX500Principal().getName()
                    : "nobody";
            request.createResponse(200, request.getTransport() + " " + request.isSecure() + " " + who)
                    .send();
        }
    }

    private static SipServer server(HttpConfig http) {
        return SipServer.create(config -> config.listen(Listener.udp(0))
                .trust(SipConfig.Trust.DEFAULT.store(trust, ""))
                .http(http)
                .application("witness", new Witness()));
    }

    private static HttpConfig https(Path keys) {
        return new HttpConfig("127.0.0.1", 0).https(0, Tls.keyStore(keys, TestKeys.PASSWORD));
    }

    /** The answer to an OPTIONS over WebSocket. */
    private static String answer(HttpClient client, String scheme, int port) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols("sip")
                .buildAsync(URI.create(scheme + "://127.0.0.1:" + port + "/"), new WebSocket.Listener() {
                    private final StringBuilder message = new StringBuilder();

                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        message.append(text);
                        if (last) {
                            answer.complete(message.toString());
                        }
                        from.request(1);
                        return null;
                    }
                })
                .get(10, TimeUnit.SECONDS);
        socket.sendText("""
                OPTIONS sip:us@127.0.0.1 SIP/2.0
                Via: SIP/2.0/%s x.invalid;branch=z9hG4bKws
                Max-Forwards: 70
                From: <sip:alice@example.com>;tag=a1
                To: <sip:us@127.0.0.1>
                Call-ID: ws
                CSeq: 1 OPTIONS

                """.formatted(scheme.toUpperCase(Locale.ROOT)).replace("\n", "\r\n"), true)
                .join();
        try {
            return answer.get(10, TimeUnit.SECONDS);
        } finally {
            socket.abort();
        }
    }

    private static HttpClient client(SSLContext tls) {
        return HttpClient.newBuilder().sslContext(tls).build();
    }

    @Test
    @Rfc(value = 7118, section = "5")
    void speaksWsAndWssOnPortsOfTheirOwn() throws Exception {
        HttpConfig http = new HttpConfig("127.0.0.1", 0)
                .https(0, Tls.keyStore(server, TestKeys.PASSWORD).clientAuth(Tls.ClientAuth.WANTED));
        try (SipServer running = server(http)) {
            running.start();

            assertThat(running.endpoints())
                    .containsExactly(
                            "udp 127.0.0.1:" + running.port("udp"),
                            "ws 127.0.0.1:" + running.port("http"),
                            "wss 127.0.0.1:" + running.port("https"),
                            "http 127.0.0.1:" + running.port("ws"),
                            "https 127.0.0.1:" + running.port("wss"));
            assertThat(answer(client(TestKeys.peer(trust, peer)), "wss", running.port("wss")))
                    .startsWith("SIP/2.0 200 WSS true CN=peer\r\n")
                    .contains("Via: SIP/2.0/WSS x.invalid;");
            assertThat(answer(client(TestKeys.peer(trust)), "wss", running.port("wss")))
                    .startsWith("SIP/2.0 200 WSS true nobody\r\n");
            assertThat(answer(client(TestKeys.peer(trust)), "ws", running.port("ws")))
                    .startsWith("SIP/2.0 200 WS false nobody\r\n");
        }
    }

    @Test
    void opensNoPortWithoutTlsWhenToldSo() throws Exception {
        try (SipServer running = server(https(server).httpsOnly())) {
            running.start();

            assertThat(running.endpoints())
                    .containsExactly(
                            "udp 127.0.0.1:" + running.port("udp"),
                            "wss 127.0.0.1:" + running.port("https"),
                            "https 127.0.0.1:" + running.port("https"));
            assertThatThrownBy(() -> running.port("http")).hasMessage("no open port for http");
        }
    }

    @Test
    void takesAChangedCertificateWithoutRestart() throws Exception {
        Path keys = Files.copy(server, directory.resolve("changing.p12"));
        try (SipServer running = server(https(keys))) {
            running.start();
            String before = subject(running);

            Files.write(keys, Files.readAllBytes(peer));

            assertThat(before).isEqualTo("CN=server");
            await().untilAsserted(() -> assertThat(subject(running)).isEqualTo("CN=peer"));
        }
    }

    private static String subject(SipServer running) throws IOException {
        try (SSLSocket socket = (SSLSocket) TestKeys.peer(trust)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), running.port("https"))) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    @Test
    void doesNotStartWithoutUsableKeysOrPort() throws Exception {
        SipServer wrong = server(new HttpConfig("127.0.0.1", 0).https(0, Tls.keyStore(server, "wrong")));
        assertThatThrownBy(wrong::start).hasMessageEndingWith("server.p12: wrong password");
        assertThatThrownBy(() -> new HttpConfig("127.0.0.1", 8080).httpsOnly())
                .hasMessage("http has no port; expected port, or tls-port with keys");
        assertThatThrownBy(() -> new HttpConfig("127.0.0.1", 8080).https(8080, Tls.keyStore(server, TestKeys.PASSWORD)))
                .hasMessage("port and tls-port of http are both 8080");
        try (SipServer first = server(https(server))) {
            first.start();
            SipServer second = server(
                    new HttpConfig("127.0.0.1", 0).https(first.port("https"), Tls.keyStore(server, TestKeys.PASSWORD)));
            assertThatThrownBy(second::start)
                    .hasMessageStartingWith("the HTTPS port 127.0.0.1:" + first.port("https") + " did not open: ");
        }
    }
}
