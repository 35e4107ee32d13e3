// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Optional;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.ua.Takeover;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** Whether a request that begins no dialog of its own names a session that is here: an encoded URI, or a call that it replaces or joins. Thread-safe. */
final class NamedSessions {
    private final SessionRegistry sessions;

    NamedSessions(SessionRegistry sessions) {
        this.sessions = sessions;
    }

    boolean isNamedBy(Request request) {
        return isEncoded(request.uri())
                || request.topRoute().filter(route -> isEncoded(route.uri())).isPresent()
                || isTakenOver(request);
    }

    private boolean isEncoded(Uri uri) {
        Optional<String> id = uri instanceof SipUri sip ? sip.parameter(AppRuntime.ENCODED_ID) : Optional.empty();
        return id.flatMap(sessions::appSession).isPresent();
    }

    private boolean isTakenOver(Request request) {
        return Takeover.of(request)
                .flatMap(takeover -> sessions.byLocalTag(takeover.reference().localTag()))
                .isPresent();
    }
}
