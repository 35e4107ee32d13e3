// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Character classes and small scanners of RFC 3261 §25.1, over bytes. Stateless.
 *
 * <p>All scanners look at {@code [from, to)} and return a position. Text is UTF-8 (RFC 3261 §7).
 */
public final class Grammar {
    public static final int TOKEN = 1;
    public static final int USER = 2;
    public static final int PASSWORD = 4;
    public static final int URI_PARAMETER = 8;
    public static final int URI_HEADER = 16;
    public static final int HOST = 32;
    /** What may stand in an unquoted header parameter: tokens, hosts, IPv6 addresses, and the rest that peers send. */
    public static final int VALUE = 64;

    public static final int UNRESERVED = 128;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** Subtracted from eight bytes it borrows from those below 0x0E, that is, from CR, LF and rarer control characters. */
    private static final long BELOW_SO = 0x0e0e0e0e0e0e0e0eL;

    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final short[] CLASSES = new short[256];

    static {
        for (int c = 0x21; c < 0x7f; c++) {
            if (",;\"<>\\".indexOf(c) < 0) {
                CLASSES[c] |= VALUE;
            }
        }
        for (int c = 0x80; c < 0x100; c++) {
            CLASSES[c] |= VALUE;
        }
        String alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        String unreserved = alphanumeric + "-_.!~*'()";
        mark(alphanumeric + "-.!%*_+`'~", TOKEN);
        mark(unreserved, UNRESERVED);
        mark(unreserved + "&=+$,;?/#", USER); // '#' must be escaped, but telephones send it
        mark(unreserved + "&=+$,", PASSWORD);
        mark(unreserved + "[]/:&+$", URI_PARAMETER);
        mark(unreserved + "[]/?:+$", URI_HEADER);
        mark(alphanumeric + "-._", HOST); // '_' is no host character, but names inside private networks have it
    }

    private Grammar() {}

    private static void mark(String characters, int characterClass) {
        for (int i = 0; i < characters.length(); i++) {
            CLASSES[characters.charAt(i)] |= (short) characterClass;
        }
    }

    public static boolean is(byte b, int characterClass) {
        return (CLASSES[b & 0xff] & characterClass) != 0;
    }

    public static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    public static boolean isLws(byte b) {
        return b == ' ' || b == '\t';
    }

    public static int skip(byte[] b, int from, int to, int characterClass) {
        int i = from;
        while (i < to && (CLASSES[b[i] & 0xff] & characterClass) != 0) {
            i++;
        }
        return i;
    }

    /** Skips characters of a class and {@code %HH}; refuses a percent sign without two hexadecimal digits. */
    public static int skipEscaped(byte[] b, int from, int to, int characterClass) {
        int i = from;
        while (i < to) {
            if (b[i] == '%') {
                if (i + 2 >= to || Character.digit(b[i + 1], 16) < 0 || Character.digit(b[i + 2], 16) < 0) {
                    throw SyntaxException.expected("two hexadecimal digits after %", b, i, to);
                }
                i += 3;
            } else if (is(b[i], characterClass)) {
                i++;
            } else {
                break;
            }
        }
        return i;
    }

    public static int skipLws(byte[] b, int from, int to) {
        int i = from;
        while (i < to && isLws(b[i])) {
            i++;
        }
        return i;
    }

    /** The position of the next CR or LF, or {@code to}; looks at eight bytes at once. */
    public static int skipToLineEnd(byte[] b, int from, int to) {
        int i = from;
        while (i + Long.BYTES <= to) {
            long eight = (long) EIGHT_BYTES.get(b, i);
            if (((eight - BELOW_SO) & ~eight & HIGH_BITS) != 0 && firstLineEnd(b, i, i + Long.BYTES) < i + Long.BYTES) {
                break;
            }
            i += Long.BYTES;
        }
        return firstLineEnd(b, i, to);
    }

    private static int firstLineEnd(byte[] b, int from, int to) {
        int i = from;
        while (i < to && b[i] != '\r' && b[i] != '\n') {
            i++;
        }
        return i;
    }

    /** The end without trailing white space. */
    public static int trimEnd(byte[] b, int from, int to) {
        int i = to;
        while (i > from && isLws(b[i - 1])) {
            i--;
        }
        return i;
    }

    /** One or more token characters. */
    public static int token(byte[] b, int from, int to, String what) {
        int end = skip(b, from, to, TOKEN);
        if (end == from) {
            throw SyntaxException.expected(what, b, from, to);
        }
        return end;
    }

    /**
     * The position behind a quoted string that starts at {@code from}; any byte may be escaped, NUL too, but no CR and LF
     * (RFC 3261 §25.1 {@code quoted-pair}).
     */
    public static int quotedString(byte[] b, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            boolean escaped = b[i] == '\\';
            if (escaped && ++i == to) {
                break;
            }
            if (b[i] == '\r' || b[i] == '\n') {
                break;
            }
            if (b[i] == '"' && !escaped) {
                return i + 1;
            }
        }
        throw SyntaxException.expected("closing quotation mark", b, from, to);
    }

    /** The end of the first value of a comma-separated list: a comma outside quotation marks and angle brackets. */
    public static int listValue(byte[] b, int from, int to) {
        int i = from;
        while (i < to) {
            byte c = b[i];
            if (c == ',') {
                return i;
            }
            if (c == '"') {
                i = quotedString(b, i, to);
                continue;
            }
            while (c == '<' && i < to && b[i] != '>') {
                i++;
            }
            i++;
        }
        return to;
    }

    public static int indexOf(byte[] b, int from, int to, char wanted) {
        for (int i = from; i < to; i++) {
            if (b[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** A decimal number that is all of the range; never wraps. */
    public static long number(byte[] b, int from, int to, long max, String what) {
        long value = 0;
        for (int i = from; i < to; i++) {
            if (!isDigit(b[i]) || (value = value * 10 + b[i] - '0') > max) {
                throw SyntaxException.expected(what + " of at most " + max, b, from, to);
            }
        }
        if (from >= to) {
            throw SyntaxException.expected(what, b, from, to);
        }
        return value;
    }

    public static boolean equalsIgnoreCase(byte[] b, int from, int to, String ascii) {
        if (to - from != ascii.length()) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (lower(b[from + i]) != lower((byte) ascii.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    public static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b & 0xff;
    }

    public static String text(byte[] b, int from, int to) {
        return new String(b, from, to - from, StandardCharsets.UTF_8);
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f || !is((byte) text.charAt(i), TOKEN)) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Refuses what would end a header line: a value set by a program must not add lines (CR, LF). */
    public static String requireOneLine(String text, String what) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\r' || text.charAt(i) == '\n') {
                throw new SyntaxException("CR or LF in " + what);
            }
        }
        return text;
    }

    /** Quotation marks around a text, with the escapes it needs (RFC 3261 §25.1 quoted-string). */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 8).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\' || (c < ' ' && c != '\t') || c == 0x7f) {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    /** The text of a quoted string; a text without quotation marks is returned as it is. */
    public static String unquote(String text) {
        if (text.length() < 2 || text.charAt(0) != '"' || text.charAt(text.length() - 1) != '"') {
            return text;
        }
        if (text.indexOf('\\') < 0) {
            return text.substring(1, text.length() - 1);
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            plain.append(c == '\\' && i + 1 < text.length() - 1 ? text.charAt(++i) : c);
        }
        return plain.toString();
    }
}
