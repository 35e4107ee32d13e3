// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import java.net.InetAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What the handshake told of the other end of a connection. Immutable.
 *
 * @param protocol {@code TLSv1.2} or {@code TLSv1.3}
 * @param cipherSuite by its name in the IANA registry
 * @param certificates the peer's own first, then those that vouch for it; empty when it was not asked or has none
 * @param domains the SIP domains that it proved to serve, RFC 5922 §7.1
 */
public record TlsPeer(String protocol, String cipherSuite, List<X509Certificate> certificates, List<String> domains) {

    public TlsPeer {
        certificates = List.copyOf(certificates);
        domains = List.copyOf(domains);
    }

    public static TlsPeer of(SSLSession session) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    certificates.add(x509);
                }
            }
        } catch (SSLPeerUnverifiedException anonymous) {
            certificates.clear();
        }
        List<String> domains = certificates.isEmpty() ? List.of() : CertificateNames.domains(certificates.get(0));
        return new TlsPeer(session.getProtocol(), session.getCipherSuite(), certificates, domains);
    }

    /** Whether its certificate names the domain; for an empty one, the address. */
    public boolean isServer(String domain, InetAddress address) {
        if (certificates.isEmpty()) {
            return false;
        }
        X509Certificate own = certificates.get(0);
        return domain.isEmpty() ? CertificateNames.name(own, address) : CertificateNames.name(own, domain);
    }
}
