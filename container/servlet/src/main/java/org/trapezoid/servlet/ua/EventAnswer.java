// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.Optional;
import java.util.OptionalLong;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.dialog.SubscriptionUsage;
import org.trapezoid.sip.dialog.SubscriptionUsage.Role;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;

/** What the answer to a SUBSCRIBE, REFER or NOTIFY makes of subscriptions (RFC 6665 §4.1.3, §4.2.1). In the core section. */
public final class EventAnswer {

    private EventAnswer() {}

    /** The subscription of ours that a NOTIFY in the session's dialog is of; none: 481 (RFC 6665 §4.1.3). */
    public static Optional<SubscriptionUsage> subscribed(SipSessionState session, Request notify) {
        return Subscriptions.of(session, Role.SUBSCRIBER, notify);
    }

    /** Whether a SUBSCRIBE in the session's dialog refreshes nothing. */
    public static boolean isNew(SipSessionState session, Request subscribe) {
        return Subscriptions.of(session, Role.NOTIFIER, subscribe).isEmpty();
    }

    /** Whether a NOTIFY is the last one of its subscription. */
    public static boolean isLast(Request notify) {
        return Subscriptions.state(notify).isTerminated();
    }

    /** A notifier makes another dialog of a SUBSCRIBE that reached it: the session is that of the new dialog. */
    public static void notifies(
            SipSessionState session, Request subscribe, UaServices services, UsageListener listener) {
        Subscriptions.enter(session, Role.NOTIFIER, subscribe, services, listener)
                .ifPresent(usage -> usage.granted(Subscriptions.expires(subscribe)));
    }

    /** Writes a subscription down. */
    public static void write(SubscriptionUsage subscription, FieldWriter out) {
        Subscriptions.write(subscription.memento(), out);
    }

    /** Goes on with a subscription that another node has left. */
    public static void restore(FieldReader in, SipSessionState session, UaServices services, UsageListener listener) {
        Subscriptions.restore(in, session, services, listener);
    }

    /** A NOTIFY arrived. */
    public static void notified(SubscriptionUsage subscription, Request notify) {
        subscription.notified(Subscriptions.state(notify));
    }

    /** The application's final response. */
    static void sent(
            SipSessionState session, Request request, Response response, UaServices services, UsageListener listener) {
        boolean accepted = response.statusClass() == StatusClass.SUCCESS;
        if (request.method().equals(Method.NOTIFY)) {
            Optional<SubscriptionUsage> subscription = Subscriptions.of(session, Role.SUBSCRIBER, request);
            if (accepted) {
                subscription.ifPresent(SubscriptionUsage::settled);
            } else if (response.status() == 481) {
                subscription.ifPresent(SubscriptionUsage::end); // the notifier takes it for lost, RFC 6665 §4.2.2
            }
        } else if (accepted && session.dialog().isPresent() && !EventRequest.isWithoutSubscription(response)) {
            Optional<SubscriptionUsage> subscription =
                    Subscriptions.enter(session, Role.NOTIFIER, request, services, listener);
            subscription.ifPresent(usage -> Subscriptions.grant(usage, response, granted(request, response)));
        }
    }

    /** A REFER says nothing about time; its NOTIFYs do. */
    private static OptionalLong granted(Request request, Response response) {
        if (request.method().equals(Method.REFER)) {
            return OptionalLong.empty();
        }
        OptionalLong answered = Subscriptions.expires(response);
        return answered.isPresent() ? answered : Subscriptions.expires(request);
    }
}
