// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SessionKeepAlive;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.SessionTimerListener;
import org.trapezoid.servlet.session.OfferAnswer;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.ua.SessionTimer;
import org.trapezoid.servlet.ua.SessionTimerPolicy;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.SessionExpires;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Keeps the session timer of a user agent's session: refreshes it, or hangs up (RFC 4028). In the core section. */
final class CallTimer implements SessionTimer.Listener {

    private static final Duration BUSY = Duration.ofSeconds(4);
    private static final String EXPIRED = "SIP;cause=408;text=\"Session Timer Expired\"";

    private final Session session;
    private final SipSessionState state;
    private final AppRuntime runtime;
    private final SessionTimer timer;
    private final boolean automatic; // else the application refreshes, and hangs up
    private @Nullable Message described; // the last one with a session description of ours

    CallTimer(Session session, AppRuntime runtime, SessionTimerPolicy policy) {
        this(session, runtime, policy, true);
    }

    /** One that the application asked for in its messages: it says with callbacks what is to be done (JSR 359). */
    static CallTimer manual(Session session, AppRuntime runtime) {
        return new CallTimer(
                session,
                runtime,
                new SessionTimerPolicy(1800, SessionExpires.LEAST, SessionTimerPolicy.Refresher.ANY, true),
                false);
    }

    private CallTimer(Session session, AppRuntime runtime, SessionTimerPolicy policy, boolean automatic) {
        this.automatic = automatic;
        this.session = session;
        this.state = session.state();
        this.runtime = runtime;
        this.timer = new SessionTimer(state, runtime.services().timers(), policy, this);
    }

    /** The Min-SE of the 422 that a request deserves. */
    static OptionalLong refusal(AppRuntime runtime, Request request) {
        Optional<SessionTimerPolicy> policy =
                runtime.application().settings().extensions().sessionTimer();
        return policy.isPresent() && isRefresh(request.method())
                ? SessionTimer.refusal(policy.get(), request)
                : OptionalLong.empty();
    }

    static boolean isRefresh(Method method) {
        return method.equals(Method.INVITE) || method.equals(Method.UPDATE);
    }

    /** Whether a request does nothing but refresh the session: the application need not see it. */
    static boolean isMereRefresh(Request request) {
        return request.method().equals(Method.UPDATE)
                && request.bodyLength() == 0
                && request.headers().has(HeaderName.SESSION_EXPIRES);
    }

    /** What one leg of a back-to-back user agent has agreed on is not for the other one. */
    static void forOtherLeg(AppRuntime runtime, Request.Builder copy) {
        if (runtime.application().settings().extensions().sessionTimer().isPresent()) {
            copy.remove(HeaderName.SESSION_EXPIRES);
            copy.remove(HeaderName.MIN_SE);
        }
    }

    private static final int TIMER = 1;
    private static final int AUTOMATIC = 2;
    private static final int DESCRIBED = 3;

    void write(FieldWriter out) {
        out.part(TIMER, timer::write).flag(AUTOMATIC, automatic);
        if (described != null) {
            out.bytes(DESCRIBED, Messages.bytes(described));
        }
    }

    /** Whether the container kept the timer that was written down. */
    static boolean isAutomatic(FieldReader in) {
        return in.flag(AUTOMATIC);
    }

    /** Goes on where another node has left it. */
    void resume(FieldReader in) {
        described = in.bytes(DESCRIBED).map(Messages::message).orElse(null);
        in.part(TIMER).ifPresent(timer::resume);
    }

    void stop() {
        timer.stop();
    }

    SessionTimer timer() {
        return timer;
    }

    /** Whether the container refreshes the session by itself. */
    boolean isAutomatic() {
        return automatic;
    }

    private boolean keeps(SipMessage message) {
        return automatic || timer.isRunning() || message.keepsAlive();
    }

    /** A session derived from the caller's goes on from what was sent there. */
    void derivedFrom(CallTimer root) {
        described = described == null ? root.described : described;
    }

    // ---- requests that we send

    /** A request of the application or of the container is about to be sent. */
    void ask(SipRequest request) {
        if (isRefresh(request.message().method()) && keeps(request)) {
            timer.ask(request.message(), request.edit());
        }
    }

    /** What was sent, to be said again in a re-INVITE. */
    void sent(Message message) {
        if (OfferAnswer.isDescribed(message)) {
            described = message;
        }
    }

    Optional<Request.Builder> askAgain(Request refused, Response refusal) {
        return automatic ? timer.askAgain(refused, refusal) : Optional.empty();
    }

    void granted(Response success) {
        timer.granted(success);
    }

    // ---- requests that we answer

    Response grant(Request request, Response success) {
        return timer.grant(request, success);
    }

    /** The same for what the application answers. */
    Response grant(Request request, SipResponse success) {
        return keeps(success) ? timer.grant(request, success.message()) : success.message();
    }

    // ---- what is due

    @Override
    public void onRefreshDue() {
        SessionKeepAlive.Callback callback = session.upkeep().keepAlive().getRefreshCallback();
        if (!isAlive()) {
            timer.stop();
        } else if (callback != null) {
            call(callback);
        } else if (!automatic) {
            return; // it is the application's to do
        } else if (Overlaps.isNegotiating(session.messages(), state.offers())) {
            timer.refreshAfter(BUSY);
        } else if (described == null || timer.refreshesByUpdate()) {
            session.requests().sendUnseen(Method.UPDATE, builder -> {}, this::refreshed);
        } else {
            session.requests().sendUnseen(Method.INVITE, this::describe, this::refreshed);
        }
    }

    private void describe(Request.Builder invite) {
        Message last = described;
        if (last != null) {
            last.headers().first(HeaderName.CONTENT_TYPE).ifPresent(type -> invite.set(HeaderName.CONTENT_TYPE, type));
            last.headers()
                    .first(HeaderName.CONTENT_DISPOSITION)
                    .ifPresent(disposition -> invite.set(HeaderName.CONTENT_DISPOSITION, disposition));
            invite.body(last.body());
        }
    }

    void refreshed(SipResponse response) {
        int status = response.getStatus();
        if (status < 200) {
            return;
        }
        if (status < 300) {
            if (response.getMethod().equals("INVITE")) {
                response.acknowledge();
            }
        } else if (status == 491) {
            timer.refreshAfter(afterGlare(runtime.services().random()));
        } else if (status == 481 || status == 408) {
            timer.stop(); // the dialog has ended, RFC 3261 §12.2.1.2
            tell();
        } else {
            timer.refreshAfter(timer.halfOfTheRest());
        }
    }

    /** RFC 3261 §14.1. */
    private Duration afterGlare(RandomGenerator random) {
        boolean ownsCallId = state.dialog().filter(Dialog::isInitiator).isPresent();
        return Duration.ofMillis(ownsCallId ? 2100 + 10L * random.nextInt(191) : 10L * random.nextInt(201));
    }

    @Override
    public void onExpired() {
        state.appSession().whenHere(this::expired);
    }

    private void expired() {
        SessionKeepAlive.Callback callback = session.upkeep().keepAlive().getExpiryCallback();
        if (callback != null && isAlive()) {
            call(callback);
        } else if (isAlive() && automatic) {
            session.messages().answerPending(408);
            session.requests().sendUnseen(Method.BYE, bye -> bye.add(HeaderName.REASON, EXPIRED), response -> {});
            tell();
        }
    }

    private void call(SessionKeepAlive.Callback callback) {
        runtime.callback(state.appSession(), () -> runtime.application()
                .notify(List.of(callback), state.callId(), each -> each.handle(session)));
    }

    private void tell() {
        List<SessionTimerListener> listeners = runtime.application().listeners().sessionTimer();
        runtime.callback(state.appSession(), () -> runtime.application()
                .notify(listeners, state.callId(), listener -> listener.sessionTimerExpired(session)));
    }

    private boolean isAlive() {
        return state.isValid()
                && state.state() == SessionState.CONFIRMED
                && state.dialog().isPresent();
    }
}
