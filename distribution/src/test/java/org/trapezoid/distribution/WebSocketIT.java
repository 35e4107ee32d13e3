// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.TestKeys;

/** A WebSocket client, with TLS and without, and a UDP phone, RFC 7118. No passwords are asked for. */
@Timeout(120)
@ParameterizedClass
@ValueSource(strings = {"ws", "wss"})
class WebSocketIT {

    private static final String DOMAIN = "ws.test";

    @TempDir
    private static Path base;

    private static Site site;
    private static Path trust;

    private final String scheme;
    private WebSocketPhone alice;
    private DatagramPeer bob;

    @BeforeAll
    static void start() throws Exception {
        Path directory = Files.createTempDirectory(base, "site");
        site = Site.in(directory)
                .sample("registrar")
                .sample("proxy")
                .setting("registrar", "domains", DOMAIN)
                .setting("proxy", "domains", DOMAIN)
                .setting("proxy", "relay", "everybody");
        Path keys = TestKeys.make(
                directory, "server.p12", "server", "ip:" + site.endpoint().host());
        trust = TestKeys.trust(directory, "trust.pem", keys);
        site.https(keys).starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    WebSocketIT(String scheme) {
        this.scheme = scheme;
    }

    @BeforeEach
    void connect() throws Exception {
        alice = new WebSocketPhone(
                "alice",
                DOMAIN,
                URI.create(scheme + "://" + site.endpoint().host() + ":"
                        + site.server().port(scheme) + "/"),
                TestKeys.peer(trust));
        bob = new DatagramPeer(site.endpoint());
        bobIsBoundFor(600);
    }

    private void bobIsBoundFor(int seconds) throws Exception {
        bob.register("sip:bob@" + DOMAIN, "<" + bob.endpoint().uri("bob") + ">;expires=" + seconds);
    }

    @AfterEach
    void disconnect() throws Exception {
        alice.close();
        bobIsBoundFor(0);
        bob.close();
    }

    @Test
    void registersAClientThatCannotBeConnectedTo() throws Exception {
        Wire answer = alice.registers();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Contact")).contains(alice.contact());
        assertThat(answer.header("Via"))
                .startsWith("SIP/2.0/" + alice.transport() + " " + alice.host())
                .contains(";received=127.");
    }

    @Test
    void carriesAMessageToAPhoneOnUdpAndTheAnswerBack() throws Exception {
        String request = alice.request("MESSAGE", "sip:bob@" + DOMAIN, "sip:bob@" + DOMAIN);
        alice.send(request + "Content-Type: text/plain\n", "Hello Bob");

        Wire message = bob.receive(wire -> wire.isRequest() && wire.method().equals("MESSAGE"));
        bob.accept(message);
        Wire answer = alice.receive(wire -> wire.status() >= 200);

        assertThat(message.text()).endsWith("\r\n\r\nHello Bob");
        assertThat(message.path()).containsExactly(site.endpoint().toString(), alice.host());
        assertThat(answer.name()).isEqualTo("200 MESSAGE");
        assertThat(answer.path()).containsExactly(alice.host());
    }

    @Test
    void carriesAMessageFromAPhoneOnUdpOverTheConnectionOfTheClient() throws Exception {
        alice.registers();
        String request = bob.request("MESSAGE", alice.aor(), alice.aor());
        bob.send(request);

        Wire message = alice.receive(wire -> wire.isRequest() && wire.method().equals("MESSAGE"));
        alice.accept(message);
        Wire answer = bob.receive(wire -> wire.status() >= 200 && wire.method().equals("MESSAGE"));

        assertThat(message.requestUri()).isEqualTo(alice.contact());
        assertThat(message.header("Via")).startsWith("SIP/2.0/" + alice.transport() + " ");
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void leadsACallByARouteOfEachSide() throws Exception {
        alice.registers();
        String invite = alice.request("INVITE", "sip:bob@" + DOMAIN, "sip:bob@" + DOMAIN);
        alice.send(invite + "Contact: <" + alice.contact() + ">\n", "");

        Wire called = bob.receive(wire -> wire.isRequest() && wire.method().equals("INVITE"));
        bob.accept(called);
        alice.receive(wire -> wire.status() == 200);
        List<String> routes = called.headers("Record-Route");

        assertThat(routes).hasSize(2);
        assertThat(routes.get(0)).startsWith("<sip:" + site.endpoint() + ";transport=udp;lr;r2=on");
        assertThat(routes.get(1))
                .contains("@" + site.endpoint().host() + ":" + site.server().port(scheme) + ";transport=ws;lr");
    }

    @Test
    void knowsThatAClientHasGone() throws Exception {
        alice.registers();
        alice.close();

        Wire answer = bob.ask(bob.request("MESSAGE", alice.aor(), alice.aor()));

        assertThat(answer.status()).isIn(404, 430, 480, 503); // 404 when the binding has ended with its connection
    }

    @Test
    void knowsThatAClientLeftWithoutAnAnswer() throws Exception {
        alice.registers();
        bob.send(bob.request("MESSAGE", alice.aor(), alice.aor()));
        alice.receive(wire -> wire.isRequest() && wire.method().equals("MESSAGE"));

        alice.close();

        Wire answer = bob.receive(wire -> wire.status() >= 200 && wire.method().equals("MESSAGE"));
        assertThat(answer.status()).isIn(430, 480, 503); // and not 408 after 32 s
    }
}
