// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.net.InetSocketAddress;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.transport.Protocol;

/** Who is reached at an address of a {@link VirtualNetwork} over one protocol. */
public interface Endpoint {

    /** The column of the ladder it stands in. */
    String name();

    Protocol protocol();

    InetSocketAddress address();

    /** A message came; over a connection {@code from} names the connection. */
    void receive(InetSocketAddress from, byte[] message);

    /** The connection to this peer is gone. */
    void closed(InetSocketAddress peer);

    /** A server's transport. */
    static Endpoint of(String name, FakeTransport transport) {
        return new Endpoint() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Protocol protocol() {
                return transport.listener().protocol();
            }

            @Override
            public InetSocketAddress address() {
                return transport.listener().bound();
            }

            @Override
            public void receive(InetSocketAddress from, byte[] message) {
                transport.receive(from, message);
            }

            @Override
            public void closed(InetSocketAddress peer) {
                transport.disconnect(peer);
            }
        };
    }
}
