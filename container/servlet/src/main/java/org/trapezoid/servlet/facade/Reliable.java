// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import org.trapezoid.servlet.app.Extensions.Reliability;
import org.trapezoid.servlet.session.OfferAnswer;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** What the container does for the reliability of provisional responses on its own (RFC 3262), where an application asks for it. */
final class Reliable {

    private static final String OPTION_TAG = "100rel";

    private Reliable() {}

    /** Asks for reliable provisional responses to an INVITE that the application is going to send. */
    static void ask(AppRuntime runtime, SipRequest request) {
        Reliability policy = runtime.application().settings().extensions().reliability();
        if (policy == Reliability.OFF || !request.getMethod().equals("INVITE")) {
            return;
        }
        HeaderName header = policy == Reliability.REQUIRED ? HeaderName.REQUIRE : HeaderName.SUPPORTED;
        if (!isAsked(request.message())) {
            request.edit().add(header, OPTION_TAG);
        }
    }

    /** Whether the peer that sent the INVITE can receive reliable responses. */
    static boolean isAsked(Request invite) {
        return invite.headers().lists(HeaderName.SUPPORTED, OPTION_TAG) || isDemanded(invite);
    }

    /** Whether it takes no others. */
    static boolean isDemanded(Request invite) {
        return invite.headers().lists(HeaderName.REQUIRE, OPTION_TAG);
    }

    /** Whether an INVITE has to be refused because its sender cannot receive them. */
    static boolean refuses(AppRuntime runtime, Request request) {
        return runtime.application().settings().extensions().reliability() == Reliability.REQUIRED
                && request.method().equals(Method.INVITE)
                && !isAsked(request);
    }

    static Response.Builder demand(Response.Builder refusal) {
        return refusal.set(HeaderName.REQUIRE, OPTION_TAG);
    }

    /** Whether a response that the application sends in the ordinary way has to be sent reliably. */
    static boolean isDue(AppRuntime runtime, Request request, Response response) {
        int status = response.status();
        if (status <= 100 || status >= 200 || !request.method().equals(Method.INVITE)) {
            return false;
        }
        return isDemanded(request) // RFC 3262 §3
                || (runtime.application().settings().extensions().reliability() != Reliability.OFF && isAsked(request));
    }

    /**
     * Sends the PRACK that the application did not make, unless it had to answer an offer. In no core section, after the
     * application has seen the response.
     */
    static void acknowledge(AppRuntime runtime, SipSessionState session, SipResponse provisional) {
        session.strand().run(() -> {
            boolean isOffer = session.offers().isTheirsPending() && OfferAnswer.isDescribed(provisional.message());
            if (session.isValid() && !isOffer && session.dialog().isPresent()) {
                provisional.acknowledgeUnseen(Session.of(session, runtime));
            }
        });
    }
}
