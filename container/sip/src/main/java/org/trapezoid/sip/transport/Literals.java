// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** IP literals of SIP hosts, and which addresses nothing may be sent to. Never asks a name service. Stateless. */
public final class Literals {

    private Literals() {}

    /** The address an IPv4 literal or a (bracketed) IPv6 literal stands for; empty for a name. */
    public static Optional<InetAddress> address(String host) {
        try {
            if (host.indexOf(':') < 0) {
                byte[] octets = new byte[4];
                return parseIpv4(host, octets) ? Optional.of(InetAddress.getByAddress(octets)) : Optional.empty();
            }
            String bracketed = host.startsWith("[") ? host : "[" + host + "]";
            return Optional.of(
                    InetAddress.getByName(bracketed)); // brackets: a literal or an exception, never a look-up
        } catch (UnknownHostException notAnAddress) {
            return Optional.empty();
        }
    }

    private static boolean parseIpv4(String host, byte[] octets) {
        int octet = 0;
        int value = -1;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c >= '0' && c <= '9') {
                value = Math.max(value, 0) * 10 + (c - '0');
            } else if (c != '.' || value < 0 || octet == 3) {
                return false;
            } else {
                octets[octet++] = (byte) value;
                value = -1;
            }
            if (value > 255) {
                return false;
            }
        }
        if (octet != 3 || value < 0) {
            return false;
        }
        octets[3] = (byte) value;
        return true;
    }

    /** Whether a host cannot be reached from where its peer is seen: an invalid name, or an address inside another network. */
    static boolean isHidden(String host, InetAddress seen, boolean sameNetwork) {
        if (host.regionMatches(true, host.length() - ".invalid".length(), ".invalid", 0, ".invalid".length())) {
            return true;
        }
        Optional<InetAddress> literal = address(host);
        if (literal.isEmpty() || !isPrivate(literal.get())) {
            return false;
        }
        return literal.get().isLoopbackAddress()
                ? !seen.isLoopbackAddress()
                : seen.isLoopbackAddress() || !isPrivate(seen) || !sameNetwork;
    }

    static boolean areLoopback(String host, InetAddress seen) {
        return seen.isLoopbackAddress()
                && address(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    /** RFC 1918, RFC 6598, RFC 4193, link-local and loopback. */
    private static boolean isPrivate(InetAddress address) {
        byte[] octets = address.getAddress();
        boolean shared = octets.length == 4 && octets[0] == 100 && (octets[1] & 0xc0) == 64;
        boolean uniqueLocal = octets.length == 16 && (octets[0] & 0xfe) == 0xfc;
        return shared
                || uniqueLocal
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || address.isLoopbackAddress();
    }

    /**
     * A unicast address and a port of a peer: nothing is ever sent to broadcast, multicast or wildcard addresses, nor to
     * the services that answer anything with something (echo, daytime, quote, chargen).
     */
    static boolean isReachable(InetSocketAddress peer) {
        InetAddress address = peer.getAddress();
        return address != null
                && peer.getPort() > 0
                && !isReflector(peer.getPort())
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress()
                && !isLimitedBroadcast(address.getAddress());
    }

    private static boolean isReflector(int port) {
        return switch (port) {
            case 7, 13, 17, 19 -> true;
            default -> false;
        };
    }

    private static boolean isLimitedBroadcast(byte[] address) {
        return address.length == 4 && (address[0] & address[1] & address[2] & address[3] & 0xff) == 0xff;
    }
}
