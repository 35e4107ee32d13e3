// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.overlap;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.annotation.SipApplicationKey;
import jakarta.servlet.sip.annotation.SipListener;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Each MESSAGE makes a timer, a task and a scheduled task of the session of its user. */
@SipListener
@jakarta.servlet.sip.annotation.SipServlet(name = "overlap")
public final class OverlapServlet extends SipServlet implements TimerListener {
    private static final long serialVersionUID = 1L;

    @Resource
    private transient @Nullable TimerService timers;

    @Resource
    private transient @Nullable ManagedScheduledExecutorService executor;

    /** One application session for each user that is sent to. */
    @SipApplicationKey
    public static String key(SipServletRequest request) {
        return ((SipURI) request.getRequestURI()).getUser();
    }

    @Override
    protected void doMessage(SipServletRequest request) throws IOException {
        SipApplicationSession session = request.getApplicationSession();
        session.setInvalidateWhenReady(false);
        String key = key(request);
        Guard.of(key).pass();
        Objects.requireNonNull(timers).createTimer(session, 1, false, key);
        Objects.requireNonNull(executor).execute(Guard.of(key)::pass);
        var unused = executor.schedule(Guard.of(key)::pass, 5, TimeUnit.MILLISECONDS);
        request.createResponse(200).send();
    }

    @Override
    public void timeout(ServletTimer timer) {
        Guard.of((String) timer.getInfo()).pass();
    }
}
