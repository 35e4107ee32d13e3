// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;
import org.trapezoid.sip.locate.HopHealth;
import org.trapezoid.sip.locate.ServerLocator;

/**
 * How the hops of a request are chosen. Immutable.
 *
 * @param health which of them failed lately
 * @param largestDatagram bytes of the longest request that goes over UDP when a connection can be had (RFC 3261 §18.1.1)
 */
public record HopSelection(ServerLocator locator, HopHealth health, int largestDatagram) {
    /** What is left of an Ethernet frame, RFC 3261 §18.1.1. */
    public static final int LARGEST_DATAGRAM = 1300;

    /** Hops as they are found, whatever failed before. */
    public static HopSelection by(ServerLocator locator) {
        return new HopSelection(locator, new HopHealth(Duration.ZERO, () -> 0), LARGEST_DATAGRAM);
    }
}
