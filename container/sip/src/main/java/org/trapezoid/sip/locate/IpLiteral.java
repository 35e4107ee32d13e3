// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Numeric addresses as written in URIs and hosts files, RFC 3261 §25.1 and RFC 5954. Stateless; never asks a resolver. */
final class IpLiteral {
    private static final int BYTES = 4;

    private IpLiteral() {}

    /** The address, when {@code host} is one; IPv6 with or without brackets. */
    static Optional<InetAddress> parse(String host) {
        return host.indexOf(':') >= 0 ? parse6(host) : parse4(host);
    }

    private static Optional<InetAddress> parse6(String host) {
        String inner = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            // A colon is in no host name: the JDK parses it or throws.
            return inner.indexOf(':') >= 0 ? Optional.of(InetAddress.getByName(inner)) : Optional.empty();
        } catch (UnknownHostException notAnAddress) {
            return Optional.empty();
        }
    }

    private static Optional<InetAddress> parse4(String host) {
        byte[] address = new byte[BYTES];
        int index = 0;
        int value = -1;
        for (int i = 0; i <= host.length(); i++) {
            char c = i < host.length() ? host.charAt(i) : '.';
            if (c == '.') {
                if (value < 0 || index == BYTES) {
                    return Optional.empty();
                }
                address[index++] = (byte) value;
                value = -1;
            } else if (c >= '0' && c <= '9') {
                value = Math.max(value, 0) * 10 + (c - '0');
                if (value > 255) {
                    return Optional.empty();
                }
            } else {
                return Optional.empty();
            }
        }
        return index == BYTES ? Optional.of(byAddress(address)) : Optional.empty();
    }

    private static InetAddress byAddress(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("four bytes are an address", impossible);
        }
    }
}
