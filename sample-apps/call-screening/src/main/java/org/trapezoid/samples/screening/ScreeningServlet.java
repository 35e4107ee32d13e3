// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

import jakarta.inject.Inject;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.TooManyHopsException;
import jakarta.servlet.sip.annotation.AnyMethod;
import jakarta.servlet.sip.annotation.Invite;
import jakarta.servlet.sip.annotation.SipServlet;
import java.io.IOException;

/**
 * Refuses calls that their callee does not want, and passes the others on. It extends nothing: annotations say what its methods
 * take, and CDI gives it what it needs. Thread-safe.
 */
@SipServlet(name = "screening", loadOnStartup = 1)
public class ScreeningServlet {

    private final Rules rules;
    private final CallRecord call;

    /** Of {@code call} CDI gives a stand-in, which each time is that of the session being called. */
    @Inject
    public ScreeningServlet(Rules rules, CallRecord call) {
        this.rules = rules;
        this.call = call;
    }

    @Invite
    void call(SipServletRequest invite) throws IOException, TooManyHopsException {
        Caller caller = Caller.of(invite);
        call.begins(caller);
        if (!rules.serve(invite.getRequestURI())) {
            refuse(invite, SipServletResponse.SC_FORBIDDEN);
            return;
        }
        Verdict verdict = rules.verdict(invite.getRequestURI(), caller);
        if (verdict != Verdict.PASS) {
            refuse(invite, verdict.status());
            return;
        }
        Proxy proxy = invite.getProxy();
        proxy.setRecordRoute(false);
        proxy.setSupervised(true); // the outcome is written down
        proxy.proxyTo(invite.getRequestURI());
    }

    private void refuse(SipServletRequest invite, int status) throws IOException {
        call.ends("refused " + status);
        invite.createResponse(status).send();
    }

    @Invite
    void outcome(SipServletResponse response) {
        if (response.getStatus() >= SipServletResponse.SC_OK) {
            call.ends(Integer.toString(response.getStatus()));
        }
    }

    /** Only calls are screened; send the application nothing else (README.md). */
    @AnyMethod
    void other(SipServletRequest request) throws IOException {
        if (request.isInitial()
                && !request.getMethod().equals("ACK")
                && !request.getMethod().equals("CANCEL")) {
            request.createResponse(SipServletResponse.SC_METHOD_NOT_ALLOWED).send();
        }
    }
}
