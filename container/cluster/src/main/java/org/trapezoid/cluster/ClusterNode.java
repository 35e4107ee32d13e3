// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.FileSystemXmlConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Threads;
import org.trapezoid.sip.message.Hmac;
import org.trapezoid.sip.uri.HostPort;

/** This node of the cluster: joins it, and leaves it when closed. Thread-safe. */
public final class ClusterNode implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClusterNode.class);

    private static final int PROBE_MILLIS = 500;
    private static final int SECRET_BYTES = 8;

    private final HazelcastInstance hazelcast;
    private final ClusterOptions options;
    private final AtomicBoolean saidGoodbye = new AtomicBoolean();
    private final Membership membership = new Membership(System::nanoTime);
    private final ScheduledExecutorService soon =
            new ScheduledThreadPoolExecutor(1, task -> Threads.platform("cluster-pace", task));

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
            node.requireSameSnapshots();
            node.reportStrangers();
            log.info("{} has joined: {}", options, node.members());
            return node;
        } catch (RuntimeException e) {
            throw new IOException(
                    options + " cannot join: " + e.getMessage()
                            + " (nodes of other Hazelcast releases, 5.7 and 5.8 say, cannot be in one cluster)",
                    e);
        }
    }

    /** Leaves again if the others write sessions in another way: no node could go on with those of the other kind. */
    private void requireSameSnapshots() throws IOException {
        List<String> different = membership.others(Integer.toString(options.snapshots()));
        if (!different.isEmpty()) {
            sayGoodbye();
            hazelcast.shutdown();
            throw new IOException(options + " cannot join: it keeps sessions in version " + options.snapshots()
                    + ", the others in another one: " + different
                    + "; expected the same. Stop all nodes and start them with the same release, or give this"
                    + " one another cluster name");
        }
    }

    /** Says of whom it looked for that they are there, and no members. */
    private void reportStrangers() {
        for (String member : options.members()) {
            HostPort address = HostPort.parse(member);
            boolean joined = hazelcast.getCluster().getMembers().stream()
                    .anyMatch(each -> each.getAddress().getPort() == address.portOr(options.port())
                            && isHost(each.getAddress().getHost(), address.host()));
            if (!joined && answers(address)) {
                log.warn(
                        "something at {} answers and is no member: is it of another cluster name, secret, or Hazelcast"
                                + " release than {}?",
                        member,
                        hazelcast.getCluster().getLocalMember().getVersion());
            }
        }
    }

    private static boolean isHost(String member, String configured) {
        try {
            return InetAddress.getByName(member).equals(InetAddress.getByName(configured));
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private boolean answers(HostPort address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.portOr(options.port())), PROBE_MILLIS);
            return true;
        } catch (IOException | IllegalArgumentException nobody) {
            return false;
        }
    }

    /** What a file says comes first, and what this server needs is put over it. */
    private static Config base(ClusterOptions options) throws IOException {
        if (options.base().isEmpty()) {
            return new Config();
        }
        Path file = options.base().get();
        try {
            return new FileSystemXmlConfig(file.toFile());
        } catch (RuntimeException e) {
            throw new IOException(file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static Config config(ClusterOptions options) throws IOException {
        Config config = base(options);
        config.setInstanceName(options.node());
        config.setClusterName(clusterName(options));
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        config.setProperty("hazelcast.local.localAddress", options.host());
        config.setProperty("hazelcast.shutdownhook.enabled", "false"); // the server closes it, in its order
        config.setProperty(
                "hazelcast.graceful.shutdown.max.wait",
                "30"); // s; else a stop waits ten minutes for a cluster that hangs
        // a dead process is found in half a second, a hung one by its heartbeats
        config.setProperty("hazelcast.connection.monitor.interval", "50");
        config.setProperty("hazelcast.connection.monitor.max.faults", "0");
        config.setProperty("hazelcast.invocation.retry.pause.millis", "50");
        config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        config.setProperty(
                "hazelcast.max.no.heartbeat.seconds",
                Long.toString(options.heartbeatTimeout().toSeconds()));
        // parts of a cluster that was split meet again after half a minute at most
        config.setProperty("hazelcast.merge.first.run.delay.seconds", "15");
        config.setProperty("hazelcast.merge.next.run.delay.seconds", "15");
        // else a write "succeeds" after five seconds without its backup
        config.setProperty("hazelcast.operation.fail.on.indeterminate.state", "true");
        config.setProperty("hazelcast.operation.backup.timeout.millis", "1000");
        config.getMemberAttributeConfig().setAttribute(Membership.NODE, options.node());
        config.getMemberAttributeConfig().setAttribute(Membership.INCARNATION, options.incarnation());
        config.getMemberAttributeConfig().setAttribute(Membership.SNAPSHOTS, Integer.toString(options.snapshots()));
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        MemberPort.configure(config, options);
        config.getSerializationConfig()
                .addDataSerializableFactory(ClusterSerialization.FACTORY, ClusterSerialization::create);
        config.getSerializationConfig().setJavaSerializationFilterConfig(ClusterSerialization.noJavaSerialization());
        config.addMapConfig(SharedBindings.map());
        config.addMapConfig(HazelcastSessionStore.map());
        config.addMapConfig(HazelcastSessionKeys.map());
        config.addMapConfig(SharedAddresses.map());
        config.addExecutorConfig(HazelcastNodes.executor());
        return config;
    }

    /** Nodes join only those with the same cluster name, so the secret is part of it, by its MAC. */
    private static String clusterName(ClusterOptions options) {
        if (options.secret().isEmpty()) {
            return options.name();
        }
        Hmac secret = new Hmac(options.secret().getBytes(StandardCharsets.UTF_8));
        byte[] proof = secret.of(options.name().getBytes(StandardCharsets.UTF_8));
        return options.name() + '-' + HexFormat.of().formatHex(proof, 0, SECRET_BYTES);
    }

    /** The names of the nodes that are joined at present, this one among them; oldest first. */
    public List<String> members() {
        return hazelcast.getCluster().getMembers().stream()
                .map(Membership::name)
                .toList();
    }

    /** The name of this node. */
    String name() {
        return options.node();
    }

    /** The incarnation of this node. */
    public String incarnation() {
        return options.incarnation();
    }

    Membership membership() {
        return membership;
    }

    /** Whether it has said that it leaves. */
    boolean isLeaving() {
        return saidGoodbye.get();
    }

    boolean isRunning() {
        return hazelcast.getLifecycleService().isRunning();
    }

    HazelcastInstance hazelcast() {
        return hazelcast;
    }

    /** Does something small soon; at once when closed. */
    void later(Duration delay, Runnable task) {
        try {
            Future<?> unused = soon.schedule(() -> attempt(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            attempt(task);
        }
    }

    private void attempt(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // nobody looks at what the executor keeps of it
            log.error("what {} put off has failed", options, e);
        }
    }

    /** Tells the others that this node hands its sessions over and leaves; waits a second at most. */
    public void sayGoodbye() {
        if (saidGoodbye.compareAndSet(false, true)) {
            membership.sayGoodbye(hazelcast, options.incarnation());
        }
    }

    /** Hands what this node holds to the others, and leaves. */
    @Override
    public void close() {
        sayGoodbye();
        try {
            hazelcast.shutdown();
        } finally {
            soon.shutdown(); // what was put off is still done
        }
        log.info("{} has left", options);
    }
}
