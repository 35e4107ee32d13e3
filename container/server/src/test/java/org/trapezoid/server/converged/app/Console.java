// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.app;

import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.sip.ConvergedHttpSession;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.servlet.sip.TimerService;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.LocationService;

/** Does what the path says with the sessions and names of the application, and prints what came of it. */
@SuppressWarnings("BanJNDI") // that is what is tested
@WebServlet("/console/*")
public class Console extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Inject
    private transient @Nullable SipSessionsUtil sessions;

    @Resource(name = "sip/desk/TimerService")
    private transient @Nullable TimerService timers;

    @Resource
    private int limit = 3;

    private transient @Nullable LocationService locations;

    @Resource
    public void setLocations(LocationService injected) {
        locations = injected;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        try {
            response.getWriter().print(answer(request, response));
        } catch (NamingException | IllegalArgumentException | IllegalStateException e) {
            response.getWriter().print(e);
        }
    }

    private @Nullable Object answer(HttpServletRequest request, HttpServletResponse response)
            throws NamingException, IOException {
        SipSessionsUtil util = Objects.requireNonNull(sessions);
        String argument = request.getParameter("x");
        return switch (request.getPathInfo()) {
            case "/injected" ->
                timers == getServletContext().getAttribute(SipServlet.TIMER_SERVICE)
                        && locations == getServletContext().getAttribute(LocationService.ATTRIBUTE)
                        && sessions == getServletContext().getAttribute(SipServlet.SIP_SESSIONS_UTIL)
                        && getServletContext().getAttribute("javax.servlet.sip." + "SipFactory") instanceof SipFactory;
            case "/limit" -> limit;
            case "/name" -> new InitialContext().lookup("java:comp/env/" + argument);
            case "/bind" -> {
                new InitialContext().bind("java:comp/env/mine", argument);
                yield "bound";
            }
            case "/count" -> util.getSipApplicationSessionIds().size();
            case "/session" -> request.getSession().getId();
            case "/application" -> session(request).getApplicationSession().getId();
            case "/make" ->
                ((SipFactory) getServletContext().getAttribute(SipServlet.SIP_FACTORY))
                        .createApplicationSession()
                        .getId();
            case "/holds" -> holds(util.getApplicationSessionById(argument), request.getSession());
            case "/encoded" ->
                Objects.requireNonNull(util.getApplicationSessionById(argument))
                        .encodeURL(URI.create("http://127.0.0.1/desk/console/application?a=b")
                                .toURL());
            case "/peer" ->
                request.getScheme()
                        + ' '
                        + request.getServerName()
                        + ' '
                        + request.getRemotePort()
                        + ' '
                        + request.getHeader("Trapezoid-Forwarded");
            case "/page" -> session(request).encodeURL("console/session", "http");
            case "/secure" -> session(request).encodeURL("console/session", "https");
            case "/valid" -> util.getApplicationSessionById(argument) != null;
            case "/invalidate" -> {
                request.getSession().invalidate();
                yield "";
            }
            case "/invalidate-application" -> {
                Objects.requireNonNull(util.getApplicationSessionById(argument)).invalidate();
                yield "";
            }
            case "/expire" -> {
                request.getSession().setMaxInactiveInterval(1);
                yield "";
            }
            case "/reset" -> {
                String id = request.getSession().getId();
                response.reset();
                yield id;
            }
            default -> Listener.text(getServletContext());
        };
    }

    private static ConvergedHttpSession session(HttpServletRequest request) {
        return (ConvergedHttpSession) request.getSession();
    }

    private static boolean holds(@Nullable SipApplicationSession application, HttpSession session) {
        return application != null
                && application.getSession(session.getId(), SipApplicationSession.Protocol.HTTP) == session
                && application.getSessionSet("HTTP").contains(session)
                && application.getSessionSet().contains(session)
                && application.getSessionSet("SIP").isEmpty();
    }
}
