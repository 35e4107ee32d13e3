// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * Whether a client is to be reached by the flow its request came by, rather than by its Contact: it is behind a NAT, or
 * connected to us (RFC 5626 §5.3). Stateless.
 */
public final class ClientFlow {

    /** How a client is reached. */
    public enum Way {
        /** As its Contact says. */
        CONTACT,
        /** By its flow; when that has ended, as its Contact says. */
        FLOW_FIRST,
        /** By its flow and in no other way. */
        FLOW_ONLY
    }

    private ClientFlow() {}

    /** For requests inside the dialog that this one makes. One that came through a proxy is not its client's. */
    public static Way way(Flow flow, Request request) {
        if (flow instanceof LoopbackFlow || (!flow.isReliable() && knowsItself(request.topVia(), flow))) {
            return Way.CONTACT; // the usual case, and nothing was parsed for it
        }
        return request.viaCount() > 1 || request.headers().has(HeaderName.RECORD_ROUTE)
                ? Way.CONTACT
                : contact(request)
                        .map(uri -> way(flow, request.topVia(), uri, false))
                        .orElse(Way.CONTACT);
    }

    /** For requests to the contact that a REGISTER binds; several contacts are what they say. */
    public static Way wayToContact(Flow flow, Request register) {
        return flow instanceof LoopbackFlow
                        || register.viaCount() > 1
                        || register.headers().values(HeaderName.CONTACT).size() != 1
                ? Way.CONTACT
                : contact(register)
                        .map(uri -> way(flow, register.topVia(), uri, true))
                        .orElse(Way.CONTACT);
    }

    /**
     * A client that no NAT is in front of may name another host or port, as long as that can be reached; one that does not know
     * its own address cannot.
     */
    private static Way way(Flow flow, Via via, SipUri contact, boolean registers) {
        if (contact.parameters().has("gr")) {
            return Way.CONTACT; // a GRUU is looked up when it is used, RFC 5627 §4.4.1
        }
        InetSocketAddress peer = flow.peer();
        String host = contact.maddr().orElse(contact.host());
        boolean open = knowsItself(via, flow);
        if (!HostPort.sameHost(host, LocalAddresses.literal(peer.getAddress()))) {
            // a server may send from another address than it is reached at; a phone that registers so is behind a NAT
            boolean behindNat = registers && !open && !Literals.areLoopback(host, peer.getAddress());
            return behindNat || Literals.isHidden(host, peer.getAddress(), open) ? Way.FLOW_ONLY : Way.CONTACT;
        }
        if (flow.isReliable()) {
            return Way.FLOW_FIRST;
        }
        boolean samePort = contact.hostPort().portOr(Protocol.UDP.defaultPort()) == peer.getPort();
        boolean otherTransport = contact.transport()
                .filter(name -> !name.equalsIgnoreCase("udp"))
                .isPresent();
        return open || samePort || otherTransport ? Way.CONTACT : Way.FLOW_ONLY;
    }

    /**
     * Whether no NAT is in between: the Via, which has got its {@code received}, names the address the request came from. The
     * port of a connection says nothing.
     */
    private static boolean knowsItself(Via via, Flow flow) {
        Optional<String> received = via.received();
        return (flow.isReliable()
                        || via.sentBy().portOr(Protocol.UDP.defaultPort())
                                == flow.peer().getPort())
                && (received.isEmpty() || isHost(via.sentBy().host(), received.get()));
    }

    private static boolean isHost(String host, String address) {
        return HostPort.sameHost(host, address.indexOf(':') < 0 ? address : '[' + address + ']');
    }

    private static Optional<SipUri> contact(Request request) {
        try {
            Optional<String> contact = request.headers().first(HeaderName.CONTACT);
            return contact.map(NameAddr::parse)
                    .map(NameAddr::uri)
                    .filter(SipUri.class::isInstance)
                    .map(SipUri.class::cast);
        } catch (SyntaxException notAnAddress) {
            return Optional.empty();
        }
    }
}
