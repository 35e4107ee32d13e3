// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SourceRateTest {
    private long now = 1_000_000_000;
    private final SourceRate rate = new SourceRate(10, 5, () -> now);

    private int admitted(InetAddress source, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            admitted += rate.admits(source) ? 1 : 0;
        }
        return admitted;
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }

    @Test
    void admitsABurstAndThenTheRate() throws UnknownHostException {
        InetAddress source = address("192.0.2.7");

        assertThat(admitted(source, 100)).isEqualTo(5);
        now += TimeUnit.MILLISECONDS.toNanos(300);
        assertThat(admitted(source, 100)).isEqualTo(3);
        now += TimeUnit.HOURS.toNanos(1);
        assertThat(admitted(source, 100)).isEqualTo(5);
    }

    @Test
    void countsEachAddressByItself() throws UnknownHostException {
        admitted(address("192.0.2.7"), 100);

        assertThat(admitted(address("192.0.2.8"), 100)).isEqualTo(5);
    }

    @Test
    void countsAnIpv6SiteAsOne() throws UnknownHostException {
        admitted(address("2001:db8:0:1::7"), 100);

        assertThat(admitted(address("2001:db8:0:1:ffff::8"), 100)).isZero();
        assertThat(admitted(address("2001:db8:0:2::7"), 100)).isEqualTo(5);
    }

    @Test
    void staysBoundedUnderAFloodOfAddresses() throws UnknownHostException {
        byte[] bytes = {10, 0, 0, 0};
        for (int i = 0; i < 300_000; i++) {
            bytes[1] = (byte) (i >> 16);
            bytes[2] = (byte) (i >> 8);
            bytes[3] = (byte) i;
            rate.admits(InetAddress.getByAddress(bytes));
        }

        assertThat(rate.size()).isLessThanOrEqualTo(100_001);
    }

    @Test
    void remembersWhoKeepsSendingDuringTheFlood() throws UnknownHostException {
        InetAddress source = address("192.0.2.7");
        admitted(source, 5);
        byte[] bytes = {10, 0, 0, 0};
        for (int i = 0; i < 200_000; i++) {
            bytes[1] = (byte) (i >> 16);
            bytes[2] = (byte) (i >> 8);
            bytes[3] = (byte) i;
            rate.admits(InetAddress.getByAddress(bytes));
            if (i % 10_000 == 0) {
                assertThat(rate.admits(source)).isFalse();
            }
        }
    }
}
