// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.chat;

import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;

/** Marks connections that a page of another site opens: a browser lets it, and sends what its user may do here along (RFC 6455 §10.2). */
public final class SameSite extends ServerEndpointConfig.Configurator {
    private static final String FOREIGN = "foreign";

    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        config.getUserProperties().put(FOREIGN, isForeign(first(request, "Origin"), first(request, "Host")));
    }

    /** Whether the connection with these properties is such a one. */
    static boolean isForeign(Map<String, Object> properties) {
        return !Boolean.FALSE.equals(properties.get(FOREIGN));
    }

    /** @param origin empty: no browser, or none that would send it */
    static boolean isForeign(String origin, String host) {
        if (origin.isEmpty()) {
            return false;
        }
        try {
            String authority = new URI(origin).getAuthority();
            return authority == null || !authority.equalsIgnoreCase(host);
        } catch (URISyntaxException e) {
            return true;
        }
    }

    private static String first(HandshakeRequest request, String name) {
        for (Map.Entry<String, List<String>> each : request.getHeaders().entrySet()) {
            if (each.getKey().equalsIgnoreCase(name) && !each.getValue().isEmpty()) {
                return each.getValue().get(0);
            }
        }
        return "";
    }
}
