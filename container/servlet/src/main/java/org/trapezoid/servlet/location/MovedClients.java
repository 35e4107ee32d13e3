// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.uri.Uri;

/**
 * Finds clients whose connection has ended by their bindings: one that registers again, proves who it is, and brings the same contact or
 * instance gets the requests of its calls over its new connection (RFC 5626 §5.3). A contact alone proves nothing. It knows the
 * connections that clients of this and of other nodes have left, the last hundred thousand of them. Thread-safe.
 */
public final class MovedClients implements LocationService.Listener, FlowTokens.Successors {
    private static final int MOST = 100_000;

    /** Whose a connection was. */
    private record Client(String addressOfRecord, String contact, String instance) {

        boolean is(Binding binding, LocationService locations) {
            return (!instance.isEmpty() && instance.equals(binding.instance()))
                    || locations.sameContact(contact, binding.contact());
        }
    }

    private final LocationService locations;
    private final FlowTokens flows;
    private final ConcurrentMap<String, List<Client>> left = new ConcurrentHashMap<>(); // by the name of the flow
    private final Queue<String> names = new ConcurrentLinkedQueue<>(); // of the same, in the order of time
    private final AtomicInteger size = new AtomicInteger();

    private MovedClients(LocationService locations, FlowTokens flows) {
        this.locations = locations;
        this.flows = flows;
    }

    /** Has the flow tokens lead to clients that have moved. */
    public static void follow(LocationService locations, FlowTokens flows) {
        MovedClients moved = new MovedClients(locations, flows);
        locations.addListener(moved);
        flows.seek(moved);
    }

    @Override
    public List<String> of(String name, Uri contact) {
        List<String> found = new ArrayList<>(1);
        for (Client client : left.getOrDefault(name, List.of())) {
            if (Uri.parse(client.contact).equals(contact)) {
                for (Binding binding : locations.lookup(client.addressOfRecord)) {
                    if (client.is(binding, locations)
                            && flows.isProven(binding.source().flow())) {
                        found.add(binding.source().flow());
                    }
                }
            }
        }
        locations.instance(contact.toString()).ifPresent(instance -> instance.stream() // RFC 5627 §5.4
                .map(binding -> binding.source().flow())
                .filter(flow -> !flow.isEmpty())
                .forEach(found::add));
        return found;
    }

    @Override
    public boolean isToldOfOtherNodes() {
        return true;
    }

    @Override
    public void refreshed(Binding before, Binding now) {
        if (!before.source().flow().equals(now.source().flow())) {
            leaves(before);
        }
    }

    @Override
    public void unbound(Binding binding) {
        leaves(binding);
    }

    @Override
    public void expired(Binding binding) {
        leaves(binding);
    }

    private void leaves(Binding binding) {
        String flow = binding.source().flow();
        if (!flows.isProven(flow)) {
            return; // it does not need one, or nobody would be believed to be this client
        }
        String name = FlowTokens.name(flow);
        Client client = new Client(binding.addressOfRecord(), binding.contact(), binding.instance());
        left.compute(name, (key, known) -> {
            if (known == null) {
                names.add(name);
                size.incrementAndGet();
                return List.of(client);
            }
            return known.contains(client) ? known : and(known, client);
        });
        if (size.get() > MOST) {
            String oldest = names.poll();
            if (oldest != null && left.remove(oldest) != null) {
                size.decrementAndGet();
            }
        }
    }

    private static List<Client> and(List<Client> known, Client further) {
        List<Client> all = new ArrayList<>(known);
        all.add(further);
        return List.copyOf(all);
    }
}
