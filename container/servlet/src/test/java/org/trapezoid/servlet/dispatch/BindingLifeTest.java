// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.Binding;
import org.trapezoid.servlet.location.KeepAlive;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** How bindings live that a flow leads to: kept alive, ended when nobody answers or the connection is lost; GRUUs in calls. */
@SuppressWarnings("NullAway.Init") // deploy() makes them
class BindingLifeTest {
    private static final KeepAlive.Options OPTIONS = new KeepAlive.Options(Duration.ofSeconds(30), 1000, 3);
    private static final String BOB = "sip:bob@a.test";

    private LocationTable locations;
    private TestServer server;
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server = new TestServer(TestServer.HOST, clock -> {
            locations =
                    new LocationTable(clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1));
            return Map.of(org.trapezoid.api.LocationService.class, locations);
        });
        server.deploy("app", app, ScriptedServlet.class);
        app.on("REGISTER", this::register);
    }

    private void register(SipServletRequest register) throws Exception {
        String aor = register.getTo().getURI().toString();
        String contact = register.getAddressHeader("Contact").getURI().toString();
        locations.bind(Binding.of(aor, contact, server.clock.instant().plusSeconds(7200), register.getCallId(), 1)
                .withParameters(Map.of("+sip.instance", "<urn:uuid:1>"))
                .withSource(Binding.Source.of(register)));
        register.createResponse(200).send();
    }

    private void register(Peer peer, String aor) {
        peer.send(peer.request(Method.REGISTER, aor).set(HeaderName.FROM, "<" + aor + ">;tag=1"));
        peer.nextResponse(200);
    }

    @Test
    void phoneBehindNatIsAskedOnceInAnInterval() {
        server.keepAlive(locations, OPTIONS);
        Peer bob = server.natted("bob");
        Peer open = server.peer("open");
        Peer connected = server.connected("connected");
        register(bob, BOB);
        register(open, "sip:open@a.test");
        register(connected, "sip:connected@a.test");

        Set<String> questions = new HashSet<>();
        for (int tick = 0; tick < 1200; tick++) {
            server.advance(Duration.ofMillis(100));
            if (!bob.rest().isEmpty()) {
                Request options = bob.nextRequest(Method.OPTIONS);
                assertThat(options.uri().toString()).isEqualTo(bob.contact());
                assertThat(options.headers().has(HeaderName.ROUTE)).isFalse();
                questions.add(options.callId());
                bob.send(bob.answer(options, 404));
            }
        }

        assertThat(questions).hasSize(4);
        assertThat(bob.rest()).isEmpty();
        assertThat(open.rest()).isEmpty();
        assertThat(connected.rest()).isEmpty();
        assertThat(locations.lookup(BOB)).hasSize(1);
    }

    @Test
    void bindingEndsAfterThreeMisses() {
        server.keepAlive(locations, OPTIONS);
        Peer bob = server.natted("bob");
        register(bob, BOB);

        server.advance(Duration.ofSeconds(150)); // two questions of 32 s each have had no answer
        assertThat(locations.lookup(BOB)).hasSize(1);
        server.advance(Duration.ofSeconds(60));

        assertThat(locations.lookup(BOB)).isEmpty();
        int asked = bob.rest().size();
        server.advance(Duration.ofMinutes(3));
        assertThat(bob.rest()).hasSize(asked);
        assertThat(server.transactions()).isZero();
    }

    @Test
    void clientThatRegistersIsThere() {
        server.keepAlive(locations, OPTIONS);
        Peer bob = server.natted("bob");
        register(bob, BOB);

        for (int i = 0; i < 6; i++) {
            server.advance(Duration.ofSeconds(60));
            bob.send(bob.request(Method.REGISTER, BOB).set(HeaderName.CALL_ID, "again" + i));
        }

        assertThat(locations.lookup(BOB)).hasSize(1);
    }

    @Test
    void questionsAreSpreadAndLimited() {
        server.keepAlive(locations, new KeepAlive.Options(Duration.ofSeconds(30), 10, 3));
        List<Peer> phones = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            Peer phone = server.natted("phone" + i);
            phones.add(phone);
            register(phone, "sip:" + i + "@a.test");
        }

        int most = 0;
        int all = 0;
        for (int tick = 0; tick < 300; tick++) {
            int before = server.udp.sent().size();
            server.advance(Duration.ofMillis(100));
            int asked = server.udp.sent().size() - before;
            most = Math.max(most, asked);
            all += asked;
            for (Peer phone : phones) {
                if (asked > 0 && !phone.rest().isEmpty()) {
                    phone.send(phone.answer(phone.nextRequest(Method.OPTIONS), 200));
                }
            }
        }

        assertThat(most).isEqualTo(1); // in a tenth of a second
        assertThat(all).isBetween(80, 90);
    }

    @Test
    @Rfc(value = 5626, section = "4.4.1")
    void lineEndsKeepFlowsAndAskNobody() {
        server.keepAlive(locations, new KeepAlive.Options(Duration.ofSeconds(30), 1000, 3, KeepAlive.Means.CRLF));
        Peer bob = server.natted("bob");
        Peer carol = server.connected("carol");
        Peer browser = server.browser("dave");
        register(bob, BOB);
        register(carol, "sip:carol@a.test");
        register(browser, "sip:dave@a.test");

        server.advance(Duration.ofMinutes(5));

        assertThat(server.udp.keptAlive()).hasSize(10).containsOnly(bob.address());
        assertThat(server.tcp.keptAlive()).hasSize(10).containsOnly(carol.address());
        assertThat(server.wss.keptAlive()).isEmpty(); // it has pings of its own
        assertThat(bob.rest()).isEmpty();
        assertThat(locations.addressesOfRecord()).hasSize(3); // nobody answers, and nobody is gone
        assertThat(server.transactions()).isZero();
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void bindingEndsWithItsConnection() {
        server.watchConnections(locations);
        Peer bob = server.connected("bob");
        Peer carol = server.connected("carol");
        register(bob, BOB);
        register(carol, "sip:carol@a.test");

        server.tcp.disconnect(bob.address());
        server.advance(Duration.ZERO);

        assertThat(locations.lookup(BOB)).isEmpty();
        assertThat(locations.lookup("sip:carol@a.test")).hasSize(1);
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void bindingOfAProvenClientEndsWithItsConnectionToo() {
        server.watchConnections(locations);
        Peer bob = server.connected("bob");
        app.on("REGISTER", register -> {
            register.setAttribute(Identity.PROVEN, "bob");
            register(register);
        });
        register(bob, BOB);

        server.tcp.disconnect(bob.address());
        server.advance(Duration.ZERO);

        assertThat(locations.lookup(BOB)).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void bindingThatMovedToAnotherConnectionStays() {
        server.watchConnections(locations);
        Peer bob = server.connected("bob");
        Peer other = server.connected("other");
        register(bob, BOB);
        other.send(other.request(Method.REGISTER, BOB)
                .set(HeaderName.FROM, "<" + BOB + ">;tag=1")
                .set(HeaderName.CONTACT, "<" + bob.contact() + ">"));

        server.tcp.disconnect(bob.address());
        server.advance(Duration.ZERO);

        assertThat(locations.lookup(BOB)).hasSize(1);
    }

    @Test
    @Rfc(value = 5627, section = "4.4.1")
    void requestInACallToAGruuFindsWhereItIsRegistered() {
        Peer alice = server.peer("alice");
        Peer bob = server.natted("bob");
        register(bob, BOB);
        app.on("INVITE", invite -> {
            invite.getProxy().setRecordRoute(true);
            invite.getProxy().proxyTo(app.uri(locations.targets(BOB).get(0)));
        });
        String gruu = locations.publicGruu(locations.lookup(BOB).get(0)).orElseThrow();

        Request invite = alice.send(alice.request(Method.INVITE, BOB));
        Request got = bob.nextRequest(Method.INVITE);
        Response.Builder answer = bob.answer(got, 200).set(HeaderName.CONTACT, "<" + gruu + ">");
        got.headers().values(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        bob.send(answer);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        assertThat(bob.nextRequest(Method.ACK).method()).isEqualTo(Method.ACK);
    }

    @Test
    @Rfc(value = 5627, section = "4.4.1")
    void callerWithAGruuIsFoundEvenWhenItMoved() {
        Peer alice = server.natted("alice");
        Peer moved = server.natted("moved");
        Peer bob = server.peer("bob");
        register(alice, "sip:alice@a.test");
        String gruu = locations
                .publicGruu(locations.lookup("sip:alice@a.test").get(0))
                .orElseThrow();
        app.on("INVITE", invite -> {
            invite.getProxy().setRecordRoute(true);
            invite.getProxy().proxyTo(app.uri(bob.contact()));
        });

        alice.send(alice.request(Method.INVITE, BOB).set(HeaderName.CONTACT, "<" + gruu + ">"));
        Request got = bob.nextRequest(Method.INVITE);
        Response.Builder answer = bob.answer(got, 200);
        got.headers().values(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        Response accepted = bob.send(answer.build());
        moved.send(moved.request(Method.REGISTER, "sip:alice@a.test")
                .set(HeaderName.FROM, "<sip:alice@a.test>;tag=1")
                .set(HeaderName.CONTACT, "<" + alice.contact() + ">"));
        moved.nextResponse(200);
        bob.send(bob.fromCallee(Method.BYE, got, accepted, 1));

        assertThat(moved.nextRequest(Method.BYE).uri().toString()).isEqualTo(alice.contact());
    }

    @Test
    @Rfc(value = 5627, section = "4.4.1")
    void userAgentFindsTheGruuOfItsCaller() throws Exception {
        Peer alice = server.natted("alice");
        register(alice, "sip:alice@a.test");
        String gruu = locations
                .publicGruu(locations.lookup("sip:alice@a.test").get(0))
                .orElseThrow();
        app.on("INVITE", invite -> invite.createResponse(200).send());

        Request invite = alice.send(alice.request(Method.INVITE, BOB).set(HeaderName.CONTACT, "<" + gruu + ">"));
        alice.send(alice.inDialog(Method.ACK, invite, alice.nextResponse(200), 1));
        app.requests.get(1).getSession().createRequest("BYE").send();

        assertThat(alice.nextRequest(Method.BYE).uri().toString()).isEqualTo(alice.contact());
    }
}
