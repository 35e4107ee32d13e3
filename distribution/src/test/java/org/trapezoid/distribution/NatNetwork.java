// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces of Linux: a server on a network of its own, and phones behind NATs that give them other ports. Both phones
 * have the same private address. Needs root; without it, or without the programs, the test is skipped.
 */
final class NatNetwork implements AutoCloseable {

    static final String SERVER = "198.51.100.1";
    static final String PHONE = "10.0.0.2";
    static final int PORT = 5060;

    private final String prefix = "tz" + ProcessHandle.current().pid() % 10_000;
    private final List<String> namespaces = new ArrayList<>();

    private NatNetwork() {}

    /** With two phones, {@code a} and {@code b}, whose NATs forget a flow after so many seconds. */
    static NatNetwork create(int forgetAfter) throws IOException, InterruptedException {
        Tool.IP.command();
        Tool.NFT.command();
        NatNetwork network = new NatNetwork();
        assumeTrue(network.mayCreate(), "network namespaces need root and its privileges");
        try {
            network.setUp(forgetAfter);
            return network;
        } catch (IOException | AssertionError e) {
            network.close();
            throw e;
        }
    }

    /** What a command in the namespace of the server begins with. */
    List<String> atServer() {
        return within("srv");
    }

    /** What a command in the namespace of the phone begins with. */
    List<String> atPhone(String name) {
        return within("ph" + name);
    }

    private List<String> within(String name) {
        return List.of("ip", "netns", "exec", prefix + name);
    }

    private boolean mayCreate() throws IOException, InterruptedException {
        boolean created = execute(List.of("ip", "netns", "add", prefix + "srv")) == 0;
        if (created) {
            namespaces.add(prefix + "srv");
        }
        return created;
    }

    private void setUp(int forgetAfter) throws IOException, InterruptedException {
        in("srv", "ip link set lo up");
        in("srv", "ip link add br0 type bridge");
        in("srv", "ip addr add " + SERVER + "/24 dev br0");
        in("srv", "ip link set br0 up");
        nat("a", "198.51.100.11", forgetAfter);
        nat("b", "198.51.100.12", forgetAfter);
    }

    private void nat(String name, String outside, int forgetAfter) throws IOException, InterruptedException {
        String nat = "nat" + name;
        String phone = "ph" + name;
        add(nat);
        add(phone);
        in("srv", "ip link add out" + name + " type veth peer name out netns " + prefix + nat);
        in("srv", "ip link set out" + name + " master br0 up");
        in(nat, "ip addr add " + outside + "/24 dev out");
        in(nat, "ip link set out up");
        in(nat, "ip link add in type veth peer name eth netns " + prefix + phone);
        in(nat, "ip addr add 10.0.0.1/24 dev in");
        in(nat, "ip link set in up");
        in(phone, "ip link set lo up");
        in(phone, "ip addr add " + PHONE + "/24 dev eth");
        in(phone, "ip link set eth up");
        in(phone, "ip route add default via 10.0.0.1");
        in(nat, "sysctl -q -w net.ipv4.ip_forward=1");
        in(nat, "nft add table ip nat");
        in(nat, "nft add chain ip nat post { type nat hook postrouting priority 100 ; }");
        in(nat, "nft add rule ip nat post oifname out meta l4proto udp masquerade to :40000-49999 fully-random");
        in(nat, "sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=" + forgetAfter);
        in(nat, "sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=" + forgetAfter);
    }

    private void add(String name) throws IOException, InterruptedException {
        run(List.of("ip", "netns", "add", prefix + name));
        namespaces.add(prefix + name);
    }

    private void in(String name, String command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(within(name));
        whole.addAll(List.of(command.split(" ")));
        run(whole);
    }

    static void run(List<String> command) throws IOException, InterruptedException {
        assertThat(execute(command)).as(String.join(" ", command)).isZero();
    }

    static int execute(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", ":/usr/sbin:/sbin", String::concat);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).as(output).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (String namespace : namespaces) {
            execute(List.of("ip", "netns", "del", namespace));
        }
    }
}
