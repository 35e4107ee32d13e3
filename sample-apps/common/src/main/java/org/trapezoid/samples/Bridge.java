// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries what one leg of a call says over to the other. Thread-safe. */
public final class Bridge {
    private static final Logger log = LoggerFactory.getLogger(Bridge.class);

    /** What a response of one leg tells the other; the rest is the leg's own (RFC 7092 §3.1.3). */
    private static final List<String> PASSED = List.of(
            "Alert-Info",
            "Allow",
            "Allow-Events",
            "Call-Info",
            "Content-Disposition",
            "Content-Encoding",
            "Content-Language",
            "Error-Info",
            "Min-Expires",
            "P-Asserted-Identity",
            "Privacy",
            "Proxy-Authenticate",
            "Reason",
            "Retry-After",
            "Unsupported",
            "WWW-Authenticate",
            "Warning");

    /** A request inside the call, other than ACK, CANCEL and BYE. */
    public void pass(SipServletRequest request) throws IOException {
        B2buaHelper helper = request.getB2buaHelper();
        SipSession other = helper.getLinkedSession(request.getSession());
        if (other == null || !isDialog(other)) {
            request.createResponse(SipServletResponse.SC_CALL_LEG_DONE).send();
            return;
        }
        try {
            helper.createRequest(other, request, null).send();
        } catch (IllegalArgumentException e) { // Max-Forwards is used up
            request.createResponse(SipServletResponse.SC_TOO_MANY_HOPS).send();
        } catch (IllegalStateException e) { // an offer of the other phone is on its way: RFC 3261 §14.2
            request.createResponse(SipServletResponse.SC_REQUEST_PENDING).send();
        }
    }

    /** A response to what was passed on; the other leg gets it unless it has its answer already. */
    public boolean pass(SipServletResponse response) throws IOException {
        SipServletRequest request =
                response.getRequest().getB2buaHelper().getLinkedSipServletRequest(response.getRequest());
        if (request == null || request.isCommitted()) {
            return false;
        }
        SipServletResponse copy = request.createResponse(response.getStatus(), response.getReasonPhrase());
        for (String name : PASSED) {
            for (Iterator<String> values = response.getHeaders(name); values.hasNext(); ) {
                copy.addHeader(name, values.next());
            }
        }
        if (response.getStatus() / 100 == 3) { // Contact is not a system header there
            for (Iterator<String> values = response.getHeaders("Contact"); values.hasNext(); ) {
                copy.addHeader("Contact", values.next());
            }
        }
        copyContent(response, copy);
        copy.send();
        return true;
    }

    /** The ACK of one phone is that for the other's 2xx. */
    public void acknowledge(SipServletRequest ack) throws IOException {
        B2buaHelper helper = ack.getB2buaHelper();
        SipSession other = helper.getLinkedSession(ack.getSession());
        if (other == null) {
            return;
        }
        for (SipServletResponse success : unacknowledged(helper, other)) {
            SipServletRequest copy = success.createAck();
            copyContent(ack, copy);
            copy.send();
        }
    }

    private static List<SipServletResponse> unacknowledged(B2buaHelper helper, SipSession session) {
        List<SipServletResponse> successes = new ArrayList<>();
        for (SipServletMessage each : helper.getPendingMessages(session, UAMode.UAC)) {
            if (each instanceof SipServletResponse response
                    && response.getMethod().equals("INVITE")
                    && response.getStatus() / 100 == 2) {
                successes.add(response);
            }
        }
        return successes;
    }

    private static void copyContent(SipServletMessage from, SipServletMessage to) throws IOException {
        byte[] content = from.getRawContent();
        if (content != null && content.length > 0) {
            String type = from.getContentType();
            to.setContent(content, type == null ? "application/octet-stream" : type);
        }
    }

    /** Ends a leg that nobody talks on: a 2xx that came too late. */
    public void drop(SipServletResponse success) throws IOException {
        success.createAck().send();
        hangUp(success.getSession());
    }

    /** Ends the other leg of a call: BYE, or CANCEL while it rings. */
    public void endOther(B2buaHelper helper, SipSession session) throws IOException {
        SipSession other = helper.getLinkedSession(session);
        if (other == null || !other.isValid()) {
            return;
        }
        for (SipServletResponse success : unacknowledged(helper, other)) {
            success.createAck().send(); // RFC 3261 §15: no BYE before the ACK
        }
        if (other.getState() == SipSession.State.CONFIRMED) {
            hangUp(other);
        } else {
            cancel(other);
        }
    }

    /** Gives a ringing leg up; a final response follows. */
    public void cancel(SipSession leg) throws IOException {
        for (SipServletRequest request : leg.getActiveRequests(UAMode.UAC)) {
            if (request.getMethod().equals("INVITE")) {
                request.createCancel().send();
            }
        }
    }

    public void hangUp(SipSession leg) throws IOException {
        if (!leg.isValid() || leg.getState() != SipSession.State.CONFIRMED) {
            return;
        }
        try {
            leg.createRequest("BYE").send();
        } catch (IllegalStateException e) { // both phones hung up at once
            log.debug("{} has ended already", leg.getId(), e);
        }
    }

    private static boolean isDialog(SipSession session) {
        return session.isValid()
                && (session.getState() == SipSession.State.CONFIRMED || session.getState() == SipSession.State.EARLY);
    }
}
