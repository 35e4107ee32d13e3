// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.security.WebSocketOpening;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/** Gives the WebSocket connections that open at a path of one application their SIP identity (JSR 359 §13.2). Immutable. */
record WebSocketIdentity(String application) {

    private static final String SUBPROTOCOL = "sip";

    /**
     * Keeps it in the request, until that has opened its connection.
     *
     * @throws IllegalStateException for a request that is not authenticated, or opens no connection for SIP, or has opened it
     * @throws IllegalArgumentException for an identity that is no SIP, SIPS or tel URI
     */
    void assign(HttpServletRequest handshake, @Nullable String identity) {
        if (handshake.getUserPrincipal() == null) {
            throw new IllegalStateException(refusal(handshake)
                    + "it is not authenticated; constrain its path in web.xml, or wrap it in a filter");
        }
        if (identity == null) {
            throw new IllegalArgumentException(refusal(handshake) + "the identity is null; expected a SIP URI");
        }
        Uri uri = parse(handshake, identity);
        if (!opensConnection(handshake)) {
            throw new IllegalStateException(
                    refusal(handshake) + "it opens no WebSocket connection with subprotocol sip");
        }
        if (handshake.getAttribute(WebSocketOpening.OPENED) != null) {
            throw new IllegalStateException(
                    refusal(handshake) + "its connection is open already; assign before FilterChain.doFilter");
        }
        handshake.setAttribute(WebSocketOpening.ASSIGNED, new WebSocketOpening.Assigned(application, uri));
    }

    private String refusal(HttpServletRequest handshake) {
        return "application " + application + ": cannot assign a SIP identity to " + handshake.getMethod() + " "
                + handshake.getRequestURI() + " (assignWebSocketSipIdentity, JSR 359 §13.2): ";
    }

    private Uri parse(HttpServletRequest handshake, String identity) {
        try {
            Uri uri = Uri.parse(identity);
            if ((uri instanceof SipUri sip && sip.user().isPresent()) || uri instanceof TelUri) {
                return uri;
            }
        } catch (SyntaxException e) {
            throw new IllegalArgumentException(refusal(handshake) + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                refusal(handshake) + identity + " is no SIP URI with a user, and no tel URI");
    }

    private static boolean opensConnection(HttpServletRequest request) {
        return has(request, "Upgrade", "websocket") && has(request, "Sec-WebSocket-Protocol", SUBPROTOCOL);
    }

    private static boolean has(HttpServletRequest request, String header, String token) {
        for (String line : Collections.list(request.getHeaders(header))) {
            for (String each : line.split(",", -1)) {
                if (each.strip().toLowerCase(Locale.ROOT).equals(token)) {
                    return true;
                }
            }
        }
        return false;
    }
}
