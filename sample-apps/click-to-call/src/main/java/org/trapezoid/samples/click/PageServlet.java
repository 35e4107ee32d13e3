// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.click;

import jakarta.annotation.Resource;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.sip.ConvergedHttpSession;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Origin;
import org.trapezoid.samples.Services;
import org.trapezoid.samples.Settings;
import org.trapezoid.samples.Subscribers;

/**
 * POST begins a call and answers with its URL; GET of that URL is its progress, as server-sent events; DELETE ends it. Thread-safe.
 */
@WebServlet(urlPatterns = "/call", asyncSupported = true, loadOnStartup = 1)
@SuppressWarnings("NullAway.Init") // init() is the constructor of a servlet
public final class PageServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Resource
    private transient SipFactory factory;

    @Resource
    private transient TimerService timers;

    private transient Subscribers subscribers;
    private boolean relay;

    @Override
    public void init() throws ServletException {
        LocationService locations =
                Services.find(getServletContext(), LocationService.ATTRIBUTE, LocationService.class);
        subscribers = new Subscribers(getServletContext(), Domains.of(getServletContext()), locations);
        relay = new Settings(getServletContext()).flag("relay", false);
    }

    @Override
    protected void doPost(HttpServletRequest req, HttpServletResponse resp) throws ServletException, IOException {
        if (isForeign(req)) {
            resp.sendError(HttpServletResponse.SC_FORBIDDEN);
            return;
        }
        Optional<URI> first = phone(req.getParameter("first"));
        Optional<URI> second = phone(req.getParameter("second"));
        if (first.isEmpty() || second.isEmpty()) {
            resp.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        if (!mayBeCalled(first.get()) || !mayBeCalled(second.get())) {
            resp.sendError(HttpServletResponse.SC_FORBIDDEN);
            return;
        }
        SipApplicationSession call = factory.createApplicationSession();
        Progress.beginsIn(call);
        String page = call.encodeURL(
                        java.net.URI.create(req.getRequestURL().toString()).toURL())
                .toString();
        CallServlet.begin(factory, timers, call, first.get(), second.get());
        resp.setStatus(HttpServletResponse.SC_CREATED);
        resp.setHeader("Location", page);
    }

    /** A page of another site may not have its visitors call. */
    private static boolean isForeign(HttpServletRequest request) {
        return Origin.isForeign(request.getHeader("Origin"), request.getHeader("Host"));
    }

    /** What is no URI of a phone is nothing. */
    private Optional<URI> phone(@Nullable String text) {
        try {
            URI uri = factory.createURI(text == null ? "" : text.strip());
            return uri.isSipURI() || "tel".equals(uri.getScheme()) ? Optional.of(uri) : Optional.empty();
        } catch (ServletParseException e) {
            return Optional.empty();
        }
    }

    private boolean mayBeCalled(URI phone) {
        return relay || subscribers.of(phone).isPresent();
    }

    @Override
    protected void doGet(HttpServletRequest req, HttpServletResponse resp) throws ServletException, IOException {
        Optional<Progress> progress = Progress.of(call(req));
        if (progress.isEmpty()) {
            resp.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        resp.setContentType("text/event-stream");
        resp.setCharacterEncoding("UTF-8");
        resp.setHeader("Cache-Control", "no-store");
        resp.flushBuffer();
        AsyncContext page = req.startAsync();
        page.setTimeout(0); // the end of the call ends it
        progress.get().show(page);
    }

    @Override
    protected void doDelete(HttpServletRequest req, HttpServletResponse resp) throws ServletException, IOException {
        SipApplicationSession call = call(req);
        if (isForeign(req) || Progress.of(call).isEmpty()) {
            resp.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        CallServlet.hangUp(timers, call);
        resp.setStatus(HttpServletResponse.SC_ACCEPTED);
    }

    /** The application session that the URL names: who has the URL has the call. */
    private static SipApplicationSession call(HttpServletRequest request) {
        return ((ConvergedHttpSession) request.getSession()).getApplicationSession();
    }
}
