// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.CAROL;
import static org.trapezoid.servlet.proxy.ProxyBench.uris;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** CANCEL at a proxy: RFC 3261 §16.10. */
class CancellationTest {
    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE, BOB);

    @Test
    @Checklist("C10")
    @Rfc(value = 3261, section = "16.10")
    @Rfc(value = 3326, section = "2")
    void answersAtOnceAndCancelsTheBranchesThatAnswered() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.cancel("Reason: SIP;cause=600;text=\"Busy Everywhere\"");

        assertThat(bench.lastResponse().cseq().method()).isEqualTo("CANCEL");
        assertThat(bench.lastResponse().status()).isEqualTo(200);
        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL");
        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE");
        assertThat(bench.lastTo(ALICE).headers().all(HeaderName.REASON))
                .containsExactly("SIP;cause=600;text=\"Busy Everywhere\"");

        bench.answer(BOB, 180);
        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE", "CANCEL");

        bench.answerCancel(ALICE);
        bench.answerCancel(BOB);
        assertThat(bench.lastResponse().status()).isEqualTo(487);
        assertThat(bench.listener.events).contains("cancel").endsWith("final 487", "complete");
    }

    @Test
    @Rfc(value = 9366, section = "3")
    void passesSeveralReasonsOfOneProtocolOn() {
        bench.invite();
        bench.answer(ALICE, 180);

        bench.cancel("Reason: STIR;cause=436, STIR;cause=437", "Reason: SIP;cause=487");

        assertThat(bench.lastTo(ALICE).headers().values(HeaderName.REASON))
                .containsExactly("STIR;cause=436", "STIR;cause=437", "SIP;cause=487");
    }

    @Test
    @Checklist("C10")
    void startsNoFurtherTargetOfASequence() {
        bench.settings.parallel(false);
        bench.invite();
        bench.answer(ALICE, 180);
        bench.cancel();
        bench.answerCancel(ALICE);

        assertThat(bench.requestsTo(BOB)).isEmpty();
        assertThat(bench.lastResponse().status()).isEqualTo(487);
    }

    @Test
    @Checklist("C10")
    void answers487WhenNoBranchEverAnswers() {
        bench.invite();
        bench.cancel();
        bench.advanceSeconds(33);

        assertThat(bench.lastResponse().status()).isEqualTo(487);
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    @Checklist("C10")
    void forwardsA2xxThatCrossesTheCancel() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.cancel();
        bench.answer(ALICE, 200);

        assertThat(bench.lastResponse().status()).isEqualTo(200);
        assertThat(bench.lastResponse().cseq().method()).isEqualTo("INVITE");
    }

    @Test
    void takesNoNewTargetsAfterwards() {
        bench.invite();
        bench.cancel();

        assertThatThrownBy(() -> bench.later(core -> core.fork(uris(CAROL))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cancelled");
    }

    @Test
    void letsTheApplicationCancelTheSearch() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.answer(BOB, 180);
        bench.later(core -> core.cancel(List.of("SIP;cause=480")));
        bench.answerCancel(ALICE);
        bench.answerCancel(BOB);

        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL", "ACK");
        assertThat(bench.statuses()).containsExactly(180, 180, 487);
    }

    @Test
    void letsTheApplicationCancelOneBranch() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.later(core -> core.branches().get(0).cancel(List.of()));
        bench.answerCancel(ALICE);

        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE");
        assertThat(bench.statuses()).containsExactly(180);

        bench.answer(BOB, 404);
        assertThat(bench.statuses()).containsExactly(180, 404);
    }

    @Test
    void neverStartsABranchCancelledBefore() {
        bench.settings.parallel(false);
        bench.invite();
        bench.later(core -> core.branches().get(1).cancel(List.of()));
        bench.answer(ALICE, 404);

        assertThat(bench.requestsTo(BOB)).isEmpty();
        assertThat(bench.statuses()).containsExactly(404);
    }
}
