// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.time.Duration;
import java.util.List;

/**
 * The records of one name and type. Immutable.
 *
 * @param records none when there are none
 * @param ttl how long this may be believed; of an empty answer by RFC 2308 §5
 */
public record DnsAnswer(List<DnsRecord> records, Duration ttl) {
    public static final DnsAnswer NOTHING = new DnsAnswer(List.of(), Duration.ZERO);

    public DnsAnswer {
        records = List.copyOf(records);
    }
}
