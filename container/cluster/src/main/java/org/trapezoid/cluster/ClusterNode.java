// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node of the cluster: joins it, and leaves it when closed. Thread-safe. */
public final class ClusterNode implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClusterNode.class);

    private static final String MAC = "HmacSHA256";
    private static final int SECRET_BYTES = 8;

    private final HazelcastInstance hazelcast;
    private final ClusterOptions options;
    private final Membership membership = new Membership(System::nanoTime);

    private ClusterNode(HazelcastInstance hazelcast, ClusterOptions options) {
        this.hazelcast = hazelcast;
        this.options = options;
        membership.listen(hazelcast);
    }

    /**
     * Joins the nodes that are there, or begins a cluster. Takes some seconds.
     *
     * @throws IOException if the port cannot be bound or the others refuse this node
     */
    public static ClusterNode join(ClusterOptions options) throws IOException {
        try {
            ClusterNode node = new ClusterNode(Hazelcast.newHazelcastInstance(config(options)), options);
            log.info("{} has joined: {}", options, node.members());
            return node;
        } catch (RuntimeException e) {
            throw new IOException(options + " cannot join: " + e.getMessage(), e);
        }
    }

    private static Config config(ClusterOptions options) {
        Config config = new Config(options.node());
        config.setClusterName(clusterName(options));
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        config.setProperty("hazelcast.local.localAddress", options.host());
        config.setProperty("hazelcast.shutdownhook.enabled", "false"); // the server closes it, in its order
        config.setProperty(
                "hazelcast.graceful.shutdown.max.wait",
                "30"); // s; else a stop waits ten minutes for a cluster that hangs
        // a dead process is found in half a second, a hung one in five
        config.setProperty("hazelcast.connection.monitor.interval", "50");
        config.setProperty("hazelcast.connection.monitor.max.faults", "0");
        config.setProperty("hazelcast.invocation.retry.pause.millis", "50");
        config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        config.setProperty("hazelcast.max.no.heartbeat.seconds", "5");
        // else a write "succeeds" after five seconds without its backup
        config.setProperty("hazelcast.operation.fail.on.indeterminate.state", "true");
        config.setProperty("hazelcast.operation.backup.timeout.millis", "1000");
        config.getMemberAttributeConfig().setAttribute(Membership.NODE, options.node());
        config.getMemberAttributeConfig().setAttribute(Membership.INCARNATION, options.incarnation());
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        network(config.getNetworkConfig(), options);
        config.getSerializationConfig()
                .addDataSerializableFactory(ClusterSerialization.FACTORY, ClusterSerialization::create);
        config.getSerializationConfig().setJavaSerializationFilterConfig(ClusterSerialization.noJavaSerialization());
        config.addMapConfig(new MapConfig(SharedBindings.MAP).setBackupCount(1));
        HazelcastSessionStore.maps().forEach(config::addMapConfig);
        config.addExecutorConfig(HazelcastNodes.executor());
        return config;
    }

    private static void network(NetworkConfig network, ClusterOptions options) {
        network.setPort(options.port()).setPortAutoIncrement(false).setReuseAddress(true);
        network.getMemcacheProtocolConfig().setEnabled(false);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(options.members());
    }

    /** Nodes join only those with the same cluster name, so the secret is part of it, by its MAC. */
    private static String clusterName(ClusterOptions options) {
        if (options.secret().isEmpty()) {
            return options.name();
        }
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(options.secret().getBytes(StandardCharsets.UTF_8), MAC));
            byte[] proof = mac.doFinal(options.name().getBytes(StandardCharsets.UTF_8));
            return options.name() + '-' + HexFormat.of().formatHex(proof, 0, SECRET_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks " + MAC + "; the cluster needs it", e);
        }
    }

    /** The names of the nodes that are joined at present, this one among them; oldest first. */
    public List<String> members() {
        return hazelcast.getCluster().getMembers().stream()
                .map(Membership::name)
                .toList();
    }

    /** The incarnation of this node. */
    public String incarnation() {
        return options.incarnation();
    }

    Membership membership() {
        return membership;
    }

    boolean isRunning() {
        return hazelcast.getLifecycleService().isRunning();
    }

    HazelcastInstance hazelcast() {
        return hazelcast;
    }

    /** Hands what this node holds to the others, and leaves. */
    @Override
    public void close() {
        membership.sayGoodbye(hazelcast, options.incarnation());
        hazelcast.shutdown();
        log.info("{} has left", options);
    }
}
