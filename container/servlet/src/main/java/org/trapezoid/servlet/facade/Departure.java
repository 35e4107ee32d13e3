// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.trapezoid.servlet.proxy.RoutePreprocessor;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;

/** What the container adds to a request of the application when it is sent, and notes of it. In the core section. */
final class Departure {

    private Departure() {}

    static void of(SipRequest request, Sending how) {
        Session session = Session.of(request.sessionState(), request.runtime());
        if (!request.sessionState().isValid()) {
            throw new IllegalStateException("cannot send " + request.describe() + ": its session was invalidated");
        }
        session.requireNotAutomatic();
        request.spell();
        boolean client = how.uac().isPresent();
        if (request.isInitial() && client) {
            session.flowRoute().ifPresent(route -> request.edit().addFirst(HeaderName.ROUTE, route));
        }
        Optional<CallTimer> timer = request.keepsAlive() && CallTimer.isRefresh(request.method())
                ? Optional.of(session.upkeep().keepTime())
                : session.upkeep().callTimer();
        if (client) {
            Reliable.ask(request.runtime(), request);
            timer.ifPresent(each -> each.ask(request));
        }
        session.upkeep().sessionId().ifPresent(value -> request.edit().set(HeaderName.SESSION_ID, value));
        Request ready = request.isInitial()
                ? RoutePreprocessor.forStrictRouter(request.message()) // RFC 3261 §8.1.2
                : request.message();
        if (client) {
            Overlaps.requireFree(session, ready);
            session.messages().sent(request);
        }
        timer.ifPresent(each -> each.sent(ready));
        request.committed();
        how.send(ready, request.routing());
        request.sessionState().appSession().changed(); // not only callbacks send
    }
}
