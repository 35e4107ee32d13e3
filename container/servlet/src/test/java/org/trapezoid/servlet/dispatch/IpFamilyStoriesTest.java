// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** Whole calls between a phone that has only IPv4 and one that has only IPv6: each hears of addresses of its own kind alone. */
class IpFamilyStoriesTest {

    private final TestServer server = new TestServer();
    private final ScriptedServlet proxy = new ScriptedServlet();
    private Peer alice = server.peer("nobody");
    private Peer bob = alice;
    private Request invite = Request.builder(Method.INVITE, org.trapezoid.sip.uri.Uri.parse("sip:nobody@a.test"))
            .build();
    private Request received = invite;
    private Response answer = Response.to(invite, 200).build();
    private Response success = answer;

    @AfterEach
    void allIsOver() {
        proxy.assertUnharmed();
        server.assertEnded();
    }

    /** Alice calls Bob, who answers, and she hears it. */
    private void calls(boolean from6) throws Exception {
        alice = from6 ? server.peer6("alice") : server.peer("alice");
        bob = from6 ? server.peer("bob") : server.peer6("bob");
        proxy.on("INVITE", request -> {
            if (request.isInitial()) {
                request.getProxy().setRecordRoute(true);
                request.getProxy().proxyTo(proxy.uri(bob.contact()));
            }
        });
        server.deploy("proxy", proxy);
        invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        received = bob.nextRequest(Method.INVITE);
        answer = bob.send(withRoute(bob.answer(received, 200)));
        success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
    }

    private Response.Builder withRoute(Response.Builder response) {
        received.headers()
                .values(HeaderName.RECORD_ROUTE)
                .forEach(route -> response.add(HeaderName.RECORD_ROUTE, route));
        return response;
    }

    private static String ours(boolean ipv6) {
        return (ipv6 ? TestServer.HOST6 : TestServer.HOST) + ":5060";
    }

    private static List<String> hosts(List<String> recordRoutes) {
        List<String> hosts = new ArrayList<>();
        for (String route : recordRoutes) {
            hosts.add(route.substring("<sip:".length(), route.indexOf(';')));
        }
        return hosts;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Checklist("P25")
    @Rfc(value = 5658, section = "5")
    @Rfc(value = 6157, section = "3.1")
    void theProxyRecordsAnAddressOfEachFamily(boolean from6) throws Exception {
        calls(from6);

        assertThat(hosts(received.headers().values(HeaderName.RECORD_ROUTE)))
                .containsExactly(ours(!from6), ours(from6));
        assertThat(received.headers().values(HeaderName.VIA).get(0)).contains(' ' + ours(!from6) + ';');
        assertThat(success.headers().values(HeaderName.RECORD_ROUTE))
                .isEqualTo(received.headers().values(HeaderName.RECORD_ROUTE));
        endsByCaller();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc(value = 6157, section = "3.1")
    void eitherSideChangesTheCall(boolean from6) throws Exception {
        calls(from6);

        alice.send(alice.inDialog(Method.INVITE, invite, success, 2));
        Request held = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(held, 200));
        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 2));
        Request ack = bob.nextRequest(Method.ACK);
        bob.send(bob.fromCallee(Method.INVITE, received, answer, 1));
        Request resumed = alice.nextRequest(Method.INVITE);
        alice.send(alice.answer(resumed, 200));
        bob.nextResponse(200);
        bob.send(bob.fromCallee(Method.ACK, received, answer, 1));
        alice.nextRequest(Method.ACK);

        assertThat(List.of(held, ack, resumed))
                .allSatisfy(request ->
                        assertThat(request.headers().has(HeaderName.ROUTE)).isFalse());
        assertThat(held.topVia().sentBy()).hasToString(ours(!from6));
        assertThat(resumed.topVia().sentBy()).hasToString(ours(from6));
        assertThat(proxy.seen).containsSubsequence("INVITE", "ACK", "INVITE", "200 INVITE", "ACK", "INVITE", "ACK");
        endsByCaller();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc(value = 6157, section = "3.1")
    void theCalleeHangsUp(boolean from6) throws Exception {
        calls(from6);

        bob.send(bob.fromCallee(Method.BYE, received, answer, 1));
        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));

        bob.nextResponse(200);
    }

    private void endsByCaller() {
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));
        alice.nextResponse(200);
        assertThat(bye.uri().toString()).isEqualTo(bob.contact());
    }
}
