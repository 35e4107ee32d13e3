// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** One session that is kept elsewhere, and what becomes of its messages. */
class SessionReplicaTest extends ReplicaFixture {
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
    void aMessageWaitsUntilTheOthersKnowTheTransaction() {
        Iterator<Duration> answers = List.of(ANSWER.multipliedBy(2), ANSWER).iterator(); // to the name, to the save
        cluster.answersAfter(answers::next);
        strand.run(() -> session.names("z9hG4bK1|phone"));
        sendProtected("180");

        clock.advance(ANSWER);
        assertThat(cluster.stored()).hasSize(1);
        assertThat(second.named("z9hG4bK1|phone")).contains(session.token());
        assertThat(sent).isEmpty(); // the node does not know yet that they do

        clock.advance(ANSWER);
        assertThat(sent).containsExactly("180");
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
    void aMessageWaitsItsOwnTimeNotThatOfOneBefore() {
        cluster.answersAfter(() -> Duration.ofMillis(350));
        sendProtected("180");
        clock.advance(Duration.ofMillis(300));
        sendProtected("200"); // 500 ms after the first one are 200 ms after this one
        clock.advance(Duration.ofMillis(300));
        assertThat(sent).containsExactly("180");

        clock.advance(Duration.ofMillis(150));

        assertThat(sent).containsExactly("180", "200");
        assertThat(replication.unprotected()).isZero();
    }

    @Test
    void noMessageWaitsLongerThanThatForALaterSave() {
        cluster.answersAfter(() -> Duration.ofMillis(450));
        sendProtected("180");
        clock.advance(Duration.ofMillis(100));
        sendProtected("200");
        clock.advance(Duration.ofMillis(499));
        assertThat(sent).containsExactly("180");

        clock.advance(Duration.ofMillis(2));

        assertThat(sent).containsExactly("180", "200");
        assertThat(replication.unprotected()).isOne();
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
}
