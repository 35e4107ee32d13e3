// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.replication.testing.MemoryNode;
import org.trapezoid.servlet.replication.testing.StoppedTimers;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionId;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.testing.ManualClock;

/** One session that is kept elsewhere, and what becomes of its messages. */
class SessionReplicaTest {
    private static final Duration ANSWER = Duration.ofMillis(30);
    private static final Duration SHORT = Duration.ofMillis(200);

    private final ManualClock clock = new ManualClock();
    private final StoppedTimers timers = new StoppedTimers(clock);
    private final MemoryCluster cluster = new MemoryCluster(clock);
    private final MemoryNode first = cluster.join("aaaaaaa");
    private final MemoryNode second = cluster.join("bbbbbbb");
    private final Replication replication = new Replication(
            first,
            first,
            first,
            new SessionTokens("aaaaaaa", new byte[32], new SplittableRandom(1)),
            timers,
            Replication.DEFAULT_WAIT);
    private final Queue<Runnable> workers = new ArrayDeque<>();
    private final Strand strand = new Strands(workers::add, clock).create();
    private final List<String> sent = new ArrayList<>();
    private Supplier<byte[]> state = () -> new byte[] {1};
    private final AppSessionState session = session();

    private AppSessionState session() {
        strand.token(replication.freshToken());
        AppSessionState made = new AppSessionState(new SessionId("s"), "app", 1, Optional.empty(), strand, 0, false);
        replication.watch(clock.strands().create());
        replication.onLeft(AppSessionState::left);
        strand.run(() -> replication.begin(made, () -> state.get()));
        cluster.answersAfter(() -> ANSWER);
        return made;
    }

    private void send(String message) {
        if (strand.isHolding()) {
            strand.hold(() -> sent.add(message));
        } else {
            sent.add(message);
        }
    }

    private void sendProtected(String message) {
        strand.run(() -> {
            strand.protect();
            send(message);
        });
    }

    private void store() {
        strand.run(session::changed);
        clock.advance(SHORT);
        assertThat(cluster.stored()).hasSize(1);
    }

    @Test
    void whatCameMeanwhileIsSavedWhenASaveIsAnswered() {
        sendProtected("180");
        sendProtected("200"); // while the first one is saved
        clock.advance(ANSWER);
        assertThat(sent).containsExactly("180");
        assertThat(cluster.saves()).isEqualTo(2);

        clock.advance(ANSWER);

        assertThat(sent).containsExactly("180", "200");
        assertThat(workers).isEmpty();
    }

    @Test
    void whoAnswersASaveWritesNoObjectsOfTheApplication() {
        strand.run(session::gotObjects);
        sendProtected("180");
        workers.remove().run();
        sendProtected("200"); // while the first one is saved
        clock.advance(ANSWER);
        assertThat(sent).containsExactly("180");
        assertThat(cluster.saves()).isEqualTo(1);

        workers.remove().run();
        assertThat(cluster.saves()).isEqualTo(2);
        clock.advance(ANSWER);

        assertThat(sent).containsExactly("180", "200");
    }

    @Test
    void whoKeepsTheTimeWritesNoObjectsOfTheApplication() {
        strand.run(session::gotObjects);
        strand.run(session::changed);
        clock.advance(SHORT);
        assertThat(cluster.saves()).isZero();

        workers.remove().run();

        assertThat(cluster.saves()).isEqualTo(1);
    }

    @Test
    void whoSendsAMessageWritesNoObjectsOfTheApplication() {
        strand.run(session::gotObjects);
        sendProtected("180");
        assertThat(cluster.saves()).isZero();

        workers.remove().run();
        clock.advance(ANSWER);

        assertThat(sent).containsExactly("180");
        assertThat(cluster.saves()).isEqualTo(1);
    }

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

    @Test
    void whatCannotBeWrittenDownKeepsNoMessageBack() {
        state = () -> {
            throw new IllegalStateException("an attribute of the application");
        };
        sendProtected("180");
        clock.advance(SHORT);
        assertThat(sent).containsExactly("180");

        state = () -> new byte[] {2};
        sendProtected("200");
        clock.advance(SHORT);
        assertThat(sent).containsExactly("180", "200");
        strand.run(session::invalidated);
        clock.advance(SHORT);

        assertThat(replication.unprotected()).isEqualTo(1);
        assertThat(cluster.stored()).isEmpty();
    }

    @Test
    void anErrorOfTheApplicationWhileItIsWrittenDoesNotKeepItFromBeingSavedAgain() {
        state = () -> {
            throw new NoClassDefFoundError("of an attribute");
        };
        sendProtected("180");
        clock.advance(SHORT);

        state = () -> new byte[] {2};
        sendProtected("200");
        clock.advance(SHORT);

        assertThat(sent).containsExactly("180", "200");
        assertThat(cluster.stored()).hasSize(1);
    }

    @Test
    void aMessageThatFailsKeepsNoOtherBack() {
        strand.run(() -> {
            strand.protect();
            strand.hold(() -> {
                throw new IllegalStateException("the test says so");
            });
            send("180");
        });
        clock.advance(SHORT);

        assertThat(sent).containsExactly("180");
    }

    @Test
    void whatNoMessageWaitsForIsSavedWhenTheCallbackIsOver() {
        strand.run(() -> {
            session.callbackQueued();
            session.changed();
        });
        clock.advance(SHORT);
        assertThat(cluster.stored()).isEmpty();

        strand.run(session::callbackEnded);
        clock.advance(SHORT);

        assertThat(cluster.stored()).hasSize(1);
    }

    @Test
    void itMakesWayForWhatWasTakenOverSince() {
        store();
        assertThat(strand.call(() -> session.yields(1))).isFalse();

        assertThat(strand.call(() -> session.yields(3))).isTrue();
        sendProtected("200");
        clock.advance(SHORT);

        assertThat(sent).isEmpty();
        assertThat(cluster.stored()).hasSize(1);
    }

    @Test
    void whatLeavesWhileNoOtherNodeKeepsTheSessionIsUnprotected() {
        sendProtected("180");
        clock.advance(SHORT);
        assertThat(replication.unprotected()).isZero();

        second.die();
        clock.advance(Duration.ofSeconds(1)); // it is noticed
        sendProtected("200");
        clock.advance(SHORT);

        assertThat(sent).containsExactly("180", "200");
        assertThat(replication.unprotected()).isOne();
        assertThat(replication.isUnprotected()).isTrue();
    }

    @Test
    void itIsSaidOnceThatMessagesLeaveUnprotected() {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(Replication.class);
        logged.start();
        logger.addAppender(logged);
        logger.setLevel(Level.INFO);
        try {
            for (int i = 0; i < 5; i++) { // some backups confirm and others do not
                replication.unprotected(1);
                replication.confirmed();
                clock.advance(Duration.ofSeconds(1));
            }
            clock.advance(Duration.ofSeconds(5));
            replication.confirmed();
            replication.unprotected(1);
        } finally {
            logger.setLevel(null); // as before
            logger.detachAppender(logged);
        }

        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "the other nodes do not confirm within 500 ms: messages leave before their state is safe",
                        "sessions have backups again; 5 messages left without",
                        "the other nodes do not confirm within 500 ms: messages leave before their state is safe");
    }

    @Test
    void aSessionThatEndsWhileItIsHandedOverIsNotLeftBehind() {
        store();
        List<String> left = new ArrayList<>();
        strand.run(() -> session.handOver(() -> left.add("it")));

        strand.run(session::invalidated);
        clock.advance(SHORT);

        assertThat(left).containsExactly("it");
        assertThat(cluster.stored()).isEmpty();
    }

    @Test
    void nobodyWaitsForASessionThatAnotherNodeHas() {
        store();
        cluster.onSave(snapshot -> MemoryCluster.Fate.REFUSED);
        List<String> left = new ArrayList<>();

        strand.run(() -> session.handOver(() -> left.add("it")));
        clock.advance(SHORT);

        assertThat(left).containsExactly("it");
    }

    @Test
    void nobodyWaitsForASessionThatEndsBeforeItIsHandedOver() {
        store();
        strand.run(session::changed);
        clock.advance(Duration.ofMillis(21)); // it is being saved
        List<String> left = new ArrayList<>();

        strand.run(() -> session.handOver(() -> left.add("it")));
        strand.run(session::invalidated);
        clock.advance(SHORT);

        assertThat(left).containsExactly("it");
        assertThat(cluster.stored()).isEmpty();
    }

    @Test
    void whatChangesWhileItIsHandedOverLeavesWithIt() {
        store();
        List<String> left = new ArrayList<>();
        strand.run(() -> session.handOver(() -> left.add("it")));
        clock.advance(Duration.ofMillis(10));
        state = () -> new byte[] {2};

        sendProtected("200");
        clock.advance(SHORT);

        assertThat(sent).containsExactly("200");
        assertThat(left).containsExactly("it");
        assertThat(cluster.stored()).singleElement().matches(each -> each.state()[0] == 2);
    }
}
