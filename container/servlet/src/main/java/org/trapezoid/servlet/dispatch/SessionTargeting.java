// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.List;
import java.util.Optional;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.proxy.RouteSeal;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.Takeover;
import org.trapezoid.sip.dialog.DialogId;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** Which session a request belongs to: by our Record-Route value, by its tags, or by an encoded URI. Thread-safe. */
public final class SessionTargeting {

    private final SessionRegistry sessions;
    private final RouteSeal seal;

    public SessionTargeting(SessionRegistry sessions, RouteSeal seal) {
        this.sessions = sessions;
        this.seal = seal;
    }

    /** The session named in one of our own Route values, when the request is of its call. */
    Optional<SipSessionState> recordRouted(Request request, List<NameAddr> popped) {
        for (NameAddr route : popped) {
            Optional<SipSessionState> session = parameter(route.uri(), AppRuntime.SESSION_PARAMETER)
                    .map(RouteSeal::sessionId)
                    .flatMap(sessions::sipSession)
                    .filter(named -> isOfCall(request, named));
            if (session.isPresent()) {
                return session;
            }
        }
        return Optional.empty();
    }

    /**
     * The session of a record-routed call that the request is for: one call may have made several dialogs. Empty when that of its
     * dialog has ended. In the core section.
     */
    Optional<SipSessionState> fork(SipSessionState root, Request request) {
        if (!root.isValid() || (root.calleeTag().isEmpty() && !root.wasForked())) {
            return Optional.of(root).filter(SipSessionState::isValid);
        }
        Optional<SipSessionState> member = root.member(request.toTag().orElse(DialogId.NULL_TAG))
                .or(() -> root.member(request.fromTag().orElse(DialogId.NULL_TAG)))
                .filter(SipSessionState::isValid);
        boolean makesDialog = request.method().equals(Method.NOTIFY); // of another notifier, RFC 6665 §4.4.1
        return member.isPresent() || !makesDialog ? member : Optional.of(root);
    }

    private static boolean isOfCall(Request request, SipSessionState session) {
        return session.callId().equals(request.callId())
                && (hasTag(request, session.localParty()) || hasTag(request, session.remoteParty()));
    }

    private static boolean hasTag(Request request, NameAddr party) {
        Optional<String> tag = party.tag();
        return tag.isPresent() && (tag.equals(request.fromTag()) || tag.equals(request.toTag()));
    }

    /** Whether we put one of the Route values into the call of the request, be its session alive or not. */
    boolean isRecordRouted(Request request, List<NameAddr> popped) {
        for (NameAddr route : popped) {
            Optional<String> value = parameter(route.uri(), AppRuntime.SESSION_PARAMETER);
            if (value.isPresent() && seal.isGenuine(value.get(), request.callId())) {
                return true;
            }
        }
        return false;
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

    /** The application session of the deployment that an encoded URI names. */
    Optional<AppSessionState> named(Request request, Optional<NameAddr> popped, long deployment) {
        return encodedId(request, popped)
                .flatMap(sessions::appSession)
                .filter(session -> session.isValid() && session.deployment() == deployment);
    }

    /** The root of the sessions whose call an INVITE is to replace or to join. */
    Optional<SipSessionState> takenOver(Takeover takeover) {
        return sessions.byLocalTag(takeover.reference().localTag()).filter(takeover::names);
    }

    /** Where a request comes from, with the application whose session it names: encoded URI first (JSR 289 §15.11). */
    Origin origin(Flow flow, Request request, Optional<NameAddr> popped, Optional<Takeover> takeover) {
        Origin origin = Origin.peer(flow, popped);
        Optional<Origin> encoded = encodedId(request, popped)
                .flatMap(sessions::appSession)
                .map(session ->
                        origin.targeting(new Origin.Target(Origin.Target.Kind.ENCODED_URI, session.application())));
        if (encoded.isPresent() || takeover.isEmpty()) {
            return encoded.orElse(origin);
        }
        Origin.Target.Kind kind =
                takeover.get().header().equals(HeaderName.JOIN) ? Origin.Target.Kind.JOIN : Origin.Target.Kind.REPLACES;
        return takenOver(takeover.get())
                .map(root -> origin.targeting(
                        new Origin.Target(kind, root.appSession().application())))
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
