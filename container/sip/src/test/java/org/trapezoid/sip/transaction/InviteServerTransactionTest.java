// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.Rfc;

class InviteServerTransactionTest {
    private final Bench bench = new Bench();

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    @Checklist("T19")
    void sendsTryingWithoutToTagAfter200ms() {
        bench.accept(bench.udp, Texts.received("INVITE"));

        bench.advance(199);
        assertThat(bench.udp.sent()).isEmpty();
        bench.advance(1);

        assertThat(statuses(bench.udp)).containsExactly(100);
        assertThat(((Response) bench.udp.sent().get(0)).toTag()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    @Checklist("T19")
    void sendsNoTryingWhenTheUserWasFaster() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.advance(199);
        bench.answer(invite, 180);

        bench.advance(1_000);

        assertThat(statuses(bench.udp)).containsExactly(180);
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    @Checklist("T20")
    void answersARetransmissionWithTheLatestProvisionalResponse() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.receive(bench.udp, Texts.received("INVITE"));
        assertThat(bench.udp.sent()).isEmpty();
        bench.answer(invite, 180);
        bench.answer(invite, 183);

        bench.receive(bench.udp, Texts.received("INVITE"));

        assertThat(statuses(bench.udp)).containsExactly(180, 183, 183);
        assertThat(bench.handler.transactions).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    @Checklist({"T21", "T22"})
    void retransmitsAFailureOverUdpUntilTimerH() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, 486);

        bench.advance(60_000);

        assertThat(bench.udp.sentAt())
                .containsExactly(Times.of(0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500));
        assertThat(bench.handler.user.events).containsExactly("timeout", "terminated");
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.clock.pendingTimers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 407})
    @Rfc(value = 3261, section = "26.3.2.4")
    void repeatsAChallengeOnlyWhenItIsAskedAgain(int status) {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, status);

        bench.advance(10_000);
        assertThat(statuses(bench.udp)).containsExactly(status);
        bench.receive(bench.udp, Texts.received("INVITE"));
        bench.advance(50_000);

        assertThat(statuses(bench.udp)).containsExactly(status, status);
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    @Checklist({"T21", "T22"})
    void neverRetransmitsOverReliableTransportButWaitsForTheAck() {
        ServerTransaction invite = bench.accept(bench.tcp, Texts.received("INVITE"));
        bench.answer(invite, 486);

        bench.advance(31_999);
        assertThat(bench.tcp.sent()).hasSize(1);
        assertThat(bench.handler.user.events).isEmpty();
        bench.advance(1);

        assertThat(bench.handler.user.events).containsExactly("timeout", "terminated");
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    @Checklist("T21")
    void answersARetransmissionWithTheFailure() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, 486);

        bench.receive(bench.udp, Texts.received("INVITE"));

        assertThat(statuses(bench.udp)).containsExactly(486, 486);
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    @Checklist("T23")
    void stopsOnTheAckAndAbsorbsFurtherOnesForTimerI() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, 486);
        bench.receive(bench.udp, Texts.received("ACK"));
        bench.receive(bench.udp, Texts.received("ACK"));
        bench.receive(bench.udp, Texts.received("INVITE"));

        bench.advance(4_999);
        assertThat(bench.layer.size()).isEqualTo(1);
        bench.advance(1);

        assertThat(statuses(bench.udp)).containsExactly(486);
        assertThat(bench.handler.acks).isEmpty();
        assertThat(bench.handler.user.events).containsExactly("terminated");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    @Checklist("T23")
    void endsOnTheAckOverReliableTransport() {
        ServerTransaction invite = bench.accept(bench.tcp, Texts.received("INVITE"));
        bench.answer(invite, 486);

        bench.receive(bench.tcp, Texts.received("ACK"));

        assertThat(bench.handler.user.events).containsExactly("terminated");
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.clock.pendingTimers()).isZero();
    }

    @Test
    @Rfc(value = 6026, section = "7.1")
    @Checklist("T24")
    void leavesARetransmittedSuccessToTheUserUntilTimerL() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, 200);
        bench.advance(500);
        bench.answer(invite, 200);
        bench.receive(bench.udp, Texts.received("INVITE"));

        bench.advance(31_499);
        assertThat(bench.layer.size()).isEqualTo(1);
        bench.advance(1);

        assertThat(bench.udp.sentAt()).containsExactly(Times.of(0, 500));
        assertThat(bench.handler.user.events).containsExactly("terminated");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 6026, section = "7.1")
    @Checklist("T24")
    void passesTheAckForASuccessUp() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, 200);

        bench.receive(bench.udp, Texts.received("ACK", "z9hG4bKofitsown", "192.0.2.1:5060"));
        bench.receive(bench.udp, Texts.received("ACK"));

        assertThat(bench.handler.acks).hasSize(1);
        assertThat(bench.handler.user.events).containsExactly("ack");
    }

    @Test
    @Rfc(value = 6026, section = "7.1")
    @Checklist("T25")
    void outlivesATransportError() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.udp.failWith(new IOException("reset"));
        bench.answer(invite, 486);

        assertThat(bench.handler.user.events).containsExactly("error");
        assertThat(bench.layer.size()).isEqualTo(1);
        assertThat(invite.isTerminated()).isFalse();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.1")
    void refusesASecondFinalResponse() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, 486);

        assertThatThrownBy(() -> bench.answer(invite, 404))
                .isInstanceOf(TransactionStateException.class)
                .hasMessageContaining("cannot send 404 on INVITE")
                .hasMessageContaining("COMPLETED");
        assertThat(statuses(bench.udp)).containsExactly(486);
    }

    @Test
    @Rfc(value = 3261, section = "16.7")
    @Checklist("P15")
    void sendsTheSuccessOfAnotherBranchAfterAFailure() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, 486);
        bench.answer(invite, 200);

        bench.receive(bench.udp, Texts.received("INVITE"));

        assertThat(statuses(bench.udp)).containsExactly(486, 200, 486);
    }

    @Test
    void leavesNoTraceWhenAbandoned() {
        bench.handler.onRequest = ServerTransaction::abandon;

        bench.accept(bench.udp, Texts.received("INVITE"));
        bench.advance(60_000);

        assertThat(bench.udp.sent()).isEmpty();
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.clock.pendingTimers()).isZero();
        assertThat(bench.handler.user.events).isEmpty();
    }

    private static List<Integer> statuses(FakeFlow flow) {
        return flow.sent().stream()
                .map(message -> ((Response) message).status())
                .toList();
    }
}
