// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.util.Optional;
import org.trapezoid.servlet.replication.Nodes;
import org.trapezoid.servlet.replication.SessionTokens;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.TransportLayer;

/**
 * Gives a response whose top Via names another node to that node: the request left through this one, on a connection of its peer or through
 * the NAT before it. If the branch names a session, where that is counts instead. Thread-safe.
 */
public final class ResponseRelay implements MessageHandler {
    private final MessageHandler next;
    private final TransportLayer transports;
    private final Nodes nodes;
    private final SharedAddresses addresses;
    private final SessionTokens tokens;

    public ResponseRelay(
            MessageHandler next,
            TransportLayer transports,
            Nodes nodes,
            SharedAddresses addresses,
            SessionTokens tokens) {
        this.next = next;
        this.transports = transports;
        this.nodes = nodes;
        this.addresses = addresses;
        this.tokens = tokens;
    }

    @Override
    public void onRequest(Flow flow, Request request) {
        next.onRequest(flow, request);
    }

    @Override
    public void onResponse(Flow flow, Response response) {
        Via via = response.topVia();
        Optional<Protocol> protocol = Protocol.of(via.transport());
        boolean relayed = protocol.isPresent()
                && !transports.isOfThisNode(via.sentBy(), protocol.get())
                && via.branch().flatMap(tokens::ofBranch).isEmpty()
                && addresses
                        .nodeOf(via.sentBy(), protocol.get())
                        .filter(node -> nodes.relay(node, flow, response, () -> {}))
                        .isPresent();
        if (!relayed) {
            next.onResponse(flow, response);
        }
    }

    @Override
    public void onClosed(Flow flow) {
        next.onClosed(flow);
    }
}
