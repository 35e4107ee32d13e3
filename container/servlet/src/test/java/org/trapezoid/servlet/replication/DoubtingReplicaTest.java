// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.sip.concurrent.Strand;

/** One session that is kept elsewhere, of a node that may have been taken for dead. */
class DoubtingReplicaTest extends ReplicaFixture {
    @Test
    void whatRepeatsItselfAfterTheEndIsSentByANodeThatDoubts() {
        store();
        strand.run(session::invalidated);
        first.doubt();

        strand.run(() -> send("200 again"));

        assertThat(sent).containsExactly("200 again");
    }

    @Test
    void aNodeThatDoubtsSendsNothingBecauseTheAnswerTakesLong() {
        cluster.answersAfter(() -> Duration.ofSeconds(2));
        sendProtected("180");
        first.doubt();

        clock.advance(Duration.ofSeconds(1));
        assertThat(sent).isEmpty();

        clock.advance(Duration.ofSeconds(4)); // the save that was under way does not count
        assertThat(sent).containsExactly("180");
    }

    @Test
    void whatWasHeldInADoubtThatIsOverWaitsNoLongerThanOtherMessages() {
        store();
        AtomicInteger saves = new AtomicInteger();
        cluster.onSave(
                snapshot -> saves.getAndIncrement() == 0 ? MemoryCluster.Fate.ANSWERED : MemoryCluster.Fate.LOST);
        first.doubt();
        sendProtected("180");
        sendProtected("200"); // while the save is under way that ends the doubt
        clock.advance(SHORT);
        assertThat(sent).containsExactly("180");

        clock.advance(Duration.ofSeconds(1));

        assertThat(sent).containsExactly("180", "200");
        assertThat(replication.unprotected()).isOne();
    }

    /** Alone, it would be told by itself that it has its sessions. */
    @Test
    void aNodeThatStoodStillSendsNothingBeforeItHasMetTheOthersAgain() {
        store();
        timers.stopFor(Duration.ofSeconds(6));
        first.minority(true);
        strand.run(() -> send("BYE"));

        clock.advance(Duration.ofSeconds(20));
        assertThat(sent).isEmpty();

        first.minority(false);
        clock.advance(Duration.ofSeconds(2));
        assertThat(sent).containsExactly("BYE");
    }

    /** What it stores meanwhile, it stores in its own memory only. */
    @Test
    void aNodeThatStoodStillSendsNothingBeforeTheOthersSayThatItIsAMember() {
        store();
        timers.stopFor(Duration.ofSeconds(6));
        first.known(false);
        strand.run(() -> send("BYE"));

        clock.advance(Duration.ofSeconds(20));
        assertThat(sent).isEmpty();

        first.known(true);
        clock.advance(Duration.ofSeconds(2));
        assertThat(sent).containsExactly("BYE");
    }

    /** A timer that ran out while the node stood still, say. */
    @Test
    void theLastMessagesOfASessionWaitForWhatTheOthersSay() {
        store();
        timers.stopFor(Duration.ofSeconds(6));
        first.known(false);
        strand.run(() -> {
            send("408");
            session.invalidated();
        });

        clock.advance(Duration.ofSeconds(5));
        assertThat(sent).isEmpty();

        first.known(true);
        clock.advance(Duration.ofSeconds(3));
        assertThat(sent).containsExactly("408");
    }

    /** It may have been answered without a backup, since the others were gone. */
    @Test
    void aSaveThatWasUnderWayWhenTheNodeStoodStillProvesNothing() {
        store();
        sendProtected("200");
        clock.advance(Duration.ofMillis(10));
        timers.stopFor(Duration.ofSeconds(6));
        first.known(false);

        clock.advance(Duration.ofSeconds(2));
        assertThat(sent).isEmpty();

        first.known(true);
        clock.advance(Duration.ofSeconds(3));
        assertThat(sent).containsExactly("200");
    }

    @Test
    void aNodeThatCannotAskAnybodyGoesOnAfterHalfAMinute() {
        store();
        first.broken(true);
        timers.stopFor(Duration.ofSeconds(6));
        strand.run(() -> send("BYE"));

        clock.advance(Duration.ofSeconds(20));
        assertThat(sent).isEmpty();

        clock.advance(Duration.ofSeconds(12));
        assertThat(sent).containsExactly("BYE");
    }

    @Test
    void pausesAgainAndAgainDoNotKeepANodeSilentForEver() {
        store();
        first.known(false);
        timers.stopFor(Duration.ofMillis(1500));
        strand.run(() -> send("BYE"));
        for (int i = 0; i < 4; i++) {
            assertThat(sent).as("after pause " + i).isEmpty();
            clock.advance(Duration.ofSeconds(7));
            timers.stopFor(Duration.ofMillis(1500));
        }
        clock.advance(Duration.ofSeconds(2));

        assertThat(sent).containsExactly("BYE");
    }

    @Test
    void whoLeftInGoodOrderMeanwhileIsNotWaitedFor() {
        store();
        timers.stopFor(Duration.ofSeconds(2));
        second.leave();
        strand.run(() -> send("BYE"));

        clock.advance(Duration.ofSeconds(1));

        assertThat(sent).containsExactly("BYE");
    }

    @Test
    void whoHasStartedAgainMeanwhileIsAskedInsteadOfHisFormerSelf() {
        store();
        second.die();
        timers.stopFor(Duration.ofSeconds(6));
        clock.advance(Duration.ofSeconds(1));
        cluster.join("ccccccc");
        strand.run(() -> send("BYE"));

        clock.advance(Duration.ofSeconds(2));

        assertThat(sent).containsExactly("BYE");
    }

    @Test
    void thatOthersHaveMissedItOnceDoesNotHarmSessionsThatBeganLater() {
        first.known(false);
        timers.stopFor(Duration.ofSeconds(6));
        clock.advance(Duration.ofSeconds(2));
        first.known(true);
        clock.advance(Duration.ofSeconds(1));
        AppSessionState later = session();
        Strand itsStrand = later.strand();
        itsStrand.run(() -> {
            itsStrand.protect();
            itsStrand.hold(() -> sent.add("200"));
        });
        first.doubt(); // by a split

        clock.advance(Duration.ofSeconds(6));

        assertThat(sent).containsExactly("200");
    }

    /** As after a long collection of garbage. */
    @Test
    void aNodeThatTheOthersHaveNotMissedGoesOnAtOnce() {
        store();
        timers.stopFor(Duration.ofSeconds(2));
        strand.run(() -> send("BYE"));

        clock.advance(SHORT);

        assertThat(sent).containsExactly("BYE");
    }

    @Test
    void aNodeThatWasAloneBeforeItStoodStillAsksNobody() {
        second.leave();
        clock.advance(SHORT);
        store();
        first.known(false);
        timers.stopFor(Duration.ofSeconds(6));
        strand.run(() -> send("BYE"));

        clock.advance(SHORT);

        assertThat(sent).containsExactly("BYE");
    }

    /** Of several threads that wake up, one finds it out, and takes its time. */
    @Test
    void aNodeThatStoodStillDoubtsBeforeAnybodyCanTellThatItHasRunAgain() {
        store();
        List<Boolean> doubted = new ArrayList<>();
        AppenderBase<ILoggingEvent> slow = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                doubted.add(strand.call(strand::isHolding)); // what another thread would see meanwhile
            }
        };
        Logger logger = (Logger) LoggerFactory.getLogger(Replication.class);
        slow.start();
        logger.addAppender(slow);
        try {
            timers.stopFor(Duration.ofSeconds(6));
            strand.run(() -> send("BYE"));
        } finally {
            logger.detachAppender(slow);
        }

        assertThat(doubted).containsExactly(true);
    }

    @Test
    void aNodeThatStoodStillGoesOnWithItsSessionsWhenItMeetsNobody() {
        store();
        timers.stopFor(Duration.ofSeconds(6));
        first.minority(true);
        strand.run(() -> send("BYE"));

        clock.advance(Duration.ofSeconds(32));

        assertThat(sent).containsExactly("BYE");
    }

    @Test
    void aNodeThatHasOnlyLostTheOthersGoesOnWithItsSessions() {
        store();
        first.minority(true);
        first.doubt();
        strand.run(() -> send("BYE"));

        clock.advance(SHORT);

        assertThat(sent).containsExactly("BYE");
    }

    @Test
    void theLastMessagesOfASessionThatAnotherNodeHasAreDropped() {
        store();
        first.hang();
        clock.advance(Duration.ofSeconds(1));
        second.claim(session.token());
        clock.advance(SHORT);
        first.wake();

        strand.run(() -> {
            send("BYE");
            session.invalidated();
        });
        clock.advance(Duration.ofSeconds(1));

        assertThat(sent).isEmpty();
        assertThat(cluster.stored()).singleElement().matches(each -> each.owner()
                .equals("bbbbbbb"));
    }

    @Test
    void theLastMessagesOfASessionThatIsStillHereAreSent() {
        store();
        first.doubt();

        strand.run(() -> {
            send("BYE");
            session.invalidated();
        });
        clock.advance(SHORT);

        assertThat(sent).containsExactly("BYE");
        assertThat(cluster.stored()).isEmpty();
    }
}
