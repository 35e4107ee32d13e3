// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import org.trapezoid.sip.testing.network.Endpoint;
import org.trapezoid.sip.testing.network.Findings;
import org.trapezoid.sip.transport.Protocol;

/**
 * Stands before a server and weighs what each message costs it, callbacks included: memory in proportion to the message, and an
 * end to the messages that one world gives rise to. Confined to the thread of the test.
 */
final class Toll implements Endpoint {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long BYTES_ALWAYS = 4 << 20;
    private static final long BYTES_EACH = 600;
    private static final int STORM = 10_000;

    private final Endpoint server;
    private final Findings findings;
    private int messages;

    Toll(Endpoint server, Findings findings) {
        this.server = server;
        this.findings = findings;
    }

    @Override
    public String name() {
        return server.name();
    }

    @Override
    public Protocol protocol() {
        return server.protocol();
    }

    @Override
    public InetSocketAddress address() {
        return server.address();
    }

    @Override
    public void receive(InetSocketAddress from, byte[] message) {
        if (++messages > STORM) {
            if (messages == STORM + 1) {
                findings.add(name(), "got " + STORM + " messages: they do not end");
            }
            return; // else this run would not end either
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        server.receive(from, message);
        long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (taken > BYTES_ALWAYS + BYTES_EACH * message.length) {
            findings.add(name(), "took " + taken + " bytes of memory for a message of " + message.length);
        }
    }

    @Override
    public void closed(InetSocketAddress peer) {
        server.closed(peer);
    }
}
