// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.ScriptedDns;

class DnsCacheTest {
    private final ManualClock clock = new ManualClock();
    private final ScriptedDns dns = new ScriptedDns();
    private final DnsOptions options = new DnsOptions(true, true, Duration.ofSeconds(5), 3, 100);
    private final DnsCache cache = new DnsCache(dns, clock, clock.strands().create(), options);

    @Test
    @Rfc(value = 1035, section = "7.4")
    void asksAgainWhenTheTimeOfAnAnswerIsOver() {
        dns.with("a.test", "A 192.0.2.1").ttl(Duration.ofSeconds(60));
        look("a.test");
        seconds(59);
        look("A.test.");
        assertThat(dns.asked()).hasSize(1);

        seconds(1);

        assertThat(ask("a.test").join().records()).hasSize(1);
        assertThat(dns.asked()).hasSize(2);
    }

    @Test
    @Rfc(value = 2308, section = "5")
    void remembersThatThereIsNothingButNotForLong() {
        dns.ttl(Duration.ofDays(1));
        look("none.test");
        seconds(299);
        assertThat(ask("none.test").join().records()).isEmpty();
        assertThat(dns.asked()).hasSize(1);

        seconds(1);
        look("none.test");

        assertThat(dns.asked()).hasSize(2);
    }

    @Test
    void keepsAnAnswerForASecondAtLeastAndADayAtMost() {
        dns.with("a.test", "A 192.0.2.1").ttl(Duration.ZERO);
        look("a.test");
        look("a.test");
        assertThat(dns.asked()).hasSize(1);
        seconds(1);
        dns.ttl(Duration.ofDays(30));
        look("a.test");
        assertThat(dns.asked()).hasSize(2);

        seconds(86_400);
        look("a.test");

        assertThat(dns.asked()).hasSize(3);
    }

    @Test
    void asksOnceForAllWhoWaitAndTellsThemInOrder() {
        CompletableFuture<DnsAnswer> slow = dns.script("a.test", "A");
        List<Integer> told = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            cache.ask(ScriptedDns.question("a.test", "A")).thenRun(() -> told.add(number));
        }

        slow.complete(DnsAnswer.NOTHING);

        assertThat(dns.asked()).hasSize(1);
        assertThat(told).containsExactly(0, 1, 2, 3, 4);
    }

    /** Attack case 41: the resolver needs 10 s. */
    @Test
    void givesUpInTimeOnASlowResolverAndStillUsesItsLateAnswerForNobody() {
        CompletableFuture<DnsAnswer> slow = dns.script("a.test", "A");
        CompletableFuture<DnsAnswer> waiting = ask("a.test");
        seconds(4);
        assertThat(waiting).isNotDone();

        seconds(1);

        assertThat(waiting).isCompletedExceptionally();
        slow.complete(DnsAnswer.NOTHING);
        assertThat(ask("a.test")).isCompletedExceptionally();
    }

    /** Attack case 41: the resolver is down. */
    @Test
    void remembersForAMomentThatNobodyAnswered() {
        dns.script("a.test", "A").completeExceptionally(new SocketTimeoutException());
        look("a.test");
        seconds(1);
        assertThat(ask("a.test")).isCompletedExceptionally();
        assertThat(dns.asked()).hasSize(1);

        seconds(1);
        dns.unscript("a.test", "A");
        dns.with("a.test", "A 192.0.2.1");

        assertThat(ask("a.test").join().records()).hasSize(1);
    }

    @Test
    @Rfc(value = 8767, section = "5")
    void servesAnOldAnswerWhileNobodyAnswers() {
        dns.with("a.test", "A 192.0.2.1").ttl(Duration.ofSeconds(60));
        look("a.test");
        seconds(60);
        dns.script("a.test", "A").completeExceptionally(new SocketTimeoutException());

        assertThat(ask("a.test").join().records()).hasSize(1);
        seconds(29);
        look("a.test");
        assertThat(dns.asked()).hasSize(2);
        seconds(1);
        assertThat(ask("a.test").join().records()).hasSize(1);
        assertThat(dns.asked()).hasSize(3);

        seconds(86_400);
        look("a.test");
        seconds(30);
        assertThat(ask("a.test")).isCompletedExceptionally();
    }

    @Test
    void openQuestionsAreBoundedAndAFurtherOneFailsAtOnce() {
        CompletableFuture<DnsAnswer> slow = dns.script("a.test", "A");
        dns.silent("b.test", "A");
        dns.silent("c.test", "A");
        look("a.test");
        look("b.test");
        look("c.test");

        assertThat(ask("d.test")).isCompletedExceptionally();
        assertThat(ask("c.test")).isNotDone();

        slow.complete(DnsAnswer.NOTHING);
        seconds(2);
        assertThat(ask("d.test")).isCompleted();
    }

    @Test
    void keepsNoMoreAnswersThanItMay() {
        for (int i = 0; i < 1_000; i++) {
            look("h" + i + ".test");
            assertThat(cache.size()).isLessThanOrEqualTo(101);
        }
    }

    @Test
    void aNameServiceThatThrowsIsOneThatDoesNotAnswer() {
        DnsCache broken = new DnsCache(
                question -> {
                    throw new IllegalStateException("broken");
                },
                clock,
                clock.strands().create(),
                options);

        assertThat(broken.ask(ScriptedDns.question("a.test", "A")).toCompletableFuture())
                .isCompletedExceptionally();
    }

    private void look(String name) {
        assertThat(ask(name)).isNotNull();
    }

    private CompletableFuture<DnsAnswer> ask(String name) {
        return cache.ask(ScriptedDns.question(name, "A")).toCompletableFuture();
    }

    private void seconds(long seconds) {
        clock.advance(Duration.ofSeconds(seconds));
    }
}
