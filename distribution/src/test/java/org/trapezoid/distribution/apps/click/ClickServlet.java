// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.click;

import jakarta.annotation.Resource;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import java.io.IOException;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Third party call control, RFC 3725 §4.1: the offer of the first phone goes to the second, its answer into the ACK. Thread-safe. */
@jakarta.servlet.sip.annotation.SipServlet(name = "click")
public final class ClickServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    @Resource
    private transient @Nullable SipFactory factory;

    @Override
    protected void doProvisionalResponse(SipServletResponse response) throws IOException {
        progress(response.getSession())
                .happened(response.getStatus() + " " + response.getTo().getURI());
    }

    @Override
    protected void doSuccessResponse(SipServletResponse response) throws ServletException, IOException {
        SipSession session = response.getSession();
        if (!response.getMethod().equals("INVITE")) {
            return;
        }
        if (session.getAttribute("next") instanceof String next) {
            session.setAttribute("answer", response);
            SipServletRequest invite = Objects.requireNonNull(factory)
                    .createRequest(
                            session.getApplicationSession(),
                            "INVITE",
                            response.getTo().getURI().toString(),
                            next);
            invite.setContent(response.getRawContent(), response.getContentType());
            invite.send();
            return;
        }
        response.createAck().send();
        SipServletRequest ack = ((SipServletResponse) other(session).getAttribute("answer")).createAck();
        ack.setContent(response.getRawContent(), response.getContentType());
        ack.send();
        progress(session).happened("talking");
    }

    @Override
    protected void doBye(SipServletRequest bye) throws IOException {
        bye.createResponse(SipServletResponse.SC_OK).send();
        other(bye.getSession()).createRequest("BYE").send();
        progress(bye.getSession()).happened("over");
        progress(bye.getSession()).over();
    }

    private static SipSession other(SipSession session) {
        for (Iterator<?> all = session.getApplicationSession().getSessions("SIP"); all.hasNext(); ) {
            if (all.next() instanceof SipSession other && !other.equals(session)) {
                return other;
            }
        }
        throw new IllegalStateException("a call has two ends");
    }

    private static Progress progress(SipSession session) {
        return (Progress) session.getApplicationSession().getAttribute("progress");
    }
}
