// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.lounge;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A page of its own at the path of the connections, and one that tells what was refused last. */
@WebServlet({"/sip", "/refused"})
public class Board extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter()
                .print(
                        request.getServletPath().equals("/sip")
                                ? "a page"
                                : getServletContext().getAttribute("refused"));
    }
}
