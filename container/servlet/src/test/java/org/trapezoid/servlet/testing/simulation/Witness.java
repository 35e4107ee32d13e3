// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.network.Findings;
import org.trapezoid.sip.testing.network.Phone;
import org.trapezoid.sip.testing.network.PhoneCall;

/**
 * Sees what applications are given: each request once, each final response once, and never two callbacks of a session at a time. Used
 * by one thread at a time.
 */
public final class Witness {
    private final Findings findings;
    private final Findings overlaps;
    private final Map<String, String> inside = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final Set<String> requests = new HashSet<>(); // without the application

    Witness(Findings findings) {
        this(findings, findings);
    }

    /** @param overlaps where callbacks that overlap are reported, whatever the rest is worth */
    Witness(Findings findings, Findings overlaps) {
        this.findings = findings;
        this.overlaps = overlaps;
    }

    /** A callback or task of a session begins; no other one of that session may be running. */
    public void enters(String application, String session, String callback) {
        String other = inside.put(session, callback);
        if (other != null) {
            overlaps.add(application, callback + " began before " + other + " of the same session had ended");
        }
    }

    /** It ends. */
    public void leaves(String session) {
        inside.remove(session);
    }

    public void sees(String application, SipServletRequest request) {
        String what = request.getMethod() + ' ' + identity(request.getCallId(), request.getHeader("CSeq"));
        requests.add(what);
        once(
                application,
                what
                        + ' '
                        + request.getFrom().getParameter("tag")
                        + ' '
                        + request.getTo().getParameter("tag"));
    }

    public void sees(String application, SipServletResponse response) {
        if (response.getStatus() >= 200) {
            String branch = response.getProxyBranch() == null
                    ? ""
                    : " of " + response.getProxyBranch().getRequest().getRequestURI() + ' '
                            + response.isBranchResponse();
            once(
                    application,
                    response.getStatus() + " to " + identity(response.getCallId(), response.getHeader("CSeq")) + ' '
                            + response.getFrom().getParameter("tag") + ' '
                            + response.getTo().getParameter("tag") + branch);
        }
    }

    private void once(String application, String what) {
        if (!seen.add(application + ' ' + what)) {
            findings.add(application, "was given twice: " + what);
        }
    }

    private static String identity(String callId, String cseq) {
        return callId + ' ' + cseq;
    }

    /** What a phone was answered by a 2xx was given to an application, for the first request of a call and outside of calls. */
    void compare(List<Phone> phones) {
        for (Phone phone : phones) {
            for (Phone.Asked asked : phone.asked()) {
                if (asked.status() / 100 == 2) {
                    given(phone, asked.request());
                }
            }
            for (PhoneCall call : phone.calls()) {
                if (call.isCaller() && call.wasAnswered()) {
                    require(phone, "INVITE " + identity(call.callId(), "1 INVITE"));
                }
            }
        }
    }

    private void given(Phone phone, Request request) {
        require(
                phone,
                request.method() + " "
                        + identity(request.callId(), request.cseq().toString()));
    }

    private void require(Phone phone, String what) {
        if (!requests.contains(what)) {
            findings.add(phone.name(), "was answered without an application: " + what);
        }
    }
}
