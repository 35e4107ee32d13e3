// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Answers come when the test gives them. */
class SessionQueueTest {
    private final List<Set<String>> batches = new ArrayList<>();
    private final List<CompletableFuture<Map<String, Object>>> answers = new ArrayList<>();
    private final SessionQueue queue =
            new SessionQueue(new Pace(Duration.ofMillis(2), () -> 0, (delay, task) -> task.run()), batch -> {
                CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
                batches.add(Set.copyOf(batch.tokens()));
                answers.add(answer);
                return answer;
            });

    private CompletionStage<Object> remove(String token) {
        return queue.submit(token, new RemoveSession("owner", 1));
    }

    @Test
    void theFirstGoesAtOnceAndWhatComesMeanwhileGoesTogether() {
        CompletionStage<Object> first = remove("a");
        CompletionStage<Object> second = remove("b");
        CompletionStage<Object> third = remove("c");
        assertThat(batches).containsExactly(Set.of("a"));

        answers.get(0).complete(Map.of("a", true));

        assertThat(first).isCompletedWithValue(true);
        assertThat(second).isNotDone();
        assertThat(batches).containsExactly(Set.of("a"), Set.of("b", "c"));
        answers.get(1).complete(Map.of("b", false));
        assertThat(second).isCompletedWithValue(false);
        assertThat(third).as("a result that is null").isCompletedWithValue(null);
    }

    @Test
    void allOfABatchFailTogetherAndTheNextOneGoesOn() {
        CompletionStage<Object> first = remove("a");
        CompletionStage<Object> second = remove("b");

        answers.get(0).completeExceptionally(new IllegalStateException("nobody knows"));

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isNotDone();
        answers.get(1).complete(Map.of("b", true));
        assertThat(second).isCompletedWithValue(true);
    }

    @Test
    void whatIsAskedForInAnAnswerGoesWithTheOthers() {
        CompletionStage<Object> first = remove("a");
        CompletionStage<Object> then = first.thenCompose(result -> remove("c"));

        answers.get(0).complete(Map.of());

        assertThat(batches).containsExactly(Set.of("a"), Set.of("c"));
        answers.get(1).complete(Map.of("c", true));
        assertThat(then).isCompletedWithValue(true);
    }

    @Test
    void whatComesSoonAfterABatchWaitsForOthers() {
        List<Runnable> delayed = new ArrayList<>();
        SessionQueue paced =
                new SessionQueue(new Pace(Duration.ofMillis(2), () -> 0, (delay, task) -> delayed.add(task)), batch -> {
                    batches.add(Set.copyOf(batch.tokens()));
                    return CompletableFuture.completedFuture(Map.of());
                });
        List.of("a", "b", "c").forEach(token -> paced.submit(token, new RemoveSession("owner", 1)));

        assertThat(delayed).hasSize(1);
        delayed.get(0).run();

        assertThat(batches).containsExactly(Set.of("a"), Set.of("b", "c"));
        assertThat(delayed).as("nothing is left").hasSize(1);
    }

    @Test
    void whatIsLeftOfAFullBatchDoesNotWaitForOthers() {
        List<Runnable> delayed = new ArrayList<>();
        SessionQueue paced =
                new SessionQueue(new Pace(Duration.ofMillis(2), () -> 0, (delay, task) -> delayed.add(task)), batch -> {
                    batches.add(Set.copyOf(batch.tokens()));
                    return CompletableFuture.completedFuture(Map.of());
                });
        for (int i = 0; i < 400; i++) {
            paced.submit("token " + i, new RemoveSession("owner", 1));
        }
        delayed.get(0).run();

        assertThat(batches.stream().mapToInt(Set::size).sum()).isEqualTo(400);
        assertThat(delayed).hasSize(1);
    }

    @Test
    void oneThingAtATimeIsDoneToASessionAndOthersDoNotWaitForIt() {
        remove("a");
        remove("b");
        remove("b");
        remove("c");

        answers.get(0).complete(Map.of());

        assertThat(batches).containsExactly(Set.of("a"), Set.of("b", "c"));
        answers.get(1).complete(Map.of());
        assertThat(batches).containsExactly(Set.of("a"), Set.of("b", "c"), Set.of("b"));
    }

    @Test
    void goesOnAfterABatchThatCouldNotBeSent() {
        List<Integer> tried = new ArrayList<>();
        SessionQueue failing =
                new SessionQueue(new Pace(Duration.ofMillis(2), () -> 0, (delay, task) -> task.run()), batch -> {
                    tried.add(batch.tokens().size());
                    throw new NoClassDefFoundError("some class");
                });

        CompletionStage<Object> first = failing.submit("a", new RemoveSession("owner", 1));
        CompletionStage<Object> second = failing.submit("b", new RemoveSession("owner", 1));

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedExceptionally();
        assertThat(tried).containsExactly(1, 1);
    }

    @Test
    void aBatchHasALimit() {
        remove("first");
        for (int i = 0; i < 1000; i++) {
            remove("token " + i);
        }

        answers.get(0).complete(Map.of());

        assertThat(batches.get(1)).hasSizeBetween(64, 256);
    }
}
