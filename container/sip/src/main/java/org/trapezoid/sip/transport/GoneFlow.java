// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.trapezoid.sip.message.Message;

/** A connection that was made elsewhere, and is not there any more. Immutable. */
final class GoneFlow implements Flow {
    private final Listener listener;
    private final FlowName name;
    private final Executor later;

    GoneFlow(Listener listener, FlowName name, Executor later) {
        this.listener = listener;
        this.name = name;
        this.later = later;
    }

    @Override
    public void send(Message message, Consumer<IOException> onFailure) {
        later.execute(() -> onFailure.accept(new IOException(this + " is gone")));
    }

    @Override
    public Protocol protocol() {
        return name.protocol();
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public InetSocketAddress local() {
        return listener.bound();
    }

    @Override
    public InetSocketAddress peer() {
        return name.peer();
    }

    @Override
    public long serial() {
        return name.serial();
    }

    @Override
    public boolean isOpen() {
        return false;
    }

    @Override
    public void close() {
        // it is
    }

    @Override
    public String toString() {
        return "flow of another node, " + name;
    }
}
