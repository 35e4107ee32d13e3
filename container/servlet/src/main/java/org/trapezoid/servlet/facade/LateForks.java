// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.trapezoid.servlet.proxy.ProxyCore;
import org.trapezoid.servlet.proxy.ProxyListener;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.message.Response;

/**
 * Listens to a record-routing proxy that has done its work, for the 2xx of further callees (RFC 3261 §16.7 step 5). It keeps no
 * session: when the calls have ended before, nobody is told. In the core section.
 */
final class LateForks implements ProxyListener.Late {

    private final AppRuntime runtime;
    private final String sessionId;

    LateForks(AppRuntime runtime, SipSessionState session) {
        this.runtime = runtime;
        this.sessionId = session.id().value();
    }

    @Override
    public boolean onSuccess(int branch, Response response) {
        Optional<ProxyCore> proxy = runtime.services()
                .sessions()
                .sipSession(sessionId)
                .filter(SipSessionState::isValid)
                .flatMap(session -> Session.of(session, runtime).messages().first())
                .flatMap(SipRequest::proxy)
                .flatMap(ProxyFacade::core);
        proxy.ifPresent(core -> core.onLateSuccess(branch, response));
        return proxy.isPresent();
    }
}
