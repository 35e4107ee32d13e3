// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.trapezoid.sip.auth.DigestAlgorithm;

/**
 * What {@link KillIT} has the nodes do: phones call each of them, others have {@code AlarmServlet} start timers, and phones register.
 */
final class CallLoad implements AutoCloseable {
    private static final int CALLED = 5070;
    private static final int CALLING = 5080;
    private static final int REGISTERING = 5090;
    private static final int MOST_PHONES = 1000;
    private static final int ALARM_HOLD = 3;
    private static final String PASSWORD = "secret";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LATEST_ALARM = Duration.ofSeconds(20);

    private final ClusterNetwork network;
    private final ClusterNodes nodes;
    private final Path base;
    private final int rate;
    private final int hold;
    private final Ramp ramp;
    private final int time;
    private final CallLog calls = new CallLog();
    private final CallLog alarmed = new CallLog();
    private final Alarms alarms = new Alarms();
    private final Child callee;
    private final Child phones;
    private Optional<Child> callers = Optional.empty();
    private int checks;
    private int sought;
    private int unregistered;
    private int longestCheck;

    /**
     * Phones register from now on.
     *
     * @param rate calls a second
     * @param ramp in which the rate is reached
     * @param hold how many seconds a call lasts
     * @param time for how many seconds calls begin after that
     */
    CallLoad(ClusterNetwork network, ClusterNodes nodes, Path base, int rate, Ramp ramp, int hold, int time)
            throws IOException, InterruptedException {
        this.network = network;
        this.nodes = nodes;
        this.base = base;
        this.rate = rate;
        this.ramp = ramp;
        this.hold = hold;
        this.time = time;
        try (Sipp bob = Sipp.phone("phone-registers-with-a-password", new Endpoint(ClusterNetwork.PHONES, CALLED))
                .within(network.atPhones())
                .as("bob", PASSWORD)
                .with("from", "bob@" + ClusterNodes.DOMAIN)
                .with("domain", ClusterNodes.DOMAIN)
                .calls(new Endpoint(ClusterNetwork.address(0), ClusterNodes.PORT))) {
            bob.ends();
        }
        callee = program(AnsweringPhone.class, "-Xmx256m", List.of(ClusterNetwork.PHONES + ":" + CALLED));
        phones = phones();
    }

    /** Lines of {@code users.properties} for all who register. */
    static List<String> users() {
        List<String> names = new ArrayList<>();
        names.add("bob");
        IntStream.range(0, MOST_PHONES).mapToObj(RegisteringPhones::user).forEach(names::add);
        return names.stream()
                .map(name -> name + "@" + ClusterNodes.DOMAIN + "=MD5:"
                        + DigestAlgorithm.MD5.ha1(name, ClusterNodes.DOMAIN, PASSWORD))
                .toList();
    }

    private Child phones() throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of(ClusterNetwork.PHONES + ":" + REGISTERING, ClusterNodes.DOMAIN, PASSWORD));
        arguments.addAll(List.of(String.valueOf(Math.max(20, rate / 4)), String.valueOf(MOST_PHONES)));
        nodes.all().forEach(node -> arguments.add(ClusterNetwork.address(node)));
        return program(RegisteringPhones.class, "-Xmx64m", arguments);
    }

    private Child program(Class<?> main, String heap, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(network.atPhones());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath()));
        command.add(main.getName());
        command.addAll(arguments);
        return Child.driven(base, command);
    }

    /** Of the tests; Failsafe has it in a jar of its own otherwise. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Calls begin. */
    void begin() throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.add(ClusterNetwork.PHONES + ":" + CALLING);
        arguments.addAll(List.of(String.valueOf(ramp.seconds()), String.valueOf(time), base.toString()));
        for (int node : nodes.all()) {
            series(arguments, "calls" + node, node, "bob@" + ClusterNodes.DOMAIN, each(rate), hold);
            series(arguments, "alarms" + node, node, "alarm@" + ClusterNodes.ALARMS, each(alarmRate()), ALARM_HOLD);
        }
        callers = Optional.of(program(CallingPhones.class, "-Xmx512m", arguments));
    }

    private static void series(List<String> arguments, String name, int node, String to, int rate, int hold) {
        arguments.addAll(List.of(name, ClusterNetwork.address(node) + ":" + ClusterNodes.PORT, "sip:" + to));
        arguments.addAll(List.of(String.valueOf(rate), String.valueOf(hold)));
    }

    private Path log(String name, int node) {
        return base.resolve(name + node + ".log");
    }

    private int each(int all) {
        return Math.max(1, all / nodes.all().size());
    }

    private int alarmRate() {
        return Math.max(9, rate / 4);
    }

    // ---- what happens to the nodes

    /** A node could not save what it did in that time, and nobody can reach it. */
    void lost(int node, long from, long to) throws IOException {
        alarms.lost(node, from, to);
        holds();
    }

    /** No phone refreshes until {@link #checks}: that would mend what is lost. */
    void holds() throws IOException {
        phones.reads("hold");
    }

    /** Asks nodes for each binding whose REGISTER had a 200. */
    void checks(List<Integer> survivors) throws IOException {
        checks++;
        StringBuilder command = new StringBuilder("check ").append(checks);
        survivors.forEach(node -> command.append(' ').append(ClusterNetwork.address(node)));
        phones.reads(command.toString());
        Pattern said = Pattern.compile("check " + checks + ": (\\d+) looked for, (\\d+) lost in (\\d+) ms");
        Awaitility.await("phones have checked " + checks)
                .atMost(PATIENCE)
                .until(() -> !phones.isAlive() || said.matcher(phones.output()).find());
        Matcher matcher = said.matcher(phones.output());
        assertThat(matcher.find()).as(phones.output()).isTrue();
        sought += Integer.parseInt(matcher.group(1));
        unregistered += Integer.parseInt(matcher.group(2));
        longestCheck = Math.max(longestCheck, Integer.parseInt(matcher.group(3)));
        phones.reads("go");
    }

    /** Waits for the end of all calls, and of all timers. */
    void end() throws IOException, InterruptedException {
        Child calling = callers.orElseThrow();
        calling.close(PATIENCE.plusSeconds((long) ramp.seconds() + time + hold));
        for (int i : nodes.all()) {
            ended(calling, calls, log("calls", i), ramp.all(each(rate), time));
            ended(calling, alarmed, log("alarms", i), ramp.all(each(alarmRate()), time));
        }
        try {
            Awaitility.await()
                    .atMost(LATEST_ALARM)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        alarms.read(nodes.all().stream().map(nodes::base).toList());
                        return alarms.missing(alarmed.answered()).isEmpty();
                    });
        } catch (ConditionTimeoutException e) {
            // they are told to be lost
        }
    }

    private void ended(Child calling, CallLog log, Path file, int expected) throws IOException {
        int before = log.calls();
        log.read(file);
        assertThat(log.calls() - before).as(file + "\n" + calling.output()).isEqualTo(expected);
    }

    // ---- what came of it

    CallLog calls() {
        return calls;
    }

    String result() {
        return String.format(
                Locale.ROOT,
                "%d calls/s held %d s: %d calls; established lost %d, ringing lost %d, refused %d; "
                        + "registrations looked for %d, lost %d (all asked in %.2f s); "
                        + "timers %d, lost %d, doubled %d (and %d since their callback was not saved), latest %.2f s",
                rate,
                hold,
                calls.calls() + alarmed.calls(),
                calls.establishedLost() + alarmed.establishedLost(),
                calls.ringingLost(),
                calls.refused() + alarmed.refused(),
                sought,
                unregistered,
                longestCheck / 1000.0,
                alarmed.answered().size(),
                alarms.missing(alarmed.answered()).size(),
                alarms.doubled().size(),
                alarms.doubledUnsaved().size(),
                alarms.latest());
    }

    /** Nothing that was promised is lost. */
    void check(String what) {
        SoftAssertions all = new SoftAssertions();
        all.assertThat(calls.establishedLost() + alarmed.establishedLost())
                .as("established calls lost, " + what + "\n" + calls.lost() + alarmed.lost() + "\ncallee:\n"
                        + callee.output())
                .isZero();
        all.assertThat(calls.ringingLost())
                .as("ringing calls lost, " + what + "\n" + calls.lost())
                .isZero();
        all.assertThat(sought).as("registrations looked for").isPositive();
        all.assertThat(unregistered)
                .as("registrations lost, " + what + "\n" + phones.output())
                .isZero();
        all.assertThat(alarmed.answered()).as("timers").isNotEmpty();
        all.assertThat(alarms.doubled()).as("timers doubled, " + what).isEmpty();
        all.assertThat(alarms.missing(alarmed.answered()))
                .as("timers lost, " + what)
                .isEmpty();
        all.assertThat(callee.isAlive()).isTrue();
        all.assertAll();
    }

    @Override
    public void close() throws InterruptedException {
        if (callers.isPresent()) {
            callers.get().close();
        }
        callee.close();
        phones.close();
    }
}
