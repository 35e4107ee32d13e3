// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Direct buffers lent for the time of one read or write. A thread finds the one it gave back last; virtual
 * threads do not each keep one. Thread-safe, without locks.
 */
final class Buffers {
    private static final int SLOTS = 16;

    private final int capacity;
    private final AtomicReferenceArray<ByteBuffer> slots = new AtomicReferenceArray<>(SLOTS);

    Buffers(int capacity) {
        this.capacity = capacity;
    }

    int capacity() {
        return capacity;
    }

    ByteBuffer take() {
        int home = home();
        for (int i = 0; i < SLOTS; i++) {
            int slot = (home + i) & (SLOTS - 1);
            if (slots.getPlain(slot) != null) {
                ByteBuffer buffer = slots.getAndSet(slot, null);
                if (buffer != null) {
                    return buffer.clear();
                }
            }
        }
        return ByteBuffer.allocateDirect(capacity);
    }

    void give(ByteBuffer buffer) {
        int home = home();
        for (int i = 0; i < SLOTS; i++) {
            if (slots.compareAndSet((home + i) & (SLOTS - 1), null, buffer)) {
                return;
            }
        }
    }

    private static int home() {
        return (int) Thread.currentThread().getId() & (SLOTS - 1);
    }
}
