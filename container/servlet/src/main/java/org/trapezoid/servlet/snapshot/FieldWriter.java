// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes numbered fields: number, length, bytes. A number keeps its meaning for ever; what is absent is the default. A field may be
 * repeated. Not thread-safe.
 */
public final class FieldWriter {
    private static final int INITIAL = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(INITIAL);

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
        out.write(value, 0, value.length);
        return this;
    }

    /** A field that has fields itself. */
    public FieldWriter part(int field, Consumer<FieldWriter> content) {
        FieldWriter part = new FieldWriter();
        content.accept(part);
        return bytes(field, part.toBytes());
    }

    /** Fields that a {@link FieldReader} did not know. */
    public FieldWriter rest(byte[] fields) {
        out.write(fields, 0, fields.length);
        return this;
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }

    private static int lengthOf(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
