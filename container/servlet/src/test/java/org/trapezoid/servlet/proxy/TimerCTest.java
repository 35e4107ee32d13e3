// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.request;

import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** Timer C: RFC 3261 §16.8. */
class TimerCTest {
    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE);

    @Test
    @Checklist("P14")
    @Rfc(value = 3261, section = "16.8")
    void cancelsABranchThatRingsForMoreThanThreeMinutes() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.advanceSeconds(180);
        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE");

        bench.advanceSeconds(1);
        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL");

        bench.answerCancel(ALICE);
        assertThat(bench.statuses()).containsExactly(180, 408);
    }

    @Test
    @Checklist("P14")
    @Rfc(value = 3261, section = "16.7")
    void startsAgainWithEachProvisionalResponseBut100() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.advanceSeconds(120);
        bench.answer(ALICE, 183);
        bench.advanceSeconds(120);
        bench.answer(ALICE, 100);
        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE");

        bench.advanceSeconds(61);
        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL");
    }

    @Test
    @Checklist("P14")
    void endsABranchWhoseCalleeIgnoresTheCancel() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.advanceSeconds(181 + 32);

        assertThat(bench.statuses()).containsExactly(180, 408);
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    void isNotForOtherRequests() {
        bench.receive(request("MESSAGE", "sip:bob@example.com"));
        bench.answer(ALICE, 100);
        bench.answer(ALICE, 200);
        bench.advanceSeconds(300);

        assertThat(bench.listener.events).containsExactly("final 200", "complete");
    }
}
