// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Headers;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * The edge of a trust domain (RFC 3325 §2.3, Spec(T) by address): what peers outside say in the name of the network is taken
 * out of their messages, and what the network keeps to itself out of messages to them. Immutable. Applications inside this
 * server trust each other.
 */
public final class TrustDomain {

    /** Asserted by the network about a peer, or a record of what it did: RFC 3325 §9.1, 7044 §4.1, 7315, 8496, 5502, 5002. */
    private static final List<HeaderName> ASSERTED = List.of(
            HeaderName.P_ASSERTED_IDENTITY,
            HeaderName.P_ASSERTED_SERVICE,
            HeaderName.HISTORY_INFO,
            HeaderName.P_CALLED_PARTY_ID,
            HeaderName.P_CHARGE_INFO,
            HeaderName.P_CHARGING_FUNCTION_ADDRESSES,
            HeaderName.P_CHARGING_VECTOR,
            HeaderName.P_PROFILE_KEY,
            HeaderName.P_SERVED_USER,
            HeaderName.P_USER_DATABASE,
            HeaderName.P_VISITED_NETWORK_ID);

    /** Of no concern to peers outside: RFC 7315 §5.4 to §5.6, 8496 §4, 6050 §4.1, 5502, 5002. */
    private static final List<HeaderName> CONFIDENTIAL = List.of(
            HeaderName.P_ACCESS_NETWORK_INFO,
            HeaderName.P_ASSERTED_SERVICE,
            HeaderName.P_CHARGE_INFO,
            HeaderName.P_CHARGING_FUNCTION_ADDRESSES,
            HeaderName.P_CHARGING_VECTOR,
            HeaderName.P_PROFILE_KEY,
            HeaderName.P_SERVED_USER,
            HeaderName.P_USER_DATABASE,
            HeaderName.P_VISITED_NETWORK_ID);

    /** Everybody is trusted: nothing is looked at. */
    public static final TrustDomain EVERYBODY = new TrustDomain(peer -> true, List.of());

    private final Predicate<InetAddress> trusted;
    private final List<HeaderName> refused;
    private final boolean privacyService;

    /**
     * @param trusted the addresses of the peers inside
     * @param more header fields that are taken out of messages from outside besides those that RFCs name
     */
    public TrustDomain(Predicate<InetAddress> trusted, List<HeaderName> more) {
        this(trusted, more, false);
    }

    /** The same, also as a privacy service towards peers outside. */
    public TrustDomain(Predicate<InetAddress> trusted, List<HeaderName> more, boolean privacyService) {
        this.trusted = trusted;
        this.privacyService = privacyService;
        List<HeaderName> all = new ArrayList<>(ASSERTED);
        all.addAll(more);
        this.refused = List.copyOf(all);
    }

    private boolean isOutside(Flow flow) {
        return this != EVERYBODY
                && !(flow instanceof LoopbackFlow)
                && !trusted.test(flow.peer().getAddress());
    }

    /** Whether senders are hidden from peers outside as their Privacy asks for (RFC 3323 §5). */
    public boolean isPrivacyService() {
        return privacyService;
    }

    /** The levels of privacy that are critical to a request, and that it would not have when it goes there; none: it may go. */
    public List<String> unprovided(InetAddress peer, Request request) {
        return privacyService && request.headers().has(HeaderName.PRIVACY) && !trusted.test(peer)
                ? PrivacyService.unprovided(request.headers())
                : List.of();
    }

    private boolean hides(Flow flow, Message message) {
        return privacyService && message.headers().has(HeaderName.PRIVACY) && isOutside(flow);
    }

    /**
     * Whether what a request from there asserts was said inside, by a peer or an application; never where nobody has said whom to
     * trust.
     */
    public boolean vouches(Flow flow) {
        return this != EVERYBODY && !isOutside(flow);
    }

    /** A request as it may come in. */
    Request received(Flow flow, Request request) {
        if (!isOutside(flow) || !hasAny(request.headers(), refused)) {
            return request;
        }
        Request.Builder builder = request.toBuilder();
        refused.forEach(builder::remove);
        return builder.build();
    }

    /** A response as it may come in. */
    Response received(Flow flow, Response response) {
        if (!isOutside(flow) || !hasAny(response.headers(), refused)) {
            return response;
        }
        Response.Builder builder = response.toBuilder();
        refused.forEach(builder::remove);
        return builder.build();
    }

    /** A request, without our Via yet, as it may go out. */
    public Request sent(Flow flow, Request request) {
        Request shown = shown(flow, request);
        return hides(flow, shown) ? PrivacyService.applied(shown) : shown;
    }

    private Request shown(Flow flow, Request request) {
        if (this == EVERYBODY || flow instanceof LoopbackFlow) {
            return request;
        }
        List<HeaderName> kept = isOutside(flow) ? confidential(request) : new ArrayList<>(1);
        if (request.headers().has(HeaderName.VIA)) {
            kept.add(HeaderName.P_PREFERRED_IDENTITY); // RFC 3325 §5: a hint for the first proxy, which we are
        }
        if (!hasAny(request.headers(), kept)) {
            return request;
        }
        Request.Builder builder = request.toBuilder();
        kept.forEach(builder::remove);
        return builder.build();
    }

    /** A response as it may go out. */
    Response sent(Flow flow, Response response) {
        Response shown = shown(flow, response);
        return hides(flow, shown) ? PrivacyService.applied(shown) : shown;
    }

    private Response shown(Flow flow, Response response) {
        if (!isOutside(flow)) {
            return response;
        }
        List<HeaderName> kept = confidential(response);
        if (!hasAny(response.headers(), kept)) {
            return response;
        }
        Response.Builder builder = response.toBuilder();
        kept.forEach(builder::remove);
        return builder.build();
    }

    /** What no peer outside may see of the message, by its Privacy too (RFC 3325 §7, RFC 7044 §10.1.2). */
    private static List<HeaderName> confidential(Message message) {
        List<HeaderName> confidential = new ArrayList<>(CONFIDENTIAL);
        if (hasPrivateEntry(message.headers())) {
            confidential.add(HeaderName.HISTORY_INFO);
        }
        if (message.headers().has(HeaderName.PRIVACY)) {
            for (String line : message.headers().all(HeaderName.PRIVACY)) {
                String asked = ';' + line.replace(',', ';').replace(" ", "").toLowerCase(Locale.ROOT) + ';';
                if (asked.contains(";id;")) {
                    confidential.add(HeaderName.P_ASSERTED_IDENTITY);
                }
                if (asked.contains(";history;") || asked.contains(";header;") || asked.contains(";session;")) {
                    confidential.add(HeaderName.HISTORY_INFO);
                }
            }
        }
        return confidential;
    }

    /** Whether Privacy is a header of an entry's URI; then all entries stay inside, those that say nothing too. */
    private static boolean hasPrivateEntry(Headers headers) {
        if (headers.has(HeaderName.HISTORY_INFO)) {
            for (String line : headers.all(HeaderName.HISTORY_INFO)) {
                String entries = line.toLowerCase(Locale.ROOT);
                if (entries.contains("?privacy=history") || entries.contains("&privacy=history")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean hasAny(Headers headers, List<HeaderName> names) {
        for (HeaderName name : names) {
            if (headers.has(name)) {
                return true;
            }
        }
        return false;
    }

    /** The same handler for messages as they may come in. */
    MessageHandler guard(MessageHandler handler) {
        return this == EVERYBODY ? handler : new Guard(handler);
    }

    private final class Guard implements MessageHandler {
        private final MessageHandler handler;

        Guard(MessageHandler handler) {
            this.handler = handler;
        }

        @Override
        public void onRequest(Flow flow, Request request) {
            handler.onRequest(flow, received(flow, request));
        }

        @Override
        public void onResponse(Flow flow, Response response) {
            handler.onResponse(flow, received(flow, response));
        }

        @Override
        public void onClosed(Flow flow) {
            handler.onClosed(flow);
        }
    }
}
