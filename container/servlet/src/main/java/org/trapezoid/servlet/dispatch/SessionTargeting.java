// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.List;
import java.util.Optional;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.dialog.DialogId;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** Which session a request belongs to: by our Record-Route value, by its tags, or by an encoded URI. Thread-safe. */
public final class SessionTargeting {

    private final SessionRegistry sessions;

    public SessionTargeting(SessionRegistry sessions) {
        this.sessions = sessions;
    }

    /** The session named in one of our own Route values. */
    Optional<SipSessionState> recordRouted(List<NameAddr> popped) {
        for (NameAddr route : popped) {
            Optional<SipSessionState> session =
                    parameter(route.uri(), AppRuntime.SESSION_PARAMETER).flatMap(sessions::sipSession);
            if (session.isPresent()) {
                return session;
            }
        }
        return Optional.empty();
    }

    /** The root of the sessions whose local tag the request has in To. */
    Optional<SipSessionState> userAgent(Request request) {
        return request.toTag().flatMap(sessions::byLocalTag);
    }

    /** The session of the root's family that the request is for, by Call-ID and both tags (RFC 3261 §12). In the core section. */
    Optional<SipSessionState> member(SipSessionState root, Request request) {
        if (!root.callId().equals(request.callId())) {
            return Optional.empty();
        }
        return root.member(request.fromTag().orElse(DialogId.NULL_TAG)).filter(SipSessionState::isValid);
    }

    /** The application session that an encoded URI names. */
    Optional<AppSessionState> named(Request request, Optional<NameAddr> popped, String application) {
        return encodedId(request, popped)
                .flatMap(sessions::appSession)
                .filter(session -> session.isValid() && session.application().equals(application));
    }

    /** Where a request comes from, with the application whose session it names. */
    Origin origin(Flow flow, Request request, Optional<NameAddr> popped) {
        Origin origin = Origin.peer(flow);
        return encodedId(request, popped)
                .flatMap(sessions::appSession)
                .map(session ->
                        origin.targeting(new Origin.Target(Origin.Target.Kind.ENCODED_URI, session.application())))
                .orElse(origin);
    }

    private static Optional<String> encodedId(Request request, Optional<NameAddr> popped) {
        return parameter(request.uri(), AppRuntime.ENCODED_ID)
                .or(() -> popped.flatMap(route -> parameter(route.uri(), AppRuntime.ENCODED_ID)));
    }

    private static Optional<String> parameter(Uri uri, String name) {
        return uri instanceof SipUri sip ? sip.parameter(name) : Optional.empty();
    }
}
