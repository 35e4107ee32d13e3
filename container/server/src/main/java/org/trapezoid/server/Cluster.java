// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requireHostPort;
import static org.trapezoid.server.ConfigChecks.requireRange;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.trapezoid.servlet.replication.AttributeClasses;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.sip.transport.Literals;

/**
 * The other nodes of a cluster, and how this one joins them.
 *
 * <pre>{@code
 * new Cluster("calls", secret, "node1", "10.0.0.1", Cluster.DEFAULT_PORT, List.of("10.0.0.1:5701", "10.0.0.2:5701"))
 * }</pre>
 *
 * @param name the name of the cluster; nodes with another one do not join
 * @param secret what every node of the cluster knows; nodes with another one do not join. May be empty on loopback addresses
 * @param node the name of this node, which no other node has
 * @param host the local address for the other nodes
 * @param port the local port for them, 1 to 65535
 * @param members {@code host:port} of the nodes to look for; at least one, this node may be among them
 * @param hazelcast a {@code hazelcast.xml} with further settings, over which those of this server are put
 * @param replicationWait how long a message waits until another node has the state that it tells; 0 to 10 s
 * @param heartbeatTimeout after how long without a sign of life a node is taken for dead, though its connections stand; 3 to 60 s, whole
 *     seconds. Longer than the longest pause of a node, as of its garbage collector
 * @param attributeClasses of which attributes of sessions may be besides those of their application and of a list of the JDK, in the form of
 *     {@code jdk.serialFilter}
 */
public record Cluster(
        String name,
        String secret,
        String node,
        String host,
        int port,
        List<String> members,
        Optional<Path> hazelcast,
        Duration replicationWait,
        Duration heartbeatTimeout,
        String attributeClasses) {
    /** The name of a cluster that is given none. */
    public static final String DEFAULT_NAME = "trapezoid";

    /** The port for the other nodes when none is named. */
    public static final int DEFAULT_PORT = 5701;

    /** After how long without a sign of life a node is taken for dead when nothing is said. */
    public static final Duration DEFAULT_HEARTBEAT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration LEAST_HEARTBEAT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration LONGEST_HEARTBEAT_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final int MAX_PORT = 65535;
    private static final int LEAST_SECRET = 16;

    /** One without further settings, whose messages wait half a second at most, and whose nodes may be silent for five. */
    public Cluster(String name, String secret, String node, String host, int port, List<String> members) {
        this(
                name,
                secret,
                node,
                host,
                port,
                members,
                Optional.empty(),
                Replication.DEFAULT_WAIT,
                DEFAULT_HEARTBEAT_TIMEOUT,
                "");
    }

    public Cluster {
        if (replicationWait.isNegative() || replicationWait.compareTo(LONGEST_WAIT) > 0) {
            throw new IllegalArgumentException(
                    "replication-wait of cluster is " + replicationWait + "; expected 0 to " + LONGEST_WAIT);
        }
        if (heartbeatTimeout.compareTo(LEAST_HEARTBEAT_TIMEOUT) < 0
                || heartbeatTimeout.compareTo(LONGEST_HEARTBEAT_TIMEOUT) > 0
                || heartbeatTimeout.toMillisPart() > 0) {
            throw new IllegalArgumentException("heartbeat-timeout of cluster is " + heartbeatTimeout
                    + "; expected whole seconds, " + LEAST_HEARTBEAT_TIMEOUT + " to " + LONGEST_HEARTBEAT_TIMEOUT);
        }
        try {
            AttributeClasses unused = new AttributeClasses(attributeClasses);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "attribute-classes of cluster is \"" + attributeClasses
                            + "\"; expected classes and limits as jdk.serialFilter has them: " + e.getMessage(),
                    e);
        }
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("members of cluster is empty; expected host:port of at least one node");
        }
        members.forEach(member -> requireHostPort(member, "members of cluster"));
        InetAddress address = Literals.address(host)
                .orElseThrow(() -> new IllegalArgumentException(
                        "host of cluster is \"" + host + "\"; expected an address of this host"));
        requireRange(port, 1, MAX_PORT, "port of cluster");
        if (name.isBlank() || node.isBlank()) {
            throw new IllegalArgumentException("cluster has no name or node; expected a word");
        }
        if (!address.isLoopbackAddress() && (secret.length() < LEAST_SECRET || name.equals(DEFAULT_NAME))) {
            throw new IllegalArgumentException(
                    "host of cluster is " + host + ", which others can reach; expected a name other than "
                            + DEFAULT_NAME + " and a secret of " + LEAST_SECRET + " characters or more");
        }
    }

    /** A key that every node has: temporary GRUUs of one are understood by all. */
    byte[] key() {
        return Secret.derived(name + '\n' + secret);
    }

    /** Another one that every node has, for one use alone. */
    byte[] key(String use) {
        return Secret.derived(use + '\n' + name + '\n' + secret);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "Cluster[" + name + ", node " + node + " at " + host + ':' + port + ", " + members + ']';
    }
}
