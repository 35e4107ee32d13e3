// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.click;

import jakarta.annotation.Resource;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.sip.ConvergedHttpSession;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls the first phone without an offer, RFC 3725 §4.1, and answers with the URL of the page that shows the progress. */
@WebServlet("/call")
public final class CallServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Resource
    private transient @Nullable SipFactory factory;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        SipFactory sip = Objects.requireNonNull(factory);
        ConvergedHttpSession session = (ConvergedHttpSession) request.getSession();
        SipApplicationSession call = session.getApplicationSession();
        call.setAttribute("progress", new Progress());
        String first = request.getParameter("first");
        String second = request.getParameter("second");
        SipServletRequest invite = sip.createRequest(call, "INVITE", second, first);
        invite.getSession().setAttribute("next", second);
        invite.send();
        response.setStatus(HttpServletResponse.SC_ACCEPTED);
        URI page = URI.create(request.getRequestURL().toString()).resolve("progress");
        response.setHeader("Location", call.encodeURL(page.toURL()).toString());
    }
}
