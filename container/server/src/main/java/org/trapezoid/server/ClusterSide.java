// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import org.trapezoid.cluster.ClusterNode;
import org.trapezoid.cluster.ClusterOptions;
import org.trapezoid.cluster.SharedBindings;
import org.trapezoid.servlet.location.LocationTable;

/** What a server does as a node of a cluster. Closed once. */
final class ClusterSide implements AutoCloseable {
    private final ClusterNode node;
    private final SharedBindings bindings;

    private ClusterSide(ClusterNode node, SharedBindings bindings) {
        this.node = node;
        this.bindings = bindings;
    }

    /** Joins, and has what the others know when this returns. */
    static ClusterSide join(Cluster config, String incarnation, LocationTable locations) throws IOException {
        ClusterNode node = ClusterNode.join(new ClusterOptions(
                config.name(),
                config.secret(),
                config.node(),
                config.host(),
                config.port(),
                config.members(),
                incarnation));
        try {
            return new ClusterSide(node, new SharedBindings(locations, node));
        } catch (InterruptedException e) {
            node.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while joining the cluster");
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
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
        bindings.close();
        node.close();
    }
}
