// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

/**
 * Settings of a UDP listener. More than one reader shares the port by {@code SO_REUSEPORT}. Immutable.
 *
 * @param maxFlows how many remote addresses are remembered
 */
public record UdpOptions(int readers, int socketBuffer, int maxFlows) {
    public static final UdpOptions DEFAULT = new UdpOptions(1, 4 << 20, 200_000);

    public UdpOptions {
        if (readers < 1 || readers > 64) {
            throw new IllegalArgumentException("a UDP listener has 1 to 64 readers, not " + readers);
        }
    }

    public UdpOptions withReaders(int count) {
        return new UdpOptions(count, socketBuffer, maxFlows);
    }
}
