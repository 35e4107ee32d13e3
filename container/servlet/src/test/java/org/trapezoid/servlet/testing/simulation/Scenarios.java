// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.testing.network.CallPlan;
import org.trapezoid.sip.testing.network.Phone;
import org.trapezoid.sip.testing.network.Weather;
import org.trapezoid.sip.transport.Protocol;

/** Random calls through every kind of server, in any weather. */
public final class Scenarios {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final String THIRD = "192.0.2.3";

    private static final String FRONT_AND_BACK = """
            ALL: ("front", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \
            ("back", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1")
            """;

    public static final Scenario PROXY = world -> proxies(world, DirectoryProxy.Options.RECORD_ROUTE);
    public static final Scenario PROXY_WITHOUT_RECORD_ROUTE =
            world -> proxies(world, DirectoryProxy.Options.ONLY_FIRST_REQUEST);
    public static final Scenario PARALLEL_FORKING = world -> forking(world, DirectoryProxy.Options.RECORD_ROUTE);
    public static final Scenario SEQUENTIAL_FORKING = world -> forking(world, DirectoryProxy.Options.SEQUENTIAL);
    public static final Scenario REDIRECT = world -> proxies(world, DirectoryProxy.Options.REDIRECT);
    public static final Scenario BACK_TO_BACK = Scenarios::backToBack;
    public static final Scenario ANSWERING = Scenarios::answering;
    public static final Scenario REGISTERED = Scenarios::registered;
    /** Calls that last longer than the sessions of the application that proxied them. */
    public static final Scenario LONG_CALLS = Scenarios::longCalls;

    /** Callbacks that block, and all that can come for their session meanwhile. */
    public static final Scenario TAKING_TURNS = Scenarios::takingTurns;

    public static final Scenario TWO_PROXIES = world -> chain(world, false);
    public static final Scenario PROXY_AND_BACK_TO_BACK = world -> chain(world, true);

    /** Two nodes, of which one dies; calls go on at the other. */
    public static final Scenario DEATH_OF_A_PROXY = world -> loss(world, false, Loss.DEATH);

    public static final Scenario DEATH_OF_A_BACK_TO_BACK_AGENT = world -> loss(world, true, Loss.DEATH);

    /** Three nodes, each with two applications that every call passes: when one node dies, they may go on at different ones. */
    public static final Scenario DEATH_OF_A_CHAIN = world -> lossInChain(world, false, false, Loss.DEATH);

    public static final Scenario DEATH_OF_A_CHAIN_THAT_BEGINS_BACK_TO_BACK =
            world -> lossInChain(world, true, false, Loss.DEATH);
    public static final Scenario DEATH_OF_A_CHAIN_THAT_ENDS_BACK_TO_BACK =
            world -> lossInChain(world, false, true, Loss.DEATH);
    public static final Scenario DEATH_OF_A_CHAIN_OF_BACK_TO_BACK_AGENTS =
            world -> lossInChain(world, true, true, Loss.DEATH);

    /** Two nodes, each of which gets messages for calls of the other. */
    public static final Scenario RELAYING_PROXIES = world -> relaying(world, false);

    public static final Scenario RELAYING_BACK_TO_BACK_AGENTS = world -> relaying(world, true);

    /** Two nodes, of which one stands still; calls go on at the other, until it wakes and has them no more. */
    public static final Scenario HANG_OF_A_PROXY = world -> loss(world, false, Loss.HANG);

    public static final Scenario HANG_OF_A_BACK_TO_BACK_AGENT = world -> loss(world, true, Loss.HANG);

    /** The same of three, with two applications that every call passes. */
    public static final Scenario HANG_OF_A_CHAIN = world -> lossInChain(world, false, false, Loss.HANG);

    public static final Scenario HANG_OF_A_CHAIN_OF_BACK_TO_BACK_AGENTS =
            world -> lossInChain(world, true, true, Loss.HANG);

    /** One node is cut off from the others and from the phones, and meets them again. */
    public static final Scenario SPLIT_FROM_A_PROXY = world -> loss(world, false, Loss.SPLIT);

    public static final Scenario SPLIT_FROM_A_BACK_TO_BACK_AGENT = world -> loss(world, true, Loss.SPLIT);
    public static final Scenario SPLIT_IN_A_CHAIN = world -> lossInChain(world, false, false, Loss.SPLIT);
    public static final Scenario SPLIT_IN_A_CHAIN_OF_BACK_TO_BACK_AGENTS =
            world -> lossInChain(world, true, true, Loss.SPLIT);

    /** How a node goes. */
    private enum Loss {
        DEATH,
        HANG,
        SPLIT
    }

    private Scenarios() {}

    /** The one of {@link #all} with that name. */
    public static Scenario named(String name) {
        Scenario scenario = all().get(name);
        if (scenario == null) {
            throw new IllegalArgumentException("no scenario " + name + "; there are " + all().keySet());
        }
        return scenario;
    }

    /** All of them by name. */
    public static Map<String, Scenario> all() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("proxy", PROXY);
        all.put("proxy without Record-Route", PROXY_WITHOUT_RECORD_ROUTE);
        all.put("parallel forking", PARALLEL_FORKING);
        all.put("sequential forking", SEQUENTIAL_FORKING);
        all.put("redirect", REDIRECT);
        all.put("back-to-back", BACK_TO_BACK);
        all.put("answering", ANSWERING);
        all.put("registered", REGISTERED);
        all.put("long calls", LONG_CALLS);
        all.put("taking turns", TAKING_TURNS);
        all.put("two proxies", TWO_PROXIES);
        all.put("proxy and back-to-back", PROXY_AND_BACK_TO_BACK);
        return all;
    }

    /** The same with the network of attack case 45: 30 % loss, duplicates, datagrams that overtake each other. */
    public static Scenario inAStorm(Scenario scenario) {
        return world -> {
            scenario.arrange(world);
            world.network().weather(Weather.STORM);
        };
    }

    /** The same with a third of the messages to servers forged on their way. */
    public static Scenario withForgers(Scenario scenario) {
        return world -> {
            world.forging(30);
            scenario.arrange(world);
        };
    }

    private static void proxies(World world, DirectoryProxy.Options options) throws Exception {
        TestServer server = world.server("proxy", FIRST);
        boolean mixed = options.recordRoute(); // else the phones speak to each other, and in one way only
        List<Phone> phones = phones(world, server, 4, mixed);
        server.deploy("proxy", new DirectoryProxy("proxy", world.witness(), directory(phones), options));
        traffic(world, phones, names(phones));
    }

    private static void forking(World world, DirectoryProxy.Options options) throws Exception {
        TestServer server = world.server("proxy", FIRST);
        List<Phone> phones = phones(world, server, 5, true);
        Map<String, List<String>> directory = directory(phones);
        directory.put("sales", contacts(phones.subList(2, 5)));
        directory.put("support", contacts(phones.subList(2, 4)));
        server.deploy("proxy", new DirectoryProxy("proxy", world.witness(), directory, options));
        traffic(world, phones.subList(0, 2), List.of("sales", "support", "phone2"));
        phones.subList(2, 5).forEach(phone -> phone.reacts(() -> CallPlan.any(world.random())));
    }

    private static void backToBack(World world) throws Exception {
        TestServer server = world.server("b2bua", FIRST);
        List<Phone> phones = phones(world, server, 4, true);
        server.deploy("b2bua", new Bridge("b2bua", world.witness(), directory(phones)), Bridge.class);
        traffic(world, phones, names(phones));
    }

    private static void answering(World world) throws Exception {
        TestServer server = world.server("service", FIRST);
        List<Phone> phones = phones(world, server, 3, true);
        SplittableRandom plans = world.random().split();
        server.deploy(
                "service",
                new AnsweringService("service", world.witness(), () -> CallPlan.any(plans)),
                AnsweringService.class);
        traffic(world, phones, List.of("service"));
        for (Phone phone : phones) {
            ask(world, phone, Method.MESSAGE, "service");
            ask(world, phone, Method.OPTIONS, "service");
        }
    }

    private static void takingTurns(World world) throws Exception {
        world.clock().letCallbacksPause();
        TestServer server = world.server("service", FIRST);
        List<Phone> phones = phones(world, server, 3, true);
        List<String> users = List.of("first", "second");
        server.deployKeyed(
                "service",
                new TakingTurns(
                        "service",
                        world.witness(),
                        world.clock(),
                        world.random().split()),
                TakingTurns.class,
                "key",
                TakingTurns.class);
        traffic(world, phones, users);
        for (Phone phone : phones) {
            users.forEach(user -> ask(world, phone, Method.MESSAGE, user));
        }
    }

    private static void longCalls(World world) throws Exception {
        TestServer server = world.server("proxy", FIRST);
        List<Phone> phones = phones(world, server, 3, true);
        server.deploy(
                "proxy",
                new DirectoryProxy("proxy", world.witness(), directory(phones), DirectoryProxy.Options.RECORD_ROUTE));
        SplittableRandom random = world.random();
        world.network().weather(Weather.any(random));
        SplittableRandom plans = random.split();
        for (Phone phone : phones) {
            phone.reacts(() -> longCall(plans));
            CallPlan plan = longCall(random);
            String user = names(phones).get(random.nextInt(phones.size()));
            if (!user.equals(phone.name())) {
                world.at(moment(random), () -> phone.call("sip:" + user + "@a.test", plan));
            }
        }
    }

    private static CallPlan longCall(SplittableRandom random) {
        return CallPlan.any(random)
                .talking(Duration.ofSeconds(150 + random.nextInt(120)))
                .reinviting(Duration.ofSeconds(100 + random.nextInt(150)))
                .updating(Duration.ofSeconds(100 + random.nextInt(150)));
    }

    private static void registered(World world) throws Exception {
        TestServer server = world.server(
                "registrar",
                FIRST,
                clock -> Map.of(
                        LocationService.class,
                        new LocationTable(
                                clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1))));
        List<Phone> phones = phones(world, server, 4, true);
        server.deploy("registrar", new RegisteringProxy("registrar", world.witness(), world.clock()));
        for (Phone phone : phones) {
            register(world, phone, moment(world.random()), 2 + world.random().nextInt(100));
            if (world.random().nextInt(4) == 0) {
                register(world, phone, Duration.ofSeconds(5 + world.random().nextInt(20)), 0);
            }
        }
        traffic(world, phones, names(phones));
    }

    private static void register(World world, Phone phone, Duration when, int expires) {
        world.at(
                when,
                () -> phone.ask(Method.REGISTER, "sip:a.test", request -> request.set(
                                HeaderName.TO, "<sip:" + phone.name() + "@a.test>")
                        .set(HeaderName.CONTACT, "<" + phone.contact() + ">;expires=" + expires)));
    }

    private static void chain(World world, boolean bridged) throws Exception {
        TestServer front = world.server("front", FIRST);
        TestServer back = world.server("back", SECOND);
        List<Phone> callers = phones(world, front, 2, true);
        List<Phone> callees = phones(world, back, 2, true);
        Map<String, List<String>> through = new LinkedHashMap<>();
        names(callees).forEach(name -> through.put(name, List.of("sip:" + name + '@' + SECOND)));
        DirectoryProxy.Options options = DirectoryProxy.Options.RECORD_ROUTE;
        front.deploy("front", new DirectoryProxy("front", world.witness(), through, options));
        if (bridged) {
            back.deploy("back", new Bridge("back", world.witness(), directory(callees)), Bridge.class);
        } else {
            back.deploy("back", new DirectoryProxy("back", world.witness(), directory(callees), options));
        }
        callees.forEach(phone -> phone.reacts(() -> CallPlan.any(world.random())));
        traffic(world, callers, names(callees));
    }

    private static void loss(World world, boolean bridged, Loss loss) throws Exception {
        Nodes nodes = world.nodes(FIRST, SECOND);
        List<Phone> phones = phones(world, nodes.server(FIRST), 4, false);
        deploy(world, nodes, bridged, phones);
        loses(world, nodes, phones, loss);
    }

    private static void lossInChain(World world, boolean bridgedFront, boolean bridgedBack, Loss loss)
            throws Exception {
        Nodes nodes = world.nodes(TestServer.Edge.routedBy(FRONT_AND_BACK), FIRST, SECOND, THIRD);
        List<Phone> phones = phones(world, nodes.server(FIRST), 4, false);
        Map<String, List<String>> onward = new LinkedHashMap<>();
        names(phones).forEach(name -> onward.put(name, List.of("sip:" + name + "@a.test")));
        deploy(world, nodes, "front", bridgedFront, onward);
        deploy(world, nodes, "back", bridgedBack, directory(phones));
        loses(world, nodes, phones, loss);
    }

    private static void loses(World world, Nodes nodes, List<Phone> phones, Loss loss) {
        traffic(world, phones, names(phones));
        SplittableRandom random = world.random();
        world.network().weather(random.nextBoolean() ? Weather.CLEAR : Weather.WIRELESS);
        if (random.nextInt(3) == 0) {
            nodes.cluster().answersAfter(() -> Duration.ofMillis(random.nextInt(40)));
        }
        if (random.nextInt(3) == 0) {
            nodes.cluster().onSave(snapshot -> fate(random.nextInt(100)));
        }
        world.findings().excuse(Scenarios::isOfLoss);
        Duration moved = Duration.ofMillis(450 + random.nextInt(400));
        Duration back = moved.plusMillis(50 + random.nextInt(8000));
        world.at(Duration.ofMillis(random.nextInt(8000)), () -> {
            switch (loss) {
                case DEATH -> world.kill(FIRST, moved);
                case HANG -> world.isolate(FIRST, false, moved, back);
                case SPLIT -> world.isolate(FIRST, true, moved, back);
            }
        });
    }

    private static MemoryCluster.Fate fate(int of100) {
        if (of100 < 5) {
            return MemoryCluster.Fate.LOST;
        }
        return of100 < 10 ? MemoryCluster.Fate.INDETERMINATE : MemoryCluster.Fate.ANSWERED;
    }

    /**
     * A request that is being passed on when the node dies is passed on again when its sender repeats it; what it asks for has been done
     * then.
     */
    private static boolean isOfLoss(String finding) {
        boolean again = finding.startsWith("got the same request in two transactions");
        boolean crossed = finding.contains("could not hang up, 500") && !finding.contains(" TALKING ");
        boolean refusedBefore =
                finding.contains(" OVER REFUSED 200"); // of an INVITE that was not saved, and is merged (482)
        boolean answeredAgain = finding.startsWith("got ") && finding.contains(" after "); // which clients absorb
        return again
                || answeredAgain
                || refusedBefore
                || crossed
                || finding.contains("no other node keeps what this one stores") // which is alone now
                || finding.contains("this node asks for its sessions again") // which has woken
                || finding.contains("the other nodes do not confirm") // to one that hangs
                || finding.startsWith("rang for ten minutes") // of an INVITE that was not saved yet when the node died
                || finding.endsWith("sessions are left to their expiry") // nobody has heard a BYE succeed
                || (finding.startsWith("hung up a call that the others had forgotten")
                        && finding.contains("HUNG_UP_BY_PEER"));
    }

    private static void relaying(World world, boolean bridged) throws Exception {
        Nodes nodes = world.nodes(FIRST, SECOND);
        List<Phone> phones = new ArrayList<>(phones(world, nodes.server(FIRST), 2, false));
        phones.addAll(phones(world, nodes.server(SECOND), 2, false));
        deploy(world, nodes, bridged, phones);
        traffic(world, phones, names(phones));
    }

    private static void deploy(World world, Nodes nodes, boolean bridged, List<Phone> phones) throws Exception {
        deploy(world, nodes, bridged ? "b2bua" : "proxy", bridged, directory(phones));
    }

    private static void deploy(
            World world, Nodes nodes, String name, boolean bridged, Map<String, List<String>> directory)
            throws Exception {
        if (bridged) {
            boolean passesAcks = world.random().nextBoolean();
            nodes.deploy(name, () -> new Bridge(name, world.witness(), directory, passesAcks), Bridge.class);
        } else {
            nodes.deploy(
                    name,
                    () -> new DirectoryProxy(name, world.witness(), directory, DirectoryProxy.Options.RECORD_ROUTE));
        }
    }

    // ---- parts

    private static List<Phone> phones(World world, TestServer server, int count, boolean mixed) {
        List<Phone> phones = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean tcp = mixed && world.random().nextInt(4) == 0;
            phones.add(world.phone("phone" + world.phones().size(), tcp ? Protocol.TCP : Protocol.UDP, server));
        }
        return phones;
    }

    private static Map<String, List<String>> directory(List<Phone> phones) {
        Map<String, List<String>> directory = new LinkedHashMap<>();
        phones.forEach(phone -> directory.put(phone.name(), List.of(phone.contact())));
        return directory;
    }

    private static List<String> contacts(List<Phone> phones) {
        return phones.stream().map(Phone::contact).toList();
    }

    private static List<String> names(List<Phone> phones) {
        return phones.stream().map(Phone::name).toList();
    }

    /** Each phone makes some calls, and sends a message now and then. */
    private static void traffic(World world, List<Phone> phones, List<String> users) {
        SplittableRandom random = world.random();
        world.network().weather(Weather.any(random));
        SplittableRandom plans = random.split();
        for (Phone phone : phones) {
            phone.reacts(() -> CallPlan.any(plans));
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                String user = users.get(random.nextInt(users.size()));
                if (!user.equals(phone.name())) {
                    CallPlan plan = CallPlan.any(random);
                    world.at(moment(random), () -> phone.call("sip:" + user + "@a.test", plan));
                }
            }
            String user = users.get(random.nextInt(users.size()));
            if (!user.equals(phone.name())) {
                ask(world, phone, Method.MESSAGE, user);
            }
        }
    }

    private static void ask(World world, Phone phone, Method method, String user) {
        world.at(moment(world.random()), () -> phone.ask(method, "sip:" + user + "@a.test", request -> {}));
    }

    private static Duration moment(SplittableRandom random) {
        return Duration.ofMillis(random.nextInt(4000));
    }
}
