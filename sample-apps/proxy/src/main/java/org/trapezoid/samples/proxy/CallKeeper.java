// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.annotation.SipListener;
import java.util.Iterator;

/** Lets application sessions live as long as their calls: three minutes, the default, are not enough. Thread-safe. */
@SipListener
public final class CallKeeper implements SipApplicationSessionListener {
    private static final int MINUTES = 10;
    /** A day. Nobody calls longer; what is older has lost its BYE. */
    private static final int MOST_EXTENSIONS = 24 * 60 / MINUTES;
    /** Session attribute: how often the session was extended. */
    private static final String EXTENSIONS = "extensions";

    @Override
    public void sessionExpired(SipApplicationSessionEvent event) {
        SipApplicationSession session = event.getApplicationSession();
        int extensions = session.getAttribute(EXTENSIONS) instanceof Integer count ? count : 0;
        if (extensions < MOST_EXTENSIONS && hasCall(session)) {
            session.setAttribute(EXTENSIONS, extensions + 1);
            session.setExpires(MINUTES);
        }
    }

    @Override
    public void sessionCreated(SipApplicationSessionEvent event) {}

    @Override
    public void sessionDestroyed(SipApplicationSessionEvent event) {}

    @Override
    public void sessionReadyToInvalidate(SipApplicationSessionEvent event) {}

    private static boolean hasCall(SipApplicationSession session) {
        for (Iterator<?> each = session.getSessions("SIP"); each.hasNext(); ) {
            if (each.next() instanceof SipSession sip && sip.isValid() && isCall(sip.getState())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCall(SipSession.State state) {
        return switch (state) {
            case EARLY, CONFIRMED -> true;
            case INITIAL, TERMINATED -> false;
        };
    }
}
