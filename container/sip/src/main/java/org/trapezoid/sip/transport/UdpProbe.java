// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** What a UDP listener sends to itself to learn how long messages wait in its buffer. Nobody else knows the secret. Immutable. */
final class UdpProbe {
    private static final byte MARK = (byte) 0xFF; // begins neither SIP nor STUN
    private static final int LENGTH = 1 + 2 * Long.BYTES;
    private static final byte[] LOOPBACK_4 = {127, 0, 0, 1};
    private static final byte[] LOOPBACK_6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private final long secret;
    private final InetSocketAddress self;

    /** @param bound of the listener; of a wildcard the loopback address is taken */
    UdpProbe(long secret, InetSocketAddress bound) {
        this.secret = secret;
        this.self = bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(loopback(bound.getAddress()), bound.getPort())
                : bound;
    }

    /** Where it goes. */
    InetSocketAddress self() {
        return self;
    }

    /** @param sentAt nanoseconds, as the reader's clock counts */
    ByteBuffer encode(long sentAt) {
        return ByteBuffer.allocate(LENGTH)
                .put(MARK)
                .putLong(secret)
                .putLong(sentAt)
                .flip();
    }

    /** When it was sent; empty for any other datagram. */
    OptionalLong sentAt(byte[] bytes, int length) {
        if (length != LENGTH || bytes[0] != MARK) {
            return OptionalLong.empty();
        }
        ByteBuffer read = ByteBuffer.wrap(bytes, 1, length - 1);
        return read.getLong() == secret ? OptionalLong.of(read.getLong()) : OptionalLong.empty();
    }

    private static InetAddress loopback(InetAddress wildcard) {
        try {
            return InetAddress.getByAddress(wildcard instanceof Inet6Address ? LOOPBACK_6 : LOOPBACK_4);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes", e);
        }
    }
}
