// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetAddress;

/** A record of the types that RFC 3263 needs. Immutable. */
public sealed interface DnsRecord {

    /** Which services a domain has, RFC 3403 §4.1. */
    record Naptr(int order, int preference, String flags, String service, String replacement) implements DnsRecord {}

    /** Where a service is, RFC 2782; the target {@code .} says that it is not there. */
    record Srv(int priority, int weight, int port, String target) implements DnsRecord {}

    /** Of an A or AAAA record. */
    record Address(InetAddress address) implements DnsRecord {}
}
