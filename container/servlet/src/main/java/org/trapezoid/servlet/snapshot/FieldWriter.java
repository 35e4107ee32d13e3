// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes numbered fields: number, length, bytes. A number keeps its meaning for ever; what is absent is the default. A field may be
 * repeated. Not thread-safe.
 */
public final class FieldWriter {
    private static final int INITIAL = 2048;
    private static final int MOST_DIGITS = 10; // of a number of 64 bits, 7 at a time

    private byte[] buffer = new byte[INITIAL];
    private int size;

    public FieldWriter text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    public FieldWriter text(int field, Optional<String> value) {
        value.ifPresent(present -> text(field, present));
        return this;
    }

    public FieldWriter texts(int field, Iterable<String> values) {
        values.forEach(value -> text(field, value));
        return this;
    }

    /** Nothing for 0, which is what an absent number is. */
    public FieldWriter number(int field, long value) {
        if (value != 0) {
            varint(field);
            long zigzag = (value << 1) ^ (value >> (Long.SIZE - 1));
            varint(lengthOf(zigzag));
            varint(zigzag);
        }
        return this;
    }

    /** Nothing for false. */
    public FieldWriter flag(int field, boolean value) {
        return number(field, value ? 1 : 0);
    }

    public FieldWriter bytes(int field, byte[] value) {
        varint(field);
        varint(value.length);
        return rest(value);
    }

    /**
     * A field that has fields itself.
     *
     * @param content writes them, to this same writer
     */
    public FieldWriter part(int field, Consumer<FieldWriter> content) {
        varint(field);
        int start = size;
        content.accept(this);
        int length = size - start;
        int digits = lengthOf(length);
        room(digits);
        System.arraycopy(buffer, start, buffer, start + digits, length);
        size = start;
        varint(length);
        size += length;
        return this;
    }

    /** Fields that a {@link FieldReader} did not know. */
    public FieldWriter rest(byte[] fields) {
        room(fields.length);
        System.arraycopy(fields, 0, buffer, size, fields.length);
        size += fields.length;
        return this;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(buffer, size);
    }

    private void room(int more) {
        if (more > buffer.length - size) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
        }
    }

    private static int lengthOf(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    private void varint(long value) {
        room(MOST_DIGITS);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            buffer[size++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }
}
