// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;

/**
 * The default application router (JSR 289 appendix C): chains per method out of a file. Without a file a single deployed
 * application gets everything that comes in. Thread-safe: selection reads one immutable table, deployment replaces it.
 */
public final class DefaultApplicationRouter implements ApplicationSelector {
    private static final Logger log = LoggerFactory.getLogger(DefaultApplicationRouter.class);
    private static final Chain EMPTY = new Chain(List.of(), Set.of());

    private final Optional<DarFile> file;
    private final AtomicReference<Table> table;

    /** Without a file. */
    public DefaultApplicationRouter() {
        this(Optional.empty());
    }

    public DefaultApplicationRouter(DarFile file) {
        this(Optional.of(file));
    }

    private DefaultApplicationRouter(Optional<DarFile> file) {
        this.file = file;
        this.table = new AtomicReference<>(table(Set.of()));
    }

    @Override
    public Selection next(Request request, Origin origin, RoutingState state) {
        Chain chain = Objects.requireNonNull(table.get()).chain(request.method().name());
        return switch (state.directive()) {
            case NEW -> chain.select(request, origin, 0);
            case CONTINUE -> chain.select(request, origin, behind(state));
            case REVERSE ->
                chain.select(
                        request,
                        origin,
                        state.region().orElse(Region.NEUTRAL).type().opposite());
        };
    }

    @Override
    public void deployed(List<String> names) {
        replace(names, true);
    }

    @Override
    public void undeployed(List<String> names) {
        replace(names, false);
    }

    private void replace(List<String> names, boolean added) {
        Table current = table.updateAndGet(before -> {
            Set<String> after = new TreeSet<>(before.deployed());
            if (added) {
                after.addAll(names);
            } else {
                names.forEach(after::remove);
            }
            return table(after);
        });
        if (file.isEmpty() && current.deployed().size() > 1) {
            log.warn(
                    "no router file, and more than one application {}: none of them gets requests", current.deployed());
        }
    }

    private Table table(Set<String> deployed) {
        Map<String, Chain> chains = new HashMap<>();
        file.ifPresent(
                dar -> dar.chains().forEach((method, entries) -> chains.put(method, new Chain(entries, deployed))));
        if (file.isEmpty() && deployed.size() == 1) {
            chains.put(
                    DarFile.ALL,
                    new Chain(List.of(everything(deployed.iterator().next())), deployed));
        }
        return new Table(deployed, chains, chains.getOrDefault(DarFile.ALL, EMPTY));
    }

    private static DarEntry everything(String application) {
        return new DarEntry(
                application,
                new DarEntry.InHeader(HeaderName.FROM),
                Region.NEUTRAL,
                List.of(),
                RouteModifier.NO_ROUTE,
                0,
                new DarOptions(DarOptions.Direction.INBOUND, "", List.of())); // what it sends itself goes out
    }

    private static int behind(RoutingState state) {
        if (state.stateInfo().isEmpty()) {
            return 0;
        }
        Serializable place = state.stateInfo().get();
        if (place instanceof Integer index) {
            return index + 1;
        }
        throw new IllegalStateException("the state " + place + " is not one this router gave out");
    }

    /** Everything a selection reads. */
    private record Table(Set<String> deployed, Map<String, Chain> chains, Chain all) {
        Chain chain(String method) {
            return chains.getOrDefault(method, all);
        }
    }

    /** The entries of one method. An entry keeps its place when others are deployed or not, so states stay valid. */
    private static final class Chain {
        private final DarEntry[] entries;
        private final int[] deployedFrom; // at place i: the first entry at or behind i whose application is deployed
        private final Integer[] places;

        Chain(List<DarEntry> all, Set<String> deployed) {
            entries = all.toArray(DarEntry[]::new);
            deployedFrom = new int[entries.length + 1];
            places = new Integer[entries.length];
            deployedFrom[entries.length] = entries.length;
            for (int i = entries.length - 1; i >= 0; i--) {
                deployedFrom[i] = deployed.contains(entries[i].application()) ? i : deployedFrom[i + 1];
                places[i] = i;
            }
        }

        Selection select(Request request, Origin origin, int from) {
            int place = from;
            while (place >= 0 && place < entries.length) {
                place = deployedFrom[place];
                if (place < entries.length && entries[place].options().accept(request, origin)) {
                    return entries[place].select(request, places[place]);
                }
                place++;
            }
            return Selection.NONE;
        }

        /** The first entry that serves the other party. */
        Selection select(Request request, Origin origin, Region.Type type) {
            for (int place = deployedFrom[0]; place < entries.length; place = deployedFrom[place + 1]) {
                if (entries[place].region().type() == type
                        && entries[place].options().accept(request, origin)) {
                    return entries[place].select(request, places[place]);
                }
            }
            return Selection.NONE;
        }
    }
}
