// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.ManualClock;

class StrandTest {
    private final ManualClock clock = new ManualClock();
    private final Queue<Runnable> workers = new ArrayDeque<>();
    private final Strands strands = new Strands(workers::add, clock);
    private final Strand strand = inline(strands.create());
    private final Strand other = inline(strands.create());
    private final List<String> events = new ArrayList<>();
    private final Reader reader = new Readers().enter(() -> events.add("replaced"));

    @AfterEach
    void endReading() {
        reader.close();
    }

    @Test
    void runsACallbackOnTheReaderOnceTheCoreSectionIsLeft() {
        strand.run(() -> {
            strand.callback(() -> events.add("callback " + strand.isHeld()));
            events.add("core " + strand.isHeld());
        });

        assertThat(events).containsExactly("core true", "callback false");
        assertThat(workers).isEmpty();
    }

    @Test
    void runsCallbacksInTheirOrder() {
        strand.run(() -> IntStream.range(0, 10).forEach(i -> strand.callback(() -> events.add("" + i))));

        assertThat(events).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void runsAnEventOfTheSameStrandAtOnce() {
        strand.run(() -> {
            strand.run(() -> events.add("inner"));
            events.add("outer");
        });

        assertThat(events).containsExactly("inner", "outer");
    }

    @Test
    void postsWhatAnotherStrandHasToDo() {
        strand.run(() -> {
            other.run(() -> events.add("other " + other.isHeld() + strand.isHeld()));
            strands.create().run(() -> events.add("third"));
            events.add("first");
        });

        assertThat(events).containsExactly("first", "other truefalse", "third");
    }

    @Test
    void doesPostedWorkBeforeCallbacks() {
        strand.run(() -> {
            strand.callback(() -> events.add("callback"));
            other.run(() -> {
                other.callback(() -> events.add("other callback"));
                events.add("other core");
            });
        });

        assertThat(events).containsExactly("other core", "callback", "other callback");
    }

    @Test
    void doesPostedWorkBeforeACallbackGoesOn() {
        strand.run(() -> strand.callback(() -> {
            strand.run(() -> other.run(() -> events.add("other core")));
            events.add("callback goes on");
        }));

        assertThat(events).containsExactly("other core", "callback goes on");
    }

    @Test
    void postsATaskUntilNoCoreSectionIsHeld() {
        Strand.post(() -> events.add("at once"));
        strand.run(() -> {
            Strand.post(() -> events.add("later " + strand.isHeld()));
            events.add("core");
        });

        assertThat(events).containsExactly("at once", "core", "later false");
    }

    @Test
    void goesOnAfterAPostedTaskThatThrows() {
        strand.run(() -> {
            other.run(() -> {
                throw new IllegalStateException("posted");
            });
            other.run(() -> events.add("next"));
        });

        assertThat(events).containsExactly("next");
        assertThat(other.isHeld()).isFalse();
    }

    @Test
    void returnsAValueFromTheCoreSection() {
        assertThat(strand.call(() -> strand.isHeld() ? "held" : "free")).isEqualTo("held");
        assertThat(strand.<String>call(() -> strand.call(() -> "inner"))).isEqualTo("inner");
        assertThat(strand.isHeld()).isFalse();
    }

    @Test
    void refusesToWaitForAnotherStrandInsideACoreSection() {
        strand.run(() -> {
            assertThatThrownBy(() -> other.call(() -> 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> other.callback(() -> events.add("never")))
                    .isInstanceOf(IllegalStateException.class);
        });

        assertThat(events).isEmpty();
    }

    @Test
    void leavesTheCoreSectionWhenItThrows() {
        assertThatThrownBy(() -> strand.run(() -> {
                    strand.callback(() -> events.add("callback"));
                    throw new IllegalStateException("core");
                }))
                .hasMessage("core");

        assertThat(strand.isHeld()).isFalse();
        assertThat(events).containsExactly("callback");
    }

    @Test
    void entersTheStrandThatTheOwnerHasMovedTo() {
        Movable owner = new Movable(strand);

        strand.run(() -> {
            owner.strand = other;
            Strand.run(owner, () -> events.add("on other " + other.isHeld()));
            events.add("moved");
        });
        Strand.run(owner, () -> events.add("still on other " + other.isHeld()));

        assertThat(events).containsExactly("moved", "on other true", "still on other true");
    }

    @Test
    void neverNestsCallbacksOnOneThread() {
        strand.run(() -> strand.callback(() -> {
            other.callback(() -> events.add("other"));
            strand.callback(() -> events.add("own"));
            events.add("first");
        }));

        assertThat(events).containsExactly("first", "own", "other");
        assertThat(workers).isEmpty();
    }

    @Test
    void letsAWorkerGoOnAfterSixteenCallbacks() {
        strand.run(() -> IntStream.range(0, 20).forEach(i -> strand.callback(() -> events.add("" + i))));

        assertThat(events).hasSize(16);
        assertThat(workers).hasSize(1);
        runWorkers();
        assertThat(events).hasSize(20).startsWith("0").endsWith("19");
    }

    @Test
    void countsTheSixteenOverAllStrandsOfOneTurn() {
        strand.run(() -> strand.callback(() -> bounce(strand, other, 100)));

        assertThat(events).hasSize(16);
        runWorkers();
        assertThat(events).hasSize(100);
    }

    @Test
    void keepsAWorkerNoLongerThanSixteenCallbacks() {
        strand.mode(CallbackMode.worker());
        strand.run(() -> IntStream.range(0, 40).forEach(i -> strand.callback(() -> events.add("" + i))));

        workers.remove().run();

        assertThat(events).hasSize(16);
        assertThat(workers).hasSize(1);
        runWorkers();
        assertThat(events).hasSize(40);
        assertThat(workers).isEmpty();
    }

    @Test
    void takesNoMoreThan256Callbacks() {
        List<Boolean> taken = new ArrayList<>();

        strand.run(() -> IntStream.range(0, 258).forEach(i -> taken.add(strand.callback(() -> events.add("" + i)))));

        assertThat(taken.subList(0, 256)).containsOnly(true);
        assertThat(taken.subList(256, 258)).containsOnly(false);
        runWorkers();
        assertThat(events).hasSize(256);
        assertThat(strand.callback(() -> events.add("again"))).isTrue();
        runWorkers();
        assertThat(events).hasSize(257);
    }

    @Test
    void handsCallbacksOfABlockingApplicationToAWorker() {
        strand.mode(CallbackMode.worker());

        strand.run(() -> strand.callback(() -> events.add("callback")));

        assertThat(events).isEmpty();
        runWorkers();
        assertThat(events).containsExactly("callback");
    }

    @Test
    void handsCallbacksToAWorkerWhenTheThreadIsNoReader() {
        reader.close();

        strand.run(() -> strand.callback(() -> events.add("callback")));

        assertThat(events).isEmpty();
        assertThat(workers).hasSize(1);
    }

    @Test
    void asksForOneWorkerOnly() {
        strand.mode(CallbackMode.worker());

        strand.callback(() -> events.add("1"));
        strand.callback(() -> events.add("2"));

        assertThat(workers).hasSize(1);
        runWorkers();
        assertThat(events).containsExactly("1", "2");
    }

    @Test
    void goesOnAfterAnyThrowable() {
        strand.run(() -> {
            strand.callback(() -> {
                throw new NoSuchMethodError("an old archive");
            });
            strand.callback(() -> {
                throw new IllegalArgumentException("a new one");
            });
            strand.callback(() -> events.add("next"));
        });

        assertThat(events).containsExactly("next");
    }

    @Test
    void clearsTheInterruptAfterEachCallback() {
        strand.run(() -> {
            strand.callback(() -> Thread.currentThread().interrupt());
            strand.callback(() -> events.add("" + Thread.currentThread().isInterrupted()));
        });

        assertThat(events).containsExactly("false");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void goesBackToWorkersInTheMiddleOfItsQueue() {
        strand.run(() -> {
            strand.callback(() -> strand.mode(CallbackMode.worker()));
            strand.callback(() -> events.add("on a worker"));
        });

        assertThat(events).isEmpty();
        runWorkers();
        assertThat(events).containsExactly("on a worker");
    }

    @Test
    void dropsItsCallbacksWhenTheWorkersAreClosed() {
        Strand closed = new Strands(
                        task -> {
                            throw new RejectedExecutionException("closed");
                        },
                        clock)
                .create();

        closed.callback(() -> events.add("never"));

        assertThat(events).isEmpty();
        closed.mode(CallbackMode.inline());
        closed.callback(() -> events.add("taken"));
        assertThat(events).containsExactly("taken");
    }

    @Test
    void runsCallbacksOnTheTestThreadUnderAManualClock() {
        Strand tested = clock.strands().create();
        Strand peer = clock.strands().create();

        tested.run(() -> {
            tested.callback(() -> {
                peer.callback(() -> events.add("peer"));
                events.add("callback");
            });
            peer.run(() -> events.add("posted"));
            events.add("core");
        });

        assertThat(events).containsExactly("core", "posted", "callback", "peer");
    }

    private void bounce(Strand from, Strand to, int times) {
        events.add("" + times);
        if (times > 1) {
            to.callback(() -> bounce(to, from, times - 1));
        }
    }

    private void runWorkers() {
        Runnable task;
        while ((task = workers.poll()) != null) {
            reader.close(); // the thread is a worker now
            task.run();
        }
    }

    private static Strand inline(Strand strand) {
        strand.mode(CallbackMode.inline());
        return strand;
    }

    private static final class Movable implements Stranded {
        private Strand strand;

        Movable(Strand strand) {
            this.strand = strand;
        }

        @Override
        public Strand strand() {
            return strand;
        }
    }
}
