// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.TestKeys;
import org.trapezoid.sip.tls.ClientAuth;
import org.trapezoid.sip.tls.KeySource;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.tls.TlsOptions;
import org.trapezoid.sip.tls.TlsPeer;
import org.trapezoid.sip.tls.TrustSource;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Protocol;

/** HTTPS and WSS beside HTTP and WS. */
@Timeout(60)
class SecureWebSocketTest {
    @TempDir
    static Path directory;

    static Path server;
    static Path peer;
    static Path trust;

    private TlsContext keys;
    private WebSocketSite site;

    @BeforeAll
    static void makeKeys() {
        server = TestKeys.make(directory, "server.p12", "server", "uri:sip:a.test,ip:127.0.0.1");
        peer = TestKeys.make(directory, "peer.p12", "peer", "dns:b.test");
        trust = TestKeys.trust(directory, "trust.pem", server, peer);
    }

    @BeforeEach
    void open() throws IOException {
        keys = new TlsContext(new TlsOptions(
                new KeySource(server, TestKeys.PASSWORD, Optional.empty()),
                new TrustSource(Optional.of(trust), ""),
                ClientAuth.WANTED));
        site = new WebSocketSite(WebSocketSite.OPTIONS, Optional.of(keys));
    }

    @AfterEach
    void close() throws IOException {
        site.close();
        keys.close();
    }

    private InetSocketAddress address() {
        return site.secure().listener().bound();
    }

    private SSLSocket socket(SSLContext client) throws IOException {
        return (SSLSocket) client.getSocketFactory()
                .createSocket(address().getAddress(), address().getPort());
    }

    private WebSocketPeer client(SSLContext client) throws IOException {
        return new WebSocketPeer(address(), socket(client)).upgraded(WebSocketSite.PATH);
    }

    @Test
    @Rfc(value = 7118, section = "5")
    @Checklist("X12")
    void carriesMessagesBothWaysAsWss() throws Exception {
        try (WebSocketPeer client = client(TestKeys.peer(trust))) {
            client.text(WebSocketSite.options("in"));
            Flow flow = site.next().flow();
            flow.send(WebSocketSite.request("out"), failure -> {});

            assertThat(client.next().text()).contains("Call-ID: out\r\n");
            assertThat(flow.protocol()).isEqualTo(Protocol.WSS);
            assertThat(flow.listener()).isEqualTo(site.secure().listener());
            assertThat(flow.listener().advertised())
                    .hasToString("127.0.0.1:" + address().getPort());
            assertThat(site.secure().openFlow(client.local())).containsSame(flow);
            assertThat(site.transport().openFlow(client.local())).isEmpty();
        }
    }

    @Test
    void knowsWhatTheHandshakeToldOfTheClient() throws Exception {
        try (WebSocketPeer known = client(TestKeys.peer(trust, peer));
                WebSocketPeer unknown = client(TestKeys.peer(trust))) {
            known.text(WebSocketSite.options("known"));
            TlsPeer shown = site.next().flow().tls().orElseThrow();
            unknown.text(WebSocketSite.options("unknown"));
            TlsPeer hidden = site.next().flow().tls().orElseThrow();

            assertThat(shown.domains()).containsExactly("b.test");
            assertThat(shown.protocol()).isEqualTo("TLSv1.3");
            assertThat(hidden.certificates()).isEmpty();
        }
    }

    @Test
    void speaksWithoutTlsOnTheOtherPort() throws Exception {
        try (WebSocketPeer client = site.peer()) {
            client.text(WebSocketSite.options("in"));
            Flow flow = site.next().flow();

            assertThat(flow.protocol()).isEqualTo(Protocol.WS);
            assertThat(flow.tls()).isEmpty();
            assertThat(flow.listener()).isEqualTo(site.transport().listener());
        }
    }

    @Test
    void readsOnTheThreadThatOwnsTheSocket() throws Exception {
        try (WebSocketPeer client = client(TestKeys.peer(trust))) {
            client.text(WebSocketSite.options("one"));
            site.next();
            client.text(WebSocketSite.options("two"));
            WebSocketSite.Event second = site.next();
            client.text(WebSocketSite.options("three"));

            assertThat(site.next().thread()).isSameAs(second.thread());
        }
    }

    @Test
    @Rfc(value = 6455, section = "10.2")
    void refusesPagesOfOtherHosts() throws Exception {
        try (WebSocketPeer client = new WebSocketPeer(address(), socket(TestKeys.peer(trust)))) {
            assertThat(client.asks(
                            WebSocketSite.PATH, "Sec-WebSocket-Protocol: sip", "Origin: https://attacker.example"))
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @Rfc(value = 8996, section = "5")
    @ValueSource(strings = {"TLSv1", "TLSv1.1"})
    void speaksNoOldTls(String version) throws Exception {
        try (SSLSocket socket = socket(TestKeys.peer(trust))) {
            socket.setEnabledProtocols(new String[] {version});

            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void takesNoPlainRequestOnThePortWithTls() throws Exception {
        try (WebSocketPeer plain = new WebSocketPeer(
                address(), new Socket(address().getAddress(), address().getPort()))) {
            assertThatThrownBy(() -> plain.asks(WebSocketSite.PATH, "Sec-WebSocket-Protocol: sip"))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    @Rfc(value = 6455, section = "7.4.1")
    void goesAwayWhenTheServerStops() throws Exception {
        try (WebSocketPeer client = client(TestKeys.peer(trust))) {
            client.text(WebSocketSite.options("in"));
            site.next();

            site.http().close();

            assertThat(client.closeCode()).isEqualTo(1001);
        }
    }

    @Test
    @Rfc(value = 9110, section = "4.2.2")
    void servesPagesOverHttpsAndSendsThereWhatIsToBeConfidential() throws Exception {
        Path root = Files.createDirectories(directory.resolve("pages"));
        Files.writeString(root.resolve("page.txt"), "hello");
        Files.writeString(Files.createDirectories(root.resolve("WEB-INF")).resolve("web.xml"), """
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.1">
                  <security-constraint>
                    <web-resource-collection>
                      <web-resource-name>all</web-resource-name>
                      <url-pattern>/*</url-pattern>
                    </web-resource-collection>
                    <user-data-constraint><transport-guarantee>CONFIDENTIAL</transport-guarantee></user-data-constraint>
                  </security-constraint>
                </web-app>
                """);
        ConvergedContext pages = ConvergedContext.web(
                new ConvergedContext.Spec(
                        "pages",
                        root,
                        getClass().getClassLoader(),
                        Files.createDirectories(directory.resolve("work")),
                        Map.of(),
                        new ConvergedContext.Startup() {}),
                "/pages",
                site.http()::origin);
        site.http().add(pages);
        HttpClient browser =
                HttpClient.newBuilder().sslContext(TestKeys.peer(trust)).build();
        String secure = "https://127.0.0.1:" + address().getPort() + "/pages/page.txt";

        HttpResponse<String> page = get(browser, secure);
        HttpResponse<String> redirection =
                get(browser, "http://127.0.0.1:" + site.address().getPort() + "/pages/page.txt");

        assertThat(page.body()).isEqualTo("hello");
        assertThat(redirection.statusCode()).isEqualTo(302);
        assertThat(redirection.headers().firstValue("Location")).contains(secure);
        site.http().remove(pages);
    }

    private static HttpResponse<String> get(HttpClient browser, String uri) throws Exception {
        return browser.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
