// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.trapezoid.sip.uri.HostPort;

/**
 * What a flow is known by outside its process. An immutable value.
 *
 * @param bound the address of the listener it belongs to
 * @param serial tells a connection from every other one of this start of the server; 0 over UDP
 */
public record FlowName(Protocol protocol, InetSocketAddress bound, InetSocketAddress peer, long serial) {

    public static FlowName of(Flow flow) {
        return new FlowName(flow.protocol(), flow.listener().bound(), flow.peer(), flow.serial());
    }

    boolean isListener(Listener listener) {
        return listener.protocol() == protocol && listener.bound().equals(bound);
    }

    /** The text form, which {@link #parse} reads. */
    @Override
    public String toString() {
        return protocol.name() + ' ' + text(bound) + ' ' + text(peer) + ' ' + serial;
    }

    /** Empty if it is none. */
    public static Optional<FlowName> parse(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        Optional<Protocol> protocol = Protocol.of(parts[0]);
        Optional<InetSocketAddress> bound = address(parts[1]);
        Optional<InetSocketAddress> peer = address(parts[2]);
        return protocol.isPresent() && bound.isPresent() && peer.isPresent()
                ? Optional.of(new FlowName(protocol.get(), bound.get(), peer.get(), Long.parseLong(parts[3])))
                : Optional.empty();
    }

    private static String text(InetSocketAddress address) {
        return LocalAddresses.literal(address.getAddress()) + ':' + address.getPort();
    }

    private static Optional<InetSocketAddress> address(String text) {
        HostPort hostPort = HostPort.parse(text);
        return Literals.address(hostPort.host()).map(host -> new InetSocketAddress(host, hostPort.portOr(0)));
    }
}
