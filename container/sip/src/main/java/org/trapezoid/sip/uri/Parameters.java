// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Parameters of a URI or of a header field value, in their order, RFC 3261 §7.3.1 and §19.1.1. Immutable. Names are
 * compared without regard to case; the value of a flag is empty; values are kept as they are on the wire (escaped or quoted).
 */
public final class Parameters implements Iterable<Map.Entry<String, String>> {
    public static final Parameters EMPTY = new Parameters(new String[0]);

    private final String[] pairs;

    private Parameters(String[] pairs) {
        this.pairs = pairs;
    }

    /** Parses {@code ;a=b;c} as header parameters; empty text gives no parameters. */
    public static Parameters parse(String text) {
        byte[] b = Grammar.bytes(text);
        checkHeader(b, 0, b.length);
        return ofHeader(b, 0, b.length);
    }

    /** Checks that the range is {@code *( SEMI generic-param )} with white space around its signs, RFC 3261 §25.1. */
    public static void checkHeader(byte[] b, int from, int to) {
        int end = skipHeader(b, from, to);
        if (end < to) {
            throw SyntaxException.expected("; before a parameter", b, end, to);
        }
    }

    /** Skips checked parameters; returns the position of what is none. */
    public static int skipHeader(byte[] b, int from, int to) {
        int i = Grammar.skipLws(b, from, to);
        while (i < to && b[i] == ';') {
            i = Grammar.skipLws(b, i + 1, to);
            i = Grammar.skipLws(b, Grammar.token(b, i, to, "parameter name"), to);
            if (i < to && b[i] == '=') {
                i = Grammar.skipLws(b, i + 1, to);
                i = Grammar.skipLws(b, headerValueEnd(b, i, to), to);
            }
        }
        return i;
    }

    /**
     * Where the value of a parameter starts in a range that {@link #checkHeader} accepted, or -1; of a flag the position
     * behind its name.
     */
    public static int findHeader(byte[] b, int from, int to, String wanted) {
        int i = Grammar.skipLws(b, from, to);
        while (i < to) {
            int name = Grammar.skipLws(b, i + 1, to);
            int nameEnd = Grammar.skip(b, name, to, Grammar.TOKEN);
            i = Grammar.skipLws(b, nameEnd, to);
            boolean flag = i >= to || b[i] != '=';
            int value = flag ? i : Grammar.skipLws(b, i + 1, to);
            if (Grammar.equalsIgnoreCase(b, name, nameEnd, wanted)) {
                return value;
            }
            if (!flag) {
                i = Grammar.skipLws(b, headerValueEnd(b, value, to), to);
            }
        }
        return -1;
    }

    /** The value of a parameter in a range that {@link #checkHeader} accepted; empty text for a flag. */
    public static Optional<String> headerValue(byte[] b, int from, int to, String wanted) {
        int value = findHeader(b, from, to, wanted);
        if (value < 0) {
            return Optional.empty();
        }
        boolean flag = value >= to || b[value] == ';' || b[value] == ',';
        return Optional.of(flag ? "" : Grammar.text(b, value, headerValueEnd(b, value, to)));
    }

    private static int headerValueEnd(byte[] b, int from, int to) {
        int end = from < to && b[from] == '"'
                ? Grammar.quotedString(b, from, to)
                : Grammar.skip(b, from, to, Grammar.VALUE);
        if (end == from) {
            throw SyntaxException.expected("parameter value", b, from, to);
        }
        return end;
    }

    /** Builds from a range that {@link #checkHeader} accepted. */
    public static Parameters ofHeader(byte[] b, int from, int to) {
        int i = Grammar.skipLws(b, from, to);
        if (i >= to) {
            return EMPTY;
        }
        String[] pairs = new String[8];
        int size = 0;
        while (i < to) {
            int name = Grammar.skipLws(b, i + 1, to);
            int nameEnd = Grammar.skip(b, name, to, Grammar.TOKEN);
            i = Grammar.skipLws(b, nameEnd, to);
            String value = "";
            if (i < to && b[i] == '=') {
                int start = Grammar.skipLws(b, i + 1, to);
                int end = headerValueEnd(b, start, to);
                value = Grammar.text(b, start, end);
                i = Grammar.skipLws(b, end, to);
            }
            pairs = append(pairs, size, Grammar.text(b, name, nameEnd), value);
            size += 2;
        }
        return new Parameters(Arrays.copyOf(pairs, size));
    }

    /** Checks URI parameters that start at {@code from} with a semicolon; returns their end. */
    static int checkUri(byte[] b, int from, int to) {
        return checkUri(b, from, to, ';', ';', Grammar.URI_PARAMETER);
    }

    /** Checks URI headers behind the question mark at {@code from}; returns their end. */
    static int checkUriHeaders(byte[] b, int from, int to) {
        return checkUri(b, from, to, '?', '&', Grammar.URI_HEADER);
    }

    private static int checkUri(byte[] b, int from, int to, char first, char separator, int characters) {
        int i = from;
        while (i < to && b[i] == (i == from ? first : separator)) {
            int name = i + 1;
            i = Grammar.skipEscaped(b, name, to, characters);
            if (i == name) {
                throw SyntaxException.expected("URI parameter name", b, name, to);
            }
            if (i < to && b[i] == '=') {
                i = Grammar.skipEscaped(b, i + 1, to, characters);
            }
        }
        return i;
    }

    /** Builds from a range that a URI check accepted; it starts with the first separator. */
    static Parameters ofUri(byte[] b, int from, int to, char separator) {
        if (from >= to) {
            return EMPTY;
        }
        String[] pairs = new String[8];
        int size = 0;
        int i = from;
        while (i < to) {
            int end = Grammar.indexOf(b, i + 1, to, separator);
            end = end < 0 ? to : end;
            int equal = Grammar.indexOf(b, i + 1, end, '=');
            String name = Grammar.text(b, i + 1, equal < 0 ? end : equal);
            pairs = append(pairs, size, name, equal < 0 ? "" : Grammar.text(b, equal + 1, end));
            size += 2;
            i = end;
        }
        return new Parameters(Arrays.copyOf(pairs, size));
    }

    private static String[] append(String[] pairs, int size, String name, String value) {
        String[] target = size < pairs.length ? pairs : Arrays.copyOf(pairs, size * 2);
        target[size] = name;
        target[size + 1] = value;
        return target;
    }

    public static Parameters of(String name, String value) {
        return EMPTY.with(name, value);
    }

    public Optional<String> value(String name) {
        int i = indexOf(name);
        return i < 0 ? Optional.empty() : Optional.of(pairs[i + 1]);
    }

    /** The value without quotation marks. */
    public Optional<String> unquoted(String name) {
        int i = indexOf(name);
        return i < 0 ? Optional.empty() : Optional.of(Grammar.unquote(pairs[i + 1]));
    }

    public boolean has(String name) {
        return indexOf(name) >= 0;
    }

    private int indexOf(String name) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Replaces in place, or appends. An empty value makes a flag. */
    public Parameters with(String name, String value) {
        requireValue(name, "parameter name");
        if (name.isEmpty() || name.indexOf('=') >= 0) {
            throw new SyntaxException("parameter name expected");
        }
        requireValue(value, "parameter value");
        int i = indexOf(name);
        String[] copy = Arrays.copyOf(pairs, i < 0 ? pairs.length + 2 : pairs.length);
        int at = i < 0 ? pairs.length : i;
        copy[at] = i < 0 ? name : pairs[i];
        copy[at + 1] = value;
        return new Parameters(copy);
    }

    /** A quoted string, or characters that cannot end the value: nothing set by a program becomes another parameter. */
    private static void requireValue(String value, String what) {
        Grammar.requireOneLine(value, what);
        byte[] b = Grammar.bytes(value);
        int end = b.length > 0 && b[0] == '"'
                ? Grammar.quotedString(b, 0, b.length)
                : Grammar.skip(b, 0, b.length, Grammar.VALUE);
        if (end != b.length) {
            throw SyntaxException.expected(what + " without separators", b, end, b.length);
        }
    }

    public Parameters without(String name) {
        Parameters rest = this;
        for (int i = rest.indexOf(name); i >= 0; i = rest.indexOf(name)) {
            rest = rest.removed(i);
        }
        return rest;
    }

    private Parameters removed(int i) {
        String[] copy = new String[pairs.length - 2];
        System.arraycopy(pairs, 0, copy, 0, i);
        System.arraycopy(pairs, i + 2, copy, i, pairs.length - i - 2);
        return new Parameters(copy);
    }

    /** Without the first pair of this name and an equal value; empty if there is no such pair. */
    Optional<Parameters> withoutPair(String name, String value, BiPredicate<String, String> equal) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equalsIgnoreCase(name) && equal.test(pairs[i + 1], value)) {
                return Optional.of(removed(i));
            }
        }
        return Optional.empty();
    }

    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < pairs.length; i += 2) {
            names.add(pairs[i]);
        }
        return names;
    }

    public int size() {
        return pairs.length / 2;
    }

    public boolean isEmpty() {
        return pairs.length == 0;
    }

    @Override
    public Iterator<Map.Entry<String, String>> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < pairs.length;
            }

            @Override
            public Map.Entry<String, String> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                next += 2;
                return Map.entry(pairs[next - 2], pairs[next - 1]);
            }
        };
    }

    void appendTo(StringBuilder out, char first, char separator) {
        for (int i = 0; i < pairs.length; i += 2) {
            out.append(i == 0 ? first : separator).append(pairs[i]);
            if (!pairs[i + 1].isEmpty()) {
                out.append('=').append(pairs[i + 1]);
            }
        }
    }

    /** Appends the wire form. */
    public void appendTo(StringBuilder out) {
        appendTo(out, ';', ';');
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Parameters that) || pairs.length != that.pairs.length) {
            return false;
        }
        for (int i = 0; i < pairs.length; i += 2) {
            int j = that.indexOf(pairs[i], earlier(i));
            if (j < 0 || !pairs[i + 1].equals(that.pairs[j + 1])) {
                return false;
            }
        }
        return true;
    }

    /** How many before this one have its name: a name should be there once, RFC 3261 §7.3.1. */
    private int earlier(int pair) {
        int count = 0;
        for (int i = 0; i < pair; i += 2) {
            count += pairs[i].equalsIgnoreCase(pairs[pair]) ? 1 : 0;
        }
        return count;
    }

    private int indexOf(String name, int skipped) {
        int left = skipped;
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equalsIgnoreCase(name) && left-- == 0) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            hash += pairs[i].toLowerCase(Locale.ROOT).hashCode();
        }
        return hash;
    }

    /** The wire form, {@code ;a=b;c}. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        appendTo(out);
        return out.toString();
    }
}
