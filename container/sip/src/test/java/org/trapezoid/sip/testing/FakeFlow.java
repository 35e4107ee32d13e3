// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.tls.TlsPeer;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.HostPort;

/** A flow that writes down what is sent and when, and fails when told to. Thread-safe, for tests that use threads. */
public final class FakeFlow implements Flow {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("192.0.2.10", 5060);
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 5060);

    private final Listener listener;
    private final InetSocketAddress peer;
    private final ManualClock clock;
    private final List<Message> sent = new ArrayList<>();
    private final List<Duration> sentAt = new ArrayList<>();
    private Optional<IOException> failure = Optional.empty();
    private boolean open = true;
    private Optional<TlsPeer> tls = Optional.empty();

    public FakeFlow(Protocol protocol, InetSocketAddress peer, ManualClock clock) {
        this.listener =
                new Listener(protocol, LOCAL, new HostPort(LOCAL.getAddress().getHostAddress(), LOCAL.getPort()));
        this.peer = peer;
        this.clock = clock;
    }

    /** UDP. */
    public static FakeFlow unreliable(ManualClock clock) {
        return new FakeFlow(Protocol.UDP, PEER, clock);
    }

    /** TCP. */
    public static FakeFlow reliable(ManualClock clock) {
        return new FakeFlow(Protocol.TCP, PEER, clock);
    }

    /** Its peer has proved to serve these domains. */
    public synchronized FakeFlow proving(String... domains) {
        tls = Optional.of(new TlsPeer("TLSv1.3", "TLS_AES_256_GCM_SHA384", List.of(), List.of(domains)));
        return this;
    }

    /** From now on nothing leaves; the sender is told so before {@link #send} returns, which is the hardest time for it. */
    public synchronized void failWith(IOException cause) {
        failure = Optional.of(cause);
    }

    @Override
    public void send(Message message, Consumer<IOException> onFailure) {
        Optional<IOException> failed;
        synchronized (this) {
            failed = failure;
            if (failed.isEmpty()) {
                sent.add(message);
                sentAt.add(clock.elapsed());
            }
        }
        failed.ifPresent(onFailure);
    }

    public synchronized List<Message> sent() {
        return List.copyOf(sent);
    }

    /** The times of {@link #sent}, since the clock was made. */
    public synchronized List<Duration> sentAt() {
        return List.copyOf(sentAt);
    }

    public Request lastRequest() {
        return (Request) last();
    }

    public Response lastResponse() {
        return (Response) last();
    }

    private synchronized Message last() {
        if (sent.isEmpty()) {
            throw new AssertionError("nothing was sent on " + this);
        }
        return sent.get(sent.size() - 1);
    }

    @Override
    public Protocol protocol() {
        return listener.protocol();
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
        return peer;
    }

    @Override
    public long serial() {
        return 0;
    }

    @Override
    public synchronized Optional<TlsPeer> tls() {
        return tls;
    }

    @Override
    public synchronized boolean isOpen() {
        return open;
    }

    @Override
    public synchronized void close() {
        open = false;
    }

    @Override
    public String toString() {
        return "fake " + protocol() + " " + peer;
    }
}
