// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/** The SIP domains that a certificate names, RFC 5922 §7.1, and whether one is among them, §7.2. Stateless. */
public final class CertificateNames {
    private static final int DNS_NAME = 2;
    private static final int URI = 6;
    private static final int IP_ADDRESS = 7;

    private CertificateNames() {}

    /**
     * Its SIP domains in lower case: those of its {@code sip:} URIs without a user; without such, its DNS names; its common
     * name only when it has no subjectAltName at all. Wildcards name nothing.
     */
    public static List<String> domains(X509Certificate certificate) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
        if (names == null) {
            return commonName(certificate).map(List::of).orElse(List.of());
        }
        List<String> uris = new ArrayList<>();
        List<String> hosts = new ArrayList<>();
        for (List<?> name : names) {
            if (isOf(URI, name)) {
                sipDomain(String.valueOf(name.get(1))).ifPresent(uris::add);
            } else if (isOf(DNS_NAME, name)) {
                host(String.valueOf(name.get(1))).ifPresent(hosts::add);
            }
        }
        return uris.isEmpty() ? hosts : uris;
    }

    /** Whether it names the domain: the whole of it, without regard to case. */
    public static boolean name(X509Certificate certificate, String domain) {
        String wanted = withoutLastDot(domain).toLowerCase(Locale.ROOT);
        return domains(certificate).contains(wanted);
    }

    /** Whether it names an address, for a peer that is known by nothing else: RFC 5922 leaves it open. */
    public static boolean name(X509Certificate certificate, InetAddress address) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (isOf(IP_ADDRESS, name)
                        && InetAddress.getByName(String.valueOf(name.get(1))).equals(address)) {
                    return true;
                }
            }
        } catch (CertificateParsingException | UnknownHostException unreadable) {
            return false;
        }
        return domains(certificate).contains(address.getHostAddress());
    }

    private static boolean isOf(int type, List<?> name) {
        return Integer.valueOf(type).equals(name.get(0));
    }

    /** Only a {@code sip} URI counts, and one with a user names the user, not the domain. */
    private static Optional<String> sipDomain(String text) {
        try {
            return Uri.parse(text) instanceof SipUri uri
                            && !uri.secure()
                            && uri.user().isEmpty()
                    ? host(uri.host())
                    : Optional.empty();
        } catch (SyntaxException notOne) {
            return Optional.empty();
        }
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            List<Rdn> names = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
            for (int i = names.size() - 1; i >= 0; i--) { // the last one is the most specific
                if (names.get(i).getType().equalsIgnoreCase("CN")) {
                    return host(String.valueOf(names.get(i).getValue()));
                }
            }
            return Optional.empty();
        } catch (InvalidNameException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<String> host(String text) {
        String host = withoutLastDot(text);
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean ordinary = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!ordinary && c != '-' && c != '_' && (c != '.' || i == 0)) {
                return Optional.empty();
            }
        }
        return host.isEmpty() ? Optional.empty() : Optional.of(host.toLowerCase(Locale.ROOT));
    }

    private static String withoutLastDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
