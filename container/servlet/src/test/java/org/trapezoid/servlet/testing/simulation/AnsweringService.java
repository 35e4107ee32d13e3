// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipErrorEvent;
import jakarta.servlet.sip.SipErrorListener;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;
import java.util.function.Supplier;
import org.trapezoid.sip.testing.network.CallPlan;

/** A user agent that is called: rings, answers or rejects, hangs up by a timer of the application. */
public final class AnsweringService extends WitnessedServlet implements TimerListener, SipErrorListener {
    private static final long serialVersionUID = 1;

    /** What a timer is for. */
    private enum Step implements Serializable {
        RING,
        REACT,
        HANG_UP
    }

    private static final String INVITE = "invite";
    private static final String PLAN = "plan";

    private final transient Supplier<CallPlan> plans;

    public AnsweringService(String name, Witness witness, Supplier<CallPlan> plans) {
        super(name, witness);
        this.plans = plans;
    }

    private void later(SipServletRequest req, Step step, long millis) {
        var timers = (TimerService) getServletContext().getAttribute(TIMER_SERVICE);
        timers.createTimer(req.getApplicationSession(), Math.max(1, millis), false, step);
    }

    @Override
    protected void doInvite(SipServletRequest req) throws ServletException, IOException {
        if (!req.isInitial()) {
            req.createResponse(200).send();
            return;
        }
        CallPlan plan = plans.get();
        req.getApplicationSession().setAttribute(INVITE, req);
        req.getApplicationSession().setAttribute(PLAN, plan);
        later(req, Step.RING, plan.ringAfter().toMillis());
        if (plan.reaction() == CallPlan.Reaction.ANSWER || plan.reaction() == CallPlan.Reaction.REJECT) {
            later(req, Step.REACT, plan.reactAfter().toMillis());
        }
    }

    @Override
    public void timeout(ServletTimer timer) {
        SipServletRequest req = invite(timer.getApplicationSession());
        CallPlan plan = plan(timer.getApplicationSession());
        try {
            switch ((Step) Objects.requireNonNull(timer.getInfo())) {
                case RING -> respond(req, 180);
                case REACT -> respond(req, plan.reaction() == CallPlan.Reaction.ANSWER ? 200 : plan.status());
                case HANG_UP -> hangUp(req.getSession());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SipServletRequest invite(SipApplicationSession session) {
        return (SipServletRequest) Objects.requireNonNull(session.getAttribute(INVITE));
    }

    private static CallPlan plan(SipApplicationSession session) {
        return (CallPlan) Objects.requireNonNull(session.getAttribute(PLAN));
    }

    private static void respond(SipServletRequest req, int status) throws IOException {
        if (!req.isCommitted() && req.getSession().isValid()) {
            req.createResponse(status).send();
        }
    }

    private static void hangUp(SipSession session) throws IOException {
        if (session.isValid() && session.getState() == SipSession.State.CONFIRMED) {
            session.createRequest("BYE").send();
        }
    }

    @Override
    protected void doAck(SipServletRequest req) {
        CallPlan plan = plan(req.getApplicationSession());
        if (req.getSession().getAttribute("talking") == null) {
            req.getSession().setAttribute("talking", "yes");
            later(req, Step.HANG_UP, plan.talk().toMillis());
        }
    }

    @Override
    protected void doBye(SipServletRequest req) throws IOException {
        req.createResponse(200).send();
    }

    @Override
    protected void doUpdate(SipServletRequest req) throws IOException {
        req.createResponse(200).send();
    }

    @Override
    protected void doMessage(SipServletRequest req) throws IOException {
        req.createResponse(200).send();
    }

    @Override
    protected void doOptions(SipServletRequest req) throws IOException {
        req.createResponse(200).send();
    }

    @Override
    public void noAckReceived(SipErrorEvent ee) {
        try {
            hangUp(ee.getRequest().getSession());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void noPrackReceived(SipErrorEvent ee) {}

    @Override
    public void noNotifyReceived(SipErrorEvent ee) {}
}
