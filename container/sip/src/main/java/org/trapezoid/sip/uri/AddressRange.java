// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** An IPv4 or IPv6 network, or one address, as {@code 10.0.0.0/8} (RFC 4632 §3.1). Immutable. */
public final class AddressRange {
    private final byte[] network;
    private final int prefix;

    private AddressRange(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * Reads an address, or an address and the length of its prefix; never asks a name service.
     *
     * @throws SyntaxException if it is neither
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] network = address(slash < 0 ? text : text.substring(0, slash), text);
        int bits = network.length * Byte.SIZE;
        if (slash < 0) {
            return new AddressRange(network, bits);
        }
        byte[] digits = Grammar.bytes(text.substring(slash + 1));
        int prefix = (int) Grammar.number(digits, 0, digits.length, bits, "length of a prefix");
        for (int bit = prefix; bit < bits; bit++) {
            network[bit >> 3] &= (byte) ~(0x80 >> (bit & 7));
        }
        return new AddressRange(network, prefix);
    }

    private static byte[] address(String literal, String text) {
        byte[] b = Grammar.bytes(literal);
        byte[] whole = Grammar.bytes(text);
        if (!IpAddress.isIpv4(b, 0, b.length) && !IpAddress.isIpv6(b, 0, b.length)) {
            throw SyntaxException.expected("address range such as 10.0.0.0/8", whole, 0, whole.length);
        }
        try {
            return InetAddress.getByName(literal).getAddress(); // a literal: nobody is asked
        } catch (UnknownHostException e) {
            throw SyntaxException.expected("address range such as 10.0.0.0/8", whole, 0, whole.length);
        }
    }

    /** Whether an address is in it; one of another family never is. */
    public boolean contains(InetAddress address) {
        return contains(address.getAddress());
    }

    /** Whether an address, as {@link InetAddress#getAddress} gives it, is in it. */
    boolean contains(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        int whole = prefix >> 3;
        for (int i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int rest = prefix & 7;
        return rest == 0 || ((address[whole] ^ network[whole]) & 0xff) >> (8 - rest) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange that && prefix == that.prefix && Arrays.equals(network, that.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(network).getHostAddress() + '/' + prefix;
        } catch (UnknownHostException impossible) { // it has the length of an address
            throw new IllegalStateException(impossible);
        }
    }
}
