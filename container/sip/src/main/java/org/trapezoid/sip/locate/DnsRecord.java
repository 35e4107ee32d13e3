// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetAddress;

/** A record of the types that RFC 3263 needs. Immutable. */
public sealed interface DnsRecord {

    /** Which services a domain has, RFC 3403 §4.1; either the regular expression or the replacement says where. */
    record Naptr(int order, int preference, String flags, String service, String regexp, String replacement)
            implements DnsRecord {

        /** One without a regular expression. */
        public Naptr(int order, int preference, String flags, String service, String replacement) {
            this(order, preference, flags, service, "", replacement);
        }
    }

    /** Where a service is, RFC 2782; the target {@code .} says that it is not there. */
    record Srv(int priority, int weight, int port, String target) implements DnsRecord {}

    /** Of an A or AAAA record. */
    record Address(InetAddress address) implements DnsRecord {}
}
