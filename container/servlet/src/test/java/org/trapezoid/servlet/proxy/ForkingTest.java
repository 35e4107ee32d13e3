// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.CAROL;
import static org.trapezoid.servlet.proxy.ProxyBench.request;
import static org.trapezoid.servlet.proxy.ProxyBench.uri;
import static org.trapezoid.servlet.proxy.ProxyBench.uris;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

/** Several targets: RFC 3261 §16.7. */
class ForkingTest {
    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE, BOB);

    @Test
    @Checklist({"P10", "P20"})
    @Rfc(value = 3261, section = "16.7")
    @Rfc(value = 3326, section = "2")
    void callsAllAtOnceAndCancelsTheOthersWhenOneAnswers() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.answer(BOB, 180);
        bench.answer(ALICE, 200);

        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE", "CANCEL");
        assertThat(bench.lastTo(BOB).headers().all(HeaderName.REASON))
                .containsExactly("SIP;cause=200;text=\"Call completed elsewhere\"");
        assertThat(bench.requestTo(ALICE).topVia().branch())
                .isNotEqualTo(bench.requestTo(BOB).topVia().branch());
        assertThat(bench.lastTo(BOB).topVia().branch())
                .isEqualTo(bench.requestTo(BOB).topVia().branch());
        assertThat(bench.core().isComplete()).isFalse();

        bench.answerCancel(BOB);

        assertThat(bench.statuses()).containsExactly(180, 180, 200);
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    @Checklist("P15")
    void forwardsA2xxThatComesAfterAnother() {
        bench.invite();
        bench.answer(ALICE, 180);
        bench.answer(BOB, 180);
        bench.answer(ALICE, 200);
        bench.answer(BOB, 200);

        assertThat(bench.statuses()).containsExactly(180, 180, 200, 200);
        assertThat(bench.lastResponse().toTag()).hasValue("to22");
    }

    @Test
    @Checklist("P15")
    void forwardsA2xxThatComesAfterTheFailureWasForwarded() {
        bench.proxyTo(ALICE);
        bench.settings.timeout(Duration.ofSeconds(5));
        bench.invite();
        bench.advanceSeconds(5);
        bench.answer(ALICE, 200);

        assertThat(bench.statuses()).containsExactly(408, 200);
    }

    @Test
    @Checklist("P15")
    void forwardsOnlyTheFirst2xxToARequestOtherThanInvite() {
        bench.receive(request("MESSAGE", "sip:bob@example.com"));
        bench.answer(ALICE, 200);
        bench.answer(BOB, 202);

        assertThat(bench.statuses()).containsExactly(200);
        assertThat(bench.methodsTo(BOB)).containsExactly("MESSAGE");
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    @Checklist("P15")
    void sendsNoProvisionalResponseAfterAFinalOne() {
        bench.invite();
        bench.answer(ALICE, 200);
        bench.answer(BOB, 180);

        assertThat(bench.statuses()).containsExactly(200);
    }

    @Test
    @Checklist("P16")
    @Rfc(value = 3261, section = "16.7")
    void keepsA6xxUntilTheOthersAreCancelled() {
        bench.invite();
        bench.answer(BOB, 180);
        bench.answer(ALICE, 603);

        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE", "CANCEL");
        assertThat(bench.lastTo(BOB).headers().all(HeaderName.REASON))
                .containsExactly("SIP;cause=603;text=\"Decline\""); // RFC 3326 §2
        assertThat(bench.statuses()).containsExactly(180);
        assertThatThrownBy(() -> bench.later(core -> core.fork(uris(CAROL))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rejected by a 6xx");

        bench.answerCancel(BOB);

        assertThat(bench.statuses()).containsExactly(180, 603);
    }

    @Test
    @Checklist("P16")
    void forwardsA2xxThatCrossedTheCancelOfA6xx() {
        bench.invite();
        bench.answer(BOB, 180);
        bench.answer(ALICE, 603);
        bench.answer(BOB, 200);

        assertThat(bench.statuses()).containsExactly(180, 200);
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    @Checklist("P17")
    void forwardsTheBestWhenAllFailed() {
        bench.invite();
        bench.answer(ALICE, 500);

        assertThat(bench.statuses()).isEmpty();

        bench.answer(BOB, 404);

        assertThat(bench.statuses()).containsExactly(404);
        assertThat(bench.lastResponse().toTag()).hasValue("to22");
    }

    @Test
    @Checklist("P17")
    void answers408WhenNobodyAnswers() {
        bench.invite();
        bench.advanceSeconds(32);

        assertThat(bench.statuses()).containsExactly(408);
        assertThat(bench.lastResponse().toTag()).isPresent();
    }

    @Test
    @Checklist("P18")
    void collectsTheChallengesOfAllBranches() {
        bench.invite();
        bench.answer(ALICE, 401, "WWW-Authenticate: Digest realm=\"a\", nonce=\"1\"");
        bench.answer(
                BOB,
                407,
                "Proxy-Authenticate: Digest realm=\"b\", nonce=\"2\"",
                "Proxy-Authenticate: Digest realm=\"c\", nonce=\"3\"");

        Response sent = bench.lastResponse();
        assertThat(sent.status()).isEqualTo(401);
        assertThat(sent.headers().all(HeaderName.WWW_AUTHENTICATE)).containsExactly("Digest realm=\"a\", nonce=\"1\"");
        assertThat(sent.headers().all(HeaderName.PROXY_AUTHENTICATE))
                .containsExactly("Digest realm=\"b\", nonce=\"2\"", "Digest realm=\"c\", nonce=\"3\"");
    }

    @Test
    @Checklist("P7")
    @Rfc(value = 3261, section = "16.5")
    void callsATargetOnce() {
        bench.application = core -> {
            core.fork(List.of(uri(ALICE), Uri.parse("SIP:bob@192.0.2.21"), uri(BOB)));
            core.fork(uris(BOB));
        };
        bench.invite();

        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE");
        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE");
        assertThat(bench.core().branches()).hasSize(2);
    }

    @Test
    void triesTargetsOneAfterAnotherWhenSequential() {
        bench.settings.parallel(false);
        bench.invite();
        assertThat(bench.requestsTo(BOB)).isEmpty();

        bench.answer(ALICE, 486);
        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE");
        assertThat(bench.statuses()).isEmpty();

        bench.answer(BOB, 200);
        assertThat(bench.statuses()).containsExactly(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 603})
    void stopsTheSequenceAfterA2xxOr6xx(int status) {
        bench.settings.parallel(false);
        bench.invite();
        bench.answer(ALICE, status);

        assertThat(bench.requestsTo(BOB)).isEmpty();
        assertThat(bench.statuses()).containsExactly(status);
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    void goesOnWithTheNextTargetWhenOneRingsTooLong() {
        bench.settings.parallel(false).timeout(Duration.ofSeconds(10));
        bench.invite();
        bench.answer(ALICE, 180);
        bench.advanceSeconds(10);

        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL");
        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE");

        bench.answerCancel(ALICE);
        bench.answer(BOB, 180);
        bench.advanceSeconds(10);
        bench.answerCancel(BOB);

        assertThat(bench.statuses()).containsExactly(180, 180, 408);
        assertThat(bench.listener.events)
                .containsExactly(
                        "provisional 180",
                        "timeout",
                        "branch 408",
                        "provisional 180",
                        "timeout",
                        "branch 408",
                        "final 408",
                        "complete");
    }

    @Test
    void limitsTheWholeParallelSearch() {
        bench.settings.timeout(Duration.ofSeconds(20));
        bench.invite();
        bench.answer(ALICE, 180);
        bench.advanceSeconds(15);
        bench.later(core -> core.fork(uris(CAROL)));
        bench.answer(CAROL, 180);
        bench.answer(BOB, 486);
        bench.advanceSeconds(5);

        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL");
        assertThat(bench.methodsTo(CAROL)).containsExactly("INVITE", "CANCEL");

        bench.answerCancel(ALICE);
        bench.answerCancel(CAROL);

        assertThat(bench.statuses()).containsExactly(180, 180, 486);
    }

    @Test
    void restartsTheTimeOfARunningBranch() {
        bench.settings.timeout(Duration.ofSeconds(20));
        bench.invite();
        bench.answer(ALICE, 180);
        bench.answer(BOB, 180);
        bench.advanceSeconds(10);
        bench.later(core -> core.branches().get(0).timeout(Duration.ofSeconds(15)));
        bench.advanceSeconds(10);

        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE");
        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE", "CANCEL");

        bench.advanceSeconds(5);

        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL");
    }

    @Test
    @Rfc(value = 3841, section = "9.1")
    void leavesTheOthersAloneWhenToldNotToCancel() {
        bench.settings.noCancel(true);
        bench.invite();
        bench.answer(BOB, 180);
        bench.answer(ALICE, 200);
        bench.later(core -> core.fork(uris(CAROL)));
        bench.answer(BOB, 200);
        bench.answer(CAROL, 200);

        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE");
        assertThat(bench.statuses()).containsExactly(180, 200, 200, 200);
    }

    @Test
    @Checklist("P15")
    @Rfc(value = 3261, section = "16.7")
    void forwardsA2xxEvenWhenTheServerTransactionIsGone() {
        bench.settings.noCancel(true);
        bench.invite();
        bench.answer(BOB, 180);
        bench.answer(ALICE, 200);
        bench.advanceSeconds(60);
        bench.answer(BOB, 200);

        assertThat(bench.statuses()).containsExactly(180, 200, 200);
    }

    @Test
    void endsTheSequenceWithA2xxAlsoWhenToldNotToCancel() {
        bench.settings.noCancel(true).parallel(false);
        bench.invite();
        bench.answer(ALICE, 200);

        assertThat(bench.requestsTo(BOB)).isEmpty();
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    void refusesToProxyWhatTheApplicationAnswered() {
        bench.application = core -> {
            core.sendOwn(core.forwarding().local(486));
            assertThatThrownBy(() -> core.fork(uris(ALICE))).isInstanceOf(IllegalStateException.class);
        };
        bench.invite();

        assertThat(bench.statuses()).containsExactly(486);
        assertThat(bench.requestsTo(ALICE)).isEmpty();
    }

    @Test
    void refusesToGoOnAfterAnAnswer() {
        bench.invite();
        bench.answer(ALICE, 200);

        assertThatThrownBy(() -> bench.later(core -> core.fork(uris(CAROL))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("answered");
    }
}
