// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import org.trapezoid.cluster.ClusterNode;
import org.trapezoid.cluster.ClusterOptions;
import org.trapezoid.cluster.HazelcastNodes;
import org.trapezoid.cluster.HazelcastSessionStore;
import org.trapezoid.cluster.ResponseRelay;
import org.trapezoid.cluster.SharedAddresses;
import org.trapezoid.cluster.SharedBindings;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.replication.Nodes;
import org.trapezoid.servlet.replication.SessionStore;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.MessageHandler;

/** What a server does as a node of a cluster. Closed once. */
final class ClusterSide implements AutoCloseable {
    private static final int SNAPSHOTS = 1;

    private final ClusterLink link;
    private final SipStack stack;
    private final ClusterNode node;
    private final SharedBindings bindings;
    private final SharedAddresses addresses;
    private final HazelcastNodes nodes;
    private final HazelcastSessionStore sessions;

    private ClusterSide(ClusterLink link, SipStack stack, ClusterNode node, SharedBindings bindings) {
        this.link = link;
        this.stack = stack;
        this.node = node;
        this.bindings = bindings;
        this.addresses = new SharedAddresses(node, stack.transports());
        this.nodes = new HazelcastNodes(node, stack.transports(), stack.limits(), stack.workers());
        this.sessions = new HazelcastSessionStore(node);
        link.joined(nodes);
    }

    /** Joins, and has what the others know when this returns. */
    static ClusterSide join(Cluster config, ClusterLink link, LocationTable locations, SipStack stack)
            throws IOException {
        ClusterNode node = ClusterNode.join(new ClusterOptions(
                config.name(),
                config.secret(),
                config.node(),
                config.host(),
                config.port(),
                config.members(),
                link.incarnation(),
                SNAPSHOTS,
                config.hazelcast()));
        try {
            return new ClusterSide(link, stack, node, new SharedBindings(locations, node));
        } catch (InterruptedException e) {
            node.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while joining the cluster");
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    /** Who handles what is received, when some of it is for other nodes. It also handles what they relay. */
    MessageHandler around(MessageHandler here) {
        nodes.onRelayed((flow, message) -> {
            if (message instanceof Request request) {
                here.onRequest(flow, request);
            } else if (message instanceof Response response) {
                here.onResponse(flow, response);
            }
        });
        return new ResponseRelay(here, stack.transports(), nodes, addresses, link.tokens());
    }

    /** The listeners are open. */
    void started() {
        addresses.publish();
    }

    /** The other nodes. */
    Nodes nodes() {
        return nodes;
    }

    /** Where sessions are kept. */
    SessionStore sessions() {
        return sessions;
    }

    /** The names of the nodes that are joined. */
    List<String> members() {
        return node.members();
    }

    /** Addresses-of-record that this node has changed and no other one knows yet. */
    int pending() {
        return bindings.pending();
    }

    @Override
    public void close() {
        sessions.close();
        bindings.close();
        addresses.close();
        nodes.close();
        node.close();
    }
}
