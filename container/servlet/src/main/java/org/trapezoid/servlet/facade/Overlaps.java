// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipServletResponse;
import java.util.OptionalInt;
import org.trapezoid.servlet.session.OfferAnswer;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;

/** Which requests of a session may overlap: INVITE, UPDATE and their offers (RFC 3261 §14, RFC 3311 §5). In its core section. */
final class Overlaps {

    private Overlaps() {}

    /** Whether an INVITE, UPDATE or offer of either side waits for its answer. */
    static boolean isNegotiating(SessionMessages messages, OfferAnswer offers) {
        return messages.isAsking(Method.INVITE)
                || messages.isAnswering(Method.INVITE)
                || messages.isAsking(Method.UPDATE)
                || messages.isAnswering(Method.UPDATE)
                || offers.isOursPending()
                || offers.isTheirsPending();
    }

    /** @throws IllegalStateException for an INVITE or UPDATE that may not be sent now */
    static void requireFree(Session session, Request request) {
        SessionMessages messages = session.messages();
        OfferAnswer offers = session.state().offers();
        if (request.method().equals(Method.INVITE)) {
            requireFree(session, "an INVITE", invitesOverlap(messages, offers));
        } else if (request.method().equals(Method.UPDATE)) {
            requireFree(session, "an UPDATE", updatesOverlap(messages, offers, request));
        }
    }

    private static void requireFree(Session session, String what, boolean overlaps) {
        if (overlaps) {
            throw new IllegalStateException("cannot send " + what + " in " + session.describe()
                    + ": another INVITE, UPDATE or offer is not answered yet");
        }
    }

    /** RFC 3261 §14.1; an offer in an UPDATE counts too (RFC 3264 §4). */
    private static boolean invitesOverlap(SessionMessages messages, OfferAnswer offers) {
        return messages.isAsking(Method.INVITE)
                || messages.isAnswering(Method.INVITE)
                || (offers.isOursPending() && messages.isAsking(Method.UPDATE))
                || (offers.isTheirsPending() && messages.isAnswering(Method.UPDATE));
    }

    /** RFC 3311 §5.1. */
    private static boolean updatesOverlap(SessionMessages messages, OfferAnswer offers, Request update) {
        return messages.isAsking(Method.UPDATE)
                || (OfferAnswer.isDescribed(update) && (offers.isOursPending() || offers.isTheirsPending()));
    }

    /** The status that refuses an INVITE or UPDATE of the peer which crosses another one; empty for one that comes alone. */
    static OptionalInt glare(SessionMessages messages, OfferAnswer offers, Request request) {
        if (request.method().equals(Method.INVITE)) {
            if (messages.isAsking(Method.INVITE) || (offers.isOursPending() && messages.isAsking(Method.UPDATE))) {
                return OptionalInt.of(SipServletResponse.SC_REQUEST_PENDING); // RFC 3261 §14.2
            }
            if (messages.isAnswering(Method.INVITE)
                    || (offers.isTheirsPending() && messages.isAnswering(Method.UPDATE))) {
                return OptionalInt.of(SipServletResponse.SC_SERVER_INTERNAL_ERROR);
            }
        } else if (request.method().equals(Method.UPDATE)) { // RFC 3311 §5.2
            boolean offer = OfferAnswer.isDescribed(request);
            if (messages.isAnswering(Method.UPDATE) || (offer && offers.isTheirsPending())) {
                return OptionalInt.of(SipServletResponse.SC_SERVER_INTERNAL_ERROR);
            }
            if (offer && offers.isOursPending()) {
                return OptionalInt.of(SipServletResponse.SC_REQUEST_PENDING);
            }
        }
        return OptionalInt.empty();
    }
}
