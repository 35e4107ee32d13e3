// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;

/** Real members of one cluster, in this process. */
final class Members {
    static {
        Awaitility.doNotCatchUncaughtExceptionsByDefault(); // of threads of members that are killed
    }

    private final List<String> addresses;
    private final List<ClusterNode> started = new ArrayList<>();

    /** Finds a port for each. */
    Members(int most) {
        addresses = freeAddresses(most);
    }

    /** With ports below those that connections get: one of another member could have it when its turn comes. */
    static List<String> freeAddresses(int count) {
        Set<String> free = new LinkedHashSet<>();
        while (free.size() < count) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            if (isFree(port)) {
                free.add("127.0.0.1:" + port);
            }
        }
        return List.copyOf(free);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** The next one. */
    ClusterNode start() throws IOException {
        return start(addresses);
    }

    /** The next one, which knows of no other. */
    ClusterNode startAlone() throws IOException {
        return start(List.of(addresses.get(started.size())));
    }

    private ClusterNode start(List<String> known) throws IOException {
        ClusterNode node = ClusterNode.join(options(started.size(), known));
        started.add(node);
        return node;
    }

    /** From now on all know of each other; they become one cluster within half a minute. */
    void meet() {
        for (ClusterNode each : started) {
            addresses.forEach(
                    each.hazelcast().getConfig().getNetworkConfig().getJoin().getTcpIpConfig()::addMember);
        }
    }

    ClusterOptions options(int index) {
        return options(index, addresses);
    }

    private ClusterOptions options(int index, List<String> known) {
        String address = addresses.get(index);
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        return new ClusterOptions(
                "test",
                "secret",
                "node" + index,
                "127.0.0.1",
                port,
                known,
                "start" + (10 + index),
                1,
                Duration.ofSeconds(5),
                Optional.empty());
    }

    /** As {@code kill -9} would. */
    static void kill(ClusterNode node) {
        node.hazelcast().getLifecycleService().terminate();
    }

    void killAll() {
        started.forEach(Members::kill);
    }
}
