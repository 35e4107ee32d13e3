// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.ManualClock;

class FlowTableTest {
    private final ManualClock clock = new ManualClock();
    private final FlowTable<FakeFlow> table = new FlowTable<>(100, peer -> new FakeFlow(Protocol.UDP, peer, clock));

    @Test
    void givesTheSameFlowForTheSameAddress() {
        assertThat(table.flow(peer(1))).isSameAs(table.flow(peer(1)));
        assertThat(table.flow(peer(1))).isNotSameAs(table.flow(peer(2)));
    }

    @Test
    void staysBoundedUnderAFloodOfAddresses() {
        for (int port = 1; port < 10_000; port++) {
            table.flow(peer(port));
        }

        assertThat(table.size()).isLessThanOrEqualTo(101);
    }

    @Test
    void keepsAFlowThatIsUsedWhileOthersComeAndGo() {
        FakeFlow kept = table.flow(peer(1));

        for (int port = 2; port < 10_000; port++) {
            table.flow(peer(port));
            if (port % 40 == 0) {
                assertThat(table.flow(peer(1))).isSameAs(kept);
            }
        }
    }

    private static InetSocketAddress peer(int port) {
        return new InetSocketAddress("192.0.2.1", port);
    }
}
