// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.dialog.SubscriptionUsage;
import org.trapezoid.sip.dialog.SubscriptionUsage.Role;
import org.trapezoid.sip.dialog.UsageEffect;
import org.trapezoid.sip.header.Event;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * What a SUBSCRIBE, REFER or NOTIFY that a user agent sends makes of subscriptions (RFC 6665 §4, RFC 3515 §2.4). Outside a
 * dialog, each NOTIFY from another element makes a dialog and a session of its own (RFC 6665 §4.1.4). Confined to its strand.
 */
final class EventRequest implements SipSessionState.Forking {

    private final SipSessionState root;
    private final UaServices services;
    private final UsageListener listener;
    private final Consumer<Dialog> routing; // of a dialog that a NOTIFY made
    private @Nullable Request request;
    private Optional<SubscriptionUsage> usage = Optional.empty();
    private boolean fresh; // the usage came with this request
    private long sentAt;
    private boolean closed;

    EventRequest(SipSessionState root, UaServices services, UsageListener listener, Consumer<Dialog> routing) {
        this.routing = routing;
        this.root = root;
        this.services = services;
        this.listener = listener;
    }

    static boolean isMadeBy(Method method) {
        return method.equals(Method.SUBSCRIBE) || method.equals(Method.NOTIFY) || method.equals(Method.REFER);
    }

    /** A 2xx to a REFER that says so, RFC 4488 §4. */
    static boolean isWithoutSubscription(Response success) {
        return success.cseq().method().equals(Method.REFER.name()) && isFalse(success);
    }

    static boolean isFalse(Message referSub) {
        return referSub.headers()
                .first(HeaderName.REFER_SUB)
                .filter(value -> value.regionMatches(true, 0, "false", 0, 5))
                .isPresent();
    }

    void sent(Request prepared) {
        request = prepared;
        sentAt = services.timers().nanoTime();
        if (prepared.method().equals(Method.NOTIFY)) {
            usage = Subscriptions.of(root, Role.NOTIFIER, prepared);
            usage.ifPresent(subscription -> subscription.notified(Subscriptions.state(prepared)));
        } else if (prepared.toTag().isEmpty()) {
            root.forking(this);
        } else if (!isFalse(prepared)) {
            fresh = Subscriptions.of(root, Role.SUBSCRIBER, prepared).isEmpty();
            usage = Subscriptions.enter(root, Role.SUBSCRIBER, prepared, services, listener);
            usage.ifPresent(subscription -> subscription.awaitNotify(Duration.ZERO));
        }
    }

    /** Whether the usage came with this request. */
    boolean isFresh() {
        return fresh;
    }

    /** Goes on with a request that another node has sent so long ago, when the subscriptions are there again. */
    void resume(Request left, boolean wasFresh, Duration age) {
        request = left;
        fresh = wasFresh;
        sentAt = services.timers().nanoTime() - age.toNanos();
        if (left.method().equals(Method.NOTIFY)) {
            usage = Subscriptions.of(root, Role.NOTIFIER, left);
        } else if (left.toTag().isEmpty()) {
            root.forking(this);
        } else {
            usage = Subscriptions.of(root, Role.SUBSCRIBER, left);
        }
    }

    /** A 2xx; the session is that of its dialog. */
    void succeeded(SipSessionState session, Response success) {
        Request sent = request;
        if (sent == null) {
            return;
        }
        if (sent.method().equals(Method.NOTIFY)) {
            usage.ifPresent(SubscriptionUsage::settled);
        } else if (isWithoutSubscription(success)) {
            closed = true;
            usage.ifPresent(SubscriptionUsage::end);
        } else if (session.state() != SessionState.TERMINATED) {
            if (sent.toTag().isEmpty()) {
                usage = enter(session, sent);
            }
            usage.ifPresent(subscription -> Subscriptions.grant(subscription, success, Subscriptions.expires(success)));
        }
    }

    private Optional<SubscriptionUsage> enter(SipSessionState session, Request sent) {
        boolean known = Subscriptions.of(session, Role.SUBSCRIBER, sent).isPresent();
        Optional<SubscriptionUsage> entered = Subscriptions.enter(session, Role.SUBSCRIBER, sent, services, listener);
        if (!known) {
            entered.ifPresent(subscription -> subscription.awaitNotify(elapsed()));
        }
        return entered;
    }

    private Duration elapsed() {
        return Duration.ofNanos(services.timers().nanoTime() - sentAt);
    }

    /** Inside a dialog: a failed refresh leaves the subscription as it was (RFC 6665 §4.1.2.2). */
    void failed(Response failure, UsageEffect effect) {
        Request sent = request;
        boolean later = failure.status() == 401
                || failure.status() == 407
                || failure.headers().has(HeaderName.RETRY_AFTER);
        boolean gone = effect == UsageEffect.USAGE;
        boolean ofNotify = sent != null && sent.method().equals(Method.NOTIFY);
        boolean lost = gone || (ofNotify ? !later : fresh); // RFC 6665 §4.2.2
        if (lost) {
            usage.ifPresent(SubscriptionUsage::end);
        }
    }

    /** Outside a dialog: a NOTIFY proves that it was accepted, though no answer came (RFC 6665 §4.1.2.4). */
    boolean survives(Response failure) {
        closed = true;
        return failure.status() == 408 && !root.subscriptions().isEmpty();
    }

    @Override
    public Optional<SipSessionState> notified(Request notify) {
        Request sent = request;
        if (sent == null || !isOpen() || !isOf(notify, sent)) {
            return Optional.empty();
        }
        SipSessionState session = root.isValid() && root.dialog().isEmpty() ? root : services.derive(root);
        Dialog dialog = Dialog.notified(sent, notify);
        routing.accept(dialog);
        session.dialog(dialog);
        session.state(SessionState.CONFIRMED);
        Subscriptions.enter(session, Role.SUBSCRIBER, sent, services, listener);
        return Optional.of(session);
    }

    private boolean isOpen() {
        return !closed && elapsed().compareTo(services.timing().t1().multipliedBy(64)) < 0;
    }

    private static boolean isOf(Request notify, Request sent) {
        Optional<Event> event = Subscriptions.event(notify);
        if (event.isEmpty()) {
            return false;
        }
        return sent.method().equals(Method.REFER)
                ? event.get().type().equals(Event.REFER)
                : Subscriptions.event(sent).equals(event);
    }
}
