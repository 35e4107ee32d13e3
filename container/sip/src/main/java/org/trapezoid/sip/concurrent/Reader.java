// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A thread while it reads a socket and may run inline callbacks. Opened and closed by that thread; the wheel watches. */
public final class Reader implements AutoCloseable {
    private final Readers readers;
    private final Runnable onBlocked;
    private final Turn turn;
    /** Strands whose callbacks wait for the one that runs on this thread. */
    private final ConcurrentLinkedQueue<Strand> deferred = new ConcurrentLinkedQueue<>();

    private final AtomicLong since = new AtomicLong(); // start of the running callback, 0 for none
    private long seen; // what the wheel saw at its last look; wheel thread only
    private volatile boolean replaced;

    Reader(Readers readers, Runnable onBlocked, Turn turn) {
        this.readers = readers;
        this.onBlocked = onBlocked;
        this.turn = turn;
    }

    /** Whether this thread was found blocked in a callback: somebody else reads now, and it has to end its loop. */
    public boolean isReplaced() {
        return replaced;
    }

    /** The thread is a reader no longer. */
    @Override
    public void close() {
        turn.reader(null);
        readers.remove(this);
        handOver();
    }

    void enterCallback(long nanoTime) {
        since.setRelease(nanoTime | 1);
    }

    void leaveCallback() {
        since.setRelease(0L);
    }

    void defer(Strand strand) {
        deferred.add(strand);
        if (replaced) {
            handOver(); // the wheel may have looked before this one came
        }
    }

    @Nullable
    Strand pollDeferred() {
        return deferred.poll();
    }

    /** On the wheel thread: two looks into the same callback, more than a tick apart, mean that it blocks. */
    void look(long nanoTime, long tick) {
        long began = since.getAcquire();
        boolean blocked = began != 0 && began == seen && nanoTime - began > tick && !replaced;
        seen = began;
        if (blocked) {
            replaced = true;
            handOver();
            onBlocked.run();
        }
    }

    private void handOver() {
        Strand strand;
        while ((strand = deferred.poll()) != null) {
            strand.handToWorker();
        }
    }
}
