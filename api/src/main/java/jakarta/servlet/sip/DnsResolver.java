// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.IOException;
import java.util.List;

/**
 * Looks telephone numbers up in the DNS by ENUM (RFC 6116), and names (JSR 359). Injected, or the context attribute
 * {@link SipServlet#DNS_RESOLVER}. The calls wait for the DNS.
 *
 * <pre>{@code
 * SipURI target = resolver.resolveToSipURI(factory.createURI("tel:+442079460148"));
 * }</pre>
 */
public interface DnsResolver {
    /**
     * {@return the domain name of a number, such as {@code 8.4.1.0.6.4.9.7.0.2.4.4.e164.arpa}}
     *
     * @param uri a global {@code tel} URI, or a SIP URI with {@code user=phone}
     * @throws IllegalArgumentException if the URI has no global number
     */
    String toEnum(URI uri);

    /**
     * {@return {@code true} if the URI leads to this container}
     *
     * @param uri a URI
     */
    boolean resolvesInternally(SipURI uri);

    /**
     * {@return the best SIP URI for a number, or {@code null} if there is none}
     *
     * @param uri a global {@code tel} URI, or a SIP URI with {@code user=phone}
     * @throws IllegalArgumentException if the URI has no global number
     * @throws IOException if the DNS fails
     */
    SipURI resolveToSipURI(URI uri) throws IOException;

    /**
     * {@return the SIP URIs for a number, best first; empty if there are none}
     *
     * @param uri a global {@code tel} URI, or a SIP URI with {@code user=phone}
     * @throws IllegalArgumentException if the URI has no global number
     * @throws IOException if the DNS fails
     */
    List<SipURI> resolveToSipURIs(URI uri) throws IOException;

    /**
     * {@return the URIs of a service for a number, best first; empty if there are none}
     *
     * @param uri a global {@code tel} URI, or a SIP URI with {@code user=phone}
     * @param enumService the service, such as {@code E2U+sip}
     * @throws IllegalArgumentException if the URI has no global number
     * @throws IOException if the DNS fails
     */
    List<String> resolveToStrings(URI uri, String enumService) throws IOException;
}
