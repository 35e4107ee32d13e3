// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.auth.DigestAlgorithm;

/**
 * Three nodes under load, of which one is killed and another one gets its address. {@code -Dkill.rate}, {@code kill.hold}, {@code kill.time}
 * (seconds), {@code kill.kills} and {@code kill.seed} make it longer; see docs/testing.md.
 */
class KillIT {
    private static final int NODES = 3;
    private static final int PORT = 5060;
    private static final int FIRST_PHONE = 5070; // SIPp has its media from 6000 on
    private static final String DOMAIN = "kill.test";
    private static final double CRASH_SILENCE = 1;
    private static final double HANG_SILENCE = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int rate = Integer.getInteger("kill.rate", 20);
    private final int hold = Integer.getInteger("kill.hold", 5);
    private final int time = Integer.getInteger("kill.time", 20);
    private final int kills = Integer.getInteger("kill.kills", 1);
    private final long seed = Long.getLong("kill.seed", System.nanoTime());
    private final List<Launcher> launchers = new ArrayList<>();
    private final List<RunningServer> servers = new ArrayList<>();
    private final Map<Integer, Integer> kept = new HashMap<>();
    private final List<Child> programs = new ArrayList<>();

    @TempDir
    private Path base;

    private ClusterNetwork network;
    private Child callee;

    @BeforeEach
    void start() throws Exception {
        network = ClusterNetwork.create(NODES);
        for (int i = 0; i < NODES; i++) {
            launchers.add(node(i));
            servers.add(launchers.get(i).start());
        }
        awaitMembers(NODES);
        try (Sipp bob = Sipp.phone("phone-registers-with-a-password", new Endpoint(ClusterNetwork.PHONES, FIRST_PHONE))
                .within(network.atPhones())
                .as("bob", "secret")
                .with("from", "bob@" + DOMAIN)
                .with("domain", DOMAIN)
                .calls(new Endpoint(ClusterNetwork.address(0), PORT))) {
            bob.ends();
        }
        callee = sipp("callee-rings-for-a-while", FIRST_PHONE, List.of("-d", "1500"));
    }

    @AfterEach
    void stop() throws Exception {
        for (Child each : programs) {
            each.close();
        }
        servers.forEach(RunningServer::close);
        for (int i = 0; i < servers.size(); i++) {
            keepLog(i);
        }
        network.close();
    }

    /** For whoever wants to know what happened. */
    private void keepLog(int node) throws IOException {
        Path logs = Files.createDirectories(Path.of("target", "kill-logs"));
        int number = kept.getOrDefault(node, 0) + 1;
        kept.put(node, number);
        Files.write(
                logs.resolve("node" + node + "-" + number + ".log"),
                servers.get(node).output());
    }

    private Launcher node(int index) throws IOException {
        Path place = Files.createDirectories(base.resolve("node" + index));
        List<String> members = new ArrayList<>();
        StringBuilder others = new StringBuilder();
        for (int i = 0; i < NODES; i++) {
            members.add(ClusterNetwork.inside(i) + ":5701");
            if (i != index) {
                others.append("<listener transport=\"udp\" host=\"%s\" port=\"%d\" takeover=\"true\"/>%n    "
                        .formatted(ClusterNetwork.address(i), PORT));
            }
        }
        Launcher launcher = Launcher.in(place)
                .within(network.atNode(index))
                .with("TRAPEZOID_HOST", ClusterNetwork.address(index))
                .with("TRAPEZOID_SIP_PORT", String.valueOf(PORT))
                .with("TRAPEZOID_HTTP_PORT", "8080")
                .with("TRAPEZOID_NODE", "node" + index)
                .with("TRAPEZOID_CLUSTER_NAME", "kills")
                .with("TRAPEZOID_CLUSTER_SECRET", "no secret to speak of")
                .with("TRAPEZOID_CLUSTER_HOST", ClusterNetwork.inside(index))
                .with("TRAPEZOID_CLUSTER_MEMBERS", String.join(" ", members))
                .with("JAVA_OPTS", "-Xmx512m -XX:+UseSerialGC");
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
        Files.writeString(
                place.resolve("conf/users.properties"),
                "bob@" + DOMAIN + "=MD5:" + DigestAlgorithm.MD5.ha1("bob", DOMAIN, "secret") + "\n");
        return launcher;
    }

    private Child sipp(String story, int port, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(network.atPhones());
        command.addAll(List.of(Tool.SIPP.command(), "-sf", Sipp.scenario(story).toString(), "-nostdin"));
        command.addAll(List.of("-i", ClusterNetwork.PHONES, "-p", String.valueOf(port), "-bind_local"));
        command.addAll(List.of("-key", "from", "alice@elsewhere.test", "-key", "to", "bob@" + DOMAIN));
        command.addAll(more);
        Child child = Child.start(base, command);
        programs.add(child);
        return child;
    }

    private Child caller(int node) throws IOException {
        return sipp(
                "caller-talks-and-hangs-up",
                FIRST_PHONE + 1 + node,
                List.of(
                        ClusterNetwork.address(node) + ":" + PORT,
                        "-r",
                        String.valueOf(rateOfEach()),
                        "-m",
                        String.valueOf(callsOfEach()),
                        "-d",
                        String.valueOf(hold * 1000L),
                        "-trace_shortmsg",
                        "-shortmessage_file",
                        "calls" + node + ".log"));
    }

    private int rateOfEach() {
        return Math.max(1, rate / NODES);
    }

    private int callsOfEach() {
        return rateOfEach() * time;
    }

    @Test
    void losesNoCallWhenANodeIsKilled() throws Exception {
        CallLog calls = underLoad("SIGKILL", random -> {
            for (int i = 0; i < kills; i++) {
                TimeUnit.SECONDS.sleep(10); // the load goes on in real time, and the last change is over
                int victim = random.nextInt(NODES);
                int heir = heir(victim, random);
                servers.get(victim).kill();
                network.move(victim, victim, heir);
                awaitMembers(heir, NODES - 1);
                if (i + 1 < kills) {
                    TimeUnit.SECONDS.sleep(10);
                    startAgain(victim, heir);
                }
            }
        });
        assertThat(calls.refused()).as("calls that were not taken").isZero();
        assertThat(calls.longestSilence()).as("seconds of silence").isLessThan(CRASH_SILENCE);
    }

    /** New calls may be refused while a node stops, or until its address is at another one. */
    @Test
    void losesNoCallWhenANodeStops() throws Exception {
        underLoad("SIGTERM", random -> {
            TimeUnit.SECONDS.sleep(5);
            int victim = random.nextInt(NODES);
            int heir = heir(victim, random);
            assertThat(servers.get(victim).terminate()).isZero();
            network.move(victim, victim, heir);
            awaitMembers(heir, NODES - 1);
        });
    }

    @Test
    @EnabledIfSystemProperty(named = "kill.long", matches = "true")
    void losesNoCallWhenANodeHangs() throws Exception {
        CallLog calls = underLoad("SIGSTOP", random -> {
            TimeUnit.SECONDS.sleep(10);
            int victim = random.nextInt(NODES);
            int heir = heir(victim, random);
            servers.get(victim).signal("STOP");
            awaitTwoFailedChecks(victim);
            network.move(victim, victim, heir);
            awaitMembers(heir, NODES - 1);
            TimeUnit.SECONDS.sleep(5);
            servers.get(victim).signal("CONT");
        });
        assertThat(calls.longestSilence()).as("seconds of silence").isLessThan(HANG_SILENCE);
    }

    /** The node cannot be reached, does not know it, and meets the others again. */
    @Test
    @EnabledIfSystemProperty(named = "kill.long", matches = "true")
    void losesNoCallWhenANodeIsCutOff() throws Exception {
        underLoad("partition", random -> {
            TimeUnit.SECONDS.sleep(10);
            int victim = random.nextInt(NODES);
            int heir = heir(victim, random);
            network.connect(victim, false);
            awaitMembers(heir, NODES - 1);
            network.move(victim, victim, heir);
            TimeUnit.SECONDS.sleep(10);
            network.connect(victim, true);
            awaitMembers(NODES);
        });
    }

    /** One after another, each with its address at another one meanwhile. */
    @Test
    @EnabledIfSystemProperty(named = "kill.long", matches = "true")
    void losesNoCallWhenAllNodesAreRestarted() throws Exception {
        underLoad("rolling restart", random -> {
            for (int i = 0; i < NODES; i++) {
                TimeUnit.SECONDS.sleep(5);
                int heir = heir(i, random);
                assertThat(servers.get(i).terminate()).isZero();
                network.move(i, i, heir);
                awaitMembers(heir, NODES - 1);
                startAgain(i, heir);
            }
        });
    }

    /** As keepalived checks with an interval of a second. */
    private void awaitTwoFailedChecks(int node) throws Exception {
        for (int failed = 0; failed < 2; ) {
            TimeUnit.SECONDS.sleep(1);
            failed = network.page(node, "/health/live", 1).contains(" 200 ") ? 0 : failed + 1;
        }
    }

    private static int heir(int victim, Random random) {
        return (victim + 1 + random.nextInt(NODES - 1)) % NODES;
    }

    private void startAgain(int victim, int heir) throws Exception {
        keepLog(victim);
        servers.set(victim, launchers.get(victim).start());
        awaitMembers(NODES);
        network.move(victim, heir, victim);
    }

    /** What happens to the nodes while they are called. */
    private interface Events {
        void happen(Random random) throws Exception;
    }

    private CallLog underLoad(String what, Events events) throws Exception {
        List<Child> callers = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            callers.add(caller(i));
        }
        events.happen(new Random(seed));
        CallLog calls = new CallLog();
        for (int i = 0; i < NODES; i++) {
            callers.get(i).close(PATIENCE.plusSeconds(time + hold));
            int before = calls.calls();
            calls.read(base.resolve("calls" + i + ".log"));
            assertThat(calls.calls() - before)
                    .as("calls to node " + i + "\n" + callers.get(i).output())
                    .isEqualTo(callsOfEach());
        }
        double unprotected = 0;
        double takeovers = 0;
        for (int i = 0; i < NODES; i++) {
            if (servers.get(i).isAlive()) {
                unprotected += metric(i, "cluster_unprotected_total");
                takeovers += metric(i, "cluster_takeovers_total");
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%s, seed %d, %d calls/s held %d s: %d calls; established lost %d, ringing lost %d, refused %d;"
                        + " at those that live: %.0f taken over, %.0f messages unprotected; longest silence %.2f s%n",
                what,
                seed,
                rate,
                hold,
                calls.calls(),
                calls.establishedLost(),
                calls.ringingLost(),
                calls.refused(),
                takeovers,
                unprotected,
                calls.longestSilence());
        assertThat(takeovers).as("sessions that a node took over").isPositive(); // else nothing was at stake
        assertThat(calls.establishedLost())
                .as("established calls lost, seed " + seed + "\n" + calls.lost())
                .isZero();
        assertThat(calls.ringingLost())
                .as("ringing calls lost, seed " + seed + "\n" + calls.lost())
                .isZero();
        assertThat(callee.isAlive()).isTrue();
        return calls;
    }

    private void awaitMembers(int count) {
        for (int i = 0; i < NODES; i++) {
            awaitMembers(i, count);
        }
    }

    private void awaitMembers(int node, int count) {
        Awaitility.await("node " + node + " has " + count + " members")
                .atMost(PATIENCE)
                .until(() -> metric(node, "cluster_members") == count);
    }

    private double metric(int node, String name) throws IOException {
        return network.page(node, "/metrics", 10)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("node " + node + " has no metric " + name));
    }
}
