// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.SipURI;
import java.net.InetSocketAddress;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;

/** A flow as applications see it (JSR 359, RFC 5626 §2). Immutable; safe for use by any thread. */
final class ClientConnection implements Flow {

    private final org.trapezoid.sip.transport.Flow flow;
    private final String token;

    private ClientConnection(org.trapezoid.sip.transport.Flow flow, String token) {
        this.flow = flow;
        this.token = token;
    }

    static ClientConnection of(org.trapezoid.sip.transport.Flow flow, FlowTokens tokens) {
        return new ClientConnection(flow, tokens.token(flow, FlowTokens.Use.TARGET, true));
    }

    org.trapezoid.sip.transport.Flow flow() {
        return flow;
    }

    /** What sends a request over it, and in no other way. */
    String route() {
        return FlowTokens.targetRoute(token);
    }

    @Override
    public String getToken() {
        return token;
    }

    @Override
    public SipURI getLocalURI() {
        return uri(flow.local());
    }

    @Override
    public SipURI getRemoteURI() {
        return uri(flow.peer());
    }

    private SipURI uri(InetSocketAddress address) {
        Protocol protocol = flow.protocol();
        String host = address.getAddress().getHostAddress();
        SipUri uri = SipUri.of(new HostPort(host.indexOf(':') < 0 ? host : '[' + host + ']', address.getPort()))
                .withParameter("transport", protocol.parameter());
        return new SipUriView(uri, Owner.none());
    }

    /** Only a hint: others may use the connection too, and it closes when nobody does. */
    @Override
    public void release() {
        // the transport closes connections that are idle
    }

    @Override
    public boolean isActive() {
        return flow.isOpen();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClientConnection connection && connection.token.equals(token);
    }

    @Override
    public int hashCode() {
        return token.hashCode();
    }

    @Override
    public String toString() {
        return flow.toString();
    }
}
