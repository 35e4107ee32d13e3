// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several nodes under load, of which one is killed and another one gets its address. {@code -Dkill.nodes}, {@code kill.rate}, {@code kill.ramp}, {@code kill.hold},
 * {@code kill.time} (seconds), {@code kill.kills} and {@code kill.seed} make it longer; see docs/testing.md.
 */
class KillIT {
    private static final double CRASH_SILENCE = 1;
    private static final double HANG_SILENCE = 6;
    private static final Duration CUT_OFF = Duration.ofSeconds(20);

    /** The node that was cut off still calls its timers until it knows. */
    private static final Duration FOUND_OUT = Duration.ofSeconds(1);

    private final int count = Integer.getInteger("kill.nodes", 3);
    private final int rate = Integer.getInteger("kill.rate", 20);
    private final Ramp ramp = new Ramp(Integer.getInteger("kill.ramp", 0));
    private final int hold = Integer.getInteger("kill.hold", 5);
    private final int time = Integer.getInteger("kill.time", 20);
    private final int kills = Integer.getInteger("kill.kills", 1);
    private final long seed = Long.getLong("kill.seed", System.nanoTime());

    @TempDir
    private Path base;

    private ClusterNetwork network;
    private ClusterNodes nodes;
    private CallLoad load;

    @BeforeEach
    void start() throws Exception {
        network = ClusterNetwork.create(count);
        nodes = ClusterNodes.start(network, base, count, CallLoad.users());
        load = new CallLoad(network, nodes, base, rate, ramp, hold, time);
    }

    @AfterEach
    void stop() throws Exception {
        if (load != null) {
            load.close();
        }
        if (nodes != null) {
            nodes.close();
        }
        network.close();
    }

    @Test
    void losesNothingWhenANodeIsKilled() throws Exception {
        underLoad("SIGKILL", random -> {
            for (int i = 0; i < kills; i++) {
                nodes.awaitBackups();
                TimeUnit.SECONDS.sleep(10); // the load goes on in real time, and the last change is over
                nodes.awaitBackups();
                int victim = random.nextInt(count);
                int heir = heir(victim, random);
                long now = System.currentTimeMillis();
                nodes.server(victim).kill();
                load.lost(victim, now, System.currentTimeMillis());
                passes(victim, heir);
                if (i + 1 < kills) {
                    TimeUnit.SECONDS.sleep(10);
                    startAgain(victim, heir);
                }
            }
        });
        if (kills == 1) { // a node that has just started again refuses what it is too slow for
            assertThat(load.calls().refused()).as("calls that were not taken").isZero();
        }
        assertThat(load.calls().longestSilence()).as("seconds of silence").isLessThan(CRASH_SILENCE);
    }

    /** New calls may be refused while a node stops, or until its address is at another one. */
    @Test
    void losesNothingWhenANodeStops() throws Exception {
        underLoad("SIGTERM", random -> {
            TimeUnit.SECONDS.sleep(5);
            int victim = random.nextInt(count);
            stops(victim, heir(victim, random));
        });
    }

    @Test
    @EnabledIfSystemProperty(named = "kill.long", matches = "true")
    void losesNothingWhenANodeHangs() throws Exception {
        underLoad("SIGSTOP", random -> {
            TimeUnit.SECONDS.sleep(10);
            int victim = random.nextInt(count);
            int heir = heir(victim, random);
            long now = System.currentTimeMillis();
            nodes.server(victim).signal("STOP");
            load.lost(victim, now, System.currentTimeMillis());
            awaitTwoFailedChecks(victim);
            passes(victim, heir);
            TimeUnit.SECONDS.sleep(5);
            nodes.server(victim).signal("CONT");
        });
        assertThat(load.calls().longestSilence()).as("seconds of silence").isLessThan(HANG_SILENCE);
    }

    /** The node cannot be reached, does not know it, and meets the others again. What its timers do meanwhile it cannot save. */
    @Test
    @EnabledIfSystemProperty(named = "kill.long", matches = "true")
    void losesNothingWhenANodeIsCutOff() throws Exception {
        underLoad("partition", random -> {
            TimeUnit.SECONDS.sleep(10);
            int victim = random.nextInt(count);
            int heir = heir(victim, random);
            long now = System.currentTimeMillis();
            network.connect(victim, false);
            load.lost(victim, now, now + CUT_OFF.plus(FOUND_OUT).toMillis());
            nodes.awaitMembers(heir, count - 1);
            network.move(victim, victim, heir);
            load.checks(others(victim));
            TimeUnit.MILLISECONDS.sleep(CUT_OFF.toMillis() + now - System.currentTimeMillis());
            network.connect(victim, true);
            nodes.awaitMembers(count);
        });
    }

    /** One after another, each with its address at another one meanwhile. */
    @Test
    @EnabledIfSystemProperty(named = "kill.long", matches = "true")
    void losesNothingWhenAllNodesAreRestarted() throws Exception {
        underLoad("rolling restart", random -> {
            for (int i = 0; i < count; i++) {
                TimeUnit.SECONDS.sleep(5);
                int heir = heir(i, random);
                stops(i, heir);
                startAgain(i, heir);
            }
        });
    }

    private void stops(int node, int heir) throws Exception {
        load.holds();
        assertThat(nodes.server(node).terminate()).isZero();
        passes(node, heir);
    }

    /** The address of a node that is gone goes to another one. */
    private void passes(int node, int heir) throws Exception {
        network.move(node, node, heir);
        nodes.awaitMembers(heir, count - 1);
        load.checks(others(node));
    }

    /** As keepalived checks with an interval of a second. */
    private void awaitTwoFailedChecks(int node) throws Exception {
        for (int failed = 0; failed < 2; ) {
            TimeUnit.SECONDS.sleep(1);
            failed = network.page(node, "/health/live", 1).contains(" 200 ") ? 0 : failed + 1;
        }
    }

    private List<Integer> others(int node) {
        return nodes.all().stream().filter(other -> other != node).toList();
    }

    private int heir(int victim, Random random) {
        return (victim + 1 + random.nextInt(count - 1)) % count;
    }

    private void startAgain(int victim, int heir) throws Exception {
        nodes.startAgain(victim);
        network.move(victim, heir, victim);
    }

    /** What happens to the nodes while they are called. */
    private interface Events {
        void happen(Random random) throws Exception;
    }

    private void underLoad(String what, Events events) throws Exception {
        load.begin();
        TimeUnit.SECONDS.sleep(ramp.seconds());
        events.happen(new Random(seed));
        load.end();
        double takeovers = nodes.total("cluster_takeovers_total");
        System.out.printf(
                Locale.ROOT,
                "%s, seed %d, %s; at those that live: %.0f taken over, %.0f messages unprotected; longest silence %.2f"
                        + " s%n",
                what,
                seed,
                load.result(),
                takeovers,
                nodes.total("cluster_unprotected_total"),
                load.calls().longestSilence());
        assertThat(takeovers).as("sessions that a node took over").isPositive(); // else nothing was at stake
        load.check("seed " + seed);
    }
}
