// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The addresses of this host, and how SIP writes an address (RFC 3261 §25.1 {@code host}). Stateless. */
final class LocalAddresses {

    private LocalAddresses() {}

    /** Every address of every interface that is up. */
    static List<InetAddress> all() {
        List<InetAddress> addresses = new ArrayList<>();
        try {
            for (NetworkInterface device : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (device.isUp()) {
                    addresses.addAll(Collections.list(device.getInetAddresses()));
                }
            }
        } catch (SocketException noInterfaces) {
            return List.of(InetAddress.getLoopbackAddress());
        }
        return addresses;
    }

    /** The address a listener on this wildcard address is best known by. */
    static InetAddress reachable(InetAddress wildcard) {
        InetAddress fallback = InetAddress.getLoopbackAddress();
        for (InetAddress address : all()) {
            boolean sameFamily = wildcard instanceof Inet6Address || !(address instanceof Inet6Address);
            if (sameFamily && !address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
                if (address.getClass() == wildcard.getClass()) {
                    return address;
                }
                fallback = address;
            }
        }
        return fallback;
    }

    /** The address as a URI or Via writes it: IPv6 in brackets, no zone. */
    static String literal(InetAddress address) {
        String text = address.getHostAddress();
        if (!(address instanceof Inet6Address)) {
            return text;
        }
        int zone = text.indexOf('%');
        return "[" + (zone < 0 ? text : text.substring(0, zone)) + "]";
    }
}
