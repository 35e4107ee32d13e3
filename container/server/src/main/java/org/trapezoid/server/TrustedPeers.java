// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requireAddressRange;

import java.util.List;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.transport.TrustDomain;
import org.trapezoid.sip.uri.AddressRange;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * Whom a server believes what they say about others (RFC 3325): from all other peers the header fields are removed by which a
 * network asserts something.
 *
 * @param peers addresses and networks such as {@code 10.0.0.0/8}; none: nobody is trusted
 * @param remove further header fields that are removed from what other peers send
 * @param privacyService whether what goes to other peers does not tell who sends it, as its Privacy asks for (RFC 3323)
 */
public record TrustedPeers(List<String> peers, List<String> remove, boolean privacyService) {

    /** Those peers, without a privacy service. */
    public TrustedPeers(List<String> peers, List<String> remove) {
        this(peers, remove, false);
    }

    public TrustedPeers {
        peers = List.copyOf(peers);
        remove = List.copyOf(remove);
        peers.forEach(peer -> requireAddressRange(peer, "peers of trust"));
        remove.forEach(TrustedPeers::headerName);
    }

    TrustDomain domain() {
        List<AddressRange> networks = peers.stream().map(AddressRange::parse).toList();
        return new TrustDomain(
                peer -> networks.stream().anyMatch(network -> network.contains(peer)),
                remove.stream().map(TrustedPeers::headerName).toList(),
                privacyService);
    }

    private static HeaderName headerName(String name) {
        try {
            return HeaderName.of(name);
        } catch (SyntaxException e) {
            throw new IllegalArgumentException(
                    "remove of trust is \"" + name + "\"; expected names of header fields", e);
        }
    }
}
