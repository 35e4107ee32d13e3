// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Headers;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** The Contact of a user agent in this server: host, port and transport are those of a listener (RFC 3261 §8.1.1.8). */
public final class Contacts {

    private Contacts() {}

    /** The Contact for a listener, without user part. */
    public static NameAddr of(Listener listener) {
        return of(listener, false);
    }

    private static NameAddr of(Listener listener, boolean secure) {
        return new NameAddr(
                Optional.empty(), at(SipUri.of("", listener.advertised().host()), listener, secure), Parameters.EMPTY);
    }

    /**
     * The Contact of our answer to a request: a SIPS URI when its Request-URI is one, or the topmost Record-Route, or without
     * one the Contact (RFC 3261 §12.1.1).
     */
    static NameAddr of(Listener listener, Request request) {
        return of(listener, isSecure(request.uri()) || isSecureFrom(request));
    }

    private static boolean isSecureFrom(Request request) {
        Headers headers = request.headers();
        HeaderName way = headers.has(HeaderName.RECORD_ROUTE) ? HeaderName.RECORD_ROUTE : HeaderName.CONTACT;
        Optional<String> first = headers.first(way);
        return first.isPresent() // looked at before it is parsed: nearly no message has one
                && first.get().contains("sips:")
                && headers.areAddresses(way)
                && isSecure(headers.addresses(way).get(0).uri());
    }

    private static boolean isSecure(Uri uri) {
        return uri instanceof SipUri sip && sip.secure();
    }

    /** Puts host, port and transport of the flow's listener into the request's Contact; the rest is the application's. */
    public static Request finish(Request request, Flow flow) {
        Optional<String> contact = request.headers().first(HeaderName.CONTACT);
        if (contact.isEmpty() || request.method().equals(Method.REGISTER)) {
            return request;
        }
        NameAddr present = NameAddr.parse(contact.get());
        if (!(present.uri() instanceof SipUri uri)) {
            return request;
        }
        boolean secure = isSecure(request.uri())
                || request.topRoute().filter(route -> isSecure(route.uri())).isPresent(); // RFC 3261 §8.1.1.8
        SipUri corrected = at(uri, flow.listener(), uri.secure() || secure);
        if (corrected.toString().equals(uri.toString())) {
            return request;
        }
        NameAddr changed = new NameAddr(present.displayName(), corrected, present.parameters());
        return request.toBuilder().set(HeaderName.CONTACT, changed.toString()).build();
    }

    /** A SIPS URI needs a listener behind TLS; there it says so itself (RFC 5630 §3.1.4). */
    private static SipUri at(SipUri uri, Listener listener, boolean secure) {
        HostPort advertised = listener.advertised();
        Protocol protocol = listener.protocol();
        boolean sips = secure && protocol.isSecure();
        SipUri located = uri.withSecure(sips).withHost(advertised.host()).withPort(advertised.port());
        Parameters parameters = located.parameters().without("transport");
        if (protocol != Protocol.UDP && !(sips && protocol == Protocol.TLS)) {
            parameters = parameters.with("transport", protocol.parameter());
        }
        return located.withParameters(parameters);
    }

    /** Whether a 2xx to the method makes a dialog. */
    public static boolean makesDialog(Method method) {
        return method.equals(Method.INVITE) || method.equals(Method.SUBSCRIBE) || method.equals(Method.REFER);
    }
}
