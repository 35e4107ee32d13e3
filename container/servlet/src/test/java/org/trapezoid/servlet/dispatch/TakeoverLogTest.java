// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.testing.ManualClock;

class TakeoverLogTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();
    private final TakeoverLog takeovers = new TakeoverLog(clock, clock.strands().create());
    private final Logger logger = (Logger) LoggerFactory.getLogger(TakeoverLog.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.addAppender(logged);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(logged);
        logger.setLevel(null);
    }

    private List<String> lines() {
        return logged.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void whatIsTakenOverWithinASecondIsToldInOneLine() {
        takeovers.takenOver("a");
        clock.advance(Duration.ofMillis(500));
        takeovers.takenOver("b");
        takeovers.hungUp();
        assertThat(lines()).isEmpty();
        clock.advance(SECOND);

        assertThat(lines())
                .singleElement()
                .asString()
                .startsWith("2 sessions whose node is gone taken over")
                .contains("1 calls that no node knows hung up");
    }

    @Test
    void whatComesLaterIsToldAgainAndNothingElse() {
        takeovers.takenOver("a");
        clock.advance(SECOND);
        clock.advance(SECOND);
        takeovers.takenOver("b");
        clock.advance(SECOND);

        assertThat(lines()).hasSize(2).allMatch(line -> line.startsWith("1 sessions"));
        assertThat(clock.pendingTimers()).isZero();
    }
}
