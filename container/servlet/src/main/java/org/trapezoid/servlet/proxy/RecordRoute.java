// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * The URI by which later requests of a call come back to this proxy (RFC 3261 §16.6 step 4), in Record-Route and Path.
 * Immutable.
 *
 * @param parameters what the URI carries beside {@code lr}: the session it belongs to, and what the application put there
 */
public record RecordRoute(Parameters parameters) {
    /** Marks both values of a pair, so that the way back removes both and never a neighbour's. */
    static final String PAIR = "r2";

    /** User parts that name the flows of the clients, empty where none is needed: of the side it came from, and goes to. */
    record Tokens(String in, String out) {
        static final Tokens NONE = new Tokens("", "");
    }

    /** The URI on one of our listeners. */
    public SipUri uri(Listener listener, boolean secure) {
        return SipUri.parse(text(listener, secure, "", false));
    }

    /**
     * Puts one value on top, or two when the request leaves on another listener than it came in by: the upper one for the
     * side it goes to, the lower one for the side it came from (RFC 5658 §5). Two also when one carries a token: which of
     * the two is passed last says where the request goes.
     */
    void add(Request.Builder builder, HeaderName header, Listener in, Listener out, boolean secure, Tokens tokens) {
        if (in.equals(out) && tokens.equals(Tokens.NONE)) {
            builder.addFirst(header, '<' + text(out, secure, "", false) + '>');
        } else {
            builder.addFirst(header, '<' + text(in, secure, tokens.in(), true) + '>');
            builder.addFirst(header, '<' + text(out, secure, tokens.out(), true) + '>');
        }
    }

    /** The same in Path; the token of the client that registers is in the value of its side (RFC 5626 §5.1). */
    void addPath(Request.Builder builder, Listener in, Listener out, boolean secure, String token) {
        String outbound = token.isEmpty() ? ">" : ";ob>";
        if (in.equals(out)) {
            builder.addFirst(HeaderName.PATH, '<' + text(out, secure, token, false) + outbound);
        } else {
            builder.addFirst(HeaderName.PATH, '<' + text(in, secure, token, true) + outbound);
            builder.addFirst(HeaderName.PATH, '<' + text(out, secure, "", true) + '>');
        }
    }

    /** RFC 3261 §16.6 step 4: a sips URI when the Request-URI or the topmost Route is one. */
    static boolean isSecure(Request request) {
        return isSecure(request.uri())
                || request.topRoute().filter(route -> isSecure(route.uri())).isPresent();
    }

    static boolean isSecure(Uri uri) {
        return uri instanceof SipUri sip && sip.secure();
    }

    private String text(Listener listener, boolean secure, String token, boolean paired) {
        StringBuilder text = new StringBuilder(96).append(secure ? "sips:" : "sip:");
        if (!token.isEmpty()) {
            text.append(token).append('@');
        }
        text.append(listener.advertised());
        if (!(secure && listener.protocol() == Protocol.TLS)) {
            text.append(";transport=").append(listener.protocol().parameter());
        }
        text.append(";lr");
        if (paired) {
            text.append(';').append(PAIR).append("=on");
        }
        parameters.appendTo(text);
        return text.toString();
    }
}
