// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Threads;
import org.trapezoid.sip.concurrent.TimerWheel;
import org.trapezoid.sip.concurrent.Workers;

/** The threads around transports in real-socket tests. */
final class SocketThreads implements AutoCloseable {
    private final Readers readers = new Readers();
    private final TimerWheel wheel = new TimerWheel(readers);
    private final Workers workers = Threads.workers("test-worker", 4);

    StackThreads stack() {
        return new StackThreads(readers, wheel, workers);
    }

    TimerWheel wheel() {
        return wheel;
    }

    Workers workers() {
        return workers;
    }

    @Override
    public void close() {
        wheel.close();
        workers.close();
    }
}
