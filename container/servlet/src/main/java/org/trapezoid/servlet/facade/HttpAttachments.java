// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.sip.SipApplicationSession;
import java.util.Optional;
import org.trapezoid.servlet.app.ApplicationSessions;
import org.trapezoid.servlet.session.AppSessionState;

/** The HTTP sessions of the application sessions of one application. Safe for use by any thread: enters their core sections. */
public final class HttpAttachments implements ApplicationSessions {

    private final AppRuntime runtime;

    public HttpAttachments(AppRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public String parameter() {
        return AppRuntime.ENCODED_ID;
    }

    @Override
    public Optional<SipApplicationSession> find(String id) {
        return runtime.services()
                .sessions()
                .appSession(id)
                .filter(state -> state.isValid() && state.deployment() == runtime.deployment())
                .map(state -> AppSession.of(state, runtime));
    }

    @Override
    public SipApplicationSession create() {
        return runtime.factory().createApplicationSession();
    }

    @Override
    public boolean attach(SipApplicationSession session, HttpSession http) {
        AppSessionState state = state(session);
        return state.strand().call(() -> {
            if (!state.isValid()) {
                return false;
            }
            state.attach(http);
            state.accessed(runtime.now());
            return true;
        });
    }

    @Override
    public void detach(SipApplicationSession session, HttpSession http) {
        AppSessionState state = state(session);
        state.strand().run(() -> {
            state.detach(http);
            runtime.settle(state);
        });
    }

    private static AppSessionState state(SipApplicationSession session) {
        return ((AppSession) session).state();
    }
}
