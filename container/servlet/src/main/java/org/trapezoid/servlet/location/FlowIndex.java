// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;

/** Which addresses-of-record have bindings that a flow leads to. Thread-safe. */
final class FlowIndex implements LocationService.Listener {
    private final LocationService locations;
    private final Predicate<Binding.Source> wanted;
    private final Map<String, Set<String>> addresses = new ConcurrentHashMap<>();

    FlowIndex(LocationService locations, Predicate<Binding.Source> wanted) {
        this.locations = locations;
        this.wanted = wanted;
    }

    boolean isEmpty() {
        return addresses.isEmpty();
    }

    /** The addresses-of-record of the flow. */
    Set<String> of(String flow) {
        return addresses.getOrDefault(flow, Set.of());
    }

    /** Ends the bindings that the flow leads to; one that was registered by another flow meanwhile stays. */
    void unbind(String flow) {
        for (String addressOfRecord : Set.copyOf(of(flow))) {
            locations.update(addressOfRecord, current -> current.stream()
                    .filter(binding -> !binding.source().flow().equals(flow))
                    .toList());
        }
    }

    @Override
    public boolean isToldOfOtherNodes() {
        return true;
    }

    @Override
    public void bound(Binding binding) {
        String flow = binding.source().flow();
        if (!flow.isEmpty() && wanted.test(binding.source())) {
            addresses.compute(flow, (key, known) -> {
                Set<String> all = known == null ? ConcurrentHashMap.newKeySet(1) : known;
                all.add(binding.addressOfRecord());
                return all;
            });
        }
    }

    @Override
    public void refreshed(Binding before, Binding now) {
        if (!before.source().flow().equals(now.source().flow())) {
            ended(before);
            bound(now);
        }
    }

    @Override
    public void unbound(Binding binding) {
        ended(binding);
    }

    @Override
    public void expired(Binding binding) {
        ended(binding);
    }

    private void ended(Binding binding) {
        String flow = binding.source().flow();
        if (flow.isEmpty() || isStillBound(binding.addressOfRecord(), flow)) {
            return;
        }
        addresses.computeIfPresent(flow, (key, known) -> {
            known.remove(binding.addressOfRecord());
            return known.isEmpty() ? null : known;
        });
    }

    private boolean isStillBound(String addressOfRecord, String flow) {
        for (Binding binding : locations.lookup(addressOfRecord)) {
            if (binding.source().flow().equals(flow)) {
                return true;
            }
        }
        return false;
    }
}
