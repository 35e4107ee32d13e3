// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.click;

import jakarta.annotation.Resource;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.trapezoid.api.SessionTimerListener;
import org.trapezoid.samples.Bridge;

/**
 * Third party call control, RFC 3725 §4.1: the first phone is called without an offer, its offer goes to the second one, the answer
 * of that one into the ACK for the first. The first phone waits for that ACK 32 seconds at most, so the second rings no longer
 * than 25. Thread-safe.
 */
@SuppressWarnings("NullAway.Init") // injected
public final class CallServlet extends SipServlet implements TimerListener, SessionTimerListener {
    private static final long serialVersionUID = 1L;

    private static final long FIRST_RINGS_MILLIS = 60_000;

    private static final long SECOND_RINGS_MILLIS = 25_000;

    /** Session attribute: {@code first} or {@code second}. */
    private static final String END = "end";

    /** What a timer is for that is not the end of ringing at a leg. */
    private static final String HANG_UP = "hang up";

    private static final String FIRST = "first";
    private static final String SECOND = "second";

    /** Application session attributes: whom to call next, and the first phone's 2xx. */
    private static final String NEXT = "next";

    private static final String ANSWERED = "answered";

    private final transient Bridge bridge = new Bridge();

    @Resource
    private transient SipFactory factory;

    @Resource
    private transient TimerService timers;

    /** Calls the first phone. It sees the second one as the caller. */
    static void begin(SipFactory factory, TimerService timers, SipApplicationSession call, URI first, URI second)
            throws IOException {
        call.setExpires(0); // ringing ends by a timer, talking by session timers
        call.setAttribute(NEXT, second);
        SipServletRequest invite = factory.createRequest(call, "INVITE", second, first);
        invite.getSession().setAttribute(END, FIRST);
        timers.createTimer(call, FIRST_RINGS_MILLIS, false, invite.getSession().getId());
        invite.send();
    }

    /** Ends a call, however far it is; any thread may ask for it. A timer, so that it waits its turn among the callbacks of the call. */
    static void hangUp(TimerService timers, SipApplicationSession call) {
        timers.createTimer(call, 1, false, HANG_UP);
    }

    private static void end(SipApplicationSession call) throws IOException {
        Bridge bridge = new Bridge();
        call.getTimers().forEach(ServletTimer::cancel);
        for (Iterator<?> all = call.getSessions("SIP"); all.hasNext(); ) {
            if (all.next() instanceof SipSession session && session.isValid()) {
                if (session.getState() == SipSession.State.CONFIRMED && !isAwaitingAnswer(session)) {
                    bridge.hangUp(session);
                } else {
                    bridge.cancel(session);
                }
            }
        }
        giveUp(call);
        over(call, "over");
    }

    private static boolean isAwaitingAnswer(SipSession session) {
        return session.getApplicationSession().getAttribute(ANSWERED) instanceof SipServletResponse answered
                && answered.getSession().equals(session);
    }

    /** The first phone waits for its ACK in vain. */
    private static void giveUp(SipApplicationSession call) throws IOException {
        if (call.getAttribute(ANSWERED) instanceof SipServletResponse answered) {
            call.removeAttribute(ANSWERED);
            SipServletRequest ack = answered.createAck();
            byte[] offer = answered.getRawContent();
            if (offer != null) {
                ack.setContent(Sdp.refusal(offer), "application/sdp");
            }
            ack.send();
            new Bridge().hangUp(answered.getSession());
        }
    }

    private static void over(SipApplicationSession call, String event) throws IOException {
        Progress progress = Progress.of(call).orElseThrow();
        progress.happened(event);
        progress.over();
    }

    private static void happened(SipSession session, String what) throws IOException {
        Progress.of(session.getApplicationSession()).orElseThrow().happened(what);
    }

    private static String end(SipSession session) {
        return session.getAttribute(END) instanceof String end ? end : SECOND;
    }

    // ---- the call begins

    @Override
    protected void doProvisionalResponse(SipServletResponse resp) throws IOException {
        if (isCall(resp)) {
            if (resp.getStatus() > SipServletResponse.SC_TRYING) {
                happened(resp.getSession(), end(resp.getSession()) + " rings");
            }
        } else {
            bridge.pass(resp);
        }
    }

    /** An INVITE of ours, not one that a phone sent inside the call. */
    private static boolean isCall(SipServletResponse response) {
        return response.getRequest().isInitial() && response.getMethod().equals("INVITE");
    }

    @Override
    protected void doSuccessResponse(SipServletResponse resp) throws ServletException, IOException {
        if (!isCall(resp)) {
            bridge.pass(resp);
            return;
        }
        SipApplicationSession call = resp.getApplicationSession();
        if (Progress.of(call).orElseThrow().isOver() || isTaken(call, resp.getSession())) {
            bridge.drop(resp); // somebody hung up meanwhile, or another fork was quicker
            return;
        }
        call.getTimers().forEach(ServletTimer::cancel);
        if (end(resp.getSession()).equals(FIRST)) {
            callSecond(call, resp);
        } else {
            connect(call, resp);
        }
    }

    private static boolean isTaken(SipApplicationSession call, SipSession session) {
        Object taken = call.getAttribute(end(session));
        return taken != null && !taken.equals(session.getId());
    }

    private void callSecond(SipApplicationSession call, SipServletResponse answered) throws IOException {
        call.setAttribute(FIRST, answered.getSession().getId());
        call.setAttribute(ANSWERED, answered);
        happened(answered.getSession(), "first answered");
        SipServletRequest invite =
                factory.createRequest(call, "INVITE", answered.getTo().getURI(), (URI) call.getAttribute(NEXT));
        invite.getSession().setAttribute(END, SECOND);
        byte[] offer = answered.getRawContent();
        if (offer != null && answered.getContentType() != null) {
            invite.setContent(offer, answered.getContentType());
        }
        timers.createTimer(call, SECOND_RINGS_MILLIS, false, invite.getSession().getId());
        invite.send();
    }

    private void connect(SipApplicationSession call, SipServletResponse success) throws IOException {
        SipServletResponse answered = (SipServletResponse) call.getAttribute(ANSWERED);
        if (answered == null) { // the first phone hung up, and this one had answered by then
            bridge.drop(success);
            return;
        }
        call.removeAttribute(ANSWERED);
        call.setAttribute(SECOND, success.getSession().getId());
        success.createAck().send();
        SipServletRequest ack = answered.createAck();
        byte[] answer = success.getRawContent();
        if (answer != null && success.getContentType() != null) {
            ack.setContent(answer, success.getContentType());
        }
        ack.send();
        B2buaHelper helper = success.getRequest().getB2buaHelper();
        helper.linkSipSessions(answered.getSession(), success.getSession());
        happened(success.getSession(), "talking");
    }

    @Override
    protected void doRedirectResponse(SipServletResponse resp) throws IOException {
        failed(resp);
    }

    @Override
    protected void doErrorResponse(SipServletResponse resp) throws IOException {
        failed(resp);
    }

    private void failed(SipServletResponse resp) throws IOException {
        if (!isCall(resp)) {
            bridge.pass(resp);
            return;
        }
        SipApplicationSession call = resp.getApplicationSession();
        call.getTimers().forEach(ServletTimer::cancel);
        giveUp(call);
        String why = resp.getStatus() == SipServletResponse.SC_REQUEST_TERMINATED
                ? "does not answer"
                : "failed: " + resp.getStatus();
        over(call, end(resp.getSession()) + " " + why);
    }

    @Override
    public void timeout(ServletTimer timer) {
        SipApplicationSession call = timer.getApplicationSession();
        try {
            if (timer.getInfo().equals(HANG_UP)) {
                end(call);
                return;
            }
            SipSession leg = call.getSipSession((String) timer.getInfo());
            if (leg != null && leg.isValid()) {
                bridge.cancel(leg);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- the phones talk

    @Override
    protected void doRequest(SipServletRequest req) throws ServletException, IOException {
        switch (req.getMethod()) {
            case "ACK" -> bridge.acknowledge(req);
            case "BYE" -> {
                req.createResponse(SipServletResponse.SC_OK).send();
                end(req.getApplicationSession());
            }
            case "CANCEL" -> super.doRequest(req);
            default -> {
                if (req.isInitial()) { // nobody calls this application
                    req.createResponse(SipServletResponse.SC_NOT_FOUND).send();
                } else {
                    bridge.pass(req);
                }
            }
        }
    }

    @Override
    public void sessionTimerExpired(SipSession session) {
        try {
            end(session.getApplicationSession());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
