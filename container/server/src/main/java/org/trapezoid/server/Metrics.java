// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.trapezoid.http.ServerPages;
import org.trapezoid.servlet.dispatch.Load;
import org.trapezoid.servlet.dispatch.ServletLayer;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.transport.Traffic;

/**
 * What the server counts, in the text format of Prometheus ({@code /metrics}). Thread-safe. The stack counts for itself, without this; the
 * registry is made when somebody asks first, so that a server that nobody asks pays nothing.
 */
final class Metrics implements AutoCloseable {
    private static final int OK = 200;
    private static final int CLASSES = 6;

    private final Traffic traffic;
    private final TransactionLayer transactions;
    private final ServletLayer servlets;
    private final IntSupplier registered;
    private final Supplier<Optional<ClusterSide>> cluster;
    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private Optional<Exposition> exposition = Optional.empty();
    private boolean closed;

    /**
     * @param registered how many addresses-of-record have a binding
     * @param cluster the other nodes, once this one has joined them
     */
    Metrics(
            Traffic traffic,
            TransactionLayer transactions,
            ServletLayer servlets,
            IntSupplier registered,
            Supplier<Optional<ClusterSide>> cluster) {
        this.cluster = cluster;
        this.traffic = traffic;
        this.transactions = transactions;
        this.servlets = servlets;
        this.registered = registered;
    }

    /** Everything as it is now. */
    ServerPages.Page page() {
        return new ServerPages.Page(OK, "text/plain; version=0.0.4; charset=utf-8", text());
    }

    private String text() {
        lock.lock();
        try {
            if (closed) {
                return "";
            }
            Exposition shown = exposition.orElseGet(Exposition::new);
            exposition = Optional.of(shown);
            return shown.text();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            exposition.ifPresent(Exposition::close);
        } finally {
            lock.unlock();
        }
    }

    /** The registry and what it shows. Used by one thread at a time. */
    private final class Exposition {
        private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        private final JvmGcMetrics garbage = new JvmGcMetrics();
        private final MultiGauge dialogs =
                MultiGauge.builder("sip.dialogs").description("Dialogs").register(registry);
        private final MultiGauge sessions = MultiGauge.builder("application.sessions")
                .description("Application sessions")
                .register(registry);
        private final MultiGauge sipSessions = MultiGauge.builder("application.sip.sessions")
                .description("SIP sessions")
                .register(registry);
        private final MultiGauge inline = MultiGauge.builder("application.inline")
                .description("1 while callbacks run on the threads that read messages, 0 while they run on workers")
                .register(registry);
        private final Map<String, Meter> callbacks = new HashMap<>();
        private volatile Map<String, Load.Application> applications = Map.of();

        Exposition() {
            for (Traffic.Direction direction : Traffic.Direction.values()) {
                addMessages(direction);
            }
            for (Traffic.Drop drop : Traffic.Drop.values()) {
                FunctionCounter.builder("sip.dropped", traffic, counted -> counted.drops(drop))
                        .tag("reason", lower(drop))
                        .description("What was dropped, or refused with 503")
                        .register(registry);
            }
            addTransactions();
            Gauge.builder("sip.registered", registered::getAsInt)
                    .description("Addresses-of-record that have a binding")
                    .register(registry);
            cluster.get().ifPresent(this::addCluster);
            new JvmMemoryMetrics().bindTo(registry);
            garbage.bindTo(registry);
            new JvmThreadMetrics().bindTo(registry);
            new ClassLoaderMetrics().bindTo(registry);
            new ProcessorMetrics().bindTo(registry);
            new FileDescriptorMetrics().bindTo(registry);
            new UptimeMetrics().bindTo(registry);
        }

        private void addMessages(Traffic.Direction direction) {
            String way = lower(direction);
            for (String method : traffic.methods()) {
                FunctionCounter.builder("sip.requests", traffic, counted -> counted.requests(direction, method))
                        .tags("direction", way, "method", method)
                        .description("Requests that went over the network, retransmissions included")
                        .register(registry);
            }
            for (int first = 1; first <= CLASSES; first++) {
                int digit = first;
                FunctionCounter.builder("sip.responses", traffic, counted -> counted.responses(direction, digit))
                        .tags("direction", way, "class", digit + "xx")
                        .description("Responses that went over the network, retransmissions included")
                        .register(registry);
            }
        }

        private void addCluster(ClusterSide joined) {
            Gauge.builder("cluster.members", joined, side -> side.members().size())
                    .description("Nodes that are joined, this one among them")
                    .register(registry);
            Gauge.builder("cluster.in.sync", joined, side -> side.isInSync() ? 1 : 0)
                    .description("1 while another node has a copy of all that this one stores")
                    .register(registry);
            Gauge.builder("cluster.backups", joined, ClusterSide::backups)
                    .description("Copies that this node has of what other nodes store")
                    .register(registry);
            FunctionCounter.builder("cluster.relays", joined, ClusterSide::relayed)
                    .description("Messages that came here, and were given to the nodes that have their sessions")
                    .register(registry);
            addReplication(joined.replication());
            Gauge.builder("cluster.unsent", joined, ClusterSide::pending)
                    .description("Addresses-of-record that this node has changed and no other one knows yet")
                    .register(registry);
        }

        private void addReplication(Replication replication) {
            Gauge.builder("cluster.sessions", replication, Replication::kept)
                    .description("Sessions of this node that other nodes can take over")
                    .register(registry);
            FunctionTimer.builder(
                            "cluster.saves",
                            replication,
                            Replication::saves,
                            Replication::savedNanos,
                            TimeUnit.NANOSECONDS)
                    .description(
                            "Sessions written down and confirmed by the node that has the backup, and the time that"
                                    + " took")
                    .register(registry);
            count(
                    "cluster.saved.bytes",
                    replication,
                    Replication::savedBytes,
                    "Bytes of sessions that were written down");
            count(
                    "cluster.saves.failed",
                    replication,
                    Replication::failures,
                    "Sessions of which it is not known whether they were written down; they are again");
            count(
                    "cluster.saves.refused",
                    replication,
                    Replication::refused,
                    "Sessions that had gone on at another node");
            count(
                    "cluster.unprotected",
                    replication,
                    Replication::unprotected,
                    "Messages that left before another node had the state that they tell");
            count(
                    "cluster.takeovers",
                    replication,
                    Replication::claimed,
                    "Sessions that this node has taken over from others");
        }

        private void count(
                String name, Replication replication, ToDoubleFunction<Replication> value, String description) {
            FunctionCounter.builder(name, replication, value)
                    .description(description)
                    .register(registry);
        }

        private void addTransactions() {
            Gauge.builder("sip.transactions", transactions, TransactionLayer::serverCount)
                    .tag("side", "server")
                    .description("Transactions, answered ones included while they absorb retransmissions")
                    .register(registry);
            Gauge.builder("sip.transactions", transactions, layer -> layer.size() - layer.serverCount())
                    .tag("side", "client")
                    .description("Transactions, answered ones included while they absorb retransmissions")
                    .register(registry);
            Gauge.builder("sip.transactions.pending", transactions, TransactionLayer::pendingCount)
                    .description("Server transactions without a final response")
                    .register(registry);
        }

        String text() {
            Load load = servlets.load();
            dialogs.register(
                    List.of(
                            MultiGauge.Row.of(Tags.of("state", "early"), load.earlyDialogs()),
                            MultiGauge.Row.of(Tags.of("state", "confirmed"), load.confirmedDialogs())),
                    true);
            show(sessions, load, Load.Application::sessions);
            show(sipSessions, load, Load.Application::sipSessions);
            show(inline, load, application -> application.inline() ? 1 : 0);
            Map<String, Load.Application> present = new HashMap<>();
            load.applications().forEach(application -> present.put(application.name(), application));
            applications = present;
            present.keySet().forEach(name -> callbacks.computeIfAbsent(name, this::callbackTimer));
            callbacks.entrySet().removeIf(entry -> {
                boolean gone = !present.containsKey(entry.getKey());
                if (gone) {
                    registry.remove(entry.getValue());
                }
                return gone;
            });
            return registry.scrape();
        }

        private void show(MultiGauge gauge, Load load, Function<Load.Application, Integer> value) {
            gauge.register(
                    load.applications().stream()
                            .map(application -> MultiGauge.Row.of(
                                    Tags.of("application", application.name()), value.apply(application)))
                            .toList(),
                    true);
        }

        private Meter callbackTimer(String name) {
            return FunctionTimer.builder(
                            "application.callbacks",
                            this,
                            shown -> shown.of(name, Load.Application::callbacks),
                            shown -> shown.of(name, Load.Application::callbackNanos),
                            TimeUnit.NANOSECONDS)
                    .tag("application", name)
                    .description("Callbacks of the application that have ended, and the time they took")
                    .register(registry);
        }

        private long of(String name, ToLongFunction<Load.Application> value) {
            Load.Application application = applications.get(name);
            return application == null ? 0 : value.applyAsLong(application);
        }

        void close() {
            garbage.close();
            registry.close();
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
