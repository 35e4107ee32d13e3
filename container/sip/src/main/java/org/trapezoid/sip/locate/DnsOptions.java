// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.time.Duration;

/**
 * How the name service is used. Immutable.
 *
 * @param naptr whether NAPTR records choose the transport; else SRV records do
 * @param srv whether SRV records are looked for; else a domain is a host
 * @param timeout how long a request waits for one question
 * @param maxLookups how many different questions may be open at one time; a further one fails at once
 * @param cacheSize how many answers are kept
 */
public record DnsOptions(boolean naptr, boolean srv, Duration timeout, int maxLookups, int cacheSize) {
    public static final DnsOptions DEFAULT = new DnsOptions(true, true, Duration.ofSeconds(5), 1_000, 10_000);
}
