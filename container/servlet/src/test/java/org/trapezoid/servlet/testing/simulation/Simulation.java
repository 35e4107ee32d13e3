// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs a scenario from seeds. A run that goes wrong throws an error that names the seed and shows the ladder.
 *
 * <pre>{@code
 * Simulation calls = new Simulation("proxy", Scenarios.PROXY);
 * calls.run(17);                // one seed
 * calls.run(1, 1000);           // a thousand of them
 * calls.replay(17, System.out); // what happened, with the log of the server
 * }</pre>
 */
public final class Simulation {

    /** What a number of runs did. */
    public record Tally(String scenario, int runs, long calls, long forged, long nanos) {

        @Override
        public String toString() {
            long perSecond = nanos == 0 ? 0 : calls * 1_000_000_000L / nanos;
            String forgeries = forged == 0 ? "" : forged + " forged messages, ";
            return "simulation " + scenario + ": " + runs + " runs, " + forgeries + calls + " calls and requests in "
                    + nanos / 1_000_000 + " ms, " + perSecond + " a second";
        }
    }

    private final String name;
    private final Scenario scenario;

    public Simulation(String name, Scenario scenario) {
        this.name = name;
        this.scenario = scenario;
    }

    /** Runs one seed. */
    public Tally run(long seed) {
        return run(seed, 1);
    }

    /** Runs so many seeds from the first on; stops at one that goes wrong. */
    public Tally run(long firstSeed, int count) {
        long start = System.nanoTime();
        long calls = 0;
        long forged = 0;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            World world = live(seed);
            calls += world.calls();
            forged += world.forged();
        }
        return new Tally(name, count, calls, forged, System.nanoTime() - start);
    }

    private World live(long seed) {
        World world = new World(seed, false);
        if (!findings(world).isEmpty()) {
            throw new AssertionError(report(seed, false)); // once more, and written down this time
        }
        return world;
    }

    /** Runs one seed and prints its ladder with the log of the servers. */
    public void replay(long seed, PrintStream out) {
        out.println(report(seed, true));
    }

    /** What went wrong with a seed, and its ladder. */
    public String report(long seed, boolean withLog) {
        World world = new World(seed, true);
        List<String> found = findings(world);
        return "simulation " + name + ", seed " + seed + ": " + found.size() + " findings\n  "
                + String.join("\n  ", found) + "\n\n" + world.ladder().text(withLog);
    }

    private List<String> findings(World world) {
        try (LogWatch log = new LogWatch(world)) {
            scenario.arrange(world);
            world.live();
        } catch (Exception | Error e) {
            world.findings().add("run", trace(e));
        }
        return world.findings().all();
    }

    private static String trace(Throwable thrown) {
        var bytes = new java.io.ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            thrown.printStackTrace(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
