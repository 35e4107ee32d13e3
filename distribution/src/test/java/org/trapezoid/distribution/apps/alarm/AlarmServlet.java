// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.alarm;

import jakarta.annotation.Resource;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.annotation.SipListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Answers each call and starts a timer of some seconds for it. When it goes off, a line is added to {@code alarms} in the base directory of
 * the server, in one piece, so that it is there even if the process is killed: Call-ID, when it was due, and the time. Thread-safe.
 */
@SipListener
@jakarta.servlet.sip.annotation.SipServlet(name = "alarm")
@SuppressWarnings("NullAway.Init") // injected
public final class AlarmServlet extends SipServlet implements TimerListener {
    private static final long serialVersionUID = 1L;

    private static final int SHORTEST = 200;
    private static final int LONGEST = 8000;
    private static final Path ALARMS = Path.of(System.getenv("TRAPEZOID_BASE"), "alarms");

    @Resource
    private transient TimerService timers;

    @Override
    protected void doInvite(SipServletRequest invite) throws ServletException, IOException {
        String callId = invite.getCallId();
        int delay = SHORTEST + Math.floorMod(callId.hashCode() * 31, LONGEST - SHORTEST);
        timers.createTimer(invite.getApplicationSession(), delay, true, callId);
        invite.createResponse(SipServletResponse.SC_OK).send();
    }

    @Override
    protected void doBye(SipServletRequest bye) throws ServletException, IOException {
        bye.createResponse(SipServletResponse.SC_OK).send();
    }

    @Override
    public void timeout(ServletTimer timer) {
        String line = timer.getInfo() + " " + timer.scheduledExecutionTime() + " " + System.currentTimeMillis() + "\n";
        try {
            Files.write(
                    ALARMS,
                    line.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
