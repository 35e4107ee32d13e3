// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.servlet.sip.annotation.SipApplicationSessionScoped;
import java.io.Serializable;

/**
 * What is known of one call: each application session has its own, which ends with it. Callbacks of a session come one after the
 * other, so it needs no locks. Serializable, as the scope demands.
 */
@SipApplicationSessionScoped
@SuppressWarnings("NullAway.Init") // made by CDI
public class CallRecord implements Serializable {
    private static final long serialVersionUID = 1L;

    @Inject
    private Journal journal;

    private String caller = "";
    private String outcome = "";

    void begins(Caller who) {
        caller = who.isAnonymous() ? "anonymous" : who.address();
    }

    void ends(String how) {
        outcome = how;
    }

    @PreDestroy
    void write() {
        journal.write(caller + ": " + outcome);
    }
}
