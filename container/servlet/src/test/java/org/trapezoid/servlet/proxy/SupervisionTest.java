// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.uris;

import org.junit.jupiter.api.Test;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Response;

/** The application sees responses first. */
class SupervisionTest {
    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE);
    private final RecordingListener listener = bench.listener;

    @Test
    void keepsAProvisionalResponseUntilTheApplicationSawIt() {
        listener.holdsProvisional = true;
        bench.invite();
        bench.answer(ALICE, 180);
        assertThat(bench.statuses()).isEmpty();

        bench.later(core -> {
            ProxyBranch branch = core.branches().get(0);
            Response edited = branch.response().orElseThrow().toBuilder()
                    .set(HeaderName.ORGANIZATION, "ours")
                    .build();
            core.forward(branch, edited);
        });
        assertThat(bench.lastResponse().headers().first(HeaderName.ORGANIZATION))
                .hasValue("ours");
    }

    @Test
    void keepsA2xxAndItsRetransmissionsUntilTheApplicationSawIt() {
        listener.holdsFinal = true;
        bench.invite();
        bench.answer(ALICE, 200);
        bench.answer(ALICE, 200);
        assertThat(bench.statuses()).isEmpty();

        bench.later(core -> core.forward(
                core.branches().get(0), core.branches().get(0).response().orElseThrow()));
        bench.answer(ALICE, 200);

        assertThat(bench.statuses()).containsExactly(200, 200);
        assertThat(listener.events).containsExactly("final 200", "complete");
    }

    @Test
    void waitsWithTheNextTargetUntilTheApplicationSawTheFailure() {
        listener.holdsBranchFinal = true;
        bench.settings.parallel(false);
        bench.proxyTo(ALICE, BOB);
        bench.invite();
        bench.answer(ALICE, 404);
        assertThat(bench.requestsTo(BOB)).isEmpty();

        bench.later(ProxyCore::callbackDone);
        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE");
    }

    @Test
    void waitsForBranchesTheApplicationAddsWhenOneFails() {
        listener.holdsBranchFinal = true;
        bench.invite();
        bench.answer(ALICE, 404);
        bench.later(core -> {
            core.fork(uris(BOB));
            core.callbackDone();
        });
        assertThat(bench.statuses()).isEmpty();

        bench.answer(BOB, 200);
        assertThat(bench.statuses()).containsExactly(200);
    }

    @Test
    void keepsTheBestResponseWhenTheApplicationGoesOn() {
        listener.holdsFinal = true;
        bench.invite();
        bench.answer(ALICE, 404);
        bench.later(core -> {
            core.fork(uris(BOB));
            core.forward(
                    core.branches().get(0), core.branches().get(0).response().orElseThrow());
        });
        assertThat(bench.statuses()).isEmpty();

        bench.answer(BOB, 480);
        bench.later(core -> core.forward(
                core.branches().get(0), core.branches().get(0).response().orElseThrow()));

        assertThat(bench.statuses()).containsExactly(404);
        assertThat(listener.events).containsExactly("branch 404", "final 404", "branch 480", "final 404", "complete");
    }

    @Test
    void decidesAgainWhenABranchAddedMeanwhileHasFailedToo() {
        listener.holdsFinal = true;
        bench.invite();
        bench.answer(ALICE, 500);
        bench.later(core -> core.fork(uris(BOB)));
        bench.answer(BOB, 404);
        bench.later(core -> core.forward(
                core.branches().get(0), core.branches().get(0).response().orElseThrow()));
        assertThat(bench.statuses()).isEmpty();

        bench.later(core -> core.forward(
                core.branches().get(1), core.branches().get(1).response().orElseThrow()));

        assertThat(bench.statuses()).containsExactly(404);
        assertThat(listener.events).containsExactly("branch 500", "final 500", "branch 404", "final 404", "complete");
    }

    @Test
    void sendsTheApplicationsOwnAnswerInPlaceOfTheBest() {
        listener.holdsFinal = true;
        bench.invite();
        bench.answer(ALICE, 404);
        bench.later(core -> {
            core.sendOwn(core.forwarding().local(480));
            core.forward(
                    core.branches().get(0), core.branches().get(0).response().orElseThrow());
        });

        assertThat(bench.statuses()).containsExactly(480);
        assertThat(listener.events).endsWith("final 404", "complete");
    }

    @Test
    void letsTheApplicationsOwnAnswerCompeteWithBranches() {
        bench.invite();
        bench.later(core -> core.sendOwn(core.forwarding().local(404)));
        assertThat(bench.statuses()).isEmpty();

        bench.answer(ALICE, 500);
        assertThat(bench.statuses()).containsExactly(404);
    }

    @Test
    void sendsTheApplicationsOwn2xxAtOnce() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.later(core -> core.sendOwn(core.forwarding().local(200)));

        assertThat(bench.statuses()).containsExactly(180, 200);
        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL");
    }

    @Test
    void answersACallThatWasCancelledWhileTheApplicationDecides() {
        listener.holdsBranchFinal = true;
        bench.settings.parallel(false);
        bench.proxyTo(ALICE, BOB);
        bench.invite();
        bench.answer(ALICE, 404);
        bench.cancel();
        bench.later(ProxyCore::callbackDone);

        assertThat(bench.requestsTo(BOB)).isEmpty();
        assertThat(bench.lastResponse().status()).isEqualTo(404);
    }
}
