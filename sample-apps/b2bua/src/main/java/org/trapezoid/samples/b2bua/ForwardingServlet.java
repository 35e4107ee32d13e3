// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.b2bua;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipErrorEvent;
import jakarta.servlet.sip.SipErrorListener;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.TooManyHopsException;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.LocationService;
import org.trapezoid.api.SessionTimerListener;
import org.trapezoid.samples.Bridge;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Services;
import org.trapezoid.samples.Settings;
import org.trapezoid.samples.Subscribers;
import org.trapezoid.samples.WatchedFile;

/**
 * Calls subscribers in the name of their callers, and somebody else when they are busy, do not answer or are not there. One leg
 * to a callee exists at a time, so that never two phones answer. All callbacks of a call come one after the other; what a call
 * needs is in its sessions. Thread-safe.
 */
@SuppressWarnings("NullAway.Init") // init() is the constructor of a servlet
public final class ForwardingServlet extends SipServlet
        implements TimerListener, SipErrorListener, SessionTimerListener {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(ForwardingServlet.class);

    /** Application session attribute: the INVITE of the caller. */
    private static final String INVITE = "invite";

    private final transient Bridge bridge = new Bridge();
    private transient SipFactory factory;
    private transient TimerService timers;
    private transient LocationService locations;
    private transient Subscribers subscribers;
    private transient WatchedFile<Forwarding> rules;
    private int ringSeconds;
    private boolean relay;

    @Override
    public void init() throws ServletException {
        factory = Services.find(getServletContext(), SIP_FACTORY, SipFactory.class);
        timers = Services.find(getServletContext(), TIMER_SERVICE, TimerService.class);
        locations = Services.find(getServletContext(), LocationService.ATTRIBUTE, LocationService.class);
        subscribers = new Subscribers(getServletContext(), Domains.of(getServletContext()), locations);
        Settings settings = new Settings(getServletContext());
        ringSeconds = Math.max(1, settings.number("ring-seconds", 120));
        relay = settings.flag("relay", false);
        rules = new WatchedFile<>(
                settings.file("rules", "conf/forwarding.properties"),
                InstantSource.system(),
                (subscriber, words) ->
                        Map.entry(locations.addressOfRecord("sip:" + subscriber), Forwarding.parse(words, this::uri)));
    }

    private String uri(String text) {
        try {
            return factory.createURI(text).toString();
        } catch (ServletParseException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no URI", e);
        }
    }

    // ---- requests

    @Override
    protected void doRequest(SipServletRequest req) throws ServletException, IOException {
        switch (req.getMethod()) {
            case "INVITE" -> {
                if (req.isInitial()) {
                    begin(req);
                } else {
                    bridge.pass(req);
                }
            }
            case "ACK" -> bridge.acknowledge(req);
            case "CANCEL" -> cancelled(req);
            case "BYE" -> ended(req);
            case "PRACK" -> // with an offer or answer that no 2xx to a PRACK of ours can match
                req.createResponse(SipServletResponse.SC_NOT_ACCEPTABLE_HERE).send();
            default -> {
                if (req.isInitial()) {
                    SipServletResponse refusal = req.createResponse(SipServletResponse.SC_METHOD_NOT_ALLOWED);
                    refusal.setHeader("Allow", "INVITE, ACK, CANCEL, BYE");
                    refusal.send();
                } else {
                    bridge.pass(req);
                }
            }
        }
    }

    private void begin(SipServletRequest invite) throws ServletException, IOException {
        Optional<String> subscriber = subscribers.of(invite.getRequestURI());
        if (subscriber.isEmpty() && !relay) {
            invite.createResponse(SipServletResponse.SC_FORBIDDEN).send();
            return;
        }
        if (invite.getMaxForwards() == 0) {
            invite.createResponse(SipServletResponse.SC_TOO_MANY_HOPS).send();
            return;
        }
        SipApplicationSession session = invite.getApplicationSession();
        session.setExpires(
                0); // each state of a call has an end of its own: ringing by a timer, talking by session timers
        session.setAttribute(INVITE, invite);
        call(invite, subscriber.orElse(invite.getRequestURI().toString()), invite.getRequestURI(), Optional.empty());
    }

    /** Calls somebody, or who is called instead. */
    private void call(SipServletRequest invite, String who, URI target, Optional<Reason> reason)
            throws ServletException, IOException {
        SipApplicationSession session = invite.getApplicationSession();
        Call call = Call.of(session).trying(who);
        call.keepIn(session);
        Optional<String> instead = rule(who).target(Reason.ALWAYS);
        if (instead.isPresent() && forward(invite, instead.get(), Reason.ALWAYS)) {
            return;
        }
        SipServletRequest leg = leg(invite, reason.isPresent());
        leg.setRequestURI(reason.isPresent() ? withCause(target, call.first(), reason.get()) : target);
        int seconds = rule(who).ringSeconds();
        timers.createTimer(
                session,
                1000L * (seconds > 0 ? seconds : ringSeconds),
                false,
                leg.getSession().getId());
        leg.send();
    }

    private static SipServletRequest leg(SipServletRequest invite, boolean elsewhere) throws TooManyHopsException {
        B2buaHelper helper = invite.getB2buaHelper();
        if (helper.getLinkedSession(invite.getSession()) != null) {
            helper.unlinkSipSessions(invite.getSession()); // from the leg before
        }
        // a Route left in the INVITE leads to whom it was for
        return helper.createRequest(invite, true, elsewhere ? Map.of("Route", List.of()) : Map.of());
    }

    /** False when nobody new is to be called. */
    private boolean forward(SipServletRequest invite, String target, Reason reason)
            throws ServletException, IOException {
        URI uri = factory.createURI(target);
        String who = subscribers.of(uri).orElse(target);
        if (!Call.of(invite.getApplicationSession()).mayTry(who)) {
            log.debug("{} is not called again", who);
            return false;
        }
        invite.createResponse(SipServletResponse.SC_CALL_BEING_FORWARDED).send();
        call(invite, who, uri, Optional.of(reason));
        return true;
    }

    /** A voice mail learns whose call it is and why it comes (RFC 4458). */
    private static URI withCause(URI target, String called, Reason reason) {
        URI copy = target.clone();
        if (copy instanceof SipURI sip) {
            sip.setParameter("target", called);
            sip.setParameter("cause", Integer.toString(reason.cause()));
        }
        return copy;
    }

    private Forwarding rule(String who) {
        return rules.entries().getOrDefault(who, Forwarding.NONE);
    }

    private void cancelled(SipServletRequest cancel) throws IOException {
        SipServletRequest invite = invite(cancel.getApplicationSession());
        stopRinging(cancel.getApplicationSession());
        bridge.endOther(invite.getB2buaHelper(), cancel.getSession());
    }

    private void ended(SipServletRequest bye) throws IOException {
        bye.createResponse(SipServletResponse.SC_OK).send();
        stopRinging(bye.getApplicationSession());
        bridge.endOther(invite(bye.getApplicationSession()).getB2buaHelper(), bye.getSession());
    }

    private static SipServletRequest invite(SipApplicationSession session) {
        return (SipServletRequest) session.getAttribute(INVITE);
    }

    // ---- responses

    @Override
    protected void doProvisionalResponse(SipServletResponse resp) throws IOException {
        if (resp.getStatus() > SipServletResponse.SC_TRYING) {
            bridge.pass(resp);
        }
    }

    @Override
    protected void doSuccessResponse(SipServletResponse resp) throws IOException {
        boolean call = resp.getMethod().equals("INVITE");
        if (call && resp.getRequest().isInitial()) {
            stopRinging(resp.getApplicationSession());
            join(resp);
        }
        if (!bridge.pass(resp) && call) {
            bridge.drop(resp); // the caller has hung up, or another fork was quicker
        }
    }

    /** The first fork that answers is the callee. */
    private static void join(SipServletResponse success) {
        SipServletRequest invite = invite(success.getApplicationSession());
        B2buaHelper helper = invite.getB2buaHelper();
        SipSession caller = invite.getSession();
        SipSession callee = success.getSession();
        if (invite.isCommitted() || callee.equals(helper.getLinkedSession(caller))) {
            return;
        }
        if (helper.getLinkedSession(caller) != null) {
            helper.unlinkSipSessions(caller);
        }
        helper.linkSipSessions(caller, callee);
    }

    @Override
    protected void doRedirectResponse(SipServletResponse resp) throws ServletException, IOException {
        failed(resp);
    }

    @Override
    protected void doErrorResponse(SipServletResponse resp) throws ServletException, IOException {
        failed(resp);
    }

    private void failed(SipServletResponse resp) throws ServletException, IOException {
        if (!resp.getMethod().equals("INVITE") || !resp.getRequest().isInitial()) {
            bridge.pass(resp);
            return;
        }
        SipApplicationSession session = resp.getApplicationSession();
        stopRinging(session);
        SipServletRequest invite = invite(session);
        if (invite.isCommitted()) {
            return; // the caller has gone
        }
        Call call = Call.of(session);
        Optional<Reason> reason = call.unanswered() ? Optional.of(Reason.NO_ANSWER) : Reason.of(resp.getStatus());
        Optional<String> target = reason.flatMap(rule(call.callee())::target);
        if (target.isPresent() && forward(invite, target.get(), reason.get())) {
            return;
        }
        if (call.unanswered()) { // the 487 is an answer to our CANCEL
            invite.createResponse(SipServletResponse.SC_TEMPORARLY_UNAVAILABLE).send();
        } else {
            bridge.pass(resp);
        }
    }

    // ---- time

    /** It rang long enough. The phone may still answer before it sees the CANCEL; then it has the call. */
    @Override
    public void timeout(ServletTimer timer) {
        SipApplicationSession session = timer.getApplicationSession();
        SipSession leg = session.getSipSession((String) timer.getInfo());
        if (leg == null || !leg.isValid()) {
            return;
        }
        Call.of(session).givenUp().keepIn(session);
        try {
            bridge.cancel(leg);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stopRinging(SipApplicationSession session) {
        session.getTimers().forEach(ServletTimer::cancel);
    }

    /** The caller is gone before the call began: both ends are told that it is over. */
    @Override
    public void noAckReceived(SipErrorEvent event) {
        SipSession session = event.getRequest().getSession();
        end(session);
        try {
            bridge.hangUp(session);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void noPrackReceived(SipErrorEvent event) {
        // the container answers the INVITE with 504, the caller is gone
        end(event.getRequest().getSession());
    }

    @Override
    public void noNotifyReceived(SipErrorEvent event) {
        // only who subscribes waits for one
    }

    @Override
    public void sessionTimerExpired(SipSession session) {
        end(session);
    }

    private void end(SipSession session) {
        try {
            bridge.endOther(invite(session.getApplicationSession()).getB2buaHelper(), session);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
