// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.trapezoid.sip.transport.Literals;

/**
 * Which web pages may open a connection, RFC 6455 §10.2. Without a list: pages of the host that the browser connects to,
 * on any port, and on a connection from this computer pages of this computer. A client that is no browser sends no Origin
 * and is always allowed. Immutable.
 */
public final class OriginPolicy {
    /** Stands in a list for every origin. */
    public static final String ANY = "*";

    private final Set<String> allowed;

    /** @param allowed origins such as {@code https://www.example.com}, or {@link #ANY}; empty: no list */
    public OriginPolicy(List<String> allowed) {
        this.allowed =
                allowed.stream().map(each -> each.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    boolean allows(String origin, String host, InetAddress client) {
        if (allowed.contains(ANY) || allowed.contains(origin.toLowerCase(Locale.ROOT))) {
            return true;
        }
        if (!allowed.isEmpty()) {
            return false;
        }
        Optional<String> page = host(origin);
        return page.isPresent()
                && (page.get().equalsIgnoreCase(host) || (client.isLoopbackAddress() && isLoopback(page.get())));
    }

    /** Empty for {@code null}, the origin of pages without one. */
    private static Optional<String> host(String origin) {
        try {
            return Optional.ofNullable(new URI(origin).getHost());
        } catch (URISyntaxException notAnOrigin) {
            return Optional.empty();
        }
    }

    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || Literals.address(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }
}
