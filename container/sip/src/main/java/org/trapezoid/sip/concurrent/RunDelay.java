// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How long a platform thread was ready to run and had no processor, as Linux counts it; nothing elsewhere. A callback that took
 * long for this reason did not block. Confined to its thread.
 */
final class RunDelay {
    private static final Path FILE = Path.of("/proc/thread-self/schedstat"); // run time, run delay, time slices
    private static final boolean AVAILABLE = Files.isReadable(FILE);

    private final byte[] text = new byte[96];
    private @Nullable RandomAccessFile file;
    private boolean failed = !AVAILABLE;
    private long marked;

    /** Counts from now on. */
    void mark() {
        marked = read();
    }

    /** Nanoseconds since the mark, which moves to now. */
    long sinceMark() {
        long before = marked;
        marked = read();
        return Math.max(0, marked - before);
    }

    private long read() {
        if (failed) {
            return 0;
        }
        try {
            RandomAccessFile open = file;
            if (open == null) {
                open = new RandomAccessFile(FILE.toFile(), "r");
                file = open;
            }
            open.seek(0);
            return second(open.read(text));
        } catch (IOException e) {
            failed = true;
            return 0;
        }
    }

    private long second(int length) {
        int i = 0;
        while (i < length && text[i] != ' ') {
            i++;
        }
        long value = 0;
        for (i++; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
            value = value * 10 + text[i] - '0';
        }
        return value;
    }
}
