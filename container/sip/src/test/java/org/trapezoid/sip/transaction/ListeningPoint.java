// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowHandler;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Transport;

/** A listening point whose flows are fakes, one per peer. */
final class ListeningPoint implements Transport {
    private final Listener listener;
    private final ManualClock clock;
    final Map<InetSocketAddress, FakeFlow> flows = new HashMap<>();

    ListeningPoint(Listener listener, ManualClock clock) {
        this.listener = listener;
        this.clock = clock;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public void start(FlowHandler handler) {}

    @Override
    public Flow flowTo(InetSocketAddress peer) {
        return flows.computeIfAbsent(peer, address -> new FakeFlow(listener.protocol(), address, clock));
    }

    @Override
    public Optional<Flow> openFlow(InetSocketAddress peer) {
        return Optional.ofNullable(flows.get(peer));
    }

    @Override
    public void close() {}
}
