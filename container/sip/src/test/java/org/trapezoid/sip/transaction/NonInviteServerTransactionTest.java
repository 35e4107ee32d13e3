// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.Rfc;

class NonInviteServerTransactionTest {
    private final Bench bench = new Bench();

    @Test
    @Rfc(value = 3261, section = "17.2.2")
    @Checklist("T31")
    void dropsARetransmissionInTryingAndAnswersItLater() {
        ServerTransaction options = bench.accept(bench.udp, Texts.received("OPTIONS"));
        bench.receive(bench.udp, Texts.received("OPTIONS"));
        assertThat(bench.udp.sent()).isEmpty();

        bench.advance(3_500);
        bench.receive(bench.udp, Texts.received("OPTIONS"));
        bench.answer(options, 200);
        bench.receive(bench.udp, Texts.received("OPTIONS"));

        assertThat(statuses(bench.udp)).containsExactly(100, 100, 200, 200);
        assertThat(bench.handler.transactions).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "17.2.2")
    @Checklist("T32")
    void keepsItsAnswerForTimerJAndDropsASecondOne() {
        ServerTransaction options = bench.accept(bench.udp, Texts.received("OPTIONS"));
        bench.answer(options, 200);
        bench.answer(options, 404);

        bench.advance(31_999);
        assertThat(bench.layer.size()).isEqualTo(1);
        bench.advance(1);

        assertThat(statuses(bench.udp)).containsExactly(200);
        assertThat(bench.handler.user.events).containsExactly("terminated");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.2")
    @Checklist("T31")
    void repeatsItsAnswerWhenItsUserKeepsNothing() {
        ServerTransaction options = bench.accept(bench.udp, Texts.received("OPTIONS"));
        bench.answer(options, 200);
        Strand.run(options, options::release);

        bench.receive(bench.udp, Texts.received("OPTIONS"));
        bench.advance(32_000);

        assertThat(statuses(bench.udp)).containsExactly(200, 200);
        assertThat(bench.udp.sent().get(1).toString())
                .isEqualTo(bench.udp.sent().get(0).toString());
        assertThat(bench.handler.user.events).isEmpty();
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.2")
    @Checklist("T32")
    void endsWithItsAnswerOverReliableTransport() {
        ServerTransaction options = bench.accept(bench.tcp, Texts.received("OPTIONS"));

        bench.answer(options, 200);

        assertThat(bench.handler.user.events).containsExactly("terminated");
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.clock.pendingTimers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {180, 183, 199})
    @Rfc(value = 4320, section = "4.1")
    @Checklist("T33")
    void sendsNoProvisionalResponseButTrying(int status) {
        ServerTransaction options = bench.accept(bench.tcp, Texts.received("OPTIONS"));

        bench.answer(options, status);

        assertThat(bench.tcp.sent()).isEmpty();
    }

    @Test
    @Rfc(value = 4320, section = "4.1")
    @Checklist("T34")
    void sendsTryingOverUdpWhenTimerEOfTheClientIsT2AndNotBefore() {
        ServerTransaction options = bench.accept(bench.udp, Texts.received("OPTIONS"));
        bench.answer(options, 100);
        bench.advance(3_499);
        assertThat(bench.udp.sent()).isEmpty();
        bench.advance(1);

        assertThat(statuses(bench.udp)).containsExactly(100);
    }

    @Test
    @Rfc(value = 4320, section = "4.1")
    @Checklist("T34")
    void sendsTryingOverReliableTransportAtAnyTime() {
        ServerTransaction options = bench.accept(bench.tcp, Texts.received("OPTIONS"));

        bench.answer(options, 100);
        bench.advance(10_000);

        assertThat(statuses(bench.tcp)).containsExactly(100);
    }

    @Test
    @Rfc(value = 4320, section = "4.1")
    @Checklist("T34")
    void sendsNoTryingOnceAnswered() {
        ServerTransaction options = bench.accept(bench.udp, Texts.received("OPTIONS"));
        bench.advance(3_400);
        bench.answer(options, 200);

        bench.advance(5_000);

        assertThat(statuses(bench.udp)).containsExactly(200);
    }

    @Test
    @Rfc(value = 4320, section = "4.2")
    @Checklist("T35")
    void neverSends408ButStaysToAbsorbRetransmissions() {
        ServerTransaction options = bench.accept(bench.udp, Texts.received("OPTIONS"));

        bench.answer(options, 408);
        bench.receive(bench.udp, Texts.received("OPTIONS"));

        assertThat(bench.udp.sent()).isEmpty();
        assertThat(bench.handler.transactions).hasSize(1);
        assertThat(options.hasFinal()).isTrue();
    }

    @Test
    @Rfc(value = 4320, section = "4.2")
    @Checklist("T35")
    void endsForItsUserWithoutAnAnswerWhenItsClientHasTimedOut() {
        ServerTransaction options = bench.accept(bench.udp, Texts.received("OPTIONS"));
        bench.advance(32_000);
        assertThat(bench.handler.user.events).containsExactly("terminated");

        bench.answer(options, 200);

        assertThat(statuses(bench.udp)).containsExactly(100);
    }

    @Test
    @Rfc(value = 3261, section = "17.2.2")
    @Rfc(value = 4320, section = "4.2")
    @Checklist("T35")
    void absorbsWhatItsClientSentBeforeItTimedOutForTimerJ() {
        bench.accept(bench.udp, Texts.received("OPTIONS"));
        bench.advance(32_000);

        bench.receive(bench.udp, Texts.received("OPTIONS")); // the client's last, 500 ms before its Timer F, and late
        bench.advance(31_999);
        bench.receive(bench.udp, Texts.received("OPTIONS"));
        assertThat(bench.layer.size()).isEqualTo(1);
        bench.advance(1);

        assertThat(bench.handler.transactions).hasSize(1);
        assertThat(statuses(bench.udp)).containsExactly(100);
        assertThat(bench.handler.user.events).containsExactly("terminated");
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.clock.pendingTimers()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.2")
    @Rfc(value = 4320, section = "4.2")
    @Checklist("T35")
    void endsUnansweredOverReliableTransportWhenItsClientHasTimedOut() {
        bench.accept(bench.tcp, Texts.received("OPTIONS"));

        bench.advance(32_000);

        assertThat(bench.handler.user.events).containsExactly("terminated");
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.clock.pendingTimers()).isZero();
    }

    private static List<Integer> statuses(FakeFlow flow) {
        return flow.sent().stream()
                .map(message -> ((Response) message).status())
                .toList();
    }
}
