// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Real members of one cluster, in this process. */
final class Members {
    private final List<String> addresses = new ArrayList<>();
    private final List<ClusterNode> started = new ArrayList<>();

    /** Reserves a port for each. */
    Members(int most) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            addresses.add("127.0.0.1:" + socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
    }

    /** The next one. */
    ClusterNode start() throws IOException {
        int index = started.size();
        ClusterNode node = ClusterNode.join(options(index));
        started.add(node);
        return node;
    }

    ClusterOptions options(int index) {
        String address = addresses.get(index);
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        return new ClusterOptions(
                "test",
                "secret",
                "node" + index,
                "127.0.0.1",
                port,
                addresses,
                "start" + (10 + index),
                1,
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
