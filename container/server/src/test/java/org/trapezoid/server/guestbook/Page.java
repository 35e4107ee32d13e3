// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.guestbook;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.LocationService;

/** Is given a bean and a service of the server. */
@WebServlet("/sign")
public class Page extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Inject
    private transient @Nullable Greeter greeter;

    @Inject
    private transient @Nullable LocationService locations;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().print(Objects.requireNonNull(greeter).greet() + " " + (locations != null));
    }
}
