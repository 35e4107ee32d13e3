// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.TestKeys;

/** Whole servers and TLS on real sockets. */
@Timeout(60)
class TlsServerTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    static Path directory;

    static Path server;
    static Path peer;
    static Path trust;

    @BeforeAll
    static void makeKeys() {
        server = TestKeys.make(directory, "server.p12", "server", "dns:a.test");
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
            boolean listed =
                    Collections.list(request.getAttributeNames()).contains("jakarta.servlet.request.X509Certificate");
            request.createResponse(
                            200,
                            request.getTransport() + " " + request.isSecure() + " " + who + " " + listed + " "
                                    + request.getAttribute("jakarta.servlet.request.key_size"))
                    .send();
        }
    }

    /** Forwards to where the request wants to go. */
    static final class Forwarding extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doRequest(SipServletRequest request) throws ServletException, IOException {
            Proxy proxy = request.getProxy();
            proxy.proxyTo(request.getRequestURI());
        }
    }

    private static ServerConfigBuilder listening(ServerConfigBuilder config, Path keys, Tls.ClientAuth clientAuth) {
        return config.listen(Listener.tls(0)
                        .tls(Tls.keyStore(keys, TestKeys.PASSWORD).clientAuth(clientAuth)))
                .trust(SipConfig.Trust.DEFAULT.store(trust, ""));
    }

    private static String answer(SipServer to, SSLContext client, String uri) throws IOException {
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket(LOOPBACK, to.port("tls"))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("""
                    OPTIONS %s SIP/2.0
                    Via: SIP/2.0/TLS 127.0.0.1:%d;branch=z9hG4bKtls
                    Max-Forwards: 70
                    From: <sip:alice@example.com>;tag=a1
                    To: <sip:bob@example.com>
                    Call-ID: tls
                    CSeq: 1 OPTIONS
                    Content-Length: 0

                    """.formatted(uri, socket.getLocalPort())
                    .replace("\n", "\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[4096];
            int length = socket.getInputStream().read(answer);
            return new String(answer, 0, Math.max(0, length), StandardCharsets.UTF_8);
        }
    }

    @Test
    @Rfc(value = 3261, section = "26.2.1")
    void showsAnApplicationTheCertificateOfItsClient() throws IOException {
        try (SipServer witness = SipServer.create(
                config -> listening(config, server, Tls.ClientAuth.WANTED).application("witness", new Witness()))) {
            witness.start();

            assertThat(witness.endpoints()).containsExactly("tls 127.0.0.1:" + witness.port("tls"));
            assertThat(answer(witness, TestKeys.peer(trust, peer), "sip:bob@127.0.0.1:" + witness.port("tls")))
                    .startsWith("SIP/2.0 200 TLS true CN=peer true 256\r\n");
            assertThat(answer(witness, TestKeys.peer(trust), "sip:bob@127.0.0.1:" + witness.port("tls")))
                    .startsWith("SIP/2.0 200 TLS true nobody false 256\r\n");
        }
    }

    @Test
    @Rfc(value = 5922, section = "7.3")
    @Checklist("X13")
    void forwardsOverTlsToTheServerThatProvesTheDomain() throws IOException {
        try (SipServer far = SipServer.create(
                config -> listening(config, peer, Tls.ClientAuth.REQUIRED).application("witness", new Witness()))) {
            far.start();
            String to = "sip:127.0.0.1:" + far.port("tls") + ";transport=tls";
            try (SipServer near = SipServer.create(config -> listening(config, server, Tls.ClientAuth.OFF)
                    .route("b.test", to)
                    .route("c.test", to)
                    .application("forwarding", new Forwarding()))) {
                near.start();

                assertThat(answer(near, TestKeys.peer(trust), "sip:bob@b.test"))
                        .startsWith("SIP/2.0 200 TLS true CN=server true 256\r\n");
                assertThat(answer(near, TestKeys.peer(trust), "sips:bob@b.test"))
                        .startsWith("SIP/2.0 200 TLS true CN=server true 256\r\n");
                assertThat(answer(near, TestKeys.peer(trust), "sip:bob@c.test"))
                        .as("the certificate is for b.test")
                        .startsWith("SIP/2.0 500 ");
            }
        }
    }

    @Test
    void takesAChangedCertificateWithoutRestart() throws IOException {
        Path keys = Files.copy(server, directory.resolve("changing.p12"));
        try (SipServer running = SipServer.create(
                config -> listening(config, keys, Tls.ClientAuth.OFF).application("witness", new Witness()))) {
            running.start();
            String before = subject(running);

            Files.write(keys, Files.readAllBytes(peer));

            assertThat(before).isEqualTo("CN=server");
            await().untilAsserted(() -> assertThat(subject(running)).isEqualTo("CN=peer"));
        }
    }

    @Test
    void eachListenerHasKeysOfItsOwn() throws IOException {
        try (SipServer running = SipServer.create(
                config -> listening(listening(config, server, Tls.ClientAuth.OFF), peer, Tls.ClientAuth.OFF)
                        .application("witness", new Witness()))) {
            running.start();

            List<String> subjects = new ArrayList<>();
            for (String endpoint : running.endpoints()) {
                subjects.add(subject(Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1))));
            }
            assertThat(subjects).containsExactlyInAnyOrder("CN=server", "CN=peer");
        }
    }

    private static String subject(SipServer running) throws IOException {
        return subject(running.port("tls"));
    }

    private static String subject(int port) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) TestKeys.peer(trust).getSocketFactory().createSocket(LOOPBACK, port)) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    @Test
    void servesWithPemFilesAndTheAuthoritiesOfTheRuntime() throws IOException {
        Path certificate = TestKeys.trust(directory, "a.crt", server);
        Path key = TestKeys.key(directory, "a.key", server);
        try (SipServer running =
                SipServer.create(config -> config.listen(Listener.tls(0).tls(Tls.certificate(certificate, key)))
                        .application("witness", new Witness()))) {
            running.start();

            assertThat(subject(running)).isEqualTo("CN=server");
        }
    }

    @Test
    void doesNotStartWithoutUsableKeys() {
        assertThatThrownBy(() -> SipServer.create(config -> config.listen(Listener.tls(0))))
                .hasMessage("listener tls 127.0.0.1:0 has no keys; expected key-store and password, or certificate and"
                        + " key");
        assertThatThrownBy(() -> Listener.udp(0).keyStore(server, TestKeys.PASSWORD))
                .hasMessage("listener udp has keys; expected them with transport tls only");
        SipServer wrong =
                SipServer.create(config -> config.listen(Listener.tls(0).keyStore(server, "wrong")));
        assertThatThrownBy(wrong::start).hasMessageEndingWith("server.p12: wrong password");
    }
}
