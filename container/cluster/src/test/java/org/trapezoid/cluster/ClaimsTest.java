// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is put off is done at once. */
class ClaimsTest {
    private static final StoredSession MINE = new StoredSession("self", 2, 1, new byte[] {1});
    private static final CompletableFuture<StoredSession> LOST =
            CompletableFuture.failedFuture(new IllegalStateException("the backup does not answer"));

    private final Deque<CompletableFuture<StoredSession>> answers = new ArrayDeque<>();
    private final List<Long> made = new ArrayList<>();
    private final List<String> again = new ArrayList<>();
    private boolean running = true;
    private final Claims claims = new Claims(
            (token, claim) -> {
                made.add(claim);
                return answers.remove();
            },
            owner -> owner.equals("late"),
            (delay, task) -> task.run(),
            again::add,
            () -> running);

    private void answers(StoredSession... stored) {
        for (StoredSession each : stored) {
            answers.add(CompletableFuture.completedFuture(each));
        }
    }

    private CompletableFuture<Claims.Answer> claim() {
        return claims.claim("token").toCompletableFuture();
    }

    @Test
    void oneWhoseAnswerIsLostIsRepeatedAsTheSame() {
        answers.add(LOST);
        answers.add(LOST);
        answers(MINE);

        assertThat(claim().join()).isEqualTo(new Claims.Answer(1, MINE));
        assertThat(made).containsExactly(1L, 1L, 1L);
        assertThat(again).isEmpty();
    }

    @Test
    void oneThatNobodyAnswersIsMadeAgainLaterAsTheSame() {
        answers.addAll(Collections.nCopies(5, LOST));
        assertThat(claim()).isCompletedExceptionally();
        assertThat(again).containsExactly("token");
        answers.addAll(Collections.nCopies(5, LOST));
        assertThat(claim()).isCompletedExceptionally();
        assertThat(again).containsExactly("token", "token");

        answers(MINE, MINE);
        assertThat(claim().join()).isEqualTo(new Claims.Answer(1, MINE));

        assertThat(claim().join().claim()).isEqualTo(2);
        assertThat(made).containsExactly(1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 2L);
    }

    @Test
    void ofTwoAtTheSameTimeOnlyTheFirstIsAClaim() {
        CompletableFuture<StoredSession> answer = new CompletableFuture<>();
        answers.add(answer);
        CompletableFuture<Claims.Answer> first = claim();
        CompletableFuture<Claims.Answer> second = claim();
        answer.complete(MINE);

        assertThat(first.join().claim()).isEqualTo(MINE.claim());
        assertThat(second.join().stored()).isEqualTo(MINE);
        assertThat(second.join().claim()).isNotEqualTo(MINE.claim()).isNotZero(); // 0 is of who began a session
        assertThat(made).containsExactly(1L);
    }

    @Test
    void aStoreThatBreaksDoesNotKeepTheNextClaimFromBeingMade() {
        running = false;
        assertThat(claim()).isCompletedExceptionally(); // there is no answer
        running = true;
        answers(MINE);

        assertThat(claim().join().stored()).isEqualTo(MINE);
    }

    @Test
    void itWaitsUntilTheOwnerIsGoneForTheOneWhoStoresIt() {
        StoredSession late = new StoredSession("late", 1, 0, new byte[0]);
        answers(late, late, MINE);

        assertThat(claim().join().stored()).isEqualTo(MINE);
    }

    @Test
    void aNodeThatStopsMakesNoneAgain() {
        running = false;
        answers.add(LOST);

        assertThat(claim()).isCompletedExceptionally();
        assertThat(made).hasSize(1);
        assertThat(again).isEmpty();
    }
}
