// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.Optional;
import java.util.OptionalInt;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.dialog.DialogId;
import org.trapezoid.sip.header.DialogReference;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SyntaxException;

/** An INVITE that is to replace or join the call of one of our dialogs (RFC 3891 §3, RFC 3911 §4). Immutable. */
public record Takeover(HeaderName header, DialogReference reference) {

    /** Of an INVITE with one Replaces or one Join; what cannot be read is the application's business. */
    public static Optional<Takeover> of(Request request) {
        if (!request.method().equals(Method.INVITE)) {
            return Optional.empty();
        }
        boolean replaces = request.headers().has(HeaderName.REPLACES);
        return replaces || request.headers().has(HeaderName.JOIN)
                ? of(request, replaces ? HeaderName.REPLACES : HeaderName.JOIN)
                : Optional.empty();
    }

    /** The reference in a header field of the request, whatever its method. */
    public static Optional<Takeover> of(Request request, HeaderName header) {
        try {
            return request.headers()
                    .first(header)
                    .map(DialogReference::parse)
                    .map(reference -> new Takeover(header, reference));
        } catch (SyntaxException e) {
            return Optional.empty();
        }
    }

    /** Whether the family of sessions is the one referred to; any thread. */
    public boolean names(SipSessionState root) {
        return root.callId().equals(reference.callId());
    }

    /** The session referred to. In the core section of the root. */
    public Optional<SipSessionState> member(SipSessionState root) {
        Optional<SipSessionState> member = root.member(reference.remoteTag());
        if (member.isEmpty() && reference.remoteTag().equals(DialogReference.NO_TAG)) {
            member = root.member(DialogId.NULL_TAG);
        }
        return member.filter(SipSessionState::isValid);
    }

    /** The answer to a request that may not have what it asks for; both headers in one request contradict each other. */
    public OptionalInt refusal(SipSessionState root, Request request) {
        if (request.headers().count(HeaderName.REPLACES) + request.headers().count(HeaderName.JOIN) > 1) {
            return OptionalInt.of(400);
        }
        Optional<SipSessionState> member = member(root);
        if (member.isEmpty()) {
            return OptionalInt.of(481);
        }
        SipSessionState session = member.get();
        if (session.isCallOver()) {
            return OptionalInt.of(603);
        }
        if (!session.hasCall()) {
            return OptionalInt.of(481); // a subscription
        }
        boolean early = session.state() == SessionState.EARLY;
        if (early && !session.dialog().map(Dialog::isInitiator).orElse(false)) {
            return OptionalInt.of(481);
        }
        return !early && reference.earlyOnly() ? OptionalInt.of(486) : OptionalInt.empty();
    }
}
