// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Backlog;
import org.trapezoid.sip.concurrent.Reader;
import org.trapezoid.sip.concurrent.Threads;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;

/**
 * One datagram socket and the thread that reads it, RFC 3261 §18. Thread-safe; the lock guards the change of the channel.
 * The channel blocks, so a message costs one system call each way; an interrupt that hits a sender inside that call
 * closes the channel, and it is opened again.
 */
final class UdpSocket {
    private static final Logger log = LoggerFactory.getLogger(UdpSocket.class);
    private static final byte[] LINE_ENDS = {'\r', '\n', '\r', '\n'};
    private static final int MAX_DATAGRAM = 65_535;
    private static final int MAX_PAYLOAD = 65_507;
    private static final long REOPEN_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);

    private final UdpOptions options;
    private final MessageParser parser;
    private final StackThreads threads;
    private final LogGate gate;
    private final FlowHandler handler;
    private final Backlog backlog;
    private final UdpProbe probe;
    private final Buffers buffers = new Buffers(MAX_PAYLOAD);
    private final FlowTable<UdpFlow> flows;
    private final ReentrantLock changing = new ReentrantLock();
    private final Listener listener;
    private volatile DatagramChannel channel;
    private volatile boolean closed;

    UdpSocket(
            Binding binding,
            UdpOptions options,
            MessageParser parser,
            StackThreads threads,
            LogGate gate,
            FlowHandler handler,
            Backlog backlog,
            long secret)
            throws IOException {
        this.options = options;
        this.parser = parser;
        this.threads = threads;
        this.gate = gate;
        this.handler = handler;
        this.backlog = backlog;
        this.flows = new FlowTable<>(options.maxFlows(), peer -> new UdpFlow(this, peer));
        this.channel = open(binding.address());
        this.listener = binding.listener(Protocol.UDP, (InetSocketAddress) channel.getLocalAddress());
        this.probe = new UdpProbe(secret, listener.bound());
    }

    void start() {
        startReader();
    }

    Listener listener() {
        return listener;
    }

    boolean isOpen() {
        return !closed;
    }

    UdpFlow flow(InetSocketAddress peer) {
        return flows.flow(peer);
    }

    void close() {
        changing.lock();
        try {
            closed = true;
            closeQuietly(channel);
        } finally {
            changing.unlock();
        }
    }

    void send(Message message, InetSocketAddress peer, Consumer<IOException> onFailure) {
        boolean interrupted = Thread.interrupted(); // a set flag would close the channel
        ByteBuffer buffer = buffers.take();
        try {
            if (message.encodedLength() > MAX_PAYLOAD) {
                throw new IOException("message to " + peer + " exceeds a datagram of " + MAX_PAYLOAD + " bytes");
            }
            message.writeTo(buffer);
            interrupted |= transmit(buffer.flip(), peer);
        } catch (IllegalArgumentException e) {
            fail(onFailure, new IOException("cannot send to " + peer + " from " + listener.bound(), e));
        } catch (IOException e) {
            fail(onFailure, e);
        } finally {
            buffers.give(buffer);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Two line ends; when they do not leave, the next ones may. */
    void sendLineEnds(InetSocketAddress peer) {
        boolean interrupted = Thread.interrupted();
        try {
            interrupted |= transmit(ByteBuffer.wrap(LINE_ENDS), peer);
        } catch (IllegalArgumentException | IOException e) {
            log.debug("keep-alive to {} not sent", peer, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns whether the thread was interrupted meanwhile; its flag is clear. */
    private boolean transmit(ByteBuffer datagram, InetSocketAddress peer) throws IOException {
        DatagramChannel current = channel;
        try {
            current.send(datagram, peer);
            return false;
        } catch (ClosedChannelException lost) {
            boolean interrupted = Thread.interrupted();
            datagram.rewind();
            reopen(current).send(datagram, peer);
            return interrupted;
        }
    }

    private void fail(Consumer<IOException> onFailure, IOException cause) {
        threads.later(() -> onFailure.accept(cause));
    }

    private DatagramChannel open(InetSocketAddress address) throws IOException {
        boolean ipv6 = address.getAddress() instanceof Inet6Address;
        DatagramChannel opened =
                DatagramChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            opened.setOption(StandardSocketOptions.SO_RCVBUF, options.socketBuffer());
            opened.setOption(StandardSocketOptions.SO_SNDBUF, options.socketBuffer());
            if (options.readers() > 1) {
                opened.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            return opened.bind(address);
        } catch (IOException | RuntimeException e) {
            closeQuietly(opened);
            throw e;
        }
    }

    /** Replaces a channel that was closed unasked; fails when the socket itself is closed or the port is taken. */
    private DatagramChannel reopen(DatagramChannel lost) throws IOException {
        changing.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (channel == lost) {
                channel = open(listener.bound());
                log.warn("UDP listener {} was closed by an interrupt and is open again", listener.bound());
            }
            return channel;
        } finally {
            changing.unlock();
        }
    }

    private void startReader() {
        Threads.platform("sip-udp-" + listener.bound().getPort(), this::readUntilClosed)
                .start();
    }

    private void readUntilClosed() {
        ByteBuffer datagram = ByteBuffer.allocateDirect(MAX_DATAGRAM);
        byte[] bytes = new byte[MAX_DATAGRAM];
        Backlog.Reads reads = backlog.reads();
        try (Reader reader = threads.readers().enter(this::startReader)) {
            UdpFlow last = null;
            while (!closed && !reader.isReplaced()) {
                DatagramChannel current = channel;
                try {
                    last = readOne(current, datagram, bytes, last, reads);
                } catch (ClosedChannelException e) {
                    reopenSoon(current);
                } catch (Throwable t) { // nothing a peer sends, and no fault above, ends the reader
                    report(t);
                    pause(t);
                }
            }
        }
    }

    private UdpFlow readOne(
            DatagramChannel current, ByteBuffer datagram, byte[] bytes, @Nullable UdpFlow last, Backlog.Reads reads)
            throws IOException {
        Thread.interrupted(); // what a callback left behind would close the channel
        datagram.clear();
        InetSocketAddress source = receive(current, datagram, reads);
        UdpFlow flow = last != null && last.peer().equals(source) ? last : flows.flow(source);
        int length = datagram.flip().remaining();
        datagram.get(bytes, 0, length);
        if (length > 0 && (bytes[0] >= 2 || !isOther(current, bytes, length, source))) {
            handler.onMessage(flow, parser.parseDatagram(bytes, 0, length));
        }
        return flow;
    }

    private InetSocketAddress receive(DatagramChannel current, ByteBuffer datagram, Backlog.Reads reads)
            throws IOException {
        if (!reads.isSampled()) {
            return (InetSocketAddress) current.receive(datagram);
        }
        long before = threads.timers().nanoTime();
        InetSocketAddress source = (InetSocketAddress) current.receive(datagram);
        long after = threads.timers().nanoTime();
        if (reads.read(before, after)) {
            sendProbe(current, after);
        }
        return source;
    }

    private void sendProbe(DatagramChannel current, long now) {
        try {
            current.send(probe.encode(now), probe.self());
        } catch (IOException e) {
            log.debug("how long messages wait at {} stays unknown", listener.bound(), e);
            backlog.returned(now, now);
        }
    }

    /** What is no SIP on this port: STUN, and our own probes. */
    private boolean isOther(DatagramChannel current, byte[] bytes, int length, InetSocketAddress source)
            throws IOException {
        if (StunBinding.isStun(bytes, length)) {
            answerStun(current, bytes, length, source);
            return true;
        }
        OptionalLong sentAt = probe.sentAt(bytes, length);
        sentAt.ifPresent(sent -> backlog.returned(sent, threads.timers().nanoTime()));
        return sentAt.isPresent();
    }

    /** RFC 5626 §8. */
    private static void answerStun(DatagramChannel current, byte[] bytes, int length, InetSocketAddress source)
            throws IOException {
        Optional<ByteBuffer> answer = StunBinding.answer(bytes, length, source);
        if (answer.isPresent() && Literals.isReachable(source)) {
            current.send(answer.get(), source);
        }
    }

    private void reopenSoon(DatagramChannel lost) {
        try {
            reopen(lost);
        } catch (IOException e) {
            if (!closed) {
                report(e);
                pause(e);
            }
        }
    }

    private void report(Throwable cause) {
        if (gate.passes(cause.getClass())) {
            log.error("UDP listener {} failed and goes on", listener.bound(), cause);
        }
    }

    /** An error of the socket itself may come again at once. */
    private static void pause(Throwable cause) {
        if (cause instanceof IOException) {
            LockSupport.parkNanos(REOPEN_INTERVAL);
        }
    }

    private static void closeQuietly(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("closing {}", channel, e);
        }
    }
}
