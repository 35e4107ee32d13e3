// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.FlowFailedEvent;
import jakarta.servlet.sip.FlowListener;
import jakarta.servlet.sip.SipWebSocketContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.app.SipContext;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.uri.SipUri;

/** The connections that one application has asked for, so that its listeners are told when one ends (JSR 359). Thread-safe. */
public final class WatchedFlows implements SipContext.Flows {

    private final SipApplication application;
    private final FlowTokens tokens;
    private final Strands strands;
    private final Map<org.trapezoid.sip.transport.Flow, ClientConnection> watched = new ConcurrentHashMap<>();

    WatchedFlows(SipApplication application, FlowTokens tokens, Strands strands) {
        this.application = application;
        this.tokens = tokens;
        this.strands = strands;
    }

    /** The flow as the application sees it. */
    ClientConnection of(org.trapezoid.sip.transport.Flow flow) {
        ClientConnection connection = ClientConnection.of(flow, tokens);
        if (flow.isReliable()
                && !application.listeners().flow().isEmpty()
                && watched.putIfAbsent(flow, connection) == null
                && !flow.isOpen()) {
            onClosed(flow); // meanwhile
        }
        return connection;
    }

    @Override
    public Optional<Flow> named(String token) {
        return find(token).map(this::of);
    }

    @Override
    public Optional<SipWebSocketContext> socket(String token) {
        return find(token).flatMap(flow -> SocketView.of(flow, this));
    }

    private Optional<org.trapezoid.sip.transport.Flow> find(String token) {
        SipUri name = SipUri.of(token, "flow.invalid");
        return FlowTokens.isToken(name) ? tokens.named(name).flatMap(FlowTokens.Named::flow) : Optional.empty();
    }

    /** @throws IllegalArgumentException for one that is not of this server, or has ended */
    static ClientConnection require(Flow flow) {
        if (!(flow instanceof ClientConnection connection) || !connection.isActive()) {
            throw new IllegalArgumentException("flow " + flow + " is not one of this server that is active");
        }
        return connection;
    }

    /** A connection ended. */
    public void onClosed(org.trapezoid.sip.transport.Flow flow) {
        ClientConnection ended = watched.remove(flow);
        if (ended != null) {
            List<FlowListener> listeners = application.listeners().flow();
            FlowFailedEvent event = new FlowFailedEvent(ended);
            Strand strand = strands.create();
            strand.mode(application.mode());
            Strand.post(() -> strand.run(() ->
                    strand.callback(() -> application.notify(listeners, "-", listener -> listener.flowFailed(event)))));
        }
    }
}
