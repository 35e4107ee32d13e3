// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.TrustDomain;

/** What crosses the edge of a trust domain (RFC 3325, 3323, 7044; attack cases 36 and 37). Alice is outside, Bob inside. */
class TrustStoriesTest {
    private static final HeaderName IDENTITY = HeaderName.P_ASSERTED_IDENTITY;

    private final TestServer server = TestServer.trusting(
            new TrustDomain(peer -> peer.getHostAddress().endsWith(".2"), List.of(HeaderName.IDENTITY)));
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app);
        app.on("MESSAGE", request -> request.getProxy().proxyTo(request.getRequestURI()));
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
        server.assertEnded();
    }

    private Request relayed(Peer from, Peer to, String header, String value, String privacy) {
        return relayed(from, to, from.request(Method.MESSAGE, to.contact()).add(HeaderName.of(header), value), privacy);
    }

    private Request relayed(Peer from, Peer to, Request.Builder request, String privacy) {
        if (!privacy.isEmpty()) {
            request.add(HeaderName.PRIVACY, privacy);
        }
        from.send(request);
        Request relayed = to.nextRequest(Method.MESSAGE);
        to.send(to.answer(relayed, 200));
        from.nextResponse(200);
        return relayed;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "P-Asserted-Identity",
                "p-asserted-identity",
                "P-Asserted-Service",
                "History-Info",
                "P-Charging-Vector",
                "P-Charging-Function-Addresses",
                "P-Called-Party-ID",
                "P-Served-User",
                "P-Charge-Info",
                "P-Visited-Network-ID",
                "Identity",
                "y"
            })
    @Rfc(value = 3325, section = "5")
    void nobodyOutsideSpeaksForTheNetwork(String header) {
        Request relayed = relayed(alice, bob, header, "<sip:president@a.test>", "");

        assertThat(relayed.headers().has(HeaderName.of(header))).isFalse();
        assertThat(app.requests.get(0).getHeader(header)).isNull();
        assertThat(relayed.headers().first(HeaderName.FROM)).isPresent();
    }

    @Test
    @Rfc(value = 3325, section = "5")
    void whoIsInsideIsBelieved() {
        relayed(bob, alice, "P-Asserted-Identity", "\"Bob\" <sip:bob@a.test>, <tel:+14085264000>", "");

        assertThat(app.requests.get(0).getHeader("P-Asserted-Identity")).contains("<sip:bob@a.test>");
    }

    @ParameterizedTest
    @CsvSource({"'', true", "none, true", "id, false", "'header; ID', false", "'user;id;critical', false"})
    @Rfc(value = 3325, section = "7")
    @Rfc(value = 3323, section = "4.2")
    void anAssertedIdentityGoesOutUnlessItIsToStayPrivate(String privacy, boolean shown) {
        Request relayed = relayed(bob, alice, "P-Asserted-Identity", "<sip:bob@a.test>", privacy);

        assertThat(relayed.headers().has(IDENTITY)).isEqualTo(shown);
        assertThat(app.requests.get(0).getHeader("P-Asserted-Identity")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"'', true", "history, false", "session, false", "id, true"})
    @Rfc(value = 7044, section = "10.1.2")
    void aHistoryGoesOutUnlessItIsToStayPrivate(String privacy, boolean shown) {
        Request relayed = relayed(bob, alice, "History-Info", "<sip:bob@a.test>;index=1", privacy);

        assertThat(relayed.headers().has(HeaderName.HISTORY_INFO)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "<sip:bob@a.test>;index=1.1, true",
        "<sip:bob@a.test?Reason=SIP%3Bcause%3D302>;index=1, true",
        "<sip:bob@a.test?Privacy=history>;index=1, false",
        "<sip:bob@a.test?Reason=SIP%3Bcause%3D302&Privacy=history>;index=1, false"
    })
    @Rfc(value = 7044, section = "10.1.2")
    void aHistoryOfWhichOneEntryIsPrivateStaysInside(String entry, boolean shown) {
        Request relayed = relayed(
                bob,
                alice,
                bob.request(Method.MESSAGE, alice.contact())
                        .add(HeaderName.HISTORY_INFO, "<sip:carol@a.test>;index=1")
                        .add(HeaderName.HISTORY_INFO, entry),
                "");

        assertThat(relayed.headers().all(HeaderName.HISTORY_INFO)).hasSize(shown ? 2 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-Charging-Vector", "P-Access-Network-Info", "P-Served-User", "P-Charge-Info"})
    @Rfc(value = 7315, section = "5.6")
    void whatConcernsTheNetworkStaysInIt(String header) {
        Request relayed = relayed(bob, alice, header, "something", "");

        assertThat(relayed.headers().has(HeaderName.of(header))).isFalse();
    }

    @Test
    @Rfc(value = 3325, section = "7")
    void privacyHoldsBetweenPeersInside() {
        Request relayed = relayed(bob, bob, "P-Asserted-Identity", "<sip:bob@a.test>", "id");

        assertThat(relayed.headers().has(IDENTITY)).isTrue();
    }

    @Test
    @Rfc(value = 3325, section = "5")
    void aPreferredIdentityIsForThisProxyAlone() throws Exception {
        Request relayed = relayed(alice, bob, "P-Preferred-Identity", "<sip:alice@a.test>", "");
        assertThat(relayed.headers().has(HeaderName.P_PREFERRED_IDENTITY)).isFalse();
        assertThat(app.requests.get(0).getHeader("P-Preferred-Identity")).isEqualTo("<sip:alice@a.test>");

        SipServletRequest own = app.request("MESSAGE", bob);
        own.setHeader("P-Preferred-Identity", "<sip:app@a.test>");
        own.send();
        server.advance(Duration.ZERO);
        Request sent = bob.nextRequest(Method.MESSAGE);
        assertThat(sent.headers().has(HeaderName.P_PREFERRED_IDENTITY)).isTrue();
        bob.send(bob.answer(sent, 200));
    }

    @Test
    @Rfc(value = 3325, section = "9.1")
    void responsesObeyTheSameRules() {
        alice.send(alice.request(Method.MESSAGE, bob.contact()));
        Request atBob = bob.nextRequest(Method.MESSAGE);
        bob.send(bob.answer(atBob, 200).add(IDENTITY, "<sip:bob@a.test>").add(HeaderName.PRIVACY, "id"));
        Response atAlice = alice.nextResponse(200);
        assertThat(atAlice.headers().has(IDENTITY)).isFalse();
        assertThat(app.responses.get(0).getHeader("P-Asserted-Identity")).isEqualTo("<sip:bob@a.test>");

        bob.send(bob.request(Method.MESSAGE, alice.contact()));
        Request onward = alice.nextRequest(Method.MESSAGE);
        alice.send(alice.answer(onward, 200).add(IDENTITY, "<sip:president@a.test>"));
        assertThat(bob.nextResponse(200).headers().has(IDENTITY)).isFalse();
    }

    @Test
    void withoutATrustDomainNothingIsTakenOut() throws Exception {
        TestServer open = new TestServer();
        ScriptedServlet proxy = new ScriptedServlet()
                .on("MESSAGE", request -> request.getProxy().proxyTo(request.getRequestURI()));
        open.deploy("app", proxy);
        Peer from = open.peer("alice");
        Peer to = open.peer("bob");

        from.send(from.request(Method.MESSAGE, to.contact())
                .add(IDENTITY, "<sip:alice@a.test>")
                .add(HeaderName.P_PREFERRED_IDENTITY, "<sip:alice@a.test>")
                .add(HeaderName.DIVERSION, "<sip:x@a.test>;reason=user-busy")
                .add(HeaderName.PRIVACY, "id"));

        Request relayed = to.nextRequest(Method.MESSAGE);
        assertThat(relayed.headers().names())
                .contains(IDENTITY, HeaderName.P_PREFERRED_IDENTITY, HeaderName.DIVERSION, HeaderName.PRIVACY);
        to.send(to.answer(relayed, 200));
        open.assertEnded();
    }
}
