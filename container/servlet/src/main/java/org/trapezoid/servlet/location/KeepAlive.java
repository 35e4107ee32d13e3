// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.dialog.RouteSet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/**
 * Keeps the flows that clients behind NATs registered by. It asks the clients on UDP flows whether they are there (OPTIONS); who
 * misses several times in a row loses the bindings. Or it sends line ends over UDP flows and connections, which cost a phone nothing
 * and have no answer. The flows are spread over the interval, and no more than so many a second are served. Its strand guards
 * the turns; the rest is thread-safe.
 */
public final class KeepAlive implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KeepAlive.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Set<String> ASKED = Set.of("UDP");
    private static final Set<String> FED = Set.of("UDP", "TCP", "TLS"); // WebSocket has pings of its own

    /** How a flow is kept. */
    public enum Means {
        /** A question, RFC 3261 §11. */
        OPTIONS,
        /** Two line ends, RFC 5626 §4.4.1. */
        CRLF
    }

    /**
     * @param interval between two questions to one client
     * @param perSecond how many clients are asked in a second at most
     * @param misses how many questions in a row may stay without an answer
     * @param means what is sent
     */
    public record Options(Duration interval, int perSecond, int misses, Means means) {

        /** Asks by OPTIONS. */
        public Options(Duration interval, int perSecond, int misses) {
            this(interval, perSecond, misses, Means.OPTIONS);
        }
    }

    private final LocationService locations;
    private final RequestSender sender;
    private final Strands strands;
    private final Timers timers;
    private final Identifiers identifiers;
    private final Options options;
    private final Strand strand;
    private final FlowIndex index;
    private final LocationService.Listener listener = new Watcher();
    /** One for each flow. */
    private final Map<String, Client> clients = new ConcurrentHashMap<>();

    private final List<List<Client>> turns = new ArrayList<>();
    private final Queue<Client> due = new ArrayDeque<>();
    private int turn;
    private Timer timer = Timer.NONE;
    private boolean closed;

    /** A flow, and the contact that is asked over it. */
    private static final class Client {
        private final String flow;
        private volatile String contact;
        private volatile int missed;
        private volatile boolean asked;
        private volatile boolean gone;
        private boolean due; // stands in the queue; in the core section

        Client(String flow, String contact) {
            this.flow = flow;
            this.contact = contact;
        }
    }

    public KeepAlive(
            LocationService locations,
            RequestSender sender,
            Strands strands,
            Timers timers,
            Identifiers identifiers,
            Options options) {
        this.locations = locations;
        this.sender = sender;
        this.strands = strands;
        this.timers = timers;
        this.identifiers = identifiers;
        this.options = options;
        this.strand = strands.create();
        Set<String> transports = options.means() == Means.CRLF ? FED : ASKED;
        this.index = new FlowIndex(locations, source -> transports.contains(source.transport()));
        long slots = Math.max(1, options.interval().toMillis() / TICK.toMillis());
        for (long i = 0; i < slots; i++) {
            turns.add(new ArrayList<>(0));
        }
    }

    /** Begins with the bindings that are there. */
    public void start() {
        locations.addListener(listener);
        for (String addressOfRecord : locations.addressesOfRecord()) {
            locations.lookup(addressOfRecord).forEach(listener::bound);
        }
        strand.run(() -> timer = timers.schedule(strand, TICK, this::onTick));
    }

    @Override
    public void close() {
        locations.removeListener(listener);
        strand.run(() -> {
            closed = true;
            timer.cancel();
        });
    }

    private void onTick() {
        if (closed) {
            return;
        }
        timer = timers.schedule(strand, TICK, this::onTick);
        List<Client> now = turns.get(turn);
        turn = (turn + 1) % turns.size();
        now.removeIf(client -> client.gone);
        for (Client client : now) {
            if (!client.due) {
                client.due = true;
                due.add(client);
            }
        }
        long budget = Math.max(1, options.perSecond() * TICK.toMillis() / 1000);
        List<Client> asked = new ArrayList<>();
        while (!due.isEmpty() && asked.size() < budget) {
            Client client = due.remove();
            client.due = false;
            if (!client.gone && !client.asked) {
                asked.add(client);
            }
        }
        asked.forEach(client -> {
            client.asked = true;
            Strand.post(() -> ask(client));
        });
    }

    private void ask(Client client) {
        if (options.means() == Means.CRLF) {
            feed(client);
            return;
        }
        Strand owner = strands.create();
        owner.run(() -> {
            try {
                sender.send(owner, question(client), new Answer(client));
            } catch (SyntaxException e) {
                client.asked = false; // a contact that no request can be made for
            }
        });
    }

    private void feed(Client client) {
        client.asked = false;
        sender.flows()
                .named(NameAddr.parse(FlowTokens.targetRoute(client.flow)).uri())
                .flatMap(FlowTokens.Named::flow)
                .ifPresent(Flow::keepAlive);
    }

    private Request question(Client client) {
        String host = sender.localHost();
        return Request.builder(Method.OPTIONS, RouteSet.asRequestUri(Uri.parse(client.contact)))
                .add(HeaderName.ROUTE, FlowTokens.targetRoute(client.flow))
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, "<sip:" + host + ">;tag=" + identifiers.tag())
                .add(HeaderName.TO, '<' + client.contact + '>')
                .add(HeaderName.CALL_ID, identifiers.callId())
                .add(HeaderName.CSEQ, "1 OPTIONS")
                .build();
    }

    private void answered(Client client) {
        client.missed = 0;
        client.asked = false;
    }

    private void missed(Client client) {
        client.asked = false;
        int missed = client.missed + 1;
        client.missed = missed;
        if (missed >= options.misses() && !client.gone) {
            log.debug("{} did not answer {} times: its bindings end", client.contact, missed);
            Strand.post(() -> strand.callback(() -> index.unbind(client.flow))); // listeners of applications are told
        }
    }

    /** The answer of a client: any at all. */
    private final class Answer implements ClientUser {
        private final Client client;
        private boolean over;

        Answer(Client client) {
            this.client = client;
        }

        @Override
        public void onResponse(Response response) {
            if (!over && response.status() >= 200) {
                over = true;
                answered(client);
            }
        }

        @Override
        public void onTimeout() {
            fail();
        }

        @Override
        public void onTransportError(IOException cause) {
            fail();
        }

        @Override
        public void onTerminated() {
            fail();
        }

        private void fail() {
            if (!over) {
                over = true;
                missed(client);
            }
        }
    }

    private final class Watcher implements LocationService.Listener {
        @Override
        public boolean isToldOfOtherNodes() {
            return true;
        }

        @Override
        public void bound(Binding binding) {
            index.bound(binding);
            begin(binding);
        }

        @Override
        public void refreshed(Binding before, Binding now) {
            index.refreshed(before, now);
            end(before);
            begin(now);
        }

        @Override
        public void unbound(Binding binding) {
            index.unbound(binding);
            end(binding);
        }

        @Override
        public void expired(Binding binding) {
            index.expired(binding);
            end(binding);
        }

        /** A client that registers is there. */
        private void begin(Binding binding) {
            String flow = binding.source().flow();
            if (index.of(flow).isEmpty() || !sender.flows().isOwn(flow)) { // else its own node asks
                return;
            }
            Client fresh = new Client(binding.source().flow(), binding.contact());
            Client known = clients.putIfAbsent(fresh.flow, fresh);
            if (known == null) {
                Strand.run(strand, () -> turns.get(Math.floorMod(fresh.flow.hashCode(), turns.size()))
                        .add(fresh));
            } else {
                known.contact = binding.contact();
                known.missed = 0;
            }
        }

        private void end(Binding binding) {
            String flow = binding.source().flow();
            if (!flow.isEmpty() && index.of(flow).isEmpty()) {
                Client client = clients.remove(flow);
                if (client != null) {
                    client.gone = true;
                }
            }
        }
    }
}
