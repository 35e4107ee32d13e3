// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.benchmarks;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.TimerWheel;

/** Start and cancel of a timer, as nearly every transaction does, with other timers pending. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TimerWheelBenchmark {
    private static final Duration TIMER_B = Duration.ofSeconds(32);

    @Param({"1", "100000"})
    public int pending;

    private final TimerWheel timers = new TimerWheel(new Readers());
    private final Strand owner = new Strands(Runnable::run, timers).create();

    @Setup
    public void open() {
        for (int i = 0; i < pending; i++) {
            timers.schedule(owner, Duration.ofHours(1).plusMillis(i), () -> {});
        }
    }

    @TearDown
    public void close() {
        timers.close();
    }

    @Benchmark
    public boolean startAndCancel() {
        Timer timer = timers.schedule(owner, TIMER_B, () -> {});
        timer.cancel();
        return timer.isPending();
    }

    @Benchmark
    @Threads(2)
    public boolean startAndCancelOnTwoThreads() {
        return startAndCancel();
    }
}
