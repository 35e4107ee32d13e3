// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.locate.DnsRecord.Address;
import org.trapezoid.sip.locate.DnsRecord.Naptr;
import org.trapezoid.sip.locate.DnsRecord.Srv;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DNAMERecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NAPTRRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;

/**
 * What a name server's message says to a question, aliases followed as far as the message knows them. Immutable.
 *
 * @param records of the type asked for
 * @param alias the name whose records are still to be asked for
 * @param ttl in seconds, the shortest on the way
 */
record DnsReply(List<DnsRecord> records, Optional<Name> alias, long ttl) {
    private static final int MOST_RECORDS = 256;
    private static final int MOST_ALIASES = 16;

    /** Empty for what cannot be a name in DNS. */
    static Optional<Name> name(String text) {
        try {
            return Optional.of(Name.fromString(text, Name.root));
        } catch (TextParseException e) {
            return Optional.empty();
        }
    }

    static DnsReply of(Message message, Name asked, int type) {
        List<Record> answers = message.getSection(Section.ANSWER);
        Name name = asked;
        long ttl = Long.MAX_VALUE;
        for (int aliases = 0; aliases <= MOST_ALIASES; aliases++) {
            List<DnsRecord> records = new ArrayList<>();
            for (Record record : answers) {
                if (record.getType() == type && record.getName().equals(name) && records.size() < MOST_RECORDS) {
                    read(record).ifPresent(records::add);
                    ttl = Math.min(ttl, record.getTTL());
                }
            }
            if (!records.isEmpty()) {
                return new DnsReply(records, Optional.empty(), ttl);
            }
            Optional<Record> alias = alias(answers, name);
            if (alias.isEmpty()) {
                return name.equals(asked)
                        ? new DnsReply(List.of(), Optional.empty(), Math.min(ttl, negativeTtl(message)))
                        : unfinished(message, name, ttl);
            }
            ttl = Math.min(ttl, alias.get().getTTL());
            name = target(alias.get(), name);
        }
        return new DnsReply(List.of(), Optional.empty(), 0); // a loop: there is nothing
    }

    DnsAnswer answer(long earlierTtl) {
        return new DnsAnswer(records, Duration.ofSeconds(Math.max(0, Math.min(ttl, earlierTtl))));
    }

    /** An authority that says SOA has followed the alias to its end; without one we have to. */
    private static DnsReply unfinished(Message message, Name alias, long ttl) {
        for (Record record : message.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord && alias.subdomain(record.getName())) {
                return new DnsReply(List.of(), Optional.empty(), Math.min(ttl, negativeTtl(message)));
            }
        }
        return new DnsReply(List.of(), Optional.of(alias), ttl);
    }

    /** RFC 2308 §5; without SOA it is not to be remembered. */
    private static long negativeTtl(Message message) {
        for (Record record : message.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord soa) {
                return Math.min(soa.getTTL(), soa.getMinimum());
            }
        }
        return 0;
    }

    private static Optional<Record> alias(List<Record> answers, Name name) {
        for (Record record : answers) {
            boolean same = record instanceof CNAMERecord && record.getName().equals(name);
            if (same || (record instanceof DNAMERecord && isBelow(name, record.getName()))) {
                return Optional.of(record);
            }
        }
        return Optional.empty();
    }

    private static boolean isBelow(Name name, Name parent) {
        return name.subdomain(parent) && !name.equals(parent);
    }

    private static Name target(Record alias, Name name) {
        if (alias instanceof DNAMERecord dname) {
            try {
                return name.fromDNAME(dname);
            } catch (NameTooLongException e) {
                return Name.root;
            }
        }
        return ((CNAMERecord) alias).getTarget();
    }

    private static Optional<DnsRecord> read(Record record) {
        if (record instanceof NAPTRRecord naptr) {
            return Optional.of(new Naptr(
                    naptr.getOrder(),
                    naptr.getPreference(),
                    naptr.getFlags(),
                    naptr.getService(),
                    naptr.getRegexp(),
                    text(naptr.getReplacement())));
        }
        if (record instanceof SRVRecord srv) {
            return Optional.of(new Srv(srv.getPriority(), srv.getWeight(), srv.getPort(), text(srv.getTarget())));
        }
        if (record instanceof ARecord a) {
            return address(a.getAddress());
        }
        return record instanceof AAAARecord aaaa ? address(aaaa.getAddress()) : Optional.empty();
    }

    /** Without the name that the library puts to it. */
    private static Optional<DnsRecord> address(InetAddress address) {
        try {
            return Optional.of(new Address(InetAddress.getByAddress(address.getAddress())));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static String text(Name name) {
        return name.equals(Name.root) ? "" : name.toString(true);
    }
}
