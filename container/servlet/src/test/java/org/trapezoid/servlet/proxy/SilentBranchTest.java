// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** A phone that has gone without a word, such as the binding a user left on another transport: nobody waits 32 s for it in vain. */
class SilentBranchTest {
    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE, BOB);

    @Test
    @Checklist("C10")
    @Rfc(value = 3261, section = "16.10")
    void doesNotKeepACallerWaitingWhoGaveUp() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.advanceSeconds(10);
        bench.cancel();
        bench.answerCancel(ALICE);

        bench.advance(Duration.ofMillis(10));

        assertThat(bench.lastResponse().status()).isEqualTo(487);
        assertThat(bench.lastResponse().cseq().method()).isEqualTo("INVITE");
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    @Checklist("P16")
    @Rfc(value = 3261, section = "16.7")
    void holdsBackARefusalForAllForAMomentOnly() {
        bench.invite();
        bench.answer(ALICE, 603);

        bench.advance(Duration.ofMillis(3990));
        assertThat(bench.statuses()).isEmpty();
        bench.advance(Duration.ofMillis(10));

        assertThat(bench.statuses()).containsExactly(603);
    }

    @Test
    void holdsBackAnAnswerOfOneAsLongAsAnotherMayCome() {
        bench.invite();
        bench.answer(ALICE, 486);

        bench.advanceSeconds(31);
        assertThat(bench.statuses()).isEmpty();
        bench.advanceSeconds(1);

        assertThat(bench.statuses()).containsExactly(486);
    }

    @Test
    @Checklist("C10")
    void takesTheAnswerOfOneThatHadNoTimeToAnswerYet() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.cancel();
        bench.answerCancel(ALICE);
        bench.advanceSeconds(1);

        bench.answer(BOB, 200);

        assertThat(bench.statuses()).containsExactly(180, 200, 200); // the second one is for the CANCEL
        assertThat(bench.lastResponse().cseq().method()).isEqualTo("INVITE");
    }

    @Test
    @Checklist("C10")
    @Rfc(value = 3261, section = "9.1")
    void cancelsItWhenItAnswersAfterAll() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.cancel();
        bench.answerCancel(ALICE);
        bench.advanceSeconds(5);
        assertThat(bench.lastTo(BOB).method().name()).isEqualTo("INVITE");

        bench.answer(BOB, 180);
        assertThat(bench.lastTo(BOB).method().name()).isEqualTo("CANCEL");
        bench.answerCancel(BOB);

        assertThat(bench.lastTo(BOB).method().name()).isEqualTo("ACK");
        assertThat(bench.statuses()).containsOnly(180, 200, 487);
    }

    @Test
    @Checklist("P15")
    void forwardsItsSuccessAllTheSame() {
        bench.invite();
        bench.answer(ALICE, 603);
        bench.advanceSeconds(4);

        bench.answer(BOB, 200);

        assertThat(bench.statuses()).containsExactly(603, 200);
    }

    @Test
    @Checklist("C10")
    void waitsForOneThatAnsweredAndHasToBeCancelled() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.cancel();
        bench.answerCancel(ALICE);
        bench.advanceSeconds(1);
        bench.answer(BOB, 180);

        bench.advanceSeconds(10);
        assertThat(bench.statuses()).doesNotContain(487);
        bench.answerCancel(BOB);

        assertThat(bench.statuses()).endsWith(487);
    }
}
