// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.cluster.BackupSync;
import org.trapezoid.cluster.ClusterNode;
import org.trapezoid.cluster.ClusterOptions;
import org.trapezoid.cluster.HazelcastNodes;
import org.trapezoid.cluster.HazelcastSessionKeys;
import org.trapezoid.cluster.HazelcastSessionStore;
import org.trapezoid.cluster.ResponseRelay;
import org.trapezoid.cluster.SharedAddresses;
import org.trapezoid.cluster.SharedBindings;
import org.trapezoid.servlet.dispatch.ServletLayer;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.replication.AttributeClasses;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.uri.HostPort;

/** What a server does as a node of a cluster. Closed once. */
final class ClusterSide implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClusterSide.class);
    private static final Duration HAND_OVER = Duration.ofSeconds(20);

    private final ClusterLink link;
    private final SipStack stack;
    private final ClusterNode node;
    private final String host;
    private final SharedAddresses addresses;
    private final HazelcastNodes nodes;
    private final HazelcastSessionStore sessions;
    private final HazelcastSessionKeys keys;
    private final BackupSync backups;
    private final Replication replication;
    private Optional<SharedBindings> bindings = Optional.empty();

    private ClusterSide(Cluster config, ClusterLink link, SipStack stack, ClusterNode node) {
        this.link = link;
        this.stack = stack;
        this.node = node;
        this.host = config.host();
        this.addresses = new SharedAddresses(node, stack.transports());
        this.nodes = new HazelcastNodes(node, stack.transports(), stack.limits(), stack.workers());
        this.sessions = new HazelcastSessionStore(node, nodes);
        this.keys = new HazelcastSessionKeys(node);
        this.replication = new Replication(
                sessions,
                nodes,
                keys,
                link.tokens(),
                stack.timers(),
                config.replicationWait(),
                new AttributeClasses(config.attributeClasses()));
        this.backups = new BackupSync(node);
        link.joined(nodes);
        stack.transports().onFlowClosed(nodes.flows()::closed);
    }

    /** Joins. */
    static ClusterSide join(Cluster config, ClusterLink link, SipStack stack) throws IOException {
        ClusterNode node = ClusterNode.join(new ClusterOptions(
                config.name(),
                config.secret(),
                config.node(),
                config.host(),
                config.port(),
                config.members(),
                link.incarnation(),
                ServletLayer.SNAPSHOT_MAJOR,
                config.heartbeatTimeout(),
                config.hazelcast()));
        return new ClusterSide(config, link, stack, node);
    }

    /** Keeps the sessions of this node at the others. */
    Replication replication() {
        return replication;
    }

    /**
     * Shares the location service; the table has what the others know when this returns. What an application answers after it has changed a
     * binding waits until others have it.
     */
    void share(LocationTable locations) throws IOException {
        try {
            SharedBindings shared = new SharedBindings(locations, node);
            bindings = Optional.of(shared);
            locations.onChange(addressOfRecord -> replication.awaits(kept -> shared.whenStored(addressOfRecord, kept)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while joining the cluster");
        }
    }

    /** Who handles what is received, when some of it is for other nodes. */
    MessageHandler around(MessageHandler here) {
        return new ResponseRelay(here, stack.transports(), nodes, addresses, link.tokens());
    }

    /** The listeners are open. */
    void started() {
        stack.onListeners(addresses::publish);
        addresses.publish();
    }

    /** Web applications are served there, without TLS; in place of an address of all interfaces, that of the node. */
    void serves(InetSocketAddress http) {
        InetAddress address = http.getAddress();
        String name = address.isAnyLocalAddress() ? host : address.getHostAddress();
        addresses.publish(HostPort.parse((name.indexOf(':') < 0 ? name : '[' + name + ']') + ':' + http.getPort()));
    }

    /** Where an application session is served that another node has: {@code host:port}. */
    CompletionStage<Optional<String>> servedElsewhere(String sessionId, ServletLayer servlets) {
        return servlets.elsewhere(sessionId)
                .thenApply(owner -> owner.map(node -> addresses
                        .httpOf(node)
                        .orElseThrow(() -> new IllegalStateException("node " + nodes.name(node) + " serves no HTTP"))
                        .toString()));
    }

    /** What nodes know each other's HTTP requests by. */
    byte[] forwardingKey() {
        return link.tokens().key("http");
    }

    /** The names of the nodes that are joined. */
    List<String> members() {
        return node.members();
    }

    /** Whether another node has a copy of all that this one stores, as far as is known. */
    boolean isInSync() {
        return backups.isComplete() && !replication.isUnprotected();
    }

    /** Copies that this node has of what other nodes store. */
    long backups() {
        return sessions.backups();
    }

    /** Messages that were given to other nodes. */
    long relayed() {
        return nodes.relayed();
    }

    /** Addresses-of-record that this node has changed and no other one knows yet. */
    int pending() {
        return bindings.map(SharedBindings::pending).orElse(0);
    }

    /** Lets the others have the sessions: those whose callbacks end in time as they are then, the others as they were last kept. */
    void handOver(ServletLayer servlets) {
        node.sayGoodbye();
        CompletionStage<Integer> handedOver = servlets.handOver();
        try {
            int sessions = handedOver.toCompletableFuture().get(HAND_OVER.toMillis(), TimeUnit.MILLISECONDS);
            log.info("{} sessions were handed over", sessions);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("not every session was handed over within {} s", HAND_OVER.toSeconds());
        }
        int abandoned = servlets.abandon();
        if (abandoned > 0) {
            log.warn("{} sessions are left to the other nodes as they were last kept there", abandoned);
        }
    }

    @Override
    public void close() {
        replication.close();
        backups.close();
        sessions.close();
        keys.close();
        bindings.ifPresent(SharedBindings::close);
        addresses.close();
        nodes.close();
        node.close();
    }
}
