// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/**
 * An address with an optional display name and header parameters, RFC 3261 §20.10: From, To, Contact, Route, Record-Route
 * and others. Immutable. The display name is plain text without quotation marks.
 */
public record NameAddr(Optional<String> displayName, Uri uri, Parameters parameters) {

    public NameAddr {
        displayName.ifPresent(name -> Grammar.requireOneLine(name, "display name"));
    }

    public static NameAddr of(Uri uri) {
        return new NameAddr(Optional.empty(), uri, Parameters.EMPTY);
    }

    public static NameAddr of(String displayName, Uri uri) {
        return new NameAddr(Optional.of(displayName), uri, Parameters.EMPTY);
    }

    public static NameAddr parse(String text) {
        byte[] b = Grammar.bytes(text);
        return parse(b, 0, b.length);
    }

    public static NameAddr parse(byte[] b, int from, int to) {
        int start = Grammar.skipLws(b, from, to);
        int end = Grammar.trimEnd(b, start, to);
        int parameters = check(b, start, end);
        int open = displayNameEnd(b, start, end);
        if (open < 0) {
            return new NameAddr(
                    Optional.empty(),
                    Uri.parse(b, start, Grammar.trimEnd(b, start, parameters)),
                    ofHeader(b, parameters, end));
        }
        int close = Grammar.indexOf(b, open, end, '>');
        return new NameAddr(displayName(b, start, open), Uri.parse(b, open + 1, close), ofHeader(b, close + 1, end));
    }

    private static Parameters ofHeader(byte[] b, int from, int to) {
        return Parameters.ofHeader(b, from, to);
    }

    private static Optional<String> displayName(byte[] b, int from, int open) {
        int end = Grammar.trimEnd(b, from, open);
        if (end == from) {
            return Optional.empty();
        }
        String text = Grammar.text(b, from, end);
        return Optional.of(b[from] == '"' ? Grammar.unquote(text) : text);
    }

    /** Checks a value without building anything; returns where its parameters start. */
    public static int check(byte[] b, int from, int to) {
        int start = Grammar.skipLws(b, from, to);
        int end = Grammar.trimEnd(b, start, to);
        int open = displayNameEnd(b, start, end);
        int parameters;
        if (open < 0) {
            parameters = addrSpecEnd(b, start, end);
            int uriEnd = Grammar.trimEnd(b, start, parameters);
            Uri.check(b, start, uriEnd);
            // RFC 3261 §20: with a comma, question mark or semicolon the URI must be in angle brackets
            if (Grammar.indexOf(b, start, uriEnd, '?') >= 0 || Grammar.indexOf(b, start, uriEnd, ',') >= 0) {
                throw SyntaxException.expected("angle brackets around the URI", b, start, end);
            }
        } else {
            int close = Grammar.indexOf(b, open, end, '>');
            if (close < 0) {
                throw SyntaxException.expected("closing angle bracket", b, open, end);
            }
            Uri.check(b, open + 1, close);
            parameters = close + 1;
        }
        Parameters.checkHeader(b, parameters, end);
        return parameters;
    }

    /** The tag of a value, without building anything else. */
    public static Optional<String> tag(byte[] b, int from, int to) {
        return Parameters.headerValue(b, check(b, from, to), to, "tag");
    }

    /** RFC 3261 §20.10: without angle brackets what follows the semicolon belongs to the header. */
    private static int addrSpecEnd(byte[] b, int from, int to) {
        int semicolon = Grammar.indexOf(b, from, to, ';');
        return semicolon < 0 ? to : semicolon;
    }

    /** The position of the opening angle bracket, or -1 for the form without brackets. */
    private static int displayNameEnd(byte[] b, int from, int to) {
        if (from < to && b[from] == '"') {
            int open = Grammar.skipLws(b, Grammar.quotedString(b, from, to), to);
            if (open >= to || b[open] != '<') {
                throw SyntaxException.expected("angle bracket behind the display name", b, from, to);
            }
            return open;
        }
        int i = from;
        while (i < to && (Grammar.is(b[i], Grammar.TOKEN) || Grammar.isLws(b[i]) || b[i] < 0)) {
            i++;
        }
        if (i < to && b[i] == '<') {
            return i;
        }
        if (Grammar.indexOf(b, i, to, '<') >= 0 && (i >= to || b[i] != ':')) {
            throw SyntaxException.expected("display name of tokens", b, from, to);
        }
        return -1;
    }

    /** All values of one field. */
    public static List<NameAddr> parseList(String text) {
        byte[] b = Grammar.bytes(text);
        List<NameAddr> list = new ArrayList<>(2);
        int from = 0;
        while (from <= b.length) {
            int end = Grammar.listValue(b, from, b.length);
            list.add(parse(b, from, end));
            from = end + 1;
        }
        return list;
    }

    /** The Contact of a REGISTER that removes all bindings, RFC 3261 §10.2.2. */
    public static boolean isWildcard(String text) {
        return text.trim().equals("*");
    }

    public Optional<String> tag() {
        return parameters.value("tag");
    }

    public NameAddr withTag(String tag) {
        return withParameter("tag", tag);
    }

    public NameAddr withoutTag() {
        return withoutParameter("tag");
    }

    public NameAddr withParameter(String name, String value) {
        return withParameters(parameters.with(name, value));
    }

    public NameAddr withoutParameter(String name) {
        return withParameters(parameters.without(name));
    }

    public NameAddr withParameters(Parameters newParameters) {
        return new NameAddr(displayName, uri, newParameters);
    }

    /** A first element of a route set that is a loose router, RFC 3261 §16.12. */
    public boolean isLooseRoute() {
        return uri instanceof SipUri sip && sip.isLooseRoute();
    }

    /** The wire form, always with angle brackets: only they keep URI and header parameters apart. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(96);
        displayName.ifPresent(name -> out.append(Grammar.quote(name)).append(' '));
        out.append('<').append(uri).append('>');
        parameters.appendTo(out);
        return out.toString();
    }
}
