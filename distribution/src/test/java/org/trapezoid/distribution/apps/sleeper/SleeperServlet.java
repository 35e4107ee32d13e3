// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.sleeper;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Answers MESSAGE at once, but sits in {@code doInvite} for 40 seconds. Thread-safe. */
@jakarta.servlet.sip.annotation.SipServlet(name = "sleeper")
public final class SleeperServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    private static final long SLEEP_SECONDS = 40;

    @Override
    protected void doMessage(SipServletRequest message) throws ServletException, IOException {
        message.createResponse(SipServletResponse.SC_OK).send();
    }

    @Override
    protected void doInvite(SipServletRequest invite) throws ServletException, IOException {
        try {
            if (new CountDownLatch(1).await(SLEEP_SECONDS, TimeUnit.SECONDS)) {
                throw new ServletException("nobody counts down");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
