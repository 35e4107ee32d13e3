// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.trapezoid.sip.concurrent.CallbackMode;
import org.trapezoid.sip.concurrent.Reader;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Threads;
import org.trapezoid.sip.concurrent.TimerWheel;
import org.trapezoid.sip.concurrent.Workers;

/** What a message pays for its core section and its callback, uncontended. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StrandBenchmark {
    private final Readers readers = new Readers();
    private final Reader reader = readers.enter(() -> {});
    private final Workers workers = Threads.workers("worker", Threads.WORKERS);
    private final TimerWheel timers = new TimerWheel(readers);
    private final Strands strands = new Strands(workers, timers);
    private final Strand strand = strands.create();
    private final Strand other = strands.create();
    private long count;

    @Setup
    public void runInline() {
        strand.mode(CallbackMode.inline());
    }

    @TearDown
    public void close() {
        reader.close();
        timers.close();
        workers.close();
    }

    @Benchmark
    public long coreSection() {
        strand.run(() -> count++);
        return count;
    }

    @Benchmark
    public long coreSectionAndInlineCallback() {
        strand.run(() -> strand.callback(() -> count++));
        return count;
    }

    @Benchmark
    public long newStrandWithInlineCallback() {
        Strand fresh = strands.create();
        fresh.mode(CallbackMode.inline());
        fresh.run(() -> fresh.callback(() -> count++));
        return count;
    }

    @Benchmark
    public long postToAnotherStrand() {
        strand.run(() -> other.run(() -> count++));
        return count;
    }
}
