// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.InsufficientBreadthException;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.TooManyHopsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.session.SipSessionState;

/** Brings one message to the session's servlet; what the servlet throws is logged once and answered for it if it can be. */
final class Delivery implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    private final AppRuntime runtime;
    private final SipSessionState session;
    private final @Nullable SipRequest request;
    private final @Nullable SipResponse response;

    Delivery(AppRuntime runtime, SipRequest request) {
        this.runtime = runtime;
        this.session = request.sessionState();
        this.request = request;
        this.response = null;
    }

    Delivery(AppRuntime runtime, SipResponse response) {
        this.runtime = runtime;
        this.session = response.sessionState();
        this.request = null;
        this.response = response;
    }

    @Override
    public void run() {
        if (session.isAutomatic()) {
            AutomaticProcessing processing = Session.of(session, runtime).automatic();
            if (processing != null) {
                processing.receive(request, response);
            }
            return;
        }
        try {
            runtime.application().service(session.handler(), session.callId(), request, response);
        } catch (Throwable e) { // an old archive may throw any Error
            SipMessage message = request == null ? response : request;
            log.warn(
                    "application {}: servlet {} threw on {}",
                    runtime.application(),
                    session.handler(),
                    message == null ? "a message" : message.describe(),
                    e);
            if (request != null) {
                fail(request, status(e));
            }
        }
    }

    private static int status(Throwable thrown) {
        if (thrown instanceof InsufficientBreadthException) {
            return SipServletResponse.SC_MAX_BREADTH_EXCEEDED; // RFC 5393 §5.3.3
        }
        return thrown instanceof TooManyHopsException
                ? SipServletResponse.SC_TOO_MANY_HOPS
                : SipServletResponse.SC_SERVER_INTERNAL_ERROR;
    }

    private void fail(SipRequest failed, int status) {
        session.strand().run(() -> failed.uas().ifPresent(core -> {
            if (!failed.isProxied()) {
                core.refuse(status);
                failed.committed();
            }
        }));
    }
}
