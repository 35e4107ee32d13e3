// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.Binding;
import org.trapezoid.api.Flows;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.SipUri;

/** Clients that nobody reaches but by the flow they made: behind a NAT, or on a connection (RFC 5626). */
class FlowStoriesTest {

    private final TestServer server = new TestServer();
    private final ScriptedServlet app = new ScriptedServlet();
    private final Map<String, Binding> bindings = new HashMap<>();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app, ScriptedServlet.class);
        app.on("REGISTER", this::register);
        app.on("INVITE", this::proxy);
    }

    private void register(SipServletRequest register) throws Exception {
        String aor = register.getTo().getURI().toString();
        String contact = register.getAddressHeader("Contact").getURI().toString();
        bindings.put(
                aor.replace("sips:", "sip:"),
                Binding.of(aor, contact, server.clock.instant().plusSeconds(60), register.getCallId(), 1)
                        .withSource(Binding.Source.of(register)));
        register.createResponse(200).send();
    }

    private void proxy(SipServletRequest invite) throws Exception {
        Binding binding = bound(invite.getRequestURI().toString());
        invite.getProxy().setRecordRoute(true);
        invite.getProxy().proxyTo(app.uri(binding.target()));
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private Binding register(Peer peer, String aor) {
        peer.send(peer.request(Method.REGISTER, aor).set(HeaderName.FROM, "<" + aor + ">;tag=1"));
        peer.nextResponse(200);
        return bound(aor);
    }

    private Binding bound(String aor) {
        return Objects.requireNonNull(bindings.get(aor.replace("sips:", "sip:")), aor);
    }

    private static Response.Builder recordRouted(Peer peer, Request invite, int status) {
        Response.Builder answer = peer.answer(invite, status);
        invite.headers().values(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        return answer;
    }

    /** A whole call with requests of both sides inside it. */
    private void call(Peer caller, Peer callee, String aor) {
        Request invite = caller.send(caller.request(Method.INVITE, aor));
        Request got = callee.nextRequest(Method.INVITE);
        assertThat(got.headers().has(HeaderName.ROUTE)).isFalse();
        assertThat(got.uri().toString()).isEqualTo(callee.contact());
        Response answer = callee.send(recordRouted(callee, got, 200));
        Response success = caller.nextResponse(200);
        caller.send(caller.inDialog(Method.ACK, invite, success, 1));
        assertThat(callee.nextRequest(Method.ACK).headers().has(HeaderName.ROUTE))
                .isFalse();
        caller.send(caller.inDialog(Method.ACK, invite, success, 1)); // the first one might have been lost
        callee.nextRequest(Method.ACK);
        callee.send(callee.fromCallee(Method.INFO, got, answer, 1));
        Request info = caller.nextRequest(Method.INFO);
        assertThat(info.headers().has(HeaderName.ROUTE)).isFalse();
        caller.send(caller.answer(info, 200));
        callee.nextResponse(200);
        caller.send(caller.inDialog(Method.BYE, invite, success, 2));
        Request bye = callee.nextRequest(Method.BYE);
        callee.send(callee.answer(bye, 200));
        caller.nextResponse(200);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void phoneBehindNatCallsAPhoneBehindAnother() {
        Peer alice = server.natted("alice");
        Peer bob = server.natted("bob");
        register(bob, "sip:bob@a.test");

        call(alice, bob, "sip:bob@a.test");
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void clientOnAConnectionIsReachedByIt() {
        Peer alice = server.peer("alice");
        Peer bob = server.connected("bob");
        register(bob, "sip:bob@a.test");

        call(alice, bob, "sip:bob@a.test");
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void clientOnAConnectionCallsAPhoneBehindNat() {
        Peer alice = server.connected("alice");
        Peer bob = server.natted("bob");
        register(bob, "sip:bob@a.test");

        call(alice, bob, "sip:bob@a.test");
    }

    @Test
    @Rfc(value = 7118, section = "5")
    void browserOnWssCallsAnother() {
        Peer alice = server.browser("alice");
        Peer bob = server.browser("bob");
        register(bob, "sip:bob@a.test");

        call(alice, bob, "sip:bob@a.test");
    }

    @Test
    @Rfc(value = 5658, section = "5")
    @Rfc(value = 7118, section = "5.2")
    @Checklist("P25")
    void browserOnWssAndAPhoneOnUdpEachHaveARouteOfTheirKind() {
        Peer alice = server.browser("alice");
        Peer bob = server.natted("bob");
        register(bob, "sip:bob@a.test");

        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request got = bob.nextRequest(Method.INVITE);
        List<String> vias = got.headers().values(HeaderName.VIA);
        List<String> routes = got.headers().values(HeaderName.RECORD_ROUTE);
        bob.send(recordRouted(bob, got, 486));
        alice.nextResponse(486);
        alice.send(alice.request(Method.ACK, "sip:bob@a.test")
                .set(HeaderName.VIA, invite.topVia().toString()));

        assertThat(vias).hasSize(2);
        assertThat(vias.get(0)).startsWith("SIP/2.0/UDP 192.0.2.1:5060;");
        assertThat(vias.get(1)).startsWith("SIP/2.0/WSS 10.0.0.");
        assertThat(routes).hasSize(2);
        assertThat(routes.get(0)).startsWith("<sip:fl.").contains("@192.0.2.1:5060;transport=udp;lr;r2=on");
        assertThat(routes.get(1)).startsWith("<sip:fl.").contains("@192.0.2.1:443;transport=ws;lr;r2=on");
    }

    @Test
    @Rfc(value = 3261, section = "16.6")
    @Rfc(value = 5630, section = "5.3")
    @Checklist("P24")
    void sipsCallOverWssGoesToASecureContactOverItsFlow() {
        Peer alice = server.browser("alice");
        Peer bob = server.browser("bob");
        String contact = "sips:bob@" + bob.host() + ":5060;transport=ws";
        bob.send(bob.request(Method.REGISTER, "sips:bob@a.test")
                .set(HeaderName.FROM, "<sips:bob@a.test>;tag=1")
                .set(HeaderName.CONTACT, "<" + contact + ">"));
        bob.nextResponse(200);

        Request invite = alice.send(alice.request(Method.INVITE, "sips:bob@a.test")
                .set(HeaderName.CONTACT, "<sips:alice@" + alice.host() + ":5060;transport=ws>"));
        Request got = bob.nextRequest(Method.INVITE);
        Response answer = bob.send(recordRouted(bob, got, 200).set(HeaderName.CONTACT, "<" + contact + ">"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        bob.send(bob.fromCallee(Method.BYE, got, answer, 1));
        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        bob.nextResponse(200);

        assertThat(got.uri().toString()).isEqualTo(contact);
        assertThat(got.headers().values(HeaderName.RECORD_ROUTE))
                .hasSize(2)
                .allMatch(route ->
                        route.startsWith("<sips:fl.") && route.contains("@192.0.2.1:443;transport=ws;lr;r2=on"));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "16.6")
    void sipsCallOverWssGoesToNoPhoneOnUdp() {
        Peer alice = server.browser("alice");
        Peer bob = server.natted("bob");
        register(bob, "sip:bob@a.test");

        Request invite = alice.send(alice.request(Method.INVITE, "sips:bob@a.test"));
        alice.nextResponse(480);
        alice.send(alice.request(Method.ACK, "sips:bob@a.test")
                .set(HeaderName.VIA, invite.topVia().toString()));

        assertThat(bob.rest()).isEmpty();
    }

    @Test
    void phonesInTheOpenGetOneRecordRouteWithoutToken() {
        Peer alice = server.peer("alice");
        Peer bob = server.peer("bob");
        assertThat(register(bob, "sip:bob@a.test").target()).isEqualTo(bob.contact());

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));

        List<String> recordRoutes = bob.nextRequest(Method.INVITE).headers().values(HeaderName.RECORD_ROUTE);
        assertThat(recordRoutes).hasSize(1);
        assertThat(((SipUri) NameAddr.parse(recordRoutes.get(0)).uri()).user()).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void flowOfAnotherServerIsAFailedFlow() {
        Peer alice = server.peer("alice");
        Binding elsewhere = Binding.of(
                        "sip:bob@a.test",
                        "sip:bob@192.0.2.9;transport=tcp",
                        server.clock.instant().plusSeconds(60),
                        "c",
                        1)
                .withSource(new Binding.Source("192.0.2.9", 5060, "TCP", "fl.AAECAwQFBgcICQoLDA0ODxAREhM"));
        bindings.put("sip:bob@a.test", elsewhere);

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));

        alice.nextResponse(480);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void lostConnectionIsAFailedFlow() {
        Peer alice = server.peer("alice");
        Peer bob = server.connected("bob");
        register(bob, "sip:bob@a.test");

        server.tcp.disconnect(bob.address());
        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));

        alice.nextResponse(480); // 430 is for the proxy that knows other flows
        assertThat(bob.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "5.2")
    void newConnectionFromTheSameAddressIsAnotherFlow() {
        Peer alice = server.peer("alice");
        Peer bob = server.connected("bob");
        register(bob, "sip:bob@a.test");

        server.tcp.disconnect(bob.address());
        Binding before = bound("sip:bob@a.test");
        register(bob, "sip:carol@a.test");
        bindings.put("sip:bob@a.test", before);
        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));

        alice.nextResponse(480);
    }

    @Test
    @Rfc(value = 5626, section = "5.2")
    void forgedTokenLeadsNowhere() {
        Peer alice = server.peer("alice");
        Peer bob = server.natted("bob");
        Binding binding = register(bob, "sip:bob@a.test");
        String flow = binding.source().flow();
        char last = flow.charAt(flow.length() - 2);
        String forged =
                flow.substring(0, flow.length() - 2) + (last == 'A' ? 'B' : 'A') + flow.substring(flow.length() - 1);
        app.on("INVITE", invite -> {
            invite.pushRoute(app.address("<sip:" + forged + "@198.51.100.77;lr>"));
            invite.getProxy().proxyTo(app.uri(binding.contact()));
        });

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));

        assertThat(bob.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "5.3.1")
    void tokenOfACallIsNoWayIntoTheClientForOthers() {
        Peer alice = server.peer("alice");
        Peer bob = server.natted("bob");
        Peer mallory = server.peer("mallory");
        register(bob, "sip:bob@a.test");
        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request got = bob.nextRequest(Method.INVITE);
        bob.send(recordRouted(bob, got, 200));
        Response success = alice.nextResponse(200);
        List<String> routes = new ArrayList<>(success.headers().values(HeaderName.RECORD_ROUTE));
        java.util.Collections.reverse(routes);

        Request.Builder initial = mallory.request(Method.MESSAGE, bob.contact());
        routes.forEach(route -> initial.add(HeaderName.ROUTE, route));
        app.on("MESSAGE", message -> message.createResponse(403).send());
        mallory.send(initial);
        mallory.nextResponse(403);
        Request.Builder inside = mallory.request(Method.BYE, bob.contact())
                .set(HeaderName.TO, success.to().toString());
        routes.forEach(route -> inside.add(HeaderName.ROUTE, route));
        mallory.send(inside);

        mallory.nextResponse(481);
        assertThat(bob.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void userAgentServerReachesItsCallerByTheFlow() throws Exception {
        Peer alice = server.natted("alice");
        app.on("INVITE", invite -> invite.createResponse(200).send());

        Request invite = alice.send(alice.request(Method.INVITE, "sip:who@a.test"));
        alice.send(alice.inDialog(Method.ACK, invite, alice.nextResponse(200), 1));
        app.requests.get(0).getSession().createRequest("BYE").send();

        Request bye = alice.nextRequest(Method.BYE);
        assertThat(bye.headers().has(HeaderName.ROUTE)).isFalse();
        alice.send(alice.answer(bye, 200));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void userAgentClientReachesItsCalleeByTheFlow() throws Exception {
        Peer bob = server.connected("bob");
        Binding binding = register(bob, "sip:bob@a.test");
        SipServletRequest invite = app.request("INVITE", bob);
        for (String route : binding.routes()) {
            invite.pushRoute(app.address(route));
        }
        app.onResponse(response -> {
            if (response.getMethod().equals("INVITE")) {
                response.createAck().send();
                response.getSession().createRequest("BYE").send();
            }
        });

        invite.send();
        Request got = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(got, 200));
        bob.nextRequest(Method.ACK);
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));

        server.assertEnded();
    }

    @Test
    @Rfc(value = 5626, section = "7")
    @Checklist("R13")
    void nextFlowOfAnInstanceIsTriedWhenOneHasFailed() {
        Peer alice = server.peer("alice");
        Peer wifi = server.connected("wifi");
        Peer mobile = server.natted("mobile");
        Binding first = register(wifi, "sip:1@a.test");
        Binding second = register(mobile, "sip:2@a.test");
        app.on("INVITE", invite -> {
            invite.getProxy().setRecordRoute(true);
            invite.getProxy().proxyTo(app.uri(first.target(List.of(second))));
        });

        server.tcp.disconnect(wifi.address());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request got = mobile.nextRequest(Method.INVITE);
        mobile.send(recordRouted(mobile, got, 200));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        mobile.nextRequest(Method.ACK);
        assertThat(got.uri().toString()).isEqualTo(mobile.contact());
        assertThat(wifi.rest()).isEmpty();
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "7")
    void silentFlowIsFollowedByTheNextAndARefusalIsNot() {
        Peer alice = server.peer("alice");
        Peer wifi = server.natted("wifi");
        Peer mobile = server.connected("mobile");
        Binding first = register(wifi, "sip:1@a.test");
        Binding second = register(mobile, "sip:2@a.test");
        app.on("INVITE", invite -> invite.getProxy().proxyTo(app.uri(first.target(List.of(second)))));

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        server.advance(Duration.ofSeconds(33));
        Request got = mobile.nextRequest(Method.INVITE);
        mobile.send(mobile.answer(got, 486));
        alice.nextResponse(100);
        alice.nextResponse(486);
        Request refused = wifi.nextRequest(Method.INVITE);
        assertThat(refused.uri().toString()).isEqualTo(wifi.contact());

        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 5626, section = "5.1")
    @Rfc(value = 5626, section = "5.3.1")
    void edgeProxyPutsTheFlowIntoPathAndFollowsIt() {
        Peer phone = server.natted("phone");
        Peer registrar = server.peer("registrar");
        app.on("REGISTER", register -> {
            register.getProxy().setAddToPath(true);
            register.getProxy().proxyTo(app.uri(registrar.contact()));
        });
        phone.send(phone.request(Method.REGISTER, "sip:phone@home.test").add(HeaderName.SUPPORTED, "path, outbound"));
        Request register = registrar.nextRequest(Method.REGISTER);
        List<String> path = register.headers().values(HeaderName.PATH);
        assertThat(path).hasSize(1);
        assertThat(path.get(0)).endsWith(";ob>");
        registrar.send(registrar.answer(register, 200));
        phone.nextResponse(200);

        app.on("INVITE", invite -> {
            assertThat(invite.getAttribute(Flows.ONWARD)).isEqualTo(true);
            invite.getProxy().setRecordRoute(true);
            invite.getProxy().proxyTo(invite.getRequestURI());
        });
        Request invite =
                registrar.send(registrar.request(Method.INVITE, phone.contact()).add(HeaderName.ROUTE, path.get(0)));
        Request got = phone.nextRequest(Method.INVITE);
        phone.send(recordRouted(phone, got, 200));
        Response success = registrar.nextResponse(200);
        registrar.send(registrar.inDialog(Method.ACK, invite, success, 1));
        phone.nextRequest(Method.ACK);

        assertThat(got.headers().has(HeaderName.ROUTE)).isFalse();
        assertThat(got.headers().values(HeaderName.RECORD_ROUTE)).hasSize(2);
    }

    @Test
    @Rfc(value = 5626, section = "5.3.1")
    void edgeProxyAnswers430WhenTheFlowOfAPathHasEnded() {
        Peer phone = server.connected("phone");
        Peer registrar = server.peer("registrar");
        app.on("REGISTER", register -> {
            register.getProxy().setAddToPath(true);
            register.getProxy().proxyTo(app.uri(registrar.contact()));
        });
        app.on("INVITE", invite -> invite.getProxy().proxyTo(invite.getRequestURI()));
        phone.send(phone.request(Method.REGISTER, "sip:phone@home.test").add(HeaderName.SUPPORTED, "outbound"));
        String path = registrar
                .nextRequest(Method.REGISTER)
                .headers()
                .values(HeaderName.PATH)
                .get(1); // two listeners: that of TCP is the lower one
        server.tcp.disconnect(phone.address());

        registrar.send(registrar.request(Method.INVITE, phone.contact()).add(HeaderName.ROUTE, path));

        registrar.nextResponse(430);
    }

    @Test
    @Rfc(value = 5626, section = "5.3.1")
    void forgedPathIsNoWayToAClient() {
        Peer phone = server.natted("phone");
        Peer mallory = server.peer("mallory");
        Binding binding = register(phone, "sip:phone@a.test");
        app.on("INVITE", invite -> {
            assertThat(invite.getAttribute(Flows.ONWARD)).isNull();
            invite.createResponse(403).send();
        });

        for (String user : List.of("fl.AAAA", "fl.", "fl.%20", binding.source().flow())) {
            mallory.send(mallory.request(Method.INVITE, phone.contact())
                    .set(HeaderName.CALL_ID, "call-" + user.hashCode())
                    .add(HeaderName.ROUTE, "<sip:" + user + "@192.0.2.1:5060;lr>"));
            mallory.nextResponse(403);
        }

        assertThat(phone.rest()).isEmpty();
    }

    @Test
    void routesInAReceivedRequestUriDoNotCount() {
        Peer alice = server.peer("alice");
        Peer bob = server.natted("bob");
        Binding binding = register(bob, "sip:bob@a.test");
        app.on("INVITE", invite -> invite.getProxy().proxyTo(invite.getRequestURI()));

        alice.send(alice.request(Method.INVITE, binding.target()));

        assertThat(bob.rest()).isEmpty();
    }
}
