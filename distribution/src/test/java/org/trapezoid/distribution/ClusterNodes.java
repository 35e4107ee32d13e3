// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.trapezoid.distribution.apps.alarm.AlarmServlet;

/** Nodes of one cluster, each in a network namespace of its own, with the applications that {@link KillIT} needs. */
final class ClusterNodes implements AutoCloseable {
    static final int PORT = 5060;

    /** The domain of the phones. */
    static final String DOMAIN = "kill.test";

    /** The domain that {@link AlarmServlet} answers for. */
    static final String ALARMS = "alarms.test";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Where another version is unpacked, which the nodes are until they start again. */
    private static final Optional<Path> EARLIER =
            Optional.ofNullable(System.getProperty("kill.earlier")).map(Path::of);

    private final ClusterNetwork network;
    private final Path base;
    private final int count;
    private final List<Launcher> launchers = new ArrayList<>();
    private final List<RunningServer> servers = new ArrayList<>();
    private final Map<Integer, Integer> kept = new HashMap<>();

    private ClusterNodes(ClusterNetwork network, Path base, int count) {
        this.network = network;
        this.base = base;
        this.count = count;
    }

    /**
     * Starts them.
     *
     * @param users lines of {@code users.properties}
     */
    static ClusterNodes start(ClusterNetwork network, Path base, int count, List<String> users) throws IOException {
        ClusterNodes nodes = new ClusterNodes(network, base, count);
        try {
            for (int i = 0; i < count; i++) {
                nodes.launchers.add(nodes.launcher(i, users));
                nodes.servers.add(nodes.launchers.get(i).start());
            }
            nodes.awaitMembers(count);
            return nodes;
        } catch (IOException | RuntimeException | AssertionError e) {
            nodes.close();
            throw e;
        }
    }

    private Launcher launcher(int index, List<String> users) throws IOException {
        Path place = Files.createDirectories(base(index));
        List<String> members = new ArrayList<>();
        StringBuilder others = new StringBuilder();
        for (int i = 0; i < count; i++) {
            members.add(ClusterNetwork.inside(i) + ":5701");
            if (i != index) {
                others.append("<listener transport=\"udp\" host=\"%s\" port=\"%d\" takeover=\"true\"/>%n    "
                        .formatted(ClusterNetwork.address(i), PORT));
            }
        }
        Launcher launcher = Launcher.in(place)
                .installedAt(EARLIER.orElseGet(Launcher::home))
                .within(network.atNode(index))
                .with("TRAPEZOID_HOST", ClusterNetwork.address(index))
                .with("TRAPEZOID_SIP_PORT", String.valueOf(PORT))
                .with("TRAPEZOID_HTTP_PORT", "8080")
                .with("TRAPEZOID_NODE", "node" + index)
                .with("TRAPEZOID_CLUSTER_NAME", "kills")
                .with("TRAPEZOID_CLUSTER_SECRET", "no secret to speak of")
                .with("TRAPEZOID_CLUSTER_HOST", ClusterNetwork.inside(index))
                .with("TRAPEZOID_CLUSTER_MEMBERS", String.join(" ", members))
                .with(
                        "JAVA_OPTS",
                        "-Xms1g -Xmx1g -Xmn160m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"); // all share one machine
        Path configuration = place.resolve("conf/trapezoid.xml");
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replace("<sip>", "<sip stop-timeout=\"100ms\">") // so that a stop finds calls to hand over
                        .replace("<http host=\"${env:TRAPEZOID_HOST:-127.0.0.1}\"", "<http host=\"127.0.0.1\"")
                        .replace( // a node starts without its address, which comes back when it is ready
                                "transport=\"udp\" host=\"${env:TRAPEZOID_HOST:-127.0.0.1}\"",
                                "transport=\"udp\" takeover=\"true\" host=\"${env:TRAPEZOID_HOST:-127.0.0.1}\"")
                        .replace(
                                "transport=\"tcp\" host=\"${env:TRAPEZOID_HOST:-127.0.0.1}\"",
                                "transport=\"tcp\" host=\"" + ClusterNetwork.inside(index) + "\"")
                        .replaceFirst("<listener transport=\"udp\"", others + "<listener transport=\"udp\""));
        Path apps = Files.createDirectories(place.resolve("conf/apps"));
        for (String name : List.of("registrar", "proxy")) {
            Path sar =
                    Path.of(System.getProperty("trapezoid.samples", "../sample-apps"), name, "target", name + ".sar");
            Files.copy(sar, place.resolve("deploy").resolve(name + ".sar"));
            Files.writeString(apps.resolve(name + ".properties"), "domains=" + DOMAIN + "\n");
        }
        Sar.write(place.resolve("deploy"), "alarm", AlarmServlet.class);
        Path router = place.resolve("conf/dar.properties");
        Files.writeString(router, Files.readString(router) + """
                INVITE: ("alarm", "DAR:To", "TERMINATING", "", "NO_ROUTE", "0", "HOST=%s"), \\
                    ("proxy", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "1")
                """.formatted(ALARMS));
        Files.write(place.resolve("conf/users.properties"), users);
        return launcher;
    }

    List<Integer> all() {
        return IntStream.range(0, count).boxed().toList();
    }

    /** The base directory of a node. */
    Path base(int node) {
        return base.resolve("node" + node);
    }

    RunningServer server(int node) {
        return servers.get(node);
    }

    /** Starts one that has ended, and waits until all are members. */
    void startAgain(int node) throws IOException {
        keepLog(node);
        servers.set(node, launchers.get(node).installedAt(Launcher.home()).start());
        awaitMembers(count);
    }

    void awaitMembers(int members) {
        for (int i = 0; i < count; i++) {
            awaitMembers(i, members);
        }
    }

    void awaitMembers(int node, int members) {
        Awaitility.await("node " + node + " has " + members + " members")
                .atMost(PATIENCE)
                .until(() -> metric(node, "cluster_members") == members);
    }

    /** Waits until each node says that others have all that it stores. */
    void awaitBackups() {
        for (int i = 0; i < count; i++) {
            int node = i;
            Awaitility.await("node " + node + " has all of its backups")
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> metric(node, "cluster_in_sync") == 1);
        }
    }

    /** The sum over those that live. */
    double total(String metric) throws IOException {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += servers.get(i).isAlive() ? metric(i, metric) : 0;
        }
        return total;
    }

    private double metric(int node, String name) throws IOException {
        return network.page(node, "/metrics", 10)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("node " + node + " has no metric " + name));
    }

    /** For whoever wants to know what happened. */
    private void keepLog(int node) throws IOException {
        Path logs = Files.createDirectories(Path.of("target", "kill-logs"));
        int number = kept.merge(node, 1, Integer::sum);
        Files.write(
                logs.resolve("node" + node + "-" + number + ".log"),
                servers.get(node).output());
    }

    @Override
    public void close() throws IOException {
        servers.forEach(RunningServer::close);
        for (int i = 0; i < servers.size(); i++) {
            keepLog(i);
        }
    }
}
