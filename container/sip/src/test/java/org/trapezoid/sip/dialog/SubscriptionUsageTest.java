// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.dialog.SubscriptionUsage.Role;
import org.trapezoid.sip.dialog.SubscriptionUsage.State;
import org.trapezoid.sip.header.Event;
import org.trapezoid.sip.header.SubscriptionState;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;

class SubscriptionUsageTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(32);

    private final ManualClock clock = new ManualClock();
    private final Strand strand = clock.strands().create();
    private final List<String> told = new ArrayList<>();
    private final SubscriptionUsage.Listener listener = new SubscriptionUsage.Listener() {
        @Override
        public void onNoNotify(SubscriptionUsage usage) {
            told.add("no NOTIFY after " + clock.elapsed().toSeconds());
        }

        @Override
        public void onEnded(SubscriptionUsage usage) {
            told.add("ended after " + clock.elapsed().toSeconds());
        }
    };
    private final SubscriptionUsage subscriber =
            SubscriptionUsage.of(Role.SUBSCRIBER, Event.parse("presence"), strand, clock, TIMEOUT, listener);

    private void notified(String state) {
        strand.run(() -> subscriber.notified(SubscriptionState.parse(state)));
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2.4")
    void endsWhenNoNotifyComesWithinTimerN() {
        strand.run(() -> subscriber.awaitNotify(Duration.ofSeconds(2)));

        clock.advance(Duration.ofMillis(29_999));
        assertThat(told).isEmpty();
        clock.advance(Duration.ofMillis(1));

        assertThat(told).containsExactly("no NOTIFY after 30", "ended after 30");
        assertThat(subscriber.state()).isEqualTo(State.TERMINATED);
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2")
    void isPendingThenActiveAsItsNotifiesSay() {
        strand.run(() -> subscriber.awaitNotify(Duration.ZERO));

        notified("pending");
        assertThat(subscriber.state()).isEqualTo(State.PENDING);
        notified("active;expires=60");
        clock.advance(Duration.ofMinutes(1));

        assertThat(subscriber.state()).isEqualTo(State.ACTIVE);
        assertThat(told).isEmpty();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2.4")
    void aRefreshWaitsForItsNotifyAsTheFirstSubscribeDid() {
        notified("active");

        strand.run(() -> subscriber.awaitNotify(Duration.ZERO));
        clock.advance(TIMEOUT);

        assertThat(told).containsExactly("no NOTIFY after 32", "ended after 32");
    }

    @Test
    @Rfc(value = 5839, section = "4.3")
    void expectsNoNotifyWhenNothingHasChanged() {
        strand.run(() -> subscriber.awaitNotify(Duration.ZERO));

        strand.run(() -> subscriber.suppressed(OptionalLong.of(600)));
        clock.advance(Duration.ofMinutes(10));
        assertThat(told).isEmpty();
        strand.run(() -> subscriber.suppressed(OptionalLong.of(0)));

        assertThat(told).containsExactly("ended after 600");
    }

    @Test
    @Rfc(value = 6665, section = "4.1.3")
    void endsWithTheTerminatedNotify() {
        notified("terminated;reason=noresource");
        assertThat(told).isEmpty(); // its NOTIFY is still to be answered

        strand.run(subscriber::settled);
        clock.advance(Duration.ofHours(1));

        assertThat(told).containsExactly("ended after 0");
        assertThat(clock.pendingTimers()).isZero();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2")
    void endsWhenItsTimeIsOverAndNothingMoreComes() {
        strand.run(() -> subscriber.granted(OptionalLong.of(600)));
        notified("active;expires=3600");
        notified("active;expires=100");

        clock.advance(Duration.ofSeconds(131));
        assertThat(told).isEmpty();
        clock.advance(Duration.ofSeconds(1));

        assertThat(told).containsExactly("ended after 132");
    }

    @Test
    @Rfc(value = 3261, section = "20.19")
    void theLongestTimeIsNoShortOne() {
        strand.run(() -> subscriber.granted(OptionalLong.of(0xffff_ffffL)));

        clock.advance(Duration.ofDays(365));

        assertThat(told).isEmpty();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.3")
    void isThatOfANotifyWithTheSamePackageAndId() {
        assertThat(subscriber.matches(Event.parse("presence;vnd=1"))).isTrue();
        assertThat(subscriber.matches(Event.parse("presence;id=1"))).isFalse();
        assertThat(subscriber.matches(Event.parse("dialog"))).isFalse();
    }

    @Test
    @Rfc(value = 3515, section = "2.4.6")
    void thatOfAReferHasTheNumberOfTheReferForId() {
        SubscriptionUsage refer =
                SubscriptionUsage.ofRefer(Role.SUBSCRIBER, 93809824, strand, clock, TIMEOUT, listener);

        assertThat(refer.matches(Event.parse("refer;id=93809824"))).isTrue();
        assertThat(refer.matches(Event.parse("refer"))).isTrue();
        assertThat(refer.matches(Event.parse("refer;id=2"))).isFalse();
        assertThat(refer.matches(Event.parse("presence"))).isFalse();
    }
}
