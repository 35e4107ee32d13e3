// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces of Linux: one for each node, and one for the phones, on one Ethernet. The address by which phones reach a node can be
 * moved to another one. Needs root; without it, or without the programs, the test is skipped, and fails where {@code CI=true}.
 */
final class ClusterNetwork implements AutoCloseable {
    static final String PHONES = "198.51.100.1";

    private final String prefix = "tc" + ProcessHandle.current().pid() % 10_000;
    private final List<String> namespaces = new ArrayList<>();

    private ClusterNetwork() {}

    static ClusterNetwork create(int nodes) throws IOException, InterruptedException {
        Tool.IP.command();
        ClusterNetwork network = new ClusterNetwork();
        Tool.require(network.add("ph"), "network namespaces need root and its privileges");
        try {
            network.setUp(nodes);
            return network;
        } catch (IOException | AssertionError e) {
            network.close();
            throw e;
        }
    }

    private boolean add(String name) throws IOException, InterruptedException {
        boolean added = NatNetwork.execute(List.of("ip", "netns", "add", prefix + name)) == 0;
        if (added) {
            namespaces.add(prefix + name);
        }
        return added;
    }

    private void setUp(int nodes) throws IOException, InterruptedException {
        in("ph", "ip link set lo up");
        in("ph", "ip link add br0 type bridge");
        in("ph", "ip addr add " + PHONES + "/24 dev br0");
        in("ph", "ip link set br0 up");
        for (int i = 0; i < nodes; i++) {
            String node = "n" + i;
            if (!add(node)) {
                throw new IOException("no namespace for node " + i);
            }
            in("ph", "ip link add to" + i + " type veth peer name eth netns " + prefix + node);
            in("ph", "ip link set to" + i + " master br0 up");
            in(node, "ip link set lo up");
            in(node, "ip addr add " + inside(i) + "/24 dev eth");
            in(node, "ip link set eth up");
            in(node, "ip addr add " + address(i) + "/24 dev eth");
        }
    }

    /** Where phones reach a node, as long as it lives. */
    static String address(int node) {
        return "198.51.100." + (11 + node);
    }

    /** Where the other nodes reach it. */
    static String inside(int node) {
        return "10.0.77." + (11 + node);
    }

    /** Takes the address of a node from where it is to where another node is, as keepalived does. */
    void move(int address, int from, int to) throws IOException, InterruptedException {
        in("n" + from, "ip addr del " + address(address) + "/24 dev eth");
        in("n" + to, "ip addr add " + address(address) + "/24 dev eth");
        forget(address);
    }

    /** Nothing from or to the node gets through any more, or all of it again. */
    void connect(int node, boolean connected) throws IOException, InterruptedException {
        in("ph", "ip link set to" + node + (connected ? " up" : " down"));
    }

    private void forget(int address) throws IOException, InterruptedException {
        for (String name : namespaces) {
            NatNetwork.execute(List.of("ip", "-n", name, "neigh", "flush", "to", address(address)));
        }
    }

    List<String> atPhones() {
        return within("ph");
    }

    List<String> atNode(int node) {
        return within("n" + node);
    }

    /** A page of the HTTP port of a node; what has come of it when the seconds are over. */
    String page(int node, String path, int seconds) throws IOException {
        List<String> command = new ArrayList<>(atNode(node));
        command.addAll(List.of(
                "timeout",
                String.valueOf(seconds),
                "bash",
                "-c",
                "exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET " + path
                        + " HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3; cat <&3"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private List<String> within(String name) {
        return List.of("ip", "netns", "exec", prefix + name);
    }

    private void in(String name, String command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(within(name));
        whole.addAll(List.of(command.split(" ")));
        NatNetwork.run(whole);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (String namespace : namespaces) {
            NatNetwork.execute(List.of("ip", "netns", "del", namespace));
        }
    }
}
