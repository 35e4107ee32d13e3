// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.dialog.SubscriptionUsage;
import org.trapezoid.sip.header.Event;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.SubscriptionState;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.SyntaxException;

/** Finds and makes the subscriptions that messages are about (RFC 6665 §4.4). In the core section of the session. */
final class Subscriptions {

    private static final int NO_NOTIFICATION = 204; // RFC 5839 §7.1
    private static final SubscriptionState UNKNOWN =
            new SubscriptionState("active", OptionalLong.empty(), Optional.empty());

    private Subscriptions() {}

    /** What is no Event is none. */
    static Optional<Event> event(Message message) {
        try {
            return message.headers().first(HeaderName.EVENT).map(Event::parse);
        } catch (SyntaxException e) {
            return Optional.empty();
        }
    }

    /** Of a NOTIFY; without one it is as active as before. */
    static SubscriptionState state(Message notify) {
        try {
            return notify.headers()
                    .first(HeaderName.SUBSCRIPTION_STATE)
                    .map(SubscriptionState::parse)
                    .orElse(UNKNOWN);
        } catch (SyntaxException e) {
            return UNKNOWN;
        }
    }

    static OptionalLong expires(Message message) {
        return message.headers()
                .first(HeaderName.EXPIRES)
                .map(SubscriptionState::seconds)
                .orElseGet(OptionalLong::empty);
    }

    /** What a 2xx gives. */
    static void grant(SubscriptionUsage subscription, Response success, OptionalLong seconds) {
        if (success.status() == NO_NOTIFICATION) {
            subscription.suppressed(seconds);
        } else {
            subscription.granted(seconds);
        }
    }

    /** The subscription that a SUBSCRIBE or REFER is about; empty for a SUBSCRIBE without Event. */
    static Optional<SubscriptionUsage> of(SipSessionState session, SubscriptionUsage.Role role, Request request) {
        if (request.method().equals(Method.REFER)) {
            long cseq = request.cseq().number();
            for (SubscriptionUsage each : session.subscriptions()) {
                if (each.role() == role && each.isOfRefer(cseq)) {
                    return Optional.of(each);
                }
            }
            return Optional.empty();
        }
        return event(request).flatMap(event -> session.subscription(role, event));
    }

    /** The same, made if there is none. */
    static Optional<SubscriptionUsage> enter(
            SipSessionState session,
            SubscriptionUsage.Role role,
            Request request,
            UaServices services,
            UsageListener listener) {
        Optional<SubscriptionUsage> known = of(session, role, request);
        return known.isPresent() ? known : make(session, role, request, services, listener);
    }

    private static Optional<SubscriptionUsage> make(
            SipSessionState session,
            SubscriptionUsage.Role role,
            Request request,
            UaServices services,
            UsageListener listener) {
        Duration timeout = services.timing().t1().multipliedBy(64);
        SubscriptionUsage.Listener events = new Events(session, listener);
        Optional<SubscriptionUsage> made = request.method().equals(Method.REFER)
                ? Optional.of(SubscriptionUsage.ofRefer(
                        role, request.cseq().number(), session, services.timers(), timeout, events))
                : event(request)
                        .map(event -> SubscriptionUsage.of(role, event, session, services.timers(), timeout, events));
        made.ifPresent(session::add);
        return made;
    }

    private static final int ROLE = 1;
    private static final int EVENT = 2;
    private static final int REFER = 3;
    private static final int STATE = 4;
    private static final int LEFT = 5;
    private static final int ENDS = 6;

    static void write(SubscriptionUsage.Memento subscription, FieldWriter out) {
        out.text(ROLE, subscription.role().name())
                .text(EVENT, subscription.event().toString())
                .number(REFER, subscription.refer())
                .text(STATE, subscription.state().name())
                .flag(ENDS, subscription.left().isPresent())
                .number(LEFT, subscription.left().orElse(Duration.ZERO).toMillis());
    }

    static void restore(FieldReader in, SipSessionState session, UaServices services, UsageListener listener) {
        session.add(SubscriptionUsage.restored(
                new SubscriptionUsage.Memento(
                        SubscriptionUsage.Role.valueOf(in.requiredText(ROLE)),
                        Event.parse(in.requiredText(EVENT)),
                        in.number(REFER),
                        SubscriptionUsage.State.valueOf(in.requiredText(STATE)),
                        in.flag(ENDS) ? Optional.of(in.left(LEFT)) : Optional.empty()),
                session,
                services.timers(),
                services.timing().t1().multipliedBy(64),
                new Events(session, listener)));
    }

    private record Events(SipSessionState session, UsageListener listener) implements SubscriptionUsage.Listener {
        @Override
        public void onNoNotify(SubscriptionUsage usage) {
            listener.onNoNotify(session);
        }

        @Override
        public void onEnded(SubscriptionUsage usage) {
            session.remove(usage);
            listener.onUsageEnded(session);
        }
    }
}
