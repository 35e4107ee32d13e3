// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** Reliable provisional responses that the container cares for, RFC 3262. */
class ReliableProvisionalStoriesTest {

    private static final String SDP = "application/sdp";

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(String policy, Class<?>... listeners) throws Exception {
        app.on("BYE", request -> request.createResponse(200).send());
        server.deploy("app", Map.of("org.trapezoid.100rel", policy), app, listeners);
    }

    private Request invite(HeaderName header) {
        return alice.send(alice.request(Method.INVITE, "sip:app@a.test").add(header, "100rel"));
    }

    private Request prack(Request invite, Response provisional, int cseq) {
        String rseq = provisional.headers().first(HeaderName.RSEQ).orElseThrow();
        return alice.inDialog(Method.PRACK, invite, provisional, cseq)
                .set(HeaderName.RACK, rseq + " 1 INVITE")
                .build();
    }

    private void ringThenAnswer() {
        app.on("INVITE", request -> {
            request.createResponse(180).send();
            request.getSession().setAttribute("invite", request);
        });
    }

    private void answer() throws Exception {
        ((SipServletRequest) app.requests.get(0).getSession().getAttribute("invite"))
                .createResponse(200)
                .send();
    }

    @Test
    @Checklist("D22")
    @Rfc(value = 3262, section = "3")
    void whoDemandsReliabilityGetsItAndTheContainerAnswersThePrack() throws Exception {
        deploy("off");
        ringThenAnswer();

        Request invite = invite(HeaderName.REQUIRE);
        Response ringing = alice.nextResponse(180);
        alice.send(prack(invite, ringing, 2));
        alice.nextResponse(200);
        answer();
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        alice.nextResponse(200);

        assertThat(ringing.headers().values(HeaderName.REQUIRE)).containsExactly("100rel");
        assertThat(app.seen).containsExactly("INVITE", "ACK", "BYE");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void withoutPolicyWhoOnlySupportsItGetsOrdinaryResponses() throws Exception {
        deploy("off");
        ringThenAnswer();

        invite(HeaderName.SUPPORTED);

        assertThat(alice.nextResponse(180).headers().has(HeaderName.RSEQ)).isFalse();
        answer();
    }

    @Test
    @Checklist("D22")
    @Rfc(value = 3262, section = "3")
    void byPolicyWhoSupportsItGetsItInOrder() throws Exception {
        deploy("supported");
        app.on("INVITE", request -> {
            request.createResponse(180).send();
            request.createResponse(183).send();
        });

        Request invite = invite(HeaderName.SUPPORTED);
        Response ringing = alice.nextResponse(180);
        assertThat(alice.rest()).isEmpty();
        alice.send(prack(invite, ringing, 2));
        List<Message> afterPrack = List.of(alice.next(), alice.next());
        Response progress = (Response) afterPrack.get(0);
        alice.send(prack(invite, progress, 3));
        alice.nextResponse(200);
        app.requests.get(0).createResponse(486).send();

        assertThat(progress.status()).isEqualTo(183);
        assertThat(rseq(progress)).isEqualTo(rseq(ringing) + 1);
        assertThat(alice.nextResponse(486).headers().has(HeaderName.RSEQ)).isFalse();
    }

    private static long rseq(Response response) {
        return Long.parseLong(response.headers().first(HeaderName.RSEQ).orElseThrow());
    }

    @Test
    @Checklist("D22")
    @Rfc(value = 3262, section = "3")
    void withoutPrackTheContainerRefusesWhatNobodyElseDoes() throws Exception {
        deploy("supported");
        ringThenAnswer();

        invite(HeaderName.SUPPORTED);
        server.advance(Duration.ofSeconds(32));

        List<Message> got = alice.rest();
        assertThat(((Response) got.get(got.size() - 1)).status()).isEqualTo(504);
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3262, section = "5")
    void aPrackWithAnOfferIsTheApplicationsBusiness() throws Exception {
        deploy("supported");
        ringThenAnswer();
        app.on("PRACK", request -> {
            var ok = request.createResponse(200);
            ok.setContent("answer".getBytes(java.nio.charset.StandardCharsets.UTF_8), SDP);
            ok.send();
        });

        Request invite = invite(HeaderName.SUPPORTED);
        Response ringing = alice.nextResponse(180);
        alice.send(prack(invite, ringing, 2).toBuilder()
                .set(HeaderName.CONTENT_TYPE, SDP)
                .body("offer".getBytes(java.nio.charset.StandardCharsets.UTF_8)));

        assertThat(alice.nextResponse(200).body()).asString().isEqualTo("answer");
        assertThat(app.seen).containsExactly("INVITE", "PRACK");
        answer();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void byPolicyWhoCannotDoItIsRefused() throws Exception {
        deploy("required", ScriptedServlet.class);

        alice.send(alice.request(Method.INVITE, "sip:app@a.test"));

        assertThat(alice.nextResponse(421).headers().values(HeaderName.REQUIRE)).containsExactly("100rel");
        assertThat(app.seen).isEmpty();
        assertThat(app.events).containsExactly("initialized", "app created", "app destroyed");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "7.3.1")
    void theOptionTagIsKnownInAnyCase() throws Exception {
        app.on("INVITE", request -> request.createResponse(180).sendReliably());
        app.on("PRACK", request -> request.createResponse(200).send());
        deploy("off");

        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:app@a.test").add(HeaderName.SUPPORTED, "100REL"));

        alice.send(prack(invite, alice.nextResponse(180), 2));
        alice.nextResponse(200);
        assertThat(app.seen).containsExactly("INVITE", "PRACK");
    }

    @Test
    void aPolicyThatIsNoneKeepsTheApplicationOut() {
        assertThatThrownBy(() -> deploy("always"))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining("org.trapezoid.100rel")
                .hasMessageContaining("off, supported or required");
    }

    // ---- the other side

    private Request call() throws Exception {
        app.request("INVITE", bob).send();
        return bob.nextRequest(Method.INVITE);
    }

    private Response reliable(Request invite, int status, int rseq, String tag) {
        return bob.answer(invite, status)
                .set(HeaderName.TO, invite.to().withTag(tag).toString())
                .add(HeaderName.REQUIRE, "100rel")
                .add(HeaderName.RSEQ, Integer.toString(rseq))
                .build();
    }

    @Test
    @Rfc(value = 3262, section = "4")
    void byPolicyTheContainerAcknowledgesForTheApplication() throws Exception {
        deploy("supported");

        Request invite = call();
        bob.send(reliable(invite, 180, 7, "one"));
        Request prack = bob.nextRequest(Method.PRACK);
        bob.send(bob.answer(prack, 200));
        bob.send(bob.answer(invite, 486));
        bob.nextRequest(Method.ACK);

        assertThat(invite.headers().values(HeaderName.SUPPORTED)).containsExactly("100rel");
        assertThat(prack.headers().first(HeaderName.RACK)).hasValue("7 1 INVITE");
        assertThat(app.seen).containsExactly("180 INVITE", "486 INVITE");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3262, section = "4")
    void whatTheApplicationAcknowledgedIsNotAcknowledgedTwice() throws Exception {
        deploy("required");
        app.onResponse(response -> {
            if (response.getStatus() == 180) {
                response.createPrack().send();
            }
        });

        Request invite = call();
        bob.send(reliable(invite, 180, 7, "one"));
        bob.nextRequest(Method.PRACK);

        assertThat(invite.headers().values(HeaderName.REQUIRE)).containsExactly("100rel");
        assertThat(bob.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3262, section = "5")
    void anOfferIsLeftToTheApplication() throws Exception {
        deploy("supported");

        Request invite = call(); // without an offer
        bob.send(reliable(invite, 183, 7, "one").toBuilder()
                .set(HeaderName.CONTENT_TYPE, SDP)
                .body("offer".getBytes(java.nio.charset.StandardCharsets.UTF_8)));

        assertThat(bob.rest()).isEmpty();
    }

    @Test
    @Checklist("D22")
    @Rfc(value = 3262, section = "4")
    void eachForkedEarlyDialogHasItsOwnPracksInItsOwnOrder() throws Exception {
        deploy("off");
        app.onResponse(response -> {
            if (response.isReliableProvisional()) {
                response.createPrack().send();
            }
        });

        Request invite = call();
        bob.send(reliable(invite, 180, 7, "one"));
        bob.send(reliable(invite, 180, 100, "two"));
        bob.send(reliable(invite, 183, 102, "two")); // too early
        bob.send(reliable(invite, 183, 8, "one"));
        bob.send(reliable(invite, 180, 101, "two"));

        List<String> acknowledged = bob.rest().stream()
                .map(each -> each.toTag().orElseThrow()
                        + ' '
                        + each.headers().first(HeaderName.RACK).orElseThrow())
                .toList();
        assertThat(acknowledged)
                .containsExactly(
                        "one 7 1 INVITE", "two 100 1 INVITE", "one 8 1 INVITE", "two 101 1 INVITE", "two 102 1 INVITE");
        assertThat(bob.rest().stream().map(each -> each.cseq().number())).containsExactly(2L, 2L, 3L, 3L, 4L);
    }
}
