// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.click;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.sip.ConvergedHttpSession;
import java.io.IOException;

/** Shows a call to whoever has its URL: server-sent events, as they happen. */
@WebServlet(urlPatterns = "/progress", asyncSupported = true)
public final class ProgressServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        ConvergedHttpSession session = (ConvergedHttpSession) request.getSession();
        Progress progress = (Progress) session.getApplicationSession().getAttribute("progress");
        if (progress == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setContentType("text/event-stream");
        response.flushBuffer();
        AsyncContext page = request.startAsync();
        page.setTimeout(0);
        progress.show(page);
    }
}
