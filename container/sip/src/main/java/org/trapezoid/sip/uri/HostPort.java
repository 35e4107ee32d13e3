// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.util.Locale;
import java.util.Objects;

/**
 * A host name or address literal and an optional port, RFC 3261 §25.1. IPv6 addresses stand in brackets and are compared
 * in binary form (RFC 5954 §4.2); names are compared without regard to case.
 */
public record HostPort(String host, int port) {
    public static final int NO_PORT = -1;

    public HostPort {
        byte[] bytes = Grammar.bytes(host);
        if (host.isEmpty() || hostEnd(bytes, 0, bytes.length) != bytes.length) {
            throw SyntaxException.expected("host", bytes, 0, bytes.length);
        }
        if (port < NO_PORT || port > 65535) {
            throw new SyntaxException("port out of range: " + port);
        }
    }

    public static HostPort parse(String text) {
        byte[] b = Grammar.bytes(text);
        if (end(b, 0, b.length) != b.length) {
            throw SyntaxException.expected("host and port", b, 0, b.length);
        }
        return of(b, 0, b.length);
    }

    /** The end of a host with an optional port, without white space as in a URI. */
    public static int end(byte[] b, int from, int to) {
        int end = hostEnd(b, from, to);
        return end < to && b[end] == ':' ? portEnd(b, end + 1, to) : end;
    }

    public static int hostEnd(byte[] b, int from, int to) {
        if (from < to && b[from] == '[') {
            int close = Grammar.indexOf(b, from, to, ']');
            if (close < 0 || !IpAddress.isIpv6(b, from + 1, close)) {
                throw SyntaxException.expected("IPv6 address in brackets", b, from, to);
            }
            return close + 1;
        }
        int end = Grammar.skip(b, from, to, Grammar.HOST);
        if (end == from || (IpAddress.isNumeric(b, from, end) && !IpAddress.isIpv4(b, from, end))) {
            throw SyntaxException.expected("host", b, from, to);
        }
        return end;
    }

    public static int portEnd(byte[] b, int from, int to) {
        int end = from;
        while (end < to && Grammar.isDigit(b[end])) {
            end++;
        }
        Grammar.number(b, from, end, 65535, "port");
        return end;
    }

    /** Builds from a range that {@link #end} accepted. */
    static HostPort of(byte[] b, int from, int to) {
        int colon = to;
        while (colon > from && Grammar.isDigit(b[colon - 1])) {
            colon--;
        }
        if (colon - 1 <= from || b[colon - 1] != ':') {
            return new HostPort(Grammar.text(b, from, to), NO_PORT);
        }
        int port = (int) Grammar.number(b, colon, to, 65535, "port");
        return new HostPort(Grammar.text(b, from, colon - 1), port);
    }

    public boolean hasPort() {
        return port != NO_PORT;
    }

    public int portOr(int other) {
        return port == NO_PORT ? other : port;
    }

    public boolean isIpLiteral() {
        byte[] b = Grammar.bytes(host);
        return b[0] == '[' || IpAddress.isIpv4(b, 0, b.length);
    }

    public HostPort withPort(int newPort) {
        return new HostPort(host, newPort);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HostPort that && port == that.port && sameHost(host, that.host);
    }

    public static boolean sameHost(String one, String other) {
        return one.equalsIgnoreCase(other)
                || (one.charAt(0) == '[' && canonicalHost(one).equals(canonicalHost(other)));
    }

    @Override
    public int hashCode() {
        return Objects.hash(canonicalHost(host), port);
    }

    /** Lower case; IPv6 addresses in one spelling. For keys. */
    public static String canonicalHost(String host) {
        return host.startsWith("[")
                ? IpAddress.canonicalIpv6(Grammar.bytes(host), 1, host.length() - 1)
                : host.toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return port == NO_PORT ? host : host + ':' + port;
    }
}
