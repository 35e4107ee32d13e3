// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.annotation.SipListener;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;

/** Lets application sessions live as long as their calls: three minutes, the default, are not enough. Thread-safe. */
@SipListener
public final class CallKeeper implements SipApplicationSessionListener {
    private static final int MINUTES = 10;
    /** Nobody calls longer; what is older has lost its BYE. */
    private static final Duration LONGEST_CALL = Duration.ofHours(24);

    private final InstantSource clock;

    public CallKeeper() {
        this(InstantSource.system());
    }

    CallKeeper(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void sessionExpired(SipApplicationSessionEvent event) {
        SipApplicationSession session = event.getApplicationSession();
        if (clock.millis() - session.getCreationTime() < LONGEST_CALL.toMillis() && hasCall(session)) {
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
