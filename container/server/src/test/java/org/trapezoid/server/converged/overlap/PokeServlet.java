// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.overlap;

import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedExecutors;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.trapezoid.api.SessionTasks;

/** Comes into a session from HTTP, by its key; without one it tells what was seen. */
@WebServlet("/poke")
public final class PokeServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String key = request.getParameter("key");
        if (key == null) {
            response.getWriter().print(Guard.report());
            return;
        }
        enter(key);
    }

    /** By the name that Jakarta Concurrency gives it. */
    @SuppressWarnings("BanJNDI") // a fixed name
    static void enter(String key) {
        try {
            ManagedExecutorService executor =
                    (ManagedExecutorService) new InitialContext().lookup("java:comp/DefaultManagedExecutorService");
            executor.execute(ManagedExecutors.managedTask(
                    (Runnable) Guard.of(key)::pass, Map.of(SessionTasks.SESSION_KEY, key), null));
        } catch (NamingException e) {
            throw new IllegalStateException(e);
        }
    }
}
