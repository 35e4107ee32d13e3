// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.locate.DnsRecord.Address;
import org.trapezoid.sip.locate.DnsRecord.Naptr;
import org.trapezoid.sip.locate.DnsRecord.Srv;
import org.trapezoid.sip.locate.Services.Service;
import org.trapezoid.sip.transport.Protocol;

/**
 * One way through RFC 3263 §4.1 and §4.2: from a name by its services to the addresses of its servers. Its steps run on the
 * threads that bring the answers, one after another.
 */
final class Lookup {
    /** Of one domain, however many it names: each costs two more questions. */
    private static final int MOST_SERVERS = 16;

    private static final int MOST_HOPS = 32;

    /** A host and how to talk to it. */
    private record Server(Protocol protocol, String host, int port) {}

    private final Target target;
    private final StaticLocator statics;
    private final Dns dns;
    private final DnsOptions options;
    private final Reach reach;
    private final RandomGenerator random;

    Lookup(Target target, StaticLocator statics, Dns dns, DnsOptions options, Reach reach, RandomGenerator random) {
        this.target = target;
        this.statics = statics;
        this.dns = dns;
        this.options = options;
        this.reach = reach;
        this.random = random;
    }

    CompletionStage<List<Hop>> run() {
        if (target.hasPort() || !options.srv()) {
            return hops(List.of(host(target.protocol())));
        }
        if (target.named().isPresent()) {
            return servers(List.of(Services.over(target.named().get(), target.host())))
                    .thenCompose(this::hops);
        }
        return services().thenCompose(this::servers).thenCompose(this::hops);
    }

    /** The target itself, without SRV records. */
    private Server host(Protocol protocol) {
        return new Server(protocol, target.host(), target.hasPort() ? target.port() : protocol.defaultPort());
    }

    private CompletionStage<List<Service>> services() {
        List<Service> usual = Services.usual(target.host(), target.secure(), reach::over);
        if (!options.naptr()) {
            return CompletableFuture.completedFuture(usual);
        }
        return ask(DnsQuestion.Type.NAPTR, target.host()).thenApply(answer -> {
            List<Service> offered = Services.offered(records(answer, Naptr.class), target.secure(), reach::over);
            return offered.isEmpty() ? usual : offered;
        });
    }

    /** Of all services in their order, so that a request can go to the next transport when the first one fails. */
    private CompletionStage<List<Server>> servers(List<Service> services) {
        List<CompletableFuture<DnsAnswer>> answers = new ArrayList<>(services.size());
        for (Service service : services) {
            answers.add(
                    service.isHost()
                            ? CompletableFuture.completedFuture(DnsAnswer.NOTHING)
                            : ask(DnsQuestion.Type.SRV, service.name()).toCompletableFuture());
        }
        return all(answers).thenApply(done -> {
            List<Server> servers = new ArrayList<>();
            boolean withdrawn = false;
            for (int i = 0; i < services.size(); i++) {
                Service service = services.get(i);
                if (service.isHost()) {
                    servers.add(new Server(
                            service.protocol(),
                            service.name(),
                            service.protocol().defaultPort()));
                }
                List<Srv> records = records(answers.get(i).join(), Srv.class);
                withdrawn |= isWithdrawn(records);
                for (Srv srv : SrvOrder.of(records, random, MOST_SERVERS)) {
                    if (!isNowhere(srv)) {
                        servers.add(new Server(service.protocol(), srv.target(), srv.port()));
                    }
                }
            }
            if (servers.isEmpty() && !withdrawn) {
                servers.add(host(services.isEmpty() ? target.protocol() : preferred(services)));
            }
            return servers.size() <= MOST_SERVERS ? servers : List.copyOf(servers.subList(0, MOST_SERVERS));
        });
    }

    /** RFC 3263 §4.1: without SRV records UDP, and TLS for sips, unless the URI or NAPTR records said otherwise. */
    private Protocol preferred(List<Service> services) {
        boolean offered = services.stream().anyMatch(service -> service.protocol() == target.protocol());
        return offered ? target.protocol() : services.get(0).protocol();
    }

    /** RFC 2782: a single record with the target "." means that the domain does not have the service. */
    private static boolean isWithdrawn(List<Srv> records) {
        return records.size() == 1 && isNowhere(records.get(0));
    }

    private static boolean isNowhere(Srv srv) {
        return srv.target().isEmpty() || srv.target().equals(".");
    }

    private CompletionStage<List<Hop>> hops(List<Server> servers) {
        List<CompletableFuture<List<InetAddress>>> addresses = new ArrayList<>(servers.size());
        for (Server server : servers) {
            addresses.add(addresses(server).toCompletableFuture());
        }
        return settled(addresses).thenApply(done -> {
            List<Hop> hops = new ArrayList<>();
            CompletionException failure = null;
            for (int i = 0; i < servers.size(); i++) {
                Server server = servers.get(i);
                try {
                    for (InetAddress address : addresses.get(i).join()) {
                        Hop hop = new Hop(
                                server.protocol(), new InetSocketAddress(address, server.port()), target.domain());
                        if (hops.size() < MOST_HOPS && !hops.contains(hop)) {
                            hops.add(hop);
                        }
                    }
                } catch (CompletionException e) {
                    failure = e; // the other servers will do
                }
            }
            if (hops.isEmpty() && failure != null) {
                throw failure;
            }
            return hops;
        });
    }

    /** IPv6 before IPv4 where we can send to both (RFC 6724 §10.3, RFC 7984), within a family at random. */
    private CompletionStage<List<InetAddress>> addresses(Server server) {
        List<InetAddress> known = statics.known(server.host());
        if (!known.isEmpty()) {
            return CompletableFuture.completedFuture(known);
        }
        CompletableFuture<DnsAnswer> ipv6 = family(server, true);
        CompletableFuture<DnsAnswer> ipv4 = family(server, false);
        return settled(List.of(ipv6, ipv4)).thenApply(done -> {
            List<InetAddress> addresses = new ArrayList<>();
            if (!ipv6.isCompletedExceptionally()) {
                addresses.addAll(shuffled(ipv6.join()));
            }
            if (!ipv4.isCompletedExceptionally()) {
                addresses.addAll(shuffled(ipv4.join()));
            }
            if (addresses.isEmpty()) {
                ipv6.join(); // tells why
                ipv4.join();
            }
            return addresses;
        });
    }

    private CompletableFuture<DnsAnswer> family(Server server, boolean ipv6) {
        return reach.over(server.protocol(), ipv6)
                ? dns.ask(new DnsQuestion(ipv6 ? DnsQuestion.Type.AAAA : DnsQuestion.Type.A, server.host()))
                        .toCompletableFuture()
                : CompletableFuture.completedFuture(DnsAnswer.NOTHING);
    }

    /** Sorted before, so that the same choice gives the same order. */
    private List<InetAddress> shuffled(DnsAnswer answer) {
        List<InetAddress> addresses = new ArrayList<>();
        records(answer, Address.class).forEach(record -> addresses.add(record.address()));
        addresses.sort((one, other) -> Arrays.compareUnsigned(one.getAddress(), other.getAddress()));
        for (int i = addresses.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            InetAddress moved = addresses.set(i, addresses.get(other));
            addresses.set(other, moved);
        }
        return addresses;
    }

    /** A server that refuses to tell about NAPTR or SRV may know the host nevertheless. */
    private CompletionStage<DnsAnswer> ask(DnsQuestion.Type type, String name) {
        return dns.ask(new DnsQuestion(type, name)).exceptionally(failure -> {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof DnsRefusal) {
                return DnsAnswer.NOTHING;
            }
            throw cause instanceof RuntimeException known ? known : new CompletionException(cause);
        });
    }

    private static <T extends DnsRecord> List<T> records(DnsAnswer answer, Class<T> type) {
        List<T> records = new ArrayList<>(answer.records().size());
        for (DnsRecord record : answer.records()) {
            if (type.isInstance(record)) {
                records.add(type.cast(record));
            }
        }
        return records;
    }

    private static <T> CompletableFuture<Void> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(new CompletableFuture<?>[0]));
    }

    /** When all are done, in whatever way. */
    private static <T> CompletionStage<Boolean> settled(List<CompletableFuture<T>> futures) {
        return all(futures).handle((nothing, failure) -> failure == null);
    }
}
