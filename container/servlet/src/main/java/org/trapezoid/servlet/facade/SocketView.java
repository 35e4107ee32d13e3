// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.SipWebSocketContext;
import java.security.Principal;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.security.WebSocketClient;
import org.trapezoid.servlet.security.WebSocketOpening;

/** A WebSocket connection of a client as applications see it (JSR 359 §13.2.1). Immutable; safe for use by any thread. */
record SocketView(Flow flow, WebSocketOpening opening) implements SipWebSocketContext {

    /** Empty for a flow of another kind. */
    static Optional<SipWebSocketContext> of(org.trapezoid.sip.transport.Flow flow, WatchedFlows flows) {
        return flow instanceof WebSocketClient client
                ? Optional.of(new SocketView(flows.of(flow), client.opening()))
                : Optional.empty();
    }

    @Override
    public String getURL() {
        return opening.url();
    }

    @Override
    public Flow getFlow() {
        return flow;
    }

    @Override
    public @Nullable Principal getWebSecurityPrincipal() {
        return opening.user().orElse(null);
    }

    @Override
    public @Nullable String getHttpHeader(String header) {
        return opening.header(Objects.requireNonNull(header, "header name")).orElse(null);
    }
}
