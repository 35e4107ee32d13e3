// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;

/** The Contact of a user agent in this server: host, port and transport are those of a listener (RFC 3261 §8.1.1.8). */
public final class Contacts {

    private Contacts() {}

    /** The Contact for a listener, without user part. */
    public static NameAddr of(Listener listener) {
        return new NameAddr(
                Optional.empty(), at(SipUri.of("", listener.advertised().host()), listener), Parameters.EMPTY);
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
        SipUri corrected = at(uri, flow.listener());
        if (corrected.toString().equals(uri.toString())) {
            return request;
        }
        NameAddr changed = new NameAddr(present.displayName(), corrected, present.parameters());
        return request.toBuilder().set(HeaderName.CONTACT, changed.toString()).build();
    }

    private static SipUri at(SipUri uri, Listener listener) {
        HostPort advertised = listener.advertised();
        Protocol protocol = listener.protocol();
        SipUri located = uri.withHost(advertised.host()).withPort(advertised.port());
        Parameters parameters = located.parameters().without("transport");
        if (protocol != Protocol.UDP) {
            parameters = parameters.with("transport", protocol.name().toLowerCase(java.util.Locale.ROOT));
        }
        return located.withParameters(parameters);
    }

    /** Whether a 2xx to the method makes a dialog. */
    static boolean makesDialog(Method method) {
        return method.equals(Method.INVITE) || method.equals(Method.SUBSCRIBE) || method.equals(Method.REFER);
    }
}
