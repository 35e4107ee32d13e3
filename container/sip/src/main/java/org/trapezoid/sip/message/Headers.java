// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * The header fields of a message in their order: a table of slices of the bytes that were received or set. Immutable once
 * it belongs to a message; before that confined to its builder. Text is decoded as UTF-8 with folding resolved; fields
 * that nobody changes are written as the bytes they came in.
 */
public final class Headers {
    /** What reads a typed value out of a range of bytes. */
    @FunctionalInterface
    interface Reader<T> {
        T read(byte[] b, int from, int to);
    }

    private static final int BITS = 20;
    /** The end of the last byte a table can point to. */
    static final int MAX_OFFSET = (1 << BITS) - 1;

    private static final long FOLDED = 1L << 63;
    private static final long ADDED = 1L << 62;
    private static final byte[] NOTHING = new byte[0];

    private HeaderName[] names;
    /** Per line: its start, the start of its value, the end of both, whether it is folded, and which bytes it is in. */
    private long[] spans;

    private int size;
    private boolean shared;

    /** What was received. */
    private final byte[] base;
    /** The lines that were set, one behind the other; lines that were replaced again are garbage between them. */
    private byte[] added = NOTHING;

    private int addedLength;
    private boolean addedShared;

    /** A table of lines in {@code base}. */
    Headers(byte[] base, int capacity) {
        this.base = base;
        names = new HeaderName[capacity];
        spans = new long[capacity];
    }

    /** An empty table that can take over lines of another one. */
    static Headers like(Headers other, int capacity) {
        Headers like = new Headers(other.base, capacity);
        like.added = other.added;
        like.addedLength = other.addedLength;
        like.addedShared = true;
        return like;
    }

    private static Headers copy(Headers other) {
        Headers copy = like(other, 0);
        copy.size = other.size;
        copy.names = Arrays.copyOf(other.names, other.size + 3);
        copy.spans = Arrays.copyOf(other.spans, other.size + 3);
        return copy;
    }

    // --- reading

    public boolean has(HeaderName name) {
        return indexOf(name, 0) >= 0;
    }

    /** How many field lines have this name. */
    public int count(HeaderName name) {
        int count = 0;
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 1)) {
            count++;
        }
        return count;
    }

    /** The first field line of this name, trimmed and unfolded. */
    public Optional<String> first(HeaderName name) {
        int i = indexOf(name, 0);
        return i < 0 ? Optional.empty() : Optional.of(text(i));
    }

    /** One text per field line, trimmed and unfolded. */
    public List<String> all(HeaderName name) {
        List<String> all = new ArrayList<>(4);
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 1)) {
            all.add(text(i));
        }
        return all;
    }

    /** One text per value: those of list headers are split at their commas; empty values are left out. */
    public List<String> values(HeaderName name) {
        return name.isList() ? each(name, Headers::trimmed) : all(name);
    }

    /** Whether one of the values is the token, in upper or lower case. */
    public boolean lists(HeaderName name, String token) {
        for (String value : values(name)) {
            if (value.equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }

    private static String trimmed(byte[] b, int from, int to) {
        int start = Grammar.skipLws(b, from, to);
        return Grammar.text(b, start, Grammar.trimEnd(b, start, to));
    }

    /** The values as addresses; throws {@link SyntaxException} if one is none. */
    public List<NameAddr> addresses(HeaderName name) {
        return each(name, NameAddr::parse);
    }

    /** All names, each once, in the order of their first fields. */
    public List<HeaderName> names() {
        List<HeaderName> distinct = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            if (indexOf(names[i], 0) == i) {
                distinct.add(names[i]);
            }
        }
        return distinct;
    }

    /** Each field line in order. */
    public void forEach(BiConsumer<HeaderName, String> action) {
        for (int i = 0; i < size; i++) {
            action.accept(names[i], text(i));
        }
    }

    /** How many field lines there are. */
    public int size() {
        return size;
    }

    HeaderName name(int i) {
        return names[i];
    }

    int indexOf(HeaderName name, int from) {
        for (int i = from; i < size; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private int lastIndexOf(HeaderName name) {
        int last = -1;
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 1)) {
            last = i;
        }
        return last;
    }

    String text(int i) {
        return read(i, Grammar::text);
    }

    /** Reads a value from its bytes, folding resolved. */
    <T> T read(int i, Reader<T> reader) {
        byte[] b = source(i);
        if (isFolded(i)) {
            byte[] unfolded = unfold(b, value(i), end(i));
            return reader.read(unfolded, 0, unfolded.length);
        }
        return reader.read(b, value(i), Grammar.trimEnd(b, value(i), end(i)));
    }

    /** The same for the same bytes, in every process. */
    int hashOfBytes() {
        int hash = 0;
        for (int i = 0; i < size; i++) {
            byte[] b = source(i);
            for (int at = start(i); at < end(i); at++) {
                hash = hash * 31 + b[at];
            }
        }
        return hash;
    }

    /** Reads each non-empty value of all fields of a list header. */
    private <T> List<T> each(HeaderName name, Reader<T> reader) {
        List<T> values = new ArrayList<>(4);
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 1)) {
            read(i, (b, from, to) -> {
                int start = from;
                while (start <= to) {
                    int end = Grammar.listValue(b, start, to);
                    if (Grammar.skipLws(b, start, end) < end) {
                        values.add(reader.read(b, start, end));
                    }
                    start = end + 1;
                }
                return values;
            });
        }
        return values;
    }

    /** Whether {@link #addresses} can read all values of this name. */
    public boolean areAddresses(HeaderName name) {
        try {
            each(name, NameAddr::check);
            return true;
        } catch (SyntaxException e) {
            return false;
        }
    }

    /** Folding is one space, RFC 3261 §7.3.1, inside quotation marks too. */
    static byte[] unfold(byte[] b, int from, int to) {
        byte[] plain = new byte[to - from];
        int size = 0;
        int at = from;
        while (at < to) {
            if (b[at] == '\r') {
                size = Grammar.trimEnd(plain, 0, size);
                while (at < to && (b[at] == '\r' || b[at] == '\n' || Grammar.isLws(b[at]))) {
                    at++;
                }
                if (size > 0) {
                    plain[size++] = ' ';
                }
            } else {
                plain[size++] = b[at++];
            }
        }
        return Arrays.copyOf(plain, Grammar.trimEnd(plain, 0, size));
    }

    private byte[] source(int i) {
        return (spans[i] & ADDED) == 0 ? base : added;
    }

    private int start(int i) {
        return (int) (spans[i] >>> (2 * BITS)) & MAX_OFFSET;
    }

    private int value(int i) {
        return (int) (spans[i] >>> BITS) & MAX_OFFSET;
    }

    private int end(int i) {
        return (int) spans[i] & MAX_OFFSET;
    }

    private boolean isFolded(int i) {
        return (spans[i] & FOLDED) != 0;
    }

    private int length(int i) {
        return end(i) - start(i);
    }

    // --- writing

    int encodedLength() {
        int length = 0;
        for (int i = 0; i < size; i++) {
            length += length(i) + 2;
        }
        return length;
    }

    /** Writes all lines; neighbours in the same source are copied at once. */
    void writeTo(ByteBuffer out) {
        int i = 0;
        while (i < size) {
            int first = i;
            while (i + 1 < size && isInBase(i) && isInBase(i + 1) && start(i + 1) == end(i) + 2) {
                i++;
            }
            out.put(source(first), start(first), end(i) - start(first));
            out.put((byte) '\r').put((byte) '\n');
            i++;
        }
    }

    // --- editing, by the builders and the parser

    Headers share() {
        shared = true;
        return this;
    }

    /** This table if it may be changed, else a copy of it. */
    Headers editable() {
        return shared ? copy(this) : this;
    }

    /** Appends a line of the base. */
    void append(HeaderName name, int start, int value, int end, boolean folded) {
        insert(size, name, span(start, value, end) | (folded ? FOLDED : 0));
    }

    /** Takes a line over from the table that this one was made like. */
    void append(Headers other, int i) {
        insert(size, other.names[i], other.spans[i]);
    }

    private static long span(int start, int value, int end) {
        return ((long) start << (2 * BITS)) | ((long) value << BITS) | end;
    }

    private void insert(int at, HeaderName name, long span) {
        if (size == names.length) {
            names = Arrays.copyOf(names, size * 2 + 4);
            spans = Arrays.copyOf(spans, size * 2 + 4);
        }
        if (at < size) {
            System.arraycopy(names, at, names, at + 1, size - at);
            System.arraycopy(spans, at, spans, at + 1, size - at);
        }
        names[at] = name;
        spans[at] = span;
        size++;
    }

    private void removeAt(int at) {
        size--;
        System.arraycopy(names, at + 1, names, at, size - at);
        System.arraycopy(spans, at + 1, spans, at, size - at);
    }

    /** Writes {@code Name: value} behind the added lines. */
    private long added(HeaderName name, String value) {
        String text = value.trim();
        if (!isAscii(text, name)) {
            byte[] b = Grammar.bytes(text);
            return added(name, b, 0, b.length);
        }
        int start = startLine(name, text.length());
        int at = start + name.prefixLength();
        for (int i = 0; i < text.length(); i++) {
            added[at + i] = (byte) text.charAt(i);
        }
        return ADDED | span(start, at, addedLength);
    }

    private static boolean isAscii(String text, HeaderName name) {
        boolean ascii = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n') {
                throw new SyntaxException("CR or LF in " + name);
            }
            ascii &= c < 0x80;
        }
        return ascii;
    }

    private long added(HeaderName name, byte[] value, int from, int to) {
        int start = startLine(name, to - from);
        System.arraycopy(value, from, added, start + name.prefixLength(), to - from);
        return ADDED | span(start, start + name.prefixLength(), addedLength);
    }

    private int startLine(HeaderName name, int valueLength) {
        int start = reserve(name.prefixLength() + valueLength);
        name.copyPrefix(added, start);
        return start;
    }

    /** Makes room for a line; when it has to grow, garbage is left behind. */
    private int reserve(int length) {
        if (addedShared || addedLength + length > added.length) {
            int live = length;
            for (int i = 0; i < size; i++) {
                live += isInBase(i) ? 0 : length(i);
            }
            if (live > MAX_OFFSET) {
                throw new SyntaxException("header fields of more than " + MAX_OFFSET + " bytes");
            }
            byte[] target = new byte[Math.min(live == length ? length + 48 : live * 2, MAX_OFFSET)];
            addedLength = 0;
            for (int i = 0; i < size; i++) {
                if (!isInBase(i)) {
                    moveTo(target, i);
                }
            }
            added = target;
            addedShared = false;
        }
        addedLength += length;
        return addedLength - length;
    }

    private void moveTo(byte[] target, int i) {
        int length = length(i);
        int value = value(i) - start(i);
        System.arraycopy(added, start(i), target, addedLength, length);
        spans[i] = (spans[i] & (FOLDED | ADDED)) | span(addedLength, addedLength + value, addedLength + length);
        addedLength += length;
    }

    private boolean isInBase(int i) {
        return (spans[i] & ADDED) == 0;
    }

    void set(HeaderName name, String value) {
        int first = indexOf(name, 0);
        if (first < 0) {
            insert(size, name, added(name, value));
            return;
        }
        spans[first] = added(name, value);
        for (int i = indexOf(name, first + 1); i >= 0; i = indexOf(name, i)) {
            removeAt(i);
        }
    }

    /** Replaces one line. */
    void replace(int i, String value) {
        spans[i] = added(names[i], value);
    }

    void add(HeaderName name, String value) {
        int last = lastIndexOf(name);
        insert(last < 0 ? size : last + 1, name, added(name, value));
    }

    /** Before the first of that name; routing headers on top if there is none, the others at the end. */
    void addFirst(HeaderName name, String value) {
        int first = indexOf(name, 0);
        if (first < 0) {
            boolean routing = name.equals(HeaderName.ROUTE) || name.equals(HeaderName.RECORD_ROUTE);
            int behindVias = routing ? lastIndexOf(HeaderName.VIA) + 1 : size;
            first = name.equals(HeaderName.VIA) ? 0 : behindVias;
        }
        insert(first, name, added(name, value));
    }

    void remove(HeaderName name) {
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i)) {
            removeAt(i);
        }
    }

    /** Removes the first value; the other values of its line stay. */
    void removeFirst(HeaderName name) {
        int i = indexOf(name, 0);
        if (i >= 0) {
            byte[] rest = rest(i);
            if (rest.length == 0) {
                removeAt(i);
            } else {
                spans[i] = added(name, rest, 0, rest.length);
            }
        }
    }

    /** The values behind the first one of a line. */
    private byte[] rest(int i) {
        if (!names[i].isList()) {
            return NOTHING;
        }
        return read(i, (b, from, to) -> {
            int comma = Grammar.listValue(b, from, to);
            return comma < to ? Arrays.copyOfRange(b, Grammar.skipLws(b, comma + 1, to), to) : NOTHING;
        });
    }

    /** Replaces the first value; the other values of its line stay. */
    void replaceFirst(HeaderName name, String value) {
        int i = indexOf(name, 0);
        if (i < 0) {
            addFirst(name, value);
            return;
        }
        byte[] rest = rest(i);
        spans[i] = added(name, value);
        if (rest.length > 0) {
            insert(i + 1, name, added(name, rest, 0, rest.length));
        }
    }

    /** Writes all names that have one in their compact form, or in the long one (RFC 3261 §7.3.3). */
    void spell(boolean compact) {
        for (int i = 0; i < size; i++) {
            HeaderName name = names[i];
            if (name.compact().isPresent()) {
                byte[] value = read(i, Arrays::copyOfRange);
                spans[i] = compact ? compact(name.compact().get(), value) : added(name, value, 0, value.length);
            }
        }
    }

    private long compact(char name, byte[] value) {
        int start = reserve(value.length + 3);
        added[start] = (byte) name;
        added[start + 1] = ':';
        added[start + 2] = ' ';
        System.arraycopy(value, 0, added, start + 3, value.length);
        return ADDED | span(start, start + 3, addedLength);
    }

    /** Adds text behind the value of the first field of this name. */
    void extendFirst(HeaderName name, String more) {
        int i = indexOf(name, 0);
        if (i >= 0) {
            byte[] tail = Grammar.bytes(Grammar.requireOneLine(more, name.toString()));
            int at = reserve(length(i) + tail.length);
            System.arraycopy(source(i), start(i), added, at, length(i));
            System.arraycopy(tail, 0, added, at + length(i), tail.length);
            spans[i] = (spans[i] & FOLDED) | ADDED | span(at, at + value(i) - start(i), addedLength);
        }
    }
}
