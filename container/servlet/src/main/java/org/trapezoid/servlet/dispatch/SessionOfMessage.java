// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.proxy.RouteSeal;
import org.trapezoid.servlet.replication.SessionTokens;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.ua.Takeover;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** Reads from a message which session of the cluster it is for. Asks no other node. Thread-safe. */
final class SessionOfMessage {
    private final SessionTokens tokens;
    private final SessionRegistry sessions;

    /** @param sessions that are here */
    SessionOfMessage(SessionTokens tokens, SessionRegistry sessions) {
        this.tokens = tokens;
        this.sessions = sessions;
    }

    /** The token of a session that is not here, which the request names; null if there is none. */
    @Nullable
    String elsewhere(Request request) {
        Optional<NameAddr> route = request.headers().has(HeaderName.ROUTE) ? request.topRoute() : Optional.empty();
        if (route.isPresent()) {
            String value = parameter(route.get().uri(), AppRuntime.SESSION_PARAMETER);
            if (value != null) {
                return elsewhere(RouteSeal.sessionId(value));
            }
        }
        Optional<String> tag = request.toTag();
        if (tag.isPresent()) {
            return elsewhere(tag.get());
        }
        String encoded = parameter(request.uri(), AppRuntime.ENCODED_ID);
        if (encoded == null && route.isPresent()) {
            encoded = parameter(route.get().uri(), AppRuntime.ENCODED_ID);
        }
        if (encoded != null) {
            return elsewhere(encoded);
        }
        boolean takesOver = request.method().equals(Method.INVITE)
                && (request.headers().has(HeaderName.REPLACES)
                        || request.headers().has(HeaderName.JOIN));
        return takesOver
                ? Takeover.of(request)
                        .map(takeover -> elsewhere(takeover.reference().localTag()))
                        .orElse(null)
                : null;
    }

    /** The same for a response. */
    @Nullable
    String elsewhere(Response response) {
        String branch = response.topBranch().orElse("");
        return branch.startsWith(Via.MAGIC_COOKIE) ? elsewhere(branch.substring(Via.MAGIC_COOKIE.length())) : null;
    }

    private static @Nullable String parameter(Uri uri, String name) {
        return uri instanceof SipUri sip ? sip.parameter(name).orElse(null) : null;
    }

    private @Nullable String elsewhere(String identifier) {
        return isHere(identifier) ? null : tokens.of(identifier).orElse(null);
    }

    private boolean isHere(String identifier) {
        return identifier.length() >= SessionTokens.LENGTH
                && sessions.hasToken(identifier.substring(0, SessionTokens.LENGTH));
    }

    /** What names no session may still be of a transaction of another node. */
    boolean mayBelongElsewhere(Request request) {
        Method method = request.method();
        return method.equals(Method.CANCEL)
                || (method.equals(Method.ACK) && request.toTag().isPresent() && !isOfSessionHere(request))
                || (method.equals(Method.INVITE) && request.toTag().isEmpty());
    }

    /** The ACK for a 2xx, which each call has. */
    private boolean isOfSessionHere(Request ack) {
        return isHere(ack.toTag().orElse(""))
                || ack.topRoute()
                        .map(route -> parameter(route.uri(), AppRuntime.SESSION_PARAMETER))
                        .filter(value -> isHere(RouteSeal.sessionId(value)))
                        .isPresent();
    }
}
