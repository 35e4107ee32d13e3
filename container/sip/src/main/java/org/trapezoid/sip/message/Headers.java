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

    /** What checks a range of bytes; throws {@link SyntaxException}. */
    @FunctionalInterface
    interface Check {
        int check(byte[] b, int from, int to);
    }

    private static final int BITS = 21;
    private static final long MASK = (1L << BITS) - 1;

    private HeaderName[] names;
    private byte[][] sources;
    /** Per line: its start, the start of its value and the end of its value, which is the end of the line. */
    private long[] spans;

    private int size;
    private boolean shared;

    Headers(int capacity) {
        names = new HeaderName[capacity];
        sources = new byte[capacity][];
        spans = new long[capacity];
    }

    private Headers(Headers other, int room) {
        size = other.size;
        names = Arrays.copyOf(other.names, size + room);
        sources = Arrays.copyOf(other.sources, size + room);
        spans = Arrays.copyOf(other.spans, size + room);
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
        if (isFolded(i)) {
            byte[] unfolded = unfolded(i);
            return reader.read(unfolded, 0, unfolded.length);
        }
        return reader.read(sources[i], value(i), Grammar.trimEnd(sources[i], value(i), end(i)));
    }

    int check(int i, Check check) {
        if (isFolded(i)) {
            byte[] unfolded = unfolded(i);
            return check.check(unfolded, 0, unfolded.length);
        }
        return check.check(sources[i], value(i), Grammar.trimEnd(sources[i], value(i), end(i)));
    }

    /** The same for the same bytes, in every process. */
    int hashOfBytes() {
        int hash = 0;
        for (int i = 0; i < size; i++) {
            for (int at = start(i); at < end(i); at++) {
                hash = hash * 31 + sources[i][at];
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

    /** Folding is one space, RFC 3261 §7.3.1, inside quotation marks too. */
    private byte[] unfolded(int i) {
        byte[] b = sources[i];
        byte[] plain = new byte[length(i)];
        int size = 0;
        int end = end(i);
        int at = value(i);
        while (at < end) {
            if (b[at] == '\r') {
                while (size > 0 && Grammar.isLws(plain[size - 1])) {
                    size--;
                }
                while (at < end && (b[at] == '\r' || b[at] == '\n' || Grammar.isLws(b[at]))) {
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

    private int start(int i) {
        return (int) ((spans[i] >>> (2 * BITS)) & MASK);
    }

    private int value(int i) {
        return (int) ((spans[i] >>> BITS) & MASK);
    }

    private int end(int i) {
        return (int) (spans[i] & MASK);
    }

    private boolean isFolded(int i) {
        return spans[i] < 0;
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
            while (i + 1 < size && sources[i + 1] == sources[i] && start(i + 1) == end(i) + 2) {
                i++;
            }
            out.put(sources[first], start(first), end(i) - start(first));
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
        return shared ? new Headers(this, 4) : this;
    }

    void append(HeaderName name, byte[] source, int start, int value, int end, boolean folded) {
        insert(size, name, source, span(start, value, end, folded));
    }

    /** Takes a line over from another table as it is. */
    void append(Headers other, int i) {
        insert(size, other.names[i], other.sources[i], other.spans[i]);
    }

    private static long span(int start, int value, int end, boolean folded) {
        return ((long) start << (2 * BITS)) | ((long) value << BITS) | end | (folded ? Long.MIN_VALUE : 0);
    }

    private void insert(int at, HeaderName name, byte[] source, long span) {
        if (size == names.length) {
            names = Arrays.copyOf(names, size * 2 + 4);
            sources = Arrays.copyOf(sources, size * 2 + 4);
            spans = Arrays.copyOf(spans, size * 2 + 4);
        }
        System.arraycopy(names, at, names, at + 1, size - at);
        System.arraycopy(sources, at, sources, at + 1, size - at);
        System.arraycopy(spans, at, spans, at + 1, size - at);
        names[at] = name;
        sources[at] = source;
        spans[at] = span;
        size++;
    }

    private void removeAt(int at) {
        size--;
        System.arraycopy(names, at + 1, names, at, size - at);
        System.arraycopy(sources, at + 1, sources, at, size - at);
        System.arraycopy(spans, at + 1, spans, at, size - at);
    }

    private void replaceAt(int at, byte[] line, int value) {
        sources[at] = line;
        spans[at] = span(0, value, line.length, false);
    }

    private static byte[] line(HeaderName name, byte[] value, int from, int to) {
        byte[] line = new byte[name.prefixLength() + to - from];
        name.copyPrefix(line);
        System.arraycopy(value, from, line, name.prefixLength(), to - from);
        return line;
    }

    private static byte[] line(HeaderName name, String value) {
        byte[] b = Grammar.bytes(Grammar.requireOneLine(value, name.toString()));
        int start = Grammar.skipLws(b, 0, b.length);
        return line(name, b, start, Grammar.trimEnd(b, start, b.length));
    }

    private void insert(int at, HeaderName name, String value) {
        byte[] line = line(name, value);
        insert(at, name, line, span(0, name.prefixLength(), line.length, false));
    }

    void set(HeaderName name, String value) {
        int first = indexOf(name, 0);
        if (first < 0) {
            insert(size, name, value);
            return;
        }
        replaceAt(first, line(name, value), name.prefixLength());
        for (int i = indexOf(name, first + 1); i >= 0; i = indexOf(name, i)) {
            removeAt(i);
        }
    }

    void add(HeaderName name, String value) {
        int last = lastIndexOf(name);
        insert(last < 0 ? size : last + 1, name, value);
    }

    /** Before the first of that name; routing headers on top if there is none, the others at the end. */
    void addFirst(HeaderName name, String value) {
        int first = indexOf(name, 0);
        if (first < 0) {
            boolean routing = name.equals(HeaderName.ROUTE) || name.equals(HeaderName.RECORD_ROUTE);
            int behindVias = routing ? lastIndexOf(HeaderName.VIA) + 1 : size;
            first = name.equals(HeaderName.VIA) ? 0 : behindVias;
        }
        insert(first, name, value);
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
            byte[] rest = read(i, (b, from, to) -> rest(name, b, from, to));
            if (rest.length == 0) {
                removeAt(i);
            } else {
                replaceAt(i, rest, name.prefixLength());
            }
        }
    }

    private static byte[] rest(HeaderName name, byte[] b, int from, int to) {
        int comma = name.isList() ? Grammar.listValue(b, from, to) : to;
        int next = comma < to ? Grammar.skipLws(b, comma + 1, to) : to;
        return next < to ? line(name, b, next, to) : new byte[0];
    }

    /** Replaces the first value; the other values of its line stay. */
    void replaceFirst(HeaderName name, String value) {
        int i = indexOf(name, 0);
        if (i < 0) {
            addFirst(name, value);
            return;
        }
        byte[] first = line(name, value);
        byte[] rest = read(i, (b, from, to) -> rest(name, b, from, to));
        replaceAt(i, first, name.prefixLength());
        if (rest.length > 0) {
            insert(i + 1, name, rest, span(0, name.prefixLength(), rest.length, false));
        }
    }

    /** Adds text behind the value of the first field of this name. */
    void extendFirst(HeaderName name, String more) {
        int i = indexOf(name, 0);
        if (i >= 0) {
            byte[] tail = Grammar.bytes(Grammar.requireOneLine(more, name.toString()));
            byte[] line = Arrays.copyOfRange(sources[i], start(i), end(i) + tail.length);
            System.arraycopy(tail, 0, line, length(i), tail.length);
            long span = span(0, value(i) - start(i), line.length, isFolded(i));
            sources[i] = line;
            spans[i] = span;
        }
    }
}
