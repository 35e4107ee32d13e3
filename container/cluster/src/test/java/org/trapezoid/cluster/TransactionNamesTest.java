// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In virtual time. */
class TransactionNamesTest {
    private long now = Long.MAX_VALUE - 5; // nanoseconds overflow one day
    private final TransactionNames names = new TransactionNames(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void areKeptForThreeMinutesAtLeastAndFourAtMost() {
        names.add(new TransactionName("early", "one"));
        pass(Duration.ofSeconds(59));
        names.add(new TransactionName("late", "two"));

        pass(Duration.ofMinutes(3));
        assertThat(names.find("early")).contains("one");
        assertThat(names.find("late")).contains("two");

        pass(Duration.ofSeconds(2));
        assertThat(names.find("early")).isEmpty();
        assertThat(names.find("late")).isEmpty();
    }

    @Test
    void areForgottenOneMinuteAfterTheOther() {
        for (int minute = 0; minute < 6; minute++) {
            names.add(new TransactionName("minute " + minute, "token"));
            pass(Duration.ofMinutes(1));
        }

        assertThat(names.find("minute 2")).isEmpty();
        assertThat(names.find("minute 3")).isPresent();
        assertThat(names.find("minute 5")).isPresent();
    }

    @Test
    void areForgottenWhenNothingIsAskedForLong() {
        names.add(new TransactionName("early", "one"));

        pass(Duration.ofDays(1));

        assertThat(names.find("early")).isEmpty();
    }

    @Test
    void ofAnotherNodeAreAsOldAsThereAndDoNotReplaceWhatIsKnown() {
        names.add(new TransactionName("both", "here"));
        pass(Duration.ofMinutes(2));

        names.add(List.of(new TransactionName("both", "there"), new TransactionName("new", "there")), 2);

        assertThat(names.find("both")).contains("here");
        assertThat(names.find("new")).contains("there");
        pass(Duration.ofMinutes(2));
        assertThat(names.find("new")).isEmpty();
    }
}
