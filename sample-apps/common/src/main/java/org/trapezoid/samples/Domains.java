// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.ServletContext;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipURI;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The domains an application is responsible for (context parameter {@code domains}, default {@code localhost}). The addresses
 * of the server and {@code localhost} are names of the first one. Immutable.
 */
public final class Domains {
    private static final Logger log = LoggerFactory.getLogger(Domains.class);

    private final String first;
    private final Map<String, String> domainOfHost = new HashMap<>();
    private final Set<Integer> ports = new HashSet<>();

    /**
     * @param domains the names; none: {@code localhost}
     * @param interfaces the listening points of the server
     */
    public Domains(List<String> domains, Collection<SipURI> interfaces) {
        this.first = domains.isEmpty() ? "localhost" : canonical(domains.get(0));
        domainOfHost.put("localhost", first);
        for (SipURI each : interfaces) {
            ports.add(each.getPort() < 0 ? defaultPort(each) : each.getPort());
            addressesOf(each.getHost()).forEach(host -> domainOfHost.put(host, first));
        }
        for (String domain : domains) {
            domainOfHost.put(canonical(domain), canonical(domain));
        }
    }

    /** Those of a context. */
    public static Domains of(ServletContext context) {
        Set<SipURI> interfaces = new HashSet<>();
        if (context.getAttribute(SipServlet.OUTBOUND_INTERFACES) instanceof Collection<?> uris) {
            for (Object uri : uris) {
                if (uri instanceof SipURI sip) {
                    interfaces.add(sip);
                }
            }
        }
        return new Domains(new Settings(context).words("domains"), interfaces);
    }

    /** The first domain. */
    public String first() {
        return first;
    }

    /** The domain a URI is in; empty for a foreign one, or one with a port that is not the server's. */
    public Optional<String> of(SipURI uri) {
        return isOwnPort(uri) ? ofHost(uri.getHost()) : Optional.empty();
    }

    /** As {@link #of}, for the host {@code prefix + domain}. */
    public Optional<String> of(SipURI uri, String prefix) {
        String host = uri.getHost();
        return isOwnPort(uri) && host.regionMatches(true, 0, prefix, 0, prefix.length())
                ? ofHost(host.substring(prefix.length()))
                : Optional.empty();
    }

    /** Whether a request that is sent to this URI arrives at this server. */
    public boolean leadHere(SipURI uri) {
        int port = uri.getPort() < 0 ? defaultPort(uri) : uri.getPort();
        return ports.contains(port) && ofHost(uri.getHost()).isPresent();
    }

    private boolean isOwnPort(SipURI uri) {
        return uri.getPort() < 0 || ports.contains(uri.getPort());
    }

    /** The domain a host names, whatever the port; empty for a foreign one. */
    Optional<String> ofHost(String host) {
        return Optional.ofNullable(domainOfHost.get(canonical(host)));
    }

    private static int defaultPort(SipURI uri) {
        return uri.isSecure() || "tls".equalsIgnoreCase(uri.getTransportParam()) ? 5061 : 5060;
    }

    /** The host itself, or every address of this machine when the server listens on all. */
    private static Set<String> addressesOf(String host) {
        Set<String> addresses = new HashSet<>();
        addresses.add(canonical(host));
        if (host.equals("0.0.0.0") || host.equals("[::]") || host.equals("::")) {
            try {
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .forEach(address -> addresses.add(canonical(address.getHostAddress())));
            } catch (SocketException e) {
                log.warn("the addresses of this machine are not known; name them in the parameter domains", e);
            }
        }
        return addresses;
    }

    /** In lower case; an IPv6 address in one form, without brackets and zone. */
    private static String canonical(String host) {
        int colon = host.indexOf(':');
        if (colon < 0) {
            return host.toLowerCase(Locale.ROOT);
        }
        String address = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int zone = address.indexOf('%');
        try {
            // An address literal: no name is looked up.
            return InetAddress.getByName(zone < 0 ? address : address.substring(0, zone))
                    .getHostAddress();
        } catch (UnknownHostException e) {
            return host;
        }
    }
}
