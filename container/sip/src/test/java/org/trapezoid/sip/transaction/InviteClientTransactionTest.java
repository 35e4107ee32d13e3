// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.Rfc;

class InviteClientTransactionTest {
    private final Bench bench = new Bench();

    @Test
    @Rfc(value = 3261, section = "17.1.1.2")
    @Checklist("T1")
    void retransmitsOverUdpAtDoublingIntervalsWhileNothingComes() {
        bench.send(bench.udp, Texts.outgoing("INVITE"));

        bench.advance(60_000);

        assertThat(bench.udp.sentAt()).containsExactly(Times.of(0, 500, 1500, 3500, 7500, 15500, 31500));
    }

    @Test
    @Rfc(value = 3261, section = "17.1.1.2")
    @Checklist("T2")
    void isSentOnceOverReliableTransport() {
        bench.send(bench.tcp, Texts.outgoing("INVITE"));

        bench.advance(31_000);

        assertThat(bench.tcp.sent()).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "17.1.1.2")
    @Checklist("T3")
    void timesOutAfterTimerB() {
        for (FakeFlow flow : List.of(bench.udp, bench.tcp)) {
            Bench fresh = new Bench();
            FakeFlow same = flow.isReliable() ? fresh.tcp : fresh.udp;
            fresh.send(same, Texts.outgoing("INVITE"));

            fresh.advance(31_999);
            assertThat(fresh.client.events).isEmpty();
            fresh.advance(1);

            assertThat(fresh.client.events).containsExactly("timeout", "terminated");
            assertThat(fresh.layer.size()).isZero();
            assertThat(same.sent())
                    .allMatch(message -> ((Request) message).method().equals(Method.INVITE));
        }
    }

    @Test
    @Rfc(value = 3261, section = "17.1.1.2")
    @Checklist("T4")
    void stopsRetransmittingOnAProvisionalResponseAndWaitsForever() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        bench.advance(600);
        bench.respond(bench.udp, invite.request(), 100);
        bench.respond(bench.udp, invite.request(), 180);
        bench.respond(bench.udp, invite.request(), 180);

        bench.advance(170_000);

        assertThat(bench.udp.sentAt()).containsExactly(Times.of(0, 500));
        assertThat(bench.client.events).containsExactly("100", "180", "180");
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 404, 503, 603})
    @Rfc(value = 3261, section = "17.1.1.2")
    @Checklist({"T5", "T6"})
    void acknowledgesAFailureEachTimeItComesAndTellsItOnce(int status) {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        bench.respond(bench.udp, invite.request(), status);
        bench.respond(bench.udp, invite.request(), status);
        bench.respond(bench.udp, invite.request(), 180);
        bench.respond(bench.udp, invite.request(), 200);

        assertThat(bench.client.events).containsExactly(Integer.toString(status));
        assertThat(methods(bench.udp)).containsExactly("INVITE", "ACK", "ACK");
    }

    @Test
    @Rfc(value = 3261, section = "17.1.1.2")
    @Checklist({"T5", "T7"})
    void acknowledgesOverReliableTransportAndEndsAtOnce() {
        OutgoingRequest invite = bench.send(bench.tcp, Texts.outgoing("INVITE"));
        bench.respond(bench.tcp, invite.request(), 180);
        bench.respond(bench.tcp, invite.request(), 486);

        assertThat(methods(bench.tcp)).containsExactly("INVITE", "ACK");
        assertThat(bench.client.events).containsExactly("180", "486", "terminated");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.1.1.2")
    @Checklist("T7")
    void keepsItsStateForTimerDOverUdp() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        bench.respond(bench.udp, invite.request(), 486);

        bench.advance(31_999);
        assertThat(bench.layer.size()).isEqualTo(1);
        bench.advance(1);

        assertThat(bench.layer.size()).isZero();
        assertThat(bench.client.events).containsExactly("486", "terminated");
    }

    @Test
    @Rfc(value = 3261, section = "17.1.1.3")
    @Checklist("T8")
    void buildsTheAckFromTheInviteAndTheResponse() {
        Request sent = bench.send(bench.udp, Texts.outgoing("INVITE")).request();
        bench.respond(bench.udp, sent, 486);

        Request ack = (Request) bench.udp.sent().get(1);

        assertThat(ack.method()).isEqualTo(Method.ACK);
        assertThat(ack.uriText()).isEqualTo(sent.uriText());
        assertThat(ack.headers().all(HeaderName.VIA))
                .containsExactly(sent.topVia().toString());
        assertThat(ack.headers().values(HeaderName.ROUTE))
                .isEqualTo(sent.headers().values(HeaderName.ROUTE));
        assertThat(ack.headers().first(HeaderName.FROM))
                .isEqualTo(sent.headers().first(HeaderName.FROM));
        assertThat(ack.callId()).isEqualTo(sent.callId());
        assertThat(ack.toTag()).hasValue("314159");
        assertThat(ack.headers().first(HeaderName.CSEQ)).hasValue("314 ACK");
        assertThat(ack.maxForwards()).isEqualTo(70);
        assertThat(ack.headers().has(HeaderName.REQUIRE)).isFalse();
    }

    @Test
    @Rfc(value = 6026, section = "7.2")
    @Checklist("T9")
    void passesEverySuccessUpUntilTimerMAndSendsNoAck() {
        OutgoingRequest invite = bench.send(bench.tcp, Texts.outgoing("INVITE"));
        bench.respond(bench.tcp, invite.request(), 200);
        bench.advance(31_000);
        bench.layer.onResponse(bench.tcp, Bench.response(invite.request(), 200, "otherbranch"));
        bench.advance(999);
        assertThat(bench.layer.size()).isEqualTo(1);
        bench.advance(1);

        assertThat(bench.client.events).containsExactly("200", "200", "terminated");
        assertThat(methods(bench.tcp)).containsExactly("INVITE");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 6026, section = "7.2")
    @Checklist("T10")
    void givesASuccessAfterTimerMToNobody() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        bench.respond(bench.udp, invite.request(), 200);
        bench.advance(32_000);

        bench.respond(bench.udp, invite.request(), 200);

        assertThat(bench.client.events).containsExactly("200", "terminated");
        assertThat(bench.handler.strayResponses).hasSize(1);
    }

    @Test
    @Rfc(value = 6026, section = "7.2")
    @Checklist("T11")
    void ignoresOtherResponsesOnceAccepted() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        bench.respond(bench.udp, invite.request(), 200);
        bench.respond(bench.udp, invite.request(), 180);
        bench.respond(bench.udp, invite.request(), 486);

        assertThat(bench.client.events).containsExactly("200");
        assertThat(methods(bench.udp)).containsExactly("INVITE");
    }

    @Test
    @Rfc(value = 3261, section = "17.1.4")
    @Checklist({"T12", "U13"})
    void endsWhenTheRequestCannotBeSent() {
        bench.udp.failWith(new IOException("unreachable"));

        bench.send(bench.udp, Texts.outgoing("INVITE"));

        assertThat(bench.client.events).containsExactly("error", "terminated");
        assertThat(bench.client.errors.get(0)).hasMessage("unreachable");
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.clock.pendingTimers()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.1.1.2")
    @Checklist("T12")
    void endsSilentlyWhenItsAckCannotBeSent() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        bench.udp.failWith(new IOException("unreachable"));

        bench.respond(bench.udp, invite.request(), 486);

        assertThat(bench.client.events).containsExactly("486", "terminated");
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    @Checklist("C1")
    void buildsTheCancelFromTheInvite() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        Request sent = invite.request();
        bench.respond(bench.udp, sent, 180);

        cancel(invite, "SIP;cause=200;text=\"Call completed elsewhere\"");

        Request cancel = (Request) bench.udp.sent().get(1);
        assertThat(cancel.method()).isEqualTo(Method.CANCEL);
        assertThat(cancel.uriText()).isEqualTo(sent.uriText());
        assertThat(cancel.headers().all(HeaderName.VIA))
                .containsExactly(sent.topVia().toString());
        assertThat(cancel.headers().values(HeaderName.ROUTE))
                .isEqualTo(sent.headers().values(HeaderName.ROUTE));
        assertThat(cancel.headers().first(HeaderName.FROM))
                .isEqualTo(sent.headers().first(HeaderName.FROM));
        assertThat(cancel.headers().first(HeaderName.TO))
                .isEqualTo(sent.headers().first(HeaderName.TO));
        assertThat(cancel.callId()).isEqualTo(sent.callId());
        assertThat(cancel.headers().first(HeaderName.CSEQ)).hasValue("314 CANCEL");
        assertThat(cancel.headers().first(HeaderName.REASON))
                .hasValue("SIP;cause=200;text=\"Call completed elsewhere\"");
        assertThat(cancel.headers().has(HeaderName.REQUIRE)).isFalse();
        assertThat(cancel.headers().has(HeaderName.PROXY_REQUIRE)).isFalse();
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    @Checklist("C2")
    void holdsTheCancelUntilAProvisionalResponse() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        cancel(invite);
        assertThat(methods(bench.udp)).containsExactly("INVITE");

        bench.respond(bench.udp, invite.request(), 100);

        assertThat(methods(bench.udp)).containsExactly("INVITE", "CANCEL");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 486})
    @Rfc(value = 3261, section = "9.1")
    @Checklist("C2")
    void sendsNoCancelAfterAFinalResponse(int status) {
        OutgoingRequest early = bench.send(bench.udp, Texts.outgoing("INVITE"));
        cancel(early);
        bench.respond(bench.udp, early.request(), status);
        cancel(early);

        assertThat(methods(bench.udp)).doesNotContain("CANCEL");
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    @Checklist({"C2", "C3"})
    void cancelsOnceAndOnTheFlowOfTheInvite() {
        OutgoingRequest invite = bench.send(bench.tcp, Texts.outgoing("INVITE"));
        bench.respond(bench.tcp, invite.request(), 180);

        cancel(invite);
        cancel(invite);

        assertThat(methods(bench.tcp)).containsExactly("INVITE", "CANCEL");
        assertThat(bench.udp.sent()).isEmpty();
        assertThat(bench.udpTransport.flows).isEmpty();
        assertThat(bench.tcpTransport.flows).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    @Checklist("C4")
    void timesOutWhenNoFinalResponseFollowsTheCancel() {
        OutgoingRequest invite = bench.send(bench.tcp, Texts.outgoing("INVITE"));
        bench.respond(bench.tcp, invite.request(), 180);
        cancel(invite);
        bench.respond(bench.tcp, (Request) bench.tcp.sent().get(1), 200);

        bench.advance(31_999);
        assertThat(bench.client.events).containsExactly("180");
        bench.advance(1);

        assertThat(bench.client.events).containsExactly("180", "timeout", "terminated");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    @Checklist({"C4", "T17"})
    void endsWithTheFinalResponseThatFollowsTheCancel() {
        OutgoingRequest invite = bench.send(bench.tcp, Texts.outgoing("INVITE"));
        bench.respond(bench.tcp, invite.request(), 180);
        cancel(invite);
        bench.respond(bench.tcp, (Request) bench.tcp.sent().get(1), 200);
        bench.respond(bench.tcp, invite.request(), 487);

        bench.advance(60_000);

        assertThat(bench.client.events).containsExactly("180", "487", "terminated");
        assertThat(bench.clock.pendingTimers()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "8.1.1.7")
    @Checklist("U14")
    void hasABranchOfItsOwnWithTheCookie() {
        Via first = bench.send(bench.udp, Texts.outgoing("INVITE")).request().topVia();
        Via second = bench.send(bench.udp, Texts.outgoing("INVITE")).request().topVia();

        assertThat(first.isRfc3261()).isTrue();
        assertThat(second.branch()).isNotEqualTo(first.branch());
    }

    private void cancel(OutgoingRequest outgoing, String... reasons) {
        bench.strand.run(() -> outgoing.cancel(List.of(reasons)));
    }

    private static List<String> methods(FakeFlow flow) {
        return flow.sent().stream()
                .map(message -> ((Request) message).method().name())
                .toList();
    }
}
