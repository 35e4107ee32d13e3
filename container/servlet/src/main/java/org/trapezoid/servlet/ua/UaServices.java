// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.router.Outbound;
import org.trapezoid.servlet.session.SessionId;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transaction.Timing;

/** What user agent cores work with; one for a server. Safe for use by any thread. */
public record UaServices(
        Outbound outbound,
        RequestSender sender,
        SessionRegistry sessions,
        Timers timers,
        Timing timing,
        Identifiers identifiers,
        RandomGenerator random,
        MergedRequests merged,
        InstantSource time) {

    /** The same that sends on behalf of somebody. */
    public UaServices as(Actor actor) {
        return new UaServices(outbound.as(actor), sender, sessions, timers, timing, identifiers, random, merged, time);
    }

    /** A session for a further dialog of one request. */
    SipSessionState derive(SipSessionState root) {
        SipSessionState session = root.derive(new SessionId(root.appSession().identifier(identifiers)), time.millis());
        sessions.add(session);
        return session;
    }
}
