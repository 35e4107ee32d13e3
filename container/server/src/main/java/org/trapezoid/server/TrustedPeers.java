// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.transport.Literals;
import org.trapezoid.sip.transport.TrustDomain;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * Whom a server believes what they say about others (RFC 3325): from all other peers the header fields are removed by which a
 * network asserts something.
 *
 * @param peers addresses and networks such as {@code 10.0.0.0/8}; none: nobody is trusted
 * @param remove further header fields that are removed from what other peers send
 */
public record TrustedPeers(List<String> peers, List<String> remove) {

    public TrustedPeers {
        peers = List.copyOf(peers);
        remove = List.copyOf(remove);
        peers.forEach(TrustedPeers::network);
        remove.forEach(TrustedPeers::headerName);
    }

    TrustDomain domain() {
        List<Predicate<byte[]>> networks = new ArrayList<>();
        peers.forEach(peer -> networks.add(network(peer)));
        return new TrustDomain(
                peer -> isIn(networks, peer),
                remove.stream().map(TrustedPeers::headerName).toList());
    }

    private static boolean isIn(List<Predicate<byte[]>> networks, InetAddress peer) {
        byte[] address = peer.getAddress();
        for (Predicate<byte[]> network : networks) {
            if (network.test(address)) {
                return true;
            }
        }
        return false;
    }

    private static HeaderName headerName(String name) {
        try {
            return HeaderName.of(name);
        } catch (SyntaxException e) {
            throw new IllegalArgumentException(
                    "remove of trust is \"" + name + "\"; expected names of header fields", e);
        }
    }

    private static Predicate<byte[]> network(String text) {
        int slash = text.indexOf('/');
        byte[] network = Literals.address(slash < 0 ? text : text.substring(0, slash))
                .orElseThrow(() -> wrong(text))
                .getAddress();
        int bits = network.length * Byte.SIZE;
        int prefix = slash < 0 ? bits : prefix(text, slash + 1, bits);
        return address -> address.length == network.length && samePrefix(address, network, prefix);
    }

    private static int prefix(String text, int from, int most) {
        try {
            int prefix = Integer.parseInt(text, from, text.length(), 10);
            if (prefix >= 0 && prefix <= most) {
                return prefix;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(text);
    }

    private static boolean samePrefix(byte[] address, byte[] network, int prefix) {
        for (int bit = 0; bit < prefix; bit += Byte.SIZE) {
            int mask = prefix - bit >= Byte.SIZE ? 0xff : 0xff << (Byte.SIZE - (prefix - bit));
            if (((address[bit / Byte.SIZE] ^ network[bit / Byte.SIZE]) & mask & 0xff) != 0) {
                return false;
            }
        }
        return true;
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "peers of trust are \"" + text + "\"; expected addresses or networks such as 10.0.0.0/8");
    }
}
