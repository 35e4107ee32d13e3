// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.message.Method;

/** What the container keeps for a session: its session timer and its identifier. Confined to the strand of the session. */
final class SessionUpkeep {

    private final Session session;
    private final AppRuntime runtime;
    private @Nullable SessionIdentifier identifier; // when the application has the container send it
    private @Nullable CallTimer callTimer; // when the application has the container keep one
    private @Nullable KeepAliveView keepAlive;

    SessionUpkeep(Session session, AppRuntime runtime) {
        this.session = session;
        this.runtime = runtime;
    }

    /** Writes down what there is. */
    void writeTo(int timerField, int identifierField, FieldWriter out) {
        if (callTimer != null) {
            out.part(timerField, callTimer::write);
        }
        if (identifier != null) {
            out.part(identifierField, identifier::write);
        }
    }

    /** Goes on where another node has left it. */
    void readFrom(Optional<FieldReader> timer, Optional<FieldReader> identity) {
        timer.ifPresent(in -> {
            CallTimer kept = CallTimer.isAutomatic(in) ? callTimer().orElseGet(this::keepTime) : keepTime();
            kept.resume(in);
        });
        identity.ifPresent(in -> identifier().ifPresent(own -> own.read(in)));
    }

    /** What Session-ID tells of the call, if the application has the container send it. */
    Optional<SessionIdentifier> identifier() {
        if (identifier == null && runtime.application().settings().extensions().sessionId()) {
            identifier = new SessionIdentifier(runtime.services().random());
        }
        return Optional.ofNullable(identifier);
    }

    /** The value of Session-ID for a message that is about to be sent. */
    Optional<String> sessionId() {
        return identifier()
                .map(own -> own.value(session.state()
                        .linked()
                        .flatMap(linked -> Session.of(linked, runtime).upkeep().identifier())));
    }

    /** The session timer, if the application has the container keep one. */
    Optional<CallTimer> callTimer() {
        if (callTimer == null) {
            runtime.application()
                    .settings()
                    .extensions()
                    .sessionTimer()
                    .ifPresent(policy -> callTimer = new CallTimer(session, runtime, policy));
        }
        return Optional.ofNullable(callTimer);
    }

    /** The timer that messages of the application ask for. */
    CallTimer keepTime() {
        CallTimer timer = callTimer().orElse(null);
        if (timer == null) {
            timer = CallTimer.manual(session, runtime);
            callTimer = timer;
        }
        return timer;
    }

    KeepAliveView keepAlive() {
        KeepAliveView view = keepAlive;
        if (view == null) {
            view = new KeepAliveView(session);
            keepAlive = view;
        }
        return view;
    }

    /** The response to a request of the container that another node has sent. */
    void answered(SipResponse response) {
        if (callTimer != null && CallTimer.isRefresh(Method.of(response.getMethod()))) {
            callTimer.refreshed(response);
        }
    }

    /** What the application has given to be told of its session timer. */
    Map<String, Object> callbacks() {
        return keepAlive == null ? Map.of() : keepAlive.callbacks();
    }

    /** The session ended. */
    void stopTimer() {
        if (callTimer != null) {
            callTimer.stop();
        }
    }
}
