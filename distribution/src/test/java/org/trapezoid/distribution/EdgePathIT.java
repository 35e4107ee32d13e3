// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which way messages go when a Kamailio is the edge proxy, also as the gateway of clients on WebSocket (RFC 7118 §5). */
@Timeout(120)
class EdgePathIT {

    private static final String DOMAIN = "path.test";
    private static final AtomicInteger USERS = new AtomicInteger();

    @TempDir
    private static Path base;

    private static Site site;
    private static Kamailio edge;

    private final Endpoint caller = Endpoint.free();
    private final Endpoint callee = Endpoint.free();
    private final List<WebSocketPhone> pages = new ArrayList<>();
    private DatagramPeer bob;

    @BeforeAll
    static void start() throws Exception {
        site = Site.serving(base.resolve("server"), DOMAIN)
                .setting("proxy", "relay", "everybody")
                .starts();
        edge = Kamailio.before(base, site, Keys.in(base));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (edge != null) {
            edge.close();
        }
        site.close();
    }

    @BeforeEach
    void connect() throws Exception {
        bob = new DatagramPeer(site.endpoint());
    }

    @AfterEach
    void disconnect() {
        pages.forEach(WebSocketPhone::close);
        bob.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void registersByThePathAndCarriesACallBothWays(Protocol protocol) throws Exception {
        try (Sipp register =
                phone("phone-registers-by-an-edge-proxy", callee, protocol).calls(edge.endpoint())) {
            assertThat(register.ends().received("200 REGISTER").header("Path"))
                    .contains(edge.endpoint().toString());
        }
        try (Sipp answering = phone("callee-answers", callee, protocol).listens();
                Sipp alice =
                        phone("caller-talks-and-hangs-up", caller, protocol).calls(edge.endpoint())) {
            alice.ends();
            Transcript answered = answering.ends();

            List<String> path = List.of(
                    edge.endpoint().toString(),
                    site.endpoint().toString(),
                    edge.endpoint().toString(),
                    caller.toString());
            assertThat(answered.received()).containsExactly("INVITE", "ACK", "BYE");
            for (String request : answered.received()) {
                assertThat(answered.received(request).path()).isEqualTo(path);
            }
        }
    }

    private static Sipp.Phone phone(String story, Endpoint endpoint, Protocol protocol) {
        Sipp.Phone phone = Sipp.phone(story, endpoint)
                .with("from", story.startsWith("phone") ? "callee" + protocol + "@" + DOMAIN : "alice@" + DOMAIN)
                .with("to", "callee" + protocol + "@" + DOMAIN)
                .with("domain", DOMAIN);
        return protocol == Protocol.TCP ? phone.overTcp() : phone;
    }

    /** A page of another user each time: bindings stay. */
    private WebSocketPhone page(Protocol onward) {
        String user = "page" + USERS.incrementAndGet();
        WebSocketPhone page = new WebSocketPhone(user, DOMAIN, URI.create("ws://" + edge.webSocket(onward) + "/"));
        pages.add(page);
        return page;
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void registersAClientOfTheGatewayByThePath(Protocol onward) throws Exception {
        WebSocketPhone page = page(onward);
        Wire answer = page.registersThroughAnEdgeProxy();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Path")).contains(edge.endpoint().toString()).contains("received=");
        assertThat(answer.header("Contact")).contains(page.contact());
        played(onward, "registers");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void callsAClientOfTheGatewayAndIsHungUpOn(Protocol onward) throws Exception {
        WebSocketPhone page = page(onward);
        page.registersThroughAnEdgeProxy();

        String request = bob.request("INVITE", page.aor(), page.aor());
        bob.send(request);
        Wire invite = page.receive(message -> message.name().equals("INVITE"));
        assertThat(invite.requestUri()).isEqualTo(page.contact());
        page.send(invite.ok("page") + records(invite) + "Contact: <" + page.contact() + ">\nContent-Length: 0\n", "");
        Wire ok = bob.receive(message -> message.name().equals("200 INVITE"));
        bob.send(acknowledge(request, ok));
        page.receive(message -> message.name().equals("ACK"));
        played(onward, "is called");

        page.send(hangUp(page, invite), "");
        Wire bye = bob.receive(message -> message.name().equals("BYE"));
        bob.send(bye.ok("").replace(";tag=\n", "\n"));
        Wire answer = page.receive(message -> message.name().equals("200 BYE"));

        assertThat(answer.path()).containsExactly(page.host());
        played(onward, "hangs up as callee");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void carriesMessagesBothWays(Protocol onward) throws Exception {
        WebSocketPhone page = page(onward);
        page.registersThroughAnEdgeProxy();
        bob.register("sip:bob@" + DOMAIN, "<" + bob.endpoint().uri("bob") + ">");

        page.send(
                page.request("MESSAGE", "sip:bob@" + DOMAIN, "sip:bob@" + DOMAIN) + "Content-Length: 9\n", "Hello Bob");
        Wire toBob = bob.receive(message -> message.name().equals("MESSAGE"));
        bob.accept(toBob);
        Wire answered = page.receive(message -> message.name().equals("200 MESSAGE"));
        bob.send(bob.request("MESSAGE", page.aor(), page.aor()));
        Wire toPage = page.receive(message -> message.name().equals("MESSAGE"));
        page.send(toPage.ok("page") + "Content-Length: 0\n", "");
        Wire answer = bob.receive(message -> message.name().equals("200 MESSAGE"));

        assertThat(toBob.text()).endsWith("Hello Bob");
        assertThat(answered.path()).containsExactly(page.host());
        assertThat(toPage.requestUri()).isEqualTo(page.contact());
        assertThat(answer.status()).isEqualTo(200);
        played(onward, "sends and shows a message");
    }

    /** The ACK for a 2xx, along the route set, RFC 3261 §13.2.2.4. */
    private static String acknowledge(String invite, Wire ok) {
        Wire sent = new Wire(true, invite);
        StringBuilder ack = new StringBuilder("ACK ").append(ok.contact()).append(" SIP/2.0\n");
        ack.append("Via: ").append(sent.header("Via")).append("ack\n");
        ack.append("Max-Forwards: 70\n");
        List<String> routes = ok.headers("Record-Route");
        for (int i = routes.size() - 1; i >= 0; i--) {
            ack.append("Route: ").append(routes.get(i)).append('\n');
        }
        for (String name : List.of("From", "Call-ID")) {
            ack.append(name).append(": ").append(sent.header(name)).append('\n');
        }
        return ack.append("To: ")
                .append(ok.header("To"))
                .append("\nCSeq: 1 ACK\n")
                .toString();
    }

    /** The route set of the one who is called, as response header. */
    private static String records(Wire invite) {
        StringBuilder lines = new StringBuilder();
        invite.headers("Record-Route")
                .forEach(value -> lines.append("Record-Route: ").append(value).append('\n'));
        return lines.toString();
    }

    /** A BYE of the one who was called. */
    private static String hangUp(WebSocketPhone page, Wire invite) {
        StringBuilder bye = new StringBuilder("BYE ").append(invite.contact()).append(" SIP/2.0\n");
        bye.append("Via: SIP/2.0/WS ").append(page.host()).append(";branch=z9hG4bKbye\n");
        bye.append("Max-Forwards: 70\n");
        invite.headers("Record-Route")
                .forEach(value -> bye.append("Route: ").append(value).append('\n'));
        return bye.append("From: ")
                .append(invite.header("To"))
                .append(";tag=page\n")
                .append("To: ")
                .append(invite.header("From"))
                .append('\n')
                .append("Call-ID: ")
                .append(invite.header("Call-ID"))
                .append('\n')
                .append("CSeq: 1 BYE\nContent-Length: 0\n")
                .toString();
    }

    private static void played(Protocol onward, String behaviour) {
        Interop.record("Kamailio, gateway of pages to " + onward, Tool.KAMAILIO.version(), "WS", behaviour);
    }
}
