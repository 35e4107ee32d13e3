// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.time.Duration;
import org.trapezoid.sip.uri.AddressRange;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;

/** What single configuration values must look like; every failure names the value and the expectation. Stateless. */
final class ConfigChecks {

    private static final int MAX_PORT = 65535;

    private ConfigChecks() {}

    static int requirePort(int port, String what) {
        return requireRange(port, 0, MAX_PORT, what);
    }

    static int requireRange(int value, int least, int most, String what) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + " is " + value + "; expected a number from " + least + " to " + most);
        }
        return value;
    }

    static Duration requirePositive(Duration value, String what) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(what + " is " + value.toMillis() + "ms; expected more than 0");
        }
        return value;
    }

    /** A host name, an IPv4 address or an IPv6 address in brackets or without. */
    static String requireHost(String host, String what) {
        boolean valid = !host.isEmpty();
        for (int i = 0; i < host.length() && valid; i++) {
            char c = host.charAt(i);
            valid = Character.isLetterOrDigit(c)
                    || c == '.'
                    || c == '-'
                    || c == '_'
                    || c == ':'
                    || c == '['
                    || c == ']'
                    || c == '%';
        }
        if (!valid) {
            throw new IllegalArgumentException(what + " is \"" + host + "\"; expected a host name or an address");
        }
        return host;
    }

    /** {@code host} or {@code host:port}; an IPv6 address is in brackets. */
    static String requireHostPort(String text, String what) {
        try {
            HostPort.parse(text);
            return text;
        } catch (SyntaxException e) {
            throw new IllegalArgumentException(what + " is \"" + text + "\"; expected host or host:port", e);
        }
    }

    /** {@code address} or {@code address:port}; an IPv6 address is in brackets. */
    static String requireAddress(String text, String what) {
        HostPort address = HostPort.parse(requireHostPort(text, what));
        if (!address.isIpLiteral()) {
            throw new IllegalArgumentException(what + " is \"" + text + "\"; expected an address or address:port");
        }
        return text;
    }

    /** A reason phrase: something, in one line. */
    static String requireReason(String text, String what) {
        if (text.isBlank() || text.chars().anyMatch(c -> c < ' ' || c == 127)) {
            throw new IllegalArgumentException(what + " is \"" + text + "\"; expected text in one line");
        }
        return text;
    }

    /** An absolute path of a URI, without query. */
    static String requirePath(String path, String what) {
        boolean valid = path.startsWith("/");
        for (int i = 0; valid && i < path.length(); i++) {
            char c = path.charAt(i);
            valid = c > ' ' && c < 127 && "?#%\"<>\\^`{|}".indexOf(c) < 0;
        }
        if (!valid) {
            throw new IllegalArgumentException(what + " is \"" + path + "\"; expected a path such as /sip");
        }
        return path;
    }

    /** An origin as browsers send it, {@code null} or {@code *}. */
    static String requireOrigin(String origin, String what) {
        int host = origin.indexOf("://") + 3;
        boolean valid = origin.equals("*")
                || origin.equals("null")
                || (host > 3 && host < origin.length() && origin.indexOf('/', host) < 0);
        if (!valid) {
            throw new IllegalArgumentException(
                    what + " has \"" + origin + "\"; expected an origin such as https://www.example.com, or *");
        }
        return origin;
    }

    /** The name of a header field, RFC 9110 §5.1. */
    static String requireHeaderName(String name, String what) {
        boolean valid = !name.isEmpty();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            valid &= c < 0x7f && (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    what + " has \"" + name + "\"; expected the name of a header field such as User-Agent");
        }
        return name;
    }

    /** A SIP or SIPS URI. */
    static String requireSipUri(String text, String what) {
        try {
            SipUri.parse(text);
            return text;
        } catch (SyntaxException e) {
            throw new IllegalArgumentException(what + " is \"" + text + "\"; expected a sip: or sips: URI", e);
        }
    }

    /** An address, or a network as {@code 10.0.0.0/8}. */
    static String requireAddressRange(String text, String what) {
        try {
            AddressRange.parse(text);
            return text;
        } catch (SyntaxException e) {
            throw new IllegalArgumentException(
                    what + " is \"" + text + "\"; expected an address or a range such as 10.0.0.0/8", e);
        }
    }

    static int parseInt(String text, String what) {
        try {
            return Integer.parseInt(text.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(what + " is \"" + text + "\"; expected a number", e);
        }
    }

    /** A number with its unit: {@code 500ms}, {@code 4s}, {@code 2m}. */
    static Duration parseDuration(String text, String what) {
        String value = text.trim();
        int digits = 0;
        while (digits < value.length() && Character.isDigit(value.charAt(digits))) {
            digits++;
        }
        try {
            long amount = Long.parseLong(value.substring(0, digits));
            return switch (value.substring(digits)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> throw new IllegalArgumentException(notDuration(text, what));
            };
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(notDuration(text, what), e);
        }
    }

    private static String notDuration(String text, String what) {
        return what + " is \"" + text + "\"; expected a time like 500ms, 4s or 2m";
    }
}
