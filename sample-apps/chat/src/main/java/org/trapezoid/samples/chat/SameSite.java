// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.chat;

import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Map;
import org.trapezoid.samples.Origin;

/** Marks connections that a page of another site opens: a browser lets it, and sends what its user may do here along (RFC 6455 §10.2). */
public final class SameSite extends ServerEndpointConfig.Configurator {
    private static final String FOREIGN = "foreign";

    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        config.getUserProperties().put(FOREIGN, Origin.isForeign(first(request, "Origin"), first(request, "Host")));
    }

    /** Whether the connection with these properties is such a one. */
    static boolean isForeign(Map<String, Object> properties) {
        return !Boolean.FALSE.equals(properties.get(FOREIGN));
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
