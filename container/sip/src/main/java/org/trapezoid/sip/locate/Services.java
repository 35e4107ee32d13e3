// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.trapezoid.sip.locate.DnsRecord.Naptr;
import org.trapezoid.sip.transport.Protocol;

/** The services of a domain by which it can be reached, RFC 3263 §4.1. Stateless. */
final class Services {

    /**
     * A name to look for and the transport that goes with it.
     *
     * @param isHost whether the name is that of a host; else it has SRV records
     */
    record Service(Protocol protocol, String name, boolean isHost) {}

    private Services() {}

    /**
     * What NAPTR records offer, in the order of the domain's administrator; where that is silent, TLS comes first. Records
     * that lead to other NAPTR records are no part of RFC 3263 and passed over, so there is no loop to go into.
     */
    static List<Service> offered(List<Naptr> records, boolean secure, Predicate<Protocol> spoken) {
        List<Naptr> known = new ArrayList<>();
        for (Naptr record : records) {
            Optional<Protocol> protocol = protocol(record);
            if (record.regexp().isEmpty() // RFC 3263 §4.1 knows replacements only
                    && isTerminal(record)
                    && protocol.isPresent()
                    && (protocol.get().isSecure() || !secure)
                    && spoken.test(protocol.get())) {
                known.add(record);
            }
        }
        known.sort(Comparator.comparingInt(Naptr::order)
                .thenComparingInt(Naptr::preference)
                .thenComparing(Services::insecurity)
                .thenComparing(Naptr::replacement));
        List<Service> services = new ArrayList<>();
        for (Naptr record : known) {
            Service service = new Service(
                    protocol(record).orElseThrow(),
                    record.replacement(),
                    record.flags().equalsIgnoreCase("a"));
            if (!services.contains(service)) {
                services.add(service);
            }
        }
        return services;
    }

    /** What is asked for without NAPTR records: the transports we speak, UDP first for sip. */
    static List<Service> usual(String domain, boolean secure, Predicate<Protocol> spoken) {
        List<Protocol> protocols = secure ? List.of(Protocol.TLS) : List.of(Protocol.UDP, Protocol.TCP);
        List<Service> services = new ArrayList<>();
        for (Protocol protocol : protocols) {
            if (spoken.test(protocol)) {
                services.add(over(protocol, domain));
            }
        }
        return services;
    }

    /** The SRV records of a domain for one transport. */
    static Service over(Protocol protocol, String domain) {
        String prefix =
                switch (protocol) {
                    case UDP -> "_sip._udp.";
                    case TCP, WS -> "_sip._tcp.";
                    case TLS, WSS -> "_sips._tcp.";
                };
        return new Service(protocol, prefix + domain, false);
    }

    private static boolean isTerminal(Naptr record) {
        return (record.flags().equalsIgnoreCase("s") || record.flags().equalsIgnoreCase("a"))
                && !record.replacement().isEmpty();
    }

    private static int insecurity(Naptr record) {
        return record.service().toUpperCase(Locale.ROOT).startsWith("SIPS") ? 0 : 1;
    }

    /** WebSocket servers are not connected to, RFC 7118 §5. */
    private static Optional<Protocol> protocol(Naptr record) {
        return switch (record.service().toUpperCase(Locale.ROOT)) {
            case "SIP+D2U" -> Optional.of(Protocol.UDP);
            case "SIP+D2T" -> Optional.of(Protocol.TCP);
            case "SIPS+D2T" -> Optional.of(Protocol.TLS);
            default -> Optional.empty();
        };
    }
}
