// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.request;
import static org.trapezoid.servlet.proxy.ProxyBench.uri;
import static org.trapezoid.servlet.proxy.ProxyBench.uris;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

/** One request, one target: RFC 3261 §16.3 to §16.7. */
class ForwardingTest {
    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE);

    @Test
    @Checklist({"P8", "P10"})
    @Rfc(value = 3261, section = "16.6")
    void forwardsTheRequestWithAViaOfItsOwnAndEverythingElseUntouched() {
        bench.invite("X-Odd:   two  blanks", "Subject: lunch", "Contact: <sip:alice@192.0.2.1>");

        Request sent = bench.requestTo(ALICE);
        assertThat(sent.uriText()).isEqualTo("sip:bob@192.0.2.21");
        assertThat(sent.viaCount()).isEqualTo(2);
        assertThat(sent.topVia().branch().orElseThrow()).startsWith(Via.MAGIC_COOKIE);
        assertThat(sent.toString())
                .contains("X-Odd:   two  blanks\r\nSubject: lunch\r\nContact: <sip:alice@192.0.2.1>\r\n");
        assertThat(sent.headers().first(HeaderName.CALL_ID)).hasValue("call1");
        assertThat(sent.cseq().number()).isEqualTo(1);
    }

    @ParameterizedTest
    @Checklist("P2")
    @Rfc(value = 3261, section = "16.6")
    @CsvSource({"70,69", "1,0", "255,254"})
    void takesOneOffMaxForwards(String received, String sent) {
        bench.invite("Max-Forwards: " + received);

        assertThat(bench.requestTo(ALICE).headers().all(HeaderName.MAX_FORWARDS))
                .containsExactly(sent);
    }

    @Test
    @Checklist("P2")
    void addsMaxForwardsWhenThereIsNone() {
        bench.receive(request("INVITE", "sip:bob@example.com").replace("Max-Forwards: 70\n", ""));

        assertThat(bench.requestTo(ALICE).maxForwards()).isEqualTo(70);
    }

    @ParameterizedTest
    @Checklist("P2")
    @ValueSource(strings = {"INVITE", "MESSAGE"})
    void refusesARequestThatWentTooFar(String method) {
        bench.receive(request(method, "sip:bob@example.com", "Max-Forwards: 0"));

        assertThat(bench.statuses()).containsExactly(483);
        assertThat(bench.lastResponse().toTag()).isPresent();
        assertThat(bench.requestsTo(ALICE)).isEmpty();
        assertThat(bench.listener.events).containsExactly("complete");
    }

    @ParameterizedTest
    @Checklist("P1")
    @ValueSource(strings = {"Date: yesterday", "Expires: soon", "Contact: ;;;", "Event: \"", "Refer-To: <"})
    void passesOnAHeaderItDoesNotUseHoweverMalformed(String line) {
        bench.invite(line);

        assertThat(bench.requestTo(ALICE).toString()).contains(line + "\r\n");
    }

    @Test
    @Checklist("P1")
    void forwardsMethodsItDoesNotKnow() {
        bench.receive(request("JUGGLE", "sip:bob@example.com"));
        bench.answer(ALICE, 200);

        assertThat(bench.methodsTo(ALICE)).containsExactly("JUGGLE");
        assertThat(bench.statuses()).containsExactly(200);
    }

    @Test
    @Checklist("P3")
    @Rfc(value = 3261, section = "16.3")
    void refusesWhatProxyRequireAsksInVain() {
        bench.invite("Proxy-Require: known, flying", "Proxy-Require: swimming");

        assertThat(bench.statuses()).containsExactly(420);
        assertThat(bench.lastResponse().headers().all(HeaderName.UNSUPPORTED)).containsExactly("flying, swimming");
        assertThat(bench.requestsTo(ALICE)).isEmpty();
    }

    @ParameterizedTest
    @Checklist("P3")
    @ValueSource(strings = {"Require: flying", "Proxy-Require: known"})
    void forwardsWhatIsAskedOfTheCalleeOrFulfilledHere(String line) {
        bench.invite(line);

        assertThat(bench.requestTo(ALICE).toString()).contains(line);
    }

    @Test
    @Checklist({"P15", "P19", "P21"})
    @Rfc(value = 3261, section = "16.7")
    void forwardsProvisionalAndFinalResponsesWithoutItsVia() {
        bench.invite();
        bench.answer(ALICE, 100);
        bench.answer(ALICE, 180);
        bench.answer(ALICE, 183, "X-Mark: here");
        bench.answer(ALICE, 200);

        assertThat(bench.statuses()).containsExactly(180, 183, 200);
        assertThat(bench.responses()).allSatisfy(response -> {
            assertThat(response.viaCount()).isEqualTo(1);
            assertThat(response.topVia().sentBy()).hasToString("192.0.2.1:5060");
            assertThat(response.toTag()).hasValue("to21");
        });
        assertThat(bench.responses().get(1).toString()).contains("X-Mark: here");
    }

    @Test
    @Checklist("P21")
    void addsNoTagToAResponseThatHasNone() {
        bench.invite();
        bench.udp.receive(ALICE, Response.to(bench.requestTo(ALICE), 180).build());

        assertThat(bench.lastResponse().toTag()).isEmpty();
    }

    @Test
    @Checklist("P19")
    void keepsAResponseWithoutAnotherVia() {
        bench.invite();
        Request sent = bench.requestTo(ALICE);
        String onlyOurs = sent.topVia().toString();
        bench.udp.receive(
                ALICE,
                bench.response(ALICE, 200).toBuilder()
                        .remove(HeaderName.VIA)
                        .addFirst(HeaderName.VIA, onlyOurs)
                        .build());

        assertThat(bench.responses()).isEmpty();
    }

    @Test
    @Checklist("P22")
    @Rfc(value = 6026, section = "7.3")
    void dropsAResponseWithoutATransaction() {
        bench.invite();
        Response ok = bench.response(ALICE, 200);
        bench.udp.receive(ALICE, ok);
        bench.advanceSeconds(70);
        bench.udp.receive(ALICE, ok);

        assertThat(bench.statuses()).containsExactly(200);
    }

    @Test
    @Checklist("P23")
    @Rfc(value = 3261, section = "16.9")
    void takesATransportErrorForA503() {
        bench.udp.fail(ALICE);
        bench.invite();
        bench.advanceSeconds(0);

        assertThat(bench.statuses()).containsExactly(500); // RFC 3261 §16.7 step 6: a 503 would speak about us
        assertThat(bench.listener.events).containsExactly("branch 503", "final 500", "complete");
    }

    @Test
    @Checklist("P23")
    void keepsTheOtherBranchWhenOneHasATransportError() {
        bench.proxyTo(ALICE, BOB);
        bench.udp.fail(ALICE);
        bench.invite();
        bench.advanceSeconds(0);
        bench.answer(BOB, 200);

        assertThat(bench.statuses()).containsExactly(200);
    }

    @Test
    @Checklist("P26")
    @Rfc(value = 3263, section = "4.3")
    void triesTheNextAddressWithANewBranch() {
        bench.application = core -> core.fork(List.of(Uri.parse("sip:bob@two.example.com")));
        bench.invite();
        String first = bench.requestTo(ALICE).topVia().branch().orElseThrow();
        bench.answer(ALICE, 503);
        String second = bench.requestTo(BOB).topVia().branch().orElseThrow();
        bench.answer(BOB, 200);

        assertThat(second).isNotEqualTo(first);
        assertThat(bench.statuses()).containsExactly(200);
    }

    @Test
    @Checklist("P11")
    @Rfc(value = 3261, section = "16.6")
    void addsContentLengthBeforeAStream() {
        bench.application = core -> core.fork(List.of(Uri.parse("sip:bob@192.0.2.21;transport=tcp")));
        bench.receive(request("INVITE", "sip:bob@example.com").replace("Content-Length: 0\n", ""));

        Message sent = bench.tcp.sentTo(ALICE).get(0);
        assertThat(sent.headers().all(HeaderName.CONTENT_LENGTH)).containsExactly("0");
    }

    @Test
    @Checklist("P10")
    @Rfc(value = 3261, section = "17.1.1.3")
    void acknowledgesAFailureHopByHopWithTheBranchOfTheInvite() {
        bench.invite();
        bench.answer(ALICE, 486);

        Request ack = bench.lastTo(ALICE);
        assertThat(ack.method().name()).isEqualTo("ACK");
        assertThat(ack.topVia().branch())
                .isEqualTo(bench.requestTo(ALICE).topVia().branch());
        assertThat(bench.statuses()).containsExactly(486);
    }

    @Test
    @Checklist({"T35", "P15"})
    @Rfc(value = 4320, section = "4.2")
    void neverAnswersARequestOtherThanInviteWith408() {
        bench.receive(request("MESSAGE", "sip:bob@example.com"));
        bench.advanceSeconds(40);

        assertThat(bench.statuses()).isEmpty();
        assertThat(bench.listener.events).containsExactly("branch 408", "final 408", "complete");
    }

    @Test
    @Checklist("T33")
    @Rfc(value = 4320, section = "4.1")
    void keepsProvisionalResponsesToARequestOtherThanInvite() {
        bench.receive(request("MESSAGE", "sip:bob@example.com"));
        bench.answer(ALICE, 180);
        bench.answer(ALICE, 202);

        assertThat(bench.statuses()).containsExactly(202);
    }

    @Test
    @Checklist("P15")
    void forwardsTheRetransmissionOfA2xxAsItWasForwardedFirst() {
        bench.invite();
        bench.answer(ALICE, 200);
        bench.advanceSeconds(1);
        bench.answer(ALICE, 200);

        assertThat(bench.statuses()).containsExactly(200, 200);
        assertThat(bench.listener.events).containsExactly("final 200", "complete");
    }

    @Test
    void sendsTheRequestTheApplicationEditedForTheBranch() {
        bench.application = core -> {
            ProxyBranch branch = core.createBranches(uris(ALICE)).get(0);
            branch.request(branch.request().toBuilder()
                    .set(HeaderName.SUBJECT, "edited")
                    .build());
            core.start();
        };
        bench.invite("Subject: original");

        Request sent = bench.requestTo(ALICE);
        assertThat(sent.headers().all(HeaderName.SUBJECT)).containsExactly("edited");
        assertThat(sent.uri()).isEqualTo(uri(ALICE));
        assertThat(sent.maxForwards()).isEqualTo(69);
        assertThat(bench.core().branches().get(0).request()).isSameAs(sent);
    }

    @Test
    void costsOneTimerBesideThoseOfTheTransactions() {
        bench.invite();
        bench.answer(ALICE, 180);

        assertThat(bench.clock.pendingTimers()).isEqualTo(1);
    }
}
