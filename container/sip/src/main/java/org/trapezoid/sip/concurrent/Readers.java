// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that read sockets and run inline callbacks; the timer wheel looks after them. Thread-safe. */
public final class Readers {
    private static final Logger log = LoggerFactory.getLogger(Readers.class);

    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();

    /**
     * Makes this thread a reader until it closes the result.
     *
     * @param onBlocked run once, on the wheel thread, when this thread was inside one callback for more than a tick:
     *     starts a spare on the same socket, and must not block itself. The callbacks that waited for this thread were
     *     handed to workers before; this thread ends its loop when it finds {@link Reader#isReplaced()}.
     * @throws IllegalStateException if this thread is a reader already
     */
    public Reader enter(Runnable onBlocked) {
        Turn turn = Turn.current();
        if (turn.reader() != null) {
            throw new IllegalStateException(Thread.currentThread() + " is a reader already");
        }
        Reader reader = new Reader(this, onBlocked, turn);
        turn.reader(reader);
        readers.add(reader);
        return reader;
    }

    void remove(Reader reader) {
        readers.remove(reader);
    }

    /** On the wheel thread, each tick. */
    void look(long nanoTime, long tick) {
        for (Reader reader : readers) {
            try {
                reader.look(nanoTime, tick);
            } catch (RuntimeException e) {
                log.error("cannot replace a blocked reader", e);
            }
        }
    }
}
