// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SyntaxException;

/** A Via value, RFC 3261 §20.42. Immutable. The protocol is always SIP/2.0. */
public record Via(String transport, HostPort sentBy, Parameters parameters) {

    /** What a branch of RFC 3261 starts with, §8.1.1.7. */
    public static final String MAGIC_COOKIE = "z9hG4bK";

    public Via {
        if (!Grammar.isToken(transport)) {
            throw new SyntaxException("transport must be a token");
        }
    }

    public static Via of(String transport, HostPort sentBy, String branch) {
        return new Via(transport, sentBy, Parameters.of("branch", branch));
    }

    public static Via parse(String text) {
        byte[] b = Grammar.bytes(text);
        return parse(b, 0, b.length);
    }

    public static Via parse(byte[] b, int from, int to) {
        check(b, from, to);
        int transport = transportStart(b, from, to);
        int transportEnd = Grammar.skip(b, transport, to, Grammar.TOKEN);
        int host = Grammar.skipLws(b, transportEnd, to);
        int hostEnd = HostPort.hostEnd(b, host, to);
        int port = HostPort.NO_PORT;
        int i = Grammar.skipLws(b, hostEnd, to);
        if (i < to && b[i] == ':') {
            int start = Grammar.skipLws(b, i + 1, to);
            i = HostPort.portEnd(b, start, to);
            port = (int) Grammar.number(b, start, i, 65535, "port");
        }
        return new Via(
                Grammar.text(b, transport, transportEnd),
                new HostPort(Grammar.text(b, host, hostEnd), port),
                Parameters.ofHeader(b, i, to));
    }

    /**
     * What can be saved of a malformed value: transport, sent-by and the parameters before the first malformed one, of any
     * protocol version. To answer with.
     */
    public static Via salvage(byte[] b, int from, int to) {
        int i = from;
        for (int slash = 0; slash < 2; slash++) {
            i = slash(b, Grammar.token(b, Grammar.skipLws(b, i, to), to, "protocol in Via"), to);
        }
        int end = Grammar.token(b, i, to, "transport in Via");
        int host = Grammar.skipLws(b, end, to);
        HostPort sentBy = HostPort.parse(Grammar.text(b, host, HostPort.end(b, host, to)));
        int start = Math.max(host, Grammar.indexOf(b, host, to, ';'));
        Parameters parameters = Parameters.EMPTY;
        int stop = start;
        while (stop >= start && b[start] == ';') {
            stop = Grammar.indexOf(b, stop + 1, to, ';');
            try {
                int limit = stop < 0 ? to : stop;
                Parameters.checkHeader(b, start, limit);
                parameters = Parameters.ofHeader(b, start, limit);
            } catch (SyntaxException e) {
                break;
            }
        }
        return new Via(Grammar.text(b, i, end), sentBy, parameters);
    }

    /** Checks one value without building anything; returns where its parameters start. */
    public static int check(byte[] b, int from, int to) {
        int parameters = checkSentBy(b, from, to);
        Parameters.checkHeader(b, parameters, to);
        return parameters;
    }

    /** Checks the first value of a field; returns its end, which is a comma or the end of the range. */
    public static int checkFirst(byte[] b, int from, int to) {
        int end = Parameters.skipHeader(b, checkSentBy(b, from, to), to);
        if (end < to && b[end] != ',') {
            throw SyntaxException.expected("; before a parameter", b, end, to);
        }
        return end;
    }

    private static int checkSentBy(byte[] b, int from, int to) {
        int transport = transportStart(b, from, to);
        int end = Grammar.token(b, transport, to, "transport in Via");
        int host = Grammar.skipLws(b, end, to);
        if (host == end) {
            throw SyntaxException.expected("white space behind the transport in Via", b, from, to);
        }
        int i = Grammar.skipLws(b, HostPort.hostEnd(b, host, to), to);
        if (i < to && b[i] == ':') {
            i = HostPort.portEnd(b, Grammar.skipLws(b, i + 1, to), to);
        }
        return i;
    }

    /** The branch of the first value in a field, without building anything else. */
    public static Optional<String> branch(byte[] b, int from, int to) {
        int end = Grammar.listValue(b, from, to);
        return Parameters.headerValue(b, check(b, from, end), end, "branch");
    }

    /** Behind {@code SIP / 2.0 /}. */
    private static int transportStart(byte[] b, int from, int to) {
        int start = Grammar.skipLws(b, from, to);
        int end = Grammar.token(b, start, to, "protocol in Via");
        boolean sip = Grammar.equalsIgnoreCase(b, start, end, "SIP");
        start = slash(b, end, to);
        end = Grammar.token(b, start, to, "version in Via");
        if (!sip || !Grammar.equalsIgnoreCase(b, start, end, "2.0")) {
            throw SyntaxException.expected("SIP/2.0 in Via", b, from, to);
        }
        return slash(b, end, to);
    }

    private static int slash(byte[] b, int from, int to) {
        int i = Grammar.skipLws(b, from, to);
        if (i >= to || b[i] != '/') {
            throw SyntaxException.expected("/ in Via", b, i, to);
        }
        return Grammar.skipLws(b, i + 1, to);
    }

    public Optional<String> branch() {
        return parameters.value("branch");
    }

    /** Whether the branch is unique as RFC 3261 §8.1.1.7 demands: the cookie and something behind it. */
    public boolean isRfc3261() {
        Optional<String> branch = branch();
        return branch.isPresent()
                && branch.get().length() > MAGIC_COOKIE.length()
                && branch.get().regionMatches(true, 0, MAGIC_COOKIE, 0, MAGIC_COOKIE.length());
    }

    public Optional<String> received() {
        return parameters.value("received");
    }

    public Optional<String> maddr() {
        return parameters.value("maddr");
    }

    /** {@link HostPort#NO_PORT} if there is none, or only the flag that asks for it. */
    public int rport() {
        Optional<String> rport = parameters.value("rport");
        if (rport.isEmpty() || rport.get().isEmpty()) {
            return HostPort.NO_PORT;
        }
        try {
            byte[] b = Grammar.bytes(rport.get());
            return (int) Grammar.number(b, 0, b.length, 65535, "rport");
        } catch (SyntaxException e) {
            return HostPort.NO_PORT;
        }
    }

    public Via with(String name, String value) {
        return new Via(transport, sentBy, parameters.with(name, value));
    }

    public Via without(String name) {
        return new Via(transport, sentBy, parameters.without(name));
    }

    /**
     * As the server records where the request came from: {@code received} if sent-by is another address or a name (RFC 3261
     * §18.2.1), {@code rport} if asked for and then {@code received} always (RFC 3581 §4).
     */
    public Via from(InetSocketAddress source) {
        InetAddress address = source.getAddress();
        String literal = literal(address);
        boolean rport = parameters.has("rport");
        String sentByLiteral = address instanceof Inet6Address ? '[' + literal + ']' : literal;
        Parameters marked = parameters;
        if (rport) {
            marked = marked.with("rport", Integer.toString(source.getPort()));
        }
        if (rport || !HostPort.sameHost(sentBy.host(), sentByLiteral)) {
            return new Via(transport, sentBy, marked.with("received", literal));
        }
        return new Via(transport, sentBy, marked.without("received")); // one that a peer put in is a lie
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** The wire form. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(96)
                .append("SIP/2.0/")
                .append(transport)
                .append(' ')
                .append(sentBy.host());
        if (sentBy.hasPort()) {
            out.append(':').append(sentBy.port());
        }
        parameters.appendTo(out);
        return out.toString();
    }
}
