// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReadersTest {
    private final Readers readers = new Readers();
    private final TimerWheel wheel = new TimerWheel(readers);
    private final Workers workers = Threads.workers("worker", 4);
    private final Strands strands = new Strands(workers, wheel);
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final CountDownLatch blocked = new CountDownLatch(1);

    @AfterEach
    void stop() {
        blocked.countDown();
        wheel.close();
        workers.close();
    }

    @Test
    void replacesAReaderThatIsBlockedInACallback() throws InterruptedException {
        Strand strand = inlineStrand();
        Thread thread = read(() -> strand.callback(this::block));

        assertThat(next()).isEqualTo("spare on trapezoid-timer");
        assertThat(thread.isAlive()).isTrue();
        blocked.countDown();
        assertThat(next()).isEqualTo("ended, replaced true");
    }

    @Test
    void handsToWorkersWhatWaitedForTheBlockedReader() throws InterruptedException {
        Strand first = inlineStrand();
        Strand second = inlineStrand();
        read(() -> first.callback(() -> {
            second.callback(() -> events.add("deferred on " + kind()));
            block();
        }));

        assertThat(new String[] {next(), next()})
                .containsExactlyInAnyOrder("deferred on worker", "spare on trapezoid-timer");
    }

    @Test
    void handsToWorkersWhatTheBlockedReaderBringsLater() throws InterruptedException {
        Strand first = inlineStrand();
        Strand second = inlineStrand();
        read(() -> first.callback(() -> {
            block();
            first.callback(() -> events.add("own on " + kind()));
            second.callback(() -> events.add("second on " + kind()));
        }));
        assertThat(next()).startsWith("spare");

        blocked.countDown();

        assertThat(new String[] {next(), next(), next()})
                .containsExactlyInAnyOrder("own on worker", "second on worker", "ended, replaced true");
    }

    @Test
    void runsTheDeferredOnTheReaderItselfWhenNothingBlocks() throws InterruptedException {
        Strand first = inlineStrand();
        Strand second = inlineStrand();
        read(() -> first.callback(() -> second.callback(() -> events.add("deferred on " + kind()))));

        assertThat(next()).isEqualTo("deferred on reader");
        assertThat(next()).isEqualTo("ended, replaced false");
    }

    @Test
    void needsTwoLooksIntoTheSameCallback() throws InterruptedException {
        wheel.close();
        Readers watched = new Readers();
        long tick = TimerWheel.TICK;
        Reader reader = watched.enter(() -> events.add("replaced"));

        reader.enterCallback(1);
        watched.look(1 + 10 * tick, tick); // a pause of the whole machine looks like this
        reader.leaveCallback();
        reader.enterCallback(1 + 11 * tick);
        watched.look(1 + 12 * tick, tick);
        assertThat(reader.isReplaced()).isFalse();
        watched.look(1 + 13 * tick, tick);
        watched.look(1 + 14 * tick, tick);
        reader.close();

        assertThat(reader.isReplaced()).isTrue();
        assertThat(events).containsExactly("replaced");
    }

    @Test
    void refusesToBeAReaderTwice() {
        try (Reader reader = readers.enter(() -> {})) {
            assertThat(reader.isReplaced()).isFalse();
            assertThatThrownBy(() -> readers.enter(() -> {})).isInstanceOf(IllegalStateException.class);
        }
    }

    private Thread read(Runnable event) {
        Thread thread = Threads.platform("reader", () -> {
            try (Reader reader = readers.enter(
                    () -> events.add("spare on " + Thread.currentThread().getName()))) {
                event.run();
                events.add("ended, replaced " + reader.isReplaced());
            }
        });
        thread.start();
        return thread;
    }

    private Strand inlineStrand() {
        Strand strand = strands.create();
        strand.mode(CallbackMode.inline());
        return strand;
    }

    private void block() {
        try {
            blocked.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String kind() {
        String name = Thread.currentThread().getName();
        return name.startsWith("worker") ? "worker" : name;
    }

    private String next() throws InterruptedException {
        String event = events.poll(10, TimeUnit.SECONDS);
        return event == null ? "nothing" : event;
    }
}
