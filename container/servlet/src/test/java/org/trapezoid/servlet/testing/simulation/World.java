// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.network.Agreement;
import org.trapezoid.sip.testing.network.Endpoint;
import org.trapezoid.sip.testing.network.Findings;
import org.trapezoid.sip.testing.network.Forger;
import org.trapezoid.sip.testing.network.Ladder;
import org.trapezoid.sip.testing.network.Phone;
import org.trapezoid.sip.testing.network.PhoneCall;
import org.trapezoid.sip.testing.network.VirtualNetwork;
import org.trapezoid.sip.testing.network.Weather;
import org.trapezoid.sip.transport.Protocol;

/**
 * Servers and phones on one network in virtual time. All that happens by chance comes from the seed. Confined to the thread of
 * the test.
 */
public final class World {
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final int PATIENCE = 30 * 60 / 10; // half an hour, in steps
    private static final Duration LAST_RETRANSMISSIONS = Duration.ofSeconds(40); // 64*T1, and some
    private static final Duration SESSION_EXPIRY = Duration.ofMinutes(4);
    private static final int PATIENCE_WITH_FORGERS = 5 * 60 / 10; // then the phones are switched off
    private static final Duration LAST_TIMERS =
            Duration.ofHours(2); // of phones that have been switched off, of Timer C, of bindings

    private final SplittableRandom random;
    private final SplittableRandom numbers; // of phones and servers, so that a plan is the same with one server more
    private final ManualClock clock = new ManualClock();
    private final Ladder ladder;
    private final Findings findings;
    private final VirtualNetwork network;
    private Witness witness;
    private final Strand script = clock.strands().create();
    private final Map<String, TestServer> servers = new LinkedHashMap<>();
    private final Map<String, LocationTable> locations = new LinkedHashMap<>();
    private final Map<TestServer, Leftovers> leftovers = new LinkedHashMap<>();
    private final List<Phone> phones = new ArrayList<>();
    private Optional<Nodes> nodes = Optional.empty();
    private boolean disturbed;
    private @Nullable Forger forger;

    World(long seed, boolean recording) {
        random = new SplittableRandom(seed);
        numbers = random.split();
        ladder = recording ? Ladder.recording(clock::elapsed) : Ladder.off();
        findings = new Findings(ladder);
        network = new VirtualNetwork(clock, random.split(), Weather.CLEAR, ladder);
        witness = new Witness(findings);
    }

    /** For the choices of a scenario. */
    public SplittableRandom random() {
        return random;
    }

    public ManualClock clock() {
        return clock;
    }

    public VirtualNetwork network() {
        return network;
    }

    public Findings findings() {
        return findings;
    }

    public Ladder ladder() {
        return ladder;
    }

    /** What every application of this world reports to. */
    public Witness witness() {
        return witness;
    }

    public List<Phone> phones() {
        return phones;
    }

    /** A server with UDP and TCP on port 5060. */
    public TestServer server(String name, String host) {
        return server(name, host, time -> Map.of());
    }

    /** The same with services for its applications. */
    public TestServer server(String name, String host, Function<ManualClock, Map<Class<?>, Object>> shared) {
        Map<Class<?>, Object> services = shared.apply(clock);
        for (Object service : services.values()) {
            if (service instanceof LocationTable table) {
                locations.put(name, table);
            }
        }
        TestServer server = new TestServer(clock, host, numbers.nextLong(), time -> services);
        attach(name, server.udp);
        attach(name, server.tcp);
        servers.put(name, server);
        return server;
    }

    /** The nodes of a cluster; what their applications see twice proves nothing, since one may die between a callback and its save. */
    Nodes nodes(String... hosts) {
        return nodes(TestServer.Edge.OPEN, hosts);
    }

    /** The same with what each of them knows. */
    Nodes nodes(TestServer.Edge edge, String... hosts) {
        witness = new Witness(nobodys(), findings);
        Nodes made = new Nodes(this, numbers.split(), edge, List.of(hosts));
        nodes = Optional.of(made);
        for (String host : hosts) {
            TestServer server = made.server(host);
            attach(host, server.udp);
            attach(host, server.tcp);
            servers.put(host, server);
        }
        return made;
    }

    /** A node dies, and its address moves. */
    void kill(String host, Duration untilMoved) {
        servers.remove(host);
        nodes.orElseThrow().kill(host, untilMoved);
    }

    /** A node is away for a while, alone or standing still, in which its address moves. */
    void isolate(String host, boolean alone, Duration untilMoved, Duration untilBack) {
        nodes.orElseThrow().isolate(host, alone, untilMoved, untilBack);
    }

    private void attach(String name, FakeTransport transport) {
        Endpoint endpoint = Endpoint.of(name, transport);
        network.attach(forger == null ? endpoint : new Toll(endpoint, findings), transport);
    }

    /** A phone that sends to this server. */
    public Phone phone(String name, Protocol protocol, TestServer server) {
        InetSocketAddress address = new InetSocketAddress("198.51.100." + (phones.size() + 1), 5060);
        InetSocketAddress outbound = server.udp.listener().bound();
        Findings judged = forger == null ? findings : nobodys();
        Phone phone = new Phone(network, clock, numbers.split(), ladder, judged, name, protocol, address, outbound);
        if (forger != null) {
            phone.bewilder();
        }
        phones.add(phone);
        return phone;
    }

    /** Something that happens at a time of this world. */
    public void at(Duration time, Runnable what) {
        clock.schedule(script, time, () -> Strand.post(what));
    }

    /**
     * So many of a hundred messages to servers are forged on the wire. What phones and applications make of them proves nothing;
     * the servers have to get rid of all they hold, and log nothing but verdicts. Before there is a server or a phone.
     */
    public void forging(int of100) {
        if (!servers.isEmpty() || !phones.isEmpty()) {
            throw new IllegalStateException("somebody is on the network already");
        }
        Forger of = new Forger(numbers.nextLong(), of100, endpoint -> endpoint instanceof Toll);
        forger = of;
        network.distortion(of);
        witness = new Witness(nobodys(), findings);
    }

    private static Findings nobodys() {
        return new Findings(Ladder.off());
    }

    /** Messages may be lost for good in this run, by its plan: only what holds all the same is checked. */
    public void expectLosses() {
        disturbed = true;
    }

    // ---- for the simulation

    int calls() {
        int calls = 0;
        for (Phone phone : phones) {
            for (PhoneCall call : phone.calls()) {
                calls += call.isCaller() ? 1 : 0;
            }
            calls += phone.asked().size();
        }
        return calls;
    }

    /** How many messages were forged. */
    long forged() {
        return forger == null ? 0 : forger.forged();
    }

    /** Whether warnings in the log are verdicts on what came, as long as nothing was thrown. */
    boolean expectsWarnings() {
        return forger != null;
    }

    /** Lives till all is quiet, then looks at what is left. */
    void live() {
        servers.values().forEach(server -> leftovers.put(server, new Leftovers(server)));
        clock.advance(STEP);
        if (forger != null) {
            liveAmongForgers();
            return;
        }
        for (int i = 0; i < PATIENCE && !phones.stream().allMatch(Phone::isIdle); i++) {
            clock.advance(STEP);
        }
        clock.advance(LAST_RETRANSMISSIONS);
        boolean undisturbed = !disturbed
                && !network.weather().losesForGood()
                && phones.stream().noneMatch(Phone::wasLeftAlone);
        if (undisturbed) {
            servers.forEach((name, server) -> expectNone(name, "sessions are left to their expiry", server.sessions()));
        }
        clock.advance(SESSION_EXPIRY);
        expectNothingLeft();
        Agreement.check(phones, undisturbed, findings);
        witness.compare(phones);
    }

    private void liveAmongForgers() {
        for (int i = 0; i < PATIENCE_WITH_FORGERS && !phones.stream().allMatch(Phone::isIdle); i++) {
            clock.advance(STEP);
        }
        phones.forEach(Phone::switchOff);
        clock.advance(LAST_TIMERS);
        expectNothingLeft();
    }

    private void expectNothingLeft() {
        nodes.ifPresent(all -> {
            clock.advance(Duration.ofSeconds(1)); // what is saved late
            all.leftovers().forEach(left -> findings.add("cluster", left));
            clock.advance(Duration.ofSeconds(1));
        });
        servers.forEach((name, server) -> {
            expectNone(name, "sessions outlived their expiry", server.sessions());
            expectNone(name, "transactions are left", server.transactions());
            Objects.requireNonNull(leftovers.get(server)).growth().forEach(growth -> findings.add(name, growth));
        });
        locations.forEach((name, table) -> {
            expectNone(
                    name,
                    "bindings outlived their expiry",
                    table.addressesOfRecord().size());
            table.close(); // it looks from time to time
        });
        expectNone("clock", "timers are left", clock.pendingTimers());
    }

    private void expectNone(String who, String what, int count) {
        if (count != 0) {
            findings.add(who, count + " " + what);
        }
    }
}
