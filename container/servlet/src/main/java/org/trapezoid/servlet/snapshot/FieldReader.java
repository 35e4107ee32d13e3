// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** Reads what a {@link FieldWriter} wrote, of this version or another one. Immutable. */
public final class FieldReader {

    /** Where a field is: its number, where it starts, and where its bytes are. */
    private record Field(int number, int start, int from, int to) {}

    private final byte[] bytes;
    private final Duration ago;
    private final List<Field> fields = new ArrayList<>();

    /** @throws SnapshotException if these are no fields */
    public FieldReader(byte[] bytes) {
        this(bytes, Duration.ZERO);
    }

    /**
     * The same, so long after they were written.
     *
     * @throws SnapshotException if these are no fields
     */
    public FieldReader(byte[] bytes, Duration ago) {
        this.bytes = bytes;
        this.ago = ago;
        Position position = new Position(bytes);
        while (position.at < bytes.length) {
            int start = position.at;
            long number = position.varint();
            long length = position.varint();
            if (number <= 0 || number > Integer.MAX_VALUE || length < 0 || length > bytes.length - position.at) {
                throw new SnapshotException("a field at byte " + start + " of " + bytes.length + " is cut off");
            }
            fields.add(new Field((int) number, start, position.at, position.at + (int) length));
            position.at += (int) length;
        }
    }

    public Optional<String> text(int field) {
        return bytes(field).map(value -> new String(value, StandardCharsets.UTF_8));
    }

    /** @throws SnapshotException if it is absent */
    public String requiredText(int field) {
        return text(field).orElseThrow(() -> missing(field));
    }

    public List<String> texts(int field) {
        List<String> texts = new ArrayList<>();
        for (Field each : fields) {
            if (each.number == field) {
                texts.add(new String(bytes, each.from, each.to - each.from, StandardCharsets.UTF_8));
            }
        }
        return texts;
    }

    /** 0 if it is absent. */
    public long number(int field) {
        for (Field each : fields) {
            if (each.number == field) {
                Position position = new Position(bytes);
                position.at = each.from;
                long zigzag = position.varint();
                return (zigzag >>> 1) ^ -(zigzag & 1);
            }
        }
        return 0;
    }

    /** What is left of a time that was to pass; not negative. */
    public Duration left(int field) {
        Duration left = Duration.ofMillis(number(field)).minus(ago);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** How long something has lasted by now. */
    public Duration lasted(int field) {
        return Duration.ofMillis(number(field)).plus(ago);
    }

    public boolean flag(int field) {
        return number(field) != 0;
    }

    public Optional<byte[]> bytes(int field) {
        for (Field each : fields) {
            if (each.number == field) {
                return Optional.of(Arrays.copyOfRange(bytes, each.from, each.to));
            }
        }
        return Optional.empty();
    }

    public List<byte[]> all(int field) {
        List<byte[]> all = new ArrayList<>();
        for (Field each : fields) {
            if (each.number == field) {
                all.add(Arrays.copyOfRange(bytes, each.from, each.to));
            }
        }
        return all;
    }

    /** @throws SnapshotException if it is absent */
    public byte[] requiredBytes(int field) {
        return bytes(field).orElseThrow(() -> missing(field));
    }

    /** @throws SnapshotException if it is absent */
    public FieldReader requiredPart(int field) {
        return part(field).orElseThrow(() -> missing(field));
    }

    private static SnapshotException missing(int field) {
        return new SnapshotException("field " + field + " is missing");
    }

    public Optional<FieldReader> part(int field) {
        return bytes(field).map(part -> new FieldReader(part, ago));
    }

    public List<FieldReader> parts(int field) {
        return all(field).stream().map(part -> new FieldReader(part, ago)).toList();
    }

    /** The fields that a version does not know, by their numbers, for {@link FieldWriter#rest}: a newer node finds them again. */
    public byte[] rest(IntPredicate unknown) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        for (Field each : fields) {
            if (unknown.test(each.number)) {
                rest.write(bytes, each.start, each.to - each.start);
            }
        }
        return rest.toByteArray();
    }

    private static final class Position {
        private final byte[] bytes;
        private int at;

        Position(byte[] bytes) {
            this.bytes = bytes;
        }

        long varint() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                if (at == bytes.length) {
                    throw new SnapshotException("a number at byte " + at + " is cut off");
                }
                byte next = bytes[at++];
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new SnapshotException("a number before byte " + at + " is too long");
        }
    }
}
