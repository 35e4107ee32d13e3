// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty's selectors, shared by the stream listeners of a server, for connections in both directions; and a look at all of
 * them from time to time for outlived deadlines. Thread-safe; the lock guards the start.
 */
public final class StreamSelectors implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StreamSelectors.class);
    private static final int SPARE_THREADS = 7;

    private final Duration connectTimeout;
    private final Duration checkInterval;
    private final QueuedThreadPool pool;
    private final Scheduler scheduler;
    private final Selectors selectors;
    private final ByteBufferPool buffers = new ArrayByteBufferPool();
    private final ReentrantLock starting = new ReentrantLock();
    private final ConcurrentHashMap<SelectableChannel, StreamTransport> listening = new ConcurrentHashMap<>();
    private final Set<StreamTransport> checked = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public StreamSelectors() {
        this(1, Duration.ofSeconds(10), Duration.ofSeconds(1));
    }

    /** @param checkInterval how exactly the deadlines of connections are kept */
    public StreamSelectors(int count, Duration connectTimeout, Duration checkInterval) {
        this.connectTimeout = connectTimeout;
        this.checkInterval = checkInterval;
        this.pool = new QueuedThreadPool(count + SPARE_THREADS, count);
        this.pool.setName("sip-stream");
        this.pool.setDaemon(true);
        this.scheduler = new ScheduledExecutorScheduler("sip-stream-deadlines", true);
        this.selectors = new Selectors(pool, scheduler, count);
        this.selectors.setConnectTimeout(connectTimeout.toMillis());
    }

    void listen(ServerSocketChannel server, StreamTransport transport) throws IOException {
        start();
        listening.put(server, transport);
        checked.add(transport);
        selectors.acceptor(server);
    }

    void forget(ServerSocketChannel server) {
        listening.remove(server);
    }

    /** Begins to connect from the given local address, RFC 3261 §18.1.1; {@code flow} is told how it ends. */
    void connect(StreamFlow flow, InetAddress from) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            if (!from.isAnyLocalAddress()) {
                channel.bind(new InetSocketAddress(from, 0));
            }
            configure(channel);
            if (channel.connect(flow.peer())) {
                selectors.accept(channel, flow);
            } else {
                selectors.connect(channel, flow);
            }
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    @Override
    public void close() {
        closed = true;
        LifeCycle.stop(selectors);
        LifeCycle.stop(scheduler);
        LifeCycle.stop(pool);
    }

    private void start() throws IOException {
        starting.lock();
        try {
            if (selectors.isStarted()) {
                return;
            }
            LifeCycle.start(pool);
            LifeCycle.start(scheduler);
            LifeCycle.start(selectors);
            checkLater();
        } catch (RuntimeException e) {
            throw new IOException("cannot start selectors", e);
        } finally {
            starting.unlock();
        }
    }

    private void checkLater() {
        scheduler.schedule(this::check, checkInterval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void check() {
        try {
            checked.removeIf(transport -> !transport.check(connectTimeout.toNanos()));
        } catch (RuntimeException e) {
            log.error("cannot check connections", e);
        } finally {
            if (!closed) {
                checkLater();
            }
        }
    }

    private static void configure(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    private static void closeQuietly(SelectableChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("closing {}", channel, e);
        }
    }

    private final class Selectors extends SelectorManager {

        Selectors(QueuedThreadPool pool, Scheduler scheduler, int count) {
            super(pool, scheduler, count);
        }

        /** Takes every waiting connection itself: only here it is known which listener it came to. */
        @Override
        protected @Nullable SelectableChannel doAccept(SelectableChannel server) throws IOException {
            StreamTransport transport = listening.get(server);
            SocketChannel channel;
            while (transport != null && (channel = ((ServerSocketChannel) server).accept()) != null) {
                admit(transport, channel);
            }
            return null;
        }

        private void admit(StreamTransport transport, SocketChannel channel) {
            try {
                configure(channel);
                transport.accepted(channel).ifPresentOrElse(flow -> accept(channel, flow), () -> closeQuietly(channel));
            } catch (IOException e) {
                closeQuietly(channel); // gone before it was looked at
            }
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            return new SocketChannelEndPoint((SocketChannel) channel, selector, key, getScheduler());
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, Object attachment) {
            StreamFlow flow = (StreamFlow) attachment;
            return flow.connection(endPoint, getExecutor(), buffers);
        }

        @Override
        protected void connectionFailed(SelectableChannel channel, Throwable cause, @Nullable Object attachment) {
            if (attachment instanceof StreamFlow flow) {
                flow.broken(cause);
            }
        }
    }
}
