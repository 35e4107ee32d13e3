// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SIP or SIPS URI, RFC 3261 §19.1. Immutable. User, password, parameters and headers are raw, that is, escaped as on the
 * wire; {@link #equals} is the comparison of §19.1.4, which is not transitive.
 */
public final class SipUri extends Uri {
    private final boolean secure;
    private final @Nullable String user;
    private final @Nullable String password;
    private final HostPort hostPort;
    private final Parameters parameters;
    private final Parameters headers;
    private @Nullable String text;

    private SipUri(
            boolean secure,
            @Nullable String user,
            @Nullable String password,
            HostPort hostPort,
            Parameters parameters,
            Parameters headers) {
        this.secure = secure;
        this.user = user;
        this.password = password;
        this.hostPort = hostPort;
        this.parameters = parameters;
        this.headers = headers;
    }

    public static SipUri of(HostPort hostPort) {
        return new SipUri(false, null, null, hostPort, Parameters.EMPTY, Parameters.EMPTY);
    }

    /** {@code user} is plain text and gets escaped where it must be; {@code host} may carry a port. */
    public static SipUri of(String user, String host) {
        SipUri uri = of(HostPort.parse(host));
        return user.isEmpty() ? uri : uri.withUser(escape(user, Grammar.USER));
    }

    public static SipUri parse(String text) {
        if (Uri.parse(text) instanceof SipUri uri) {
            return uri;
        }
        throw new SyntaxException("SIP or SIPS URI expected: " + text);
    }

    /** Checks what follows the scheme. */
    static void checkRest(byte[] b, int from, int to) {
        int host = from;
        int at = Grammar.indexOf(b, from, to, '@');
        if (at >= 0) {
            int end = Grammar.skipEscaped(b, from, at, Grammar.USER);
            if (end == from) {
                throw SyntaxException.expected("user", b, from, to);
            }
            if (end < at && b[end] == ':') {
                end = Grammar.skipEscaped(b, end + 1, at, Grammar.PASSWORD);
            }
            if (end != at) {
                throw SyntaxException.expected("user characters", b, end, to);
            }
            host = at + 1;
        }
        int end = Parameters.checkUri(b, HostPort.end(b, host, to), to);
        end = Parameters.checkUriHeaders(b, end, to);
        if (end != to) {
            throw SyntaxException.expected("URI characters", b, end, to);
        }
    }

    /** Builds from what {@link #checkRest} accepted. */
    static SipUri of(boolean secure, byte[] b, int from, int to) {
        String user = null;
        String password = null;
        int host = from;
        int at = Grammar.indexOf(b, from, to, '@');
        if (at >= 0) {
            int colon = Grammar.indexOf(b, from, at, ':');
            user = Grammar.text(b, from, colon < 0 ? at : colon);
            password = colon < 0 ? null : Grammar.text(b, colon + 1, at);
            host = at + 1;
        }
        int hostEnd = HostPort.end(b, host, to);
        int parametersEnd = Grammar.indexOf(b, hostEnd, to, '?');
        parametersEnd = parametersEnd < 0 ? to : parametersEnd;
        return new SipUri(
                secure,
                user,
                password,
                HostPort.of(b, host, hostEnd),
                Parameters.ofUri(b, hostEnd, parametersEnd, ';'),
                Parameters.ofUri(b, parametersEnd, to, '&'));
    }

    @Override
    public String scheme() {
        return secure ? "sips" : "sip";
    }

    public boolean secure() {
        return secure;
    }

    /** Raw, that is, escaped. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** With its escapes resolved once; empty if there is no user. */
    public String userDecoded() {
        return user == null ? "" : unescape(user);
    }

    public Optional<String> password() {
        return Optional.ofNullable(password);
    }

    public String host() {
        return hostPort.host();
    }

    /** {@link HostPort#NO_PORT} if there is none. */
    public int port() {
        return hostPort.port();
    }

    public HostPort hostPort() {
        return hostPort;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** The part behind the question mark. */
    public Parameters headers() {
        return headers;
    }

    /** Has {@code lr}, RFC 3261 §19.1.1; also when peers write {@code lr=on}. */
    public boolean isLooseRoute() {
        return parameter("lr").isPresent();
    }

    public Optional<String> transport() {
        return parameter("transport");
    }

    public Optional<String> maddr() {
        return parameter("maddr");
    }

    /** A parameter by its name; escapes in the names of the URI are resolved (RFC 4475 §3.1.1.3: {@code %6C%72} is {@code lr}). */
    public Optional<String> parameter(String name) {
        Optional<String> value = parameters.value(name);
        if (value.isPresent() || !hasEscapedName()) {
            return value;
        }
        for (Map.Entry<String, String> parameter : parameters) {
            if (unescape(parameter.getKey()).equalsIgnoreCase(name)) {
                return Optional.of(parameter.getValue());
            }
        }
        return Optional.empty();
    }

    private boolean hasEscapedName() {
        for (Map.Entry<String, String> parameter : parameters) {
            if (parameter.getKey().indexOf('%') >= 0) {
                return true;
            }
        }
        return false;
    }

    public SipUri withSecure(boolean newSecure) {
        return new SipUri(newSecure, user, password, hostPort, parameters, headers);
    }

    /** {@code newUser} is raw: see {@link #escapeUser}. */
    public SipUri withUser(String newUser) {
        return checked(new SipUri(secure, newUser, password, hostPort, parameters, headers));
    }

    public SipUri withoutUser() {
        return new SipUri(secure, null, null, hostPort, parameters, headers);
    }

    public SipUri withPassword(String newPassword) {
        return checked(new SipUri(secure, user, newPassword, hostPort, parameters, headers));
    }

    public SipUri withoutPassword() {
        return new SipUri(secure, user, null, hostPort, parameters, headers);
    }

    public SipUri withHostPort(HostPort newHostPort) {
        return new SipUri(secure, user, password, newHostPort, parameters, headers);
    }

    public SipUri withHost(String host) {
        return withHostPort(new HostPort(host, hostPort.port()));
    }

    public SipUri withPort(int port) {
        return withHostPort(hostPort.withPort(port));
    }

    public SipUri withParameters(Parameters newParameters) {
        return checked(new SipUri(secure, user, password, hostPort, newParameters, headers));
    }

    public SipUri withParameter(String name, String value) {
        return withParameters(parameters.with(name, value));
    }

    public SipUri withoutParameter(String name) {
        return new SipUri(secure, user, password, hostPort, parameters.without(name), headers);
    }

    public SipUri withHeaders(Parameters newHeaders) {
        return checked(new SipUri(secure, user, password, hostPort, parameters, newHeaders));
    }

    /** What a program put in must parse again as the same thing, or it could smuggle a part into another. */
    private static SipUri checked(SipUri uri) {
        String wire = uri.toString();
        byte[] b = Grammar.bytes(wire);
        checkRest(b, uri.scheme().length() + 1, b.length);
        SipUri again = of(uri.secure, b, uri.scheme().length() + 1, b.length);
        if (Objects.equals(uri.user, again.user)
                && Objects.equals(uri.password, again.password)
                && uri.parameters.equals(again.parameters)
                && uri.headers.size() == again.headers.size()) {
            return uri;
        }
        throw new SyntaxException("characters that need escaping in " + Grammar.requireOneLine(wire, "URI"));
    }

    public static String escapeUser(String plain) {
        return escape(plain, Grammar.USER);
    }

    public static String escapePassword(String plain) {
        return escape(plain, Grammar.PASSWORD);
    }

    public static String escapeParameter(String plain) {
        return escape(plain, Grammar.URI_PARAMETER);
    }

    public static String escapeHeader(String plain) {
        return escape(plain, Grammar.URI_HEADER);
    }

    private static String escape(String plain, int characters) {
        byte[] b = Grammar.bytes(plain);
        StringBuilder out = new StringBuilder(b.length + 16);
        for (byte each : b) {
            if (Grammar.is(each, characters) && each != '#') {
                out.append((char) each);
            } else {
                appendEscape(out, each);
            }
        }
        return out.toString();
    }

    private static void appendEscape(StringBuilder out, byte b) {
        out.append('%').append("0123456789ABCDEF".charAt((b >> 4) & 15)).append("0123456789ABCDEF".charAt(b & 15));
    }

    /** Resolves {@code %HH} once. */
    public static String unescape(String escaped) {
        if (escaped.indexOf('%') < 0) {
            return escaped;
        }
        byte[] b = Grammar.bytes(escaped);
        byte[] plain = new byte[b.length];
        int size = 0;
        for (int i = 0; i < b.length; i++) {
            int value = escapeAt(b, i);
            plain[size++] = value < 0 ? b[i] : (byte) value;
            i += value < 0 ? 0 : 2;
        }
        return new String(plain, 0, size, StandardCharsets.UTF_8);
    }

    private static int escapeAt(byte[] b, int i) {
        if (b[i] != '%' || i + 2 >= b.length) {
            return -1;
        }
        int high = Character.digit(b[i + 1], 16);
        int low = Character.digit(b[i + 2], 16);
        return high < 0 || low < 0 ? -1 : (high << 4) | low;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof SipUri that
                        && secure == that.secure
                        && hostPort.equals(that.hostPort)
                        && same(user, that.user)
                        && same(password, that.password)
                        && parametersMatch(that)
                        && that.parametersMatch(this)
                        && headersMatch(that));
    }

    private static boolean same(@Nullable String one, @Nullable String other) {
        if (one == null || other == null) {
            return Objects.equals(one, other);
        }
        return normal(one).equals(normal(other));
    }

    /** Escapes of unreserved characters resolved, all others in upper case: the form in which escaped equals plain. */
    private static String normal(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        byte[] b = Grammar.bytes(raw);
        StringBuilder out = new StringBuilder(b.length);
        for (int i = 0; i < b.length; i++) {
            int value = escapeAt(b, i);
            if (value < 0) {
                out.append((char) b[i]);
                continue;
            }
            if (Grammar.is((byte) value, Grammar.UNRESERVED)) {
                out.append((char) value);
            } else {
                appendEscape(out, (byte) value);
            }
            i += 2;
        }
        return out.toString();
    }

    private boolean parametersMatch(SipUri that) {
        for (Map.Entry<String, String> mine : parameters) {
            String name = normal(mine.getKey());
            Optional<String> other = that.parameter(name);
            String first = parameter(name).orElse(mine.getValue()); // of a name that is there twice
            boolean match =
                    other.isPresent() ? normal(first).equalsIgnoreCase(normal(other.get())) : !isSignificant(name);
            if (!match) {
                return false;
            }
        }
        return true;
    }

    /** Absent is not the same as a default value for these, RFC 3261 §19.1.4. */
    private static boolean isSignificant(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "transport", "user", "ttl", "method", "maddr" -> true;
            default -> false;
        };
    }

    private boolean headersMatch(SipUri that) {
        if (headers.size() != that.headers.size()) {
            return false;
        }
        Parameters rest = that.headers;
        for (Map.Entry<String, String> mine : headers) {
            Optional<Parameters> without = rest.withoutPair(mine.getKey(), mine.getValue(), SipUri::same);
            if (without.isEmpty()) {
                return false;
            }
            rest = without.get();
        }
        return true;
    }

    @Override
    public int hashCode() {
        return Objects.hash(secure, user == null ? "" : normal(user), hostPort);
    }

    @Override
    public String toString() {
        String known = text;
        if (known == null) {
            StringBuilder out = new StringBuilder(64).append(secure ? "sips:" : "sip:");
            if (user != null) {
                out.append(user);
                if (password != null) {
                    out.append(':').append(password);
                }
                out.append('@');
            }
            out.append(hostPort.host());
            if (hostPort.hasPort()) {
                out.append(':').append(hostPort.port());
            }
            parameters.appendTo(out, ';', ';');
            headers.appendTo(out, '?', '&');
            known = out.toString();
            text = known;
        }
        return known;
    }
}
