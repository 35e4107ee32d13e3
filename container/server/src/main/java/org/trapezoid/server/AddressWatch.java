// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.transport.Binding;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.Transport;
import org.trapezoid.sip.transport.TransportLayer;

/**
 * Opens listeners when their address appears on this host, and closes them when it goes: the addresses of nodes that have died are moved to
 * others. Looks on a worker, for the answer may take its time. Started and closed once.
 */
final class AddressWatch {
    private static final Logger log = LoggerFactory.getLogger(AddressWatch.class);
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final Map<Binding, Supplier<Transport>> movable;
    private final TransportLayer transports;
    private final Strand strand;
    private final StackThreads threads;
    private final Map<Binding, Transport> open = new HashMap<>(); // used by one look at a time
    private volatile Runnable onChange = () -> {};
    private volatile boolean closed;

    AddressWatch(
            Map<Binding, Supplier<Transport>> movable, TransportLayer transports, Strand strand, StackThreads threads) {
        this.movable = movable;
        this.transports = transports;
        this.strand = strand;
        this.threads = threads;
    }

    /** Who is told, on a worker, when a listener has been opened or closed. */
    void onChange(Runnable listener) {
        onChange = listener;
    }

    void start() {
        if (!movable.isEmpty()) {
            look();
        }
    }

    void close() {
        closed = true;
    }

    private void lookLater() {
        threads.timers().schedule(strand, INTERVAL, () -> threads.later(this::look));
    }

    private void look() {
        try {
            movable.forEach(this::look);
        } finally {
            if (!closed) {
                Strand.run(strand, this::lookLater);
            }
        }
    }

    private void look(Binding binding, Supplier<Transport> maker) {
        boolean here = isHere(binding.address().getAddress());
        Transport present = open.get(binding);
        if (here && present == null && !closed) {
            Transport transport = maker.get();
            try {
                transports.open(transport);
                open.put(binding, transport);
                log.info("{} has come to this host: its listener is open", binding.address());
                onChange.run();
            } catch (IOException e) {
                log.debug("{} cannot be opened yet: {}", binding.address(), e.toString());
            }
        } else if (!here && present != null) {
            open.remove(binding);
            transports.close(present);
            log.info("{} has left this host: its listener is closed", binding.address());
            onChange.run();
        }
    }

    private static boolean isHere(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }
}
