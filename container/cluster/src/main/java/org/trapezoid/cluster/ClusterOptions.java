// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a node joins a cluster. Immutable.
 *
 * @param name the name of the cluster; nodes with another one are refused
 * @param secret what every node of the cluster knows, or empty; nodes with another one are refused. It keeps strangers from joining by
 *     mistake or by guessing, not those who read the traffic: the network between the nodes must be protected
 * @param node the name of this node
 * @param host the local address that the other nodes reach it by
 * @param port the local port for them
 * @param members {@code host:port} of the nodes to look for, this one may be among them
 * @param incarnation tells this start of the node from every other one of any node
 * @param snapshots in which version this node writes sessions down; nodes with another one are refused
 * @param heartbeatTimeout after how long without a sign of life the others take a node for dead, whole seconds
 * @param base a file with settings of Hazelcast, over which those of this server are put
 */
public record ClusterOptions(
        String name,
        String secret,
        String node,
        String host,
        int port,
        List<String> members,
        String incarnation,
        int snapshots,
        Duration heartbeatTimeout,
        Optional<Path> base) {

    public ClusterOptions {
        members = List.copyOf(members);
    }

    @Override
    public String toString() {
        return "node " + node + " of cluster " + name + " at " + host + ':' + port;
    }
}
