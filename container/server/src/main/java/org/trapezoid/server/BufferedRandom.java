// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Unpredictable numbers at the price of predictable ones: each thread takes them from a block that the secure generator,
 * which is slow and shared, fills now and then. Thread-safe.
 */
final class BufferedRandom implements RandomGenerator {

    private static final int BLOCK = 64;

    private final SecureRandom source = new SecureRandom();
    private final ThreadLocal<Block> blocks = ThreadLocal.withInitial(Block::new);

    @Override
    public long nextLong() {
        return blocks.get().next(source);
    }

    private static final class Block {
        private final long[] numbers = new long[BLOCK];
        private int used = BLOCK;

        long next(SecureRandom source) {
            if (used == BLOCK) {
                for (int i = 0; i < BLOCK; i++) {
                    numbers[i] = source.nextLong();
                }
                used = 0;
            }
            long next = numbers[used];
            numbers[used++] = 0; // what was given out is not kept
            return next;
        }
    }
}
