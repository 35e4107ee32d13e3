// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** What a Route that names this server is good for, and what it is not. */
class RecordRouteStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final CallStoriesTest.ToBob servlet = new CallStoriesTest.ToBob();
    private Request invite = alice.request(Method.INVITE, "sip:bob@a.test").build();
    private Response success = Response.to(invite, 200).build();

    @BeforeEach
    void aCallThroughTheProxy() throws Exception {
        server.deploy("proxy", servlet);
        alice.send(invite);
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 200)
                .set(
                        HeaderName.RECORD_ROUTE,
                        received.headers().first(HeaderName.RECORD_ROUTE).orElseThrow()));
        success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        servlet.seen.clear();
    }

    @Test
    @Rfc(value = 3261, section = "16.12")
    void aCallThatOutlivedItsSessionIsForwarded() {
        server.advance(Duration.ofHours(2));
        assertThat(server.sessions()).isZero();

        alice.send(alice.inDialog(Method.INVITE, invite, success, 2));
        Request again = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(again, 200));
        Response ok = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 2));
        bob.nextRequest(Method.ACK);

        assertThat(ok.cseq().number()).isEqualTo(2);
        assertThat(servlet.seen).isEmpty();
    }

    @Test
    void aRouteWithoutSealLeadsNowhere() {
        alice.send(bye().set(HeaderName.ROUTE, "<sip:192.0.2.1:5060;transport=udp;lr>"));

        alice.nextResponse(481);
        assertThat(bob.rest()).isEmpty();
    }

    @Test
    void aForgedSealLeadsNowhere() {
        server.advance(Duration.ofHours(2));
        String genuine = success.headers().first(HeaderName.RECORD_ROUTE).orElseThrow();
        int last = genuine.length() - 2; // before the bracket
        char other = genuine.charAt(last) == '0' ? '1' : '0';

        alice.send(bye().set(HeaderName.ROUTE, genuine.substring(0, last) + other + '>'));

        alice.nextResponse(481);
        assertThat(bob.rest()).isEmpty();
    }

    @Test
    void theRouteOfOneCallIsNoneForAnother() {
        alice.send(bye().set(HeaderName.CALL_ID, "another"));

        alice.nextResponse(481);
        assertThat(bob.rest()).isEmpty();
        assertThat(servlet.seen).isEmpty();
    }

    @Test
    void aRequestWithTagsOfAnotherDialogDoesNotReachTheSession() {
        alice.send(bye().set(HeaderName.FROM, "<sip:alice@a.test>;tag=x").set(HeaderName.TO, "<sip:bob@a.test>;tag=y"));

        bob.nextRequest(Method.BYE); // it is in the call by its Call-ID; bob knows better
        assertThat(servlet.seen).isEmpty();
    }

    @Test
    void anAckWithoutSealIsDropped() {
        alice.send(alice.inDialog(Method.ACK, invite, success, 1)
                .set(HeaderName.CALL_ID, "another")
                .set(HeaderName.ROUTE, "<sip:192.0.2.1:5060;transport=udp;lr>"));

        assertThat(bob.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "15.1.1")
    void aByeThatIsChallengedLeavesTheSession() {
        alice.send(bye());
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 407));
        alice.nextResponse(407);
        assertThat(server.sessions()).isEqualTo(1);

        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 481));
        alice.nextResponse(481);
        assertThat(server.sessions()).isZero();
    }

    private Request.Builder bye() {
        return alice.inDialog(Method.BYE, invite, success, 2);
    }
}
