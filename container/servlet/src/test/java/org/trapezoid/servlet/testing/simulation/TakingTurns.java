// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutors;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipErrorEvent;
import jakarta.servlet.sip.SipErrorListener;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.SipSessionEvent;
import jakarta.servlet.sip.SipSessionListener;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.annotation.SipApplicationKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.SessionTasks;
import org.trapezoid.sip.testing.ManualClock;

/**
 * A user agent whose sessions are shared by all who call or write to the same user, and whose callbacks block: messages, timers,
 * listeners, tasks of the session itself, of another one, and of none. Each tells the witness when it begins and when it ends.
 */
public final class TakingTurns extends WitnessedServlet
        implements TimerListener, SipErrorListener, SipApplicationSessionListener, SipSessionListener {
    private static final long serialVersionUID = 1;

    private static final int LONGEST_MILLIS = 400;
    private static final List<String> USERS = List.of("first", "second");

    private final transient ManualClock clock;
    private final transient SplittableRandom random;

    @Resource
    private transient @Nullable TimerService timers;

    @Resource
    private transient @Nullable ManagedScheduledExecutorService executor;

    public TakingTurns(String name, Witness witness, ManualClock clock, SplittableRandom random) {
        super(name, witness);
        this.clock = clock;
        this.random = random;
    }

    /** One application session for each user. */
    @SipApplicationKey
    public static String key(SipServletRequest request) {
        String user = request.getRequestURI() instanceof SipURI uri ? uri.getUser() : null;
        return user == null ? "" : user;
    }

    private interface Action {
        void run() throws IOException;
    }

    private void turn(SipApplicationSession session, String what, Action action) {
        String id = session.getId();
        witness().enters(name(), id, what);
        try {
            block();
            action.run();
            block();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            witness().leaves(id);
        }
    }

    private void turn(SipApplicationSession session, String what) {
        turn(session, what, () -> {});
    }

    private void block() {
        int millis = random.nextInt(-LONGEST_MILLIS, LONGEST_MILLIS);
        if (millis > 0) { // half of them do not
            clock.pause(Duration.ofMillis(millis));
        }
    }

    private void respond(SipServletRequest req, int status) throws IOException {
        if (!req.isCommitted() && req.getSession().isValid()) {
            req.createResponse(status).send();
        }
    }

    /** All that can come for a session without a message. */
    private void stir(SipApplicationSession session) {
        if (!session.isValid()) {
            return;
        }
        Objects.requireNonNull(timers).createTimer(session, 1 + random.nextInt(LONGEST_MILLIS), false, "");
        ManagedScheduledExecutorService tasks = Objects.requireNonNull(executor);
        try {
            tasks.execute(() -> turn(session, "task"));
            var unused = tasks.schedule(
                    () -> turn(session, "scheduled task"), random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS);
            String other = USERS.get(random.nextInt(USERS.size()));
            tasks.execute(in(SessionTasks.SESSION_KEY, other, () -> turn(current(), "task that another session made")));
            tasks.execute(in(SessionTasks.SESSION_ID, SessionTasks.NO_SESSION, () -> fromOutside(session)));
        } catch (RejectedExecutionException e) {
            // there is no such session, or too much waits for it
        }
    }

    private SipApplicationSession current() {
        SipSessionsUtil sessions = (SipSessionsUtil) getServletContext().getAttribute(SIP_SESSIONS_UTIL);
        return Objects.requireNonNull(sessions.getCurrentApplicationSession());
    }

    /** As a thread of HTTP comes in. */
    private void fromOutside(SipApplicationSession session) {
        block();
        try {
            Objects.requireNonNull(executor)
                    .execute(in(SessionTasks.SESSION_ID, session.getId(), () -> turn(session, "task from outside")));
        } catch (RejectedExecutionException e) {
            // it has ended
        }
    }

    private static Runnable in(String property, String value, Runnable task) {
        return ManagedExecutors.managedTask(task, Map.of(property, value), null);
    }

    // ---- messages

    @Override
    protected void doMessage(SipServletRequest req) {
        turn(req.getApplicationSession(), "MESSAGE", () -> {
            stir(req.getApplicationSession());
            respond(req, 200);
        });
    }

    @Override
    protected void doInvite(SipServletRequest req) {
        turn(req.getApplicationSession(), "INVITE", () -> {
            if (req.isInitial()) {
                stir(req.getApplicationSession());
            }
            respond(req, 200);
        });
    }

    @Override
    protected void doAck(SipServletRequest req) {
        turn(req.getApplicationSession(), "ACK", () -> stir(req.getApplicationSession()));
    }

    @Override
    protected void doCancel(SipServletRequest req) {
        turn(req.getApplicationSession(), "CANCEL");
    }

    @Override
    protected void doBye(SipServletRequest req) {
        turn(req.getApplicationSession(), "BYE", () -> respond(req, 200));
    }

    @Override
    protected void doUpdate(SipServletRequest req) {
        turn(req.getApplicationSession(), "UPDATE", () -> respond(req, 200));
    }

    // ---- listeners

    @Override
    public void timeout(ServletTimer timer) {
        turn(timer.getApplicationSession(), "timer");
    }

    @Override
    public void noAckReceived(SipErrorEvent ee) {
        SipSession session = ee.getRequest().getSession();
        turn(session.getApplicationSession(), "no ACK", () -> {
            if (session.isValid() && session.getState() == SipSession.State.CONFIRMED) {
                session.createRequest("BYE").send();
            }
        });
    }

    @Override
    public void noPrackReceived(SipErrorEvent ee) {}

    @Override
    public void noNotifyReceived(SipErrorEvent ee) {}

    @Override
    public void sessionCreated(SipApplicationSessionEvent event) {
        turn(event.getApplicationSession(), "created");
    }

    @Override
    public void sessionDestroyed(SipApplicationSessionEvent event) {
        turn(event.getApplicationSession(), "destroyed");
    }

    @Override
    public void sessionExpired(SipApplicationSessionEvent event) {
        turn(event.getApplicationSession(), "expired");
    }

    @Override
    public void sessionReadyToInvalidate(SipApplicationSessionEvent event) {
        turn(event.getApplicationSession(), "ready");
    }

    @Override
    public void sessionCreated(SipSessionEvent event) {
        turn(event.getSession().getApplicationSession(), "SIP session created");
    }

    @Override
    public void sessionDestroyed(SipSessionEvent event) {
        turn(event.getSession().getApplicationSession(), "SIP session destroyed");
    }

    @Override
    public void sessionReadyToInvalidate(SipSessionEvent event) {
        turn(event.getSession().getApplicationSession(), "SIP session ready");
    }
}
