// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.trapezoid.server.deploy.ArchiveCheck;
import org.trapezoid.server.deploy.RouterCheck;

/**
 * A SIP Servlet server inside a program. Thread-safe.
 *
 * <pre>{@code
 * try (SipServer server = SipServer.create(config -> config
 *         .listen(Listener.udp(5060))
 *         .http(8080)
 *         .application("echo", new EchoServlet())
 *         .deploy(Path.of("proxy.sar")))) {
 *     server.start();
 *     server.awaitStop();
 * }
 * }</pre>
 */
public final class SipServer implements AutoCloseable {

    private final ServerConfig config;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
    private final CountDownLatch startEnded = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Optional<Assembly> assembly = Optional.empty();

    private enum State {
        NEW,
        STARTED,
        STOPPED
    }

    private SipServer(ServerConfig config) {
        this.config = config;
    }

    /** A server with a configuration made on the spot. */
    public static SipServer create(Consumer<ServerConfigBuilder> configuration) {
        ServerConfigBuilder builder = ServerConfig.builder();
        configuration.accept(builder);
        return create(builder.build());
    }

    /** A server with a configuration. */
    public static SipServer create(ServerConfig config) {
        return new SipServer(config);
    }

    /**
     * What would go wrong with a configuration: a text for each application that cannot be deployed, and for an application router in
     * jars that cannot be used.
     *
     * @throws ConfigException if another file it names cannot be used
     */
    public static List<String> check(ServerConfig config) {
        Assembly.checkRouter(config.applications());
        List<String> problems = new ArrayList<>();
        config.applications().routerJars().map(RouterCheck::problems).ifPresent(problems::addAll);
        problems.addAll(ArchiveCheck.problems(
                config.applications().archives(), config.applications().directory()));
        return List.copyOf(problems);
    }

    /** Opens the listeners and deploys the applications; a server starts once. What fails is closed again. */
    public void start() {
        if (!state.compareAndSet(State.NEW, State.STARTED)) {
            throw new IllegalStateException("the server was started before; make another one");
        }
        try {
            assemble();
        } catch (IOException e) {
            stop();
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
    }

    private void assemble() throws IOException {
        try {
            Assembly made = new Assembly(config);
            assembly = Optional.of(made);
            made.start();
        } finally {
            startEnded.countDown();
        }
    }

    /**
     * Takes no new calls, lets running transactions finish for a while, then closes everything. Again: does nothing. While another thread starts
     * the server, it waits for that first.
     */
    public void stop() {
        State before = state.getAndSet(State.STOPPED);
        if (before == State.STOPPED) {
            return;
        }
        try {
            if (before == State.STARTED) {
                awaitStartEnd();
            }
            assembly.ifPresent(Assembly::stop);
        } finally {
            stopped.countDown();
        }
    }

    /** What is half started cannot be closed whole. */
    private void awaitStartEnd() {
        boolean interrupted = false;
        while (startEnded.getCount() > 0) {
            try {
                startEnded.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until another thread has called {@link #stop()}. */
    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /**
     * The port that is open for a protocol: {@code udp}, {@code tcp}, {@code tls}, {@code ws}, {@code wss}, {@code http} or
     * {@code https}; the first one configured.
     */
    public int port(String protocol) {
        return started().port(protocol).orElseThrow(() -> new IllegalArgumentException("no open port for " + protocol));
    }

    /** What is open, one text such as {@code udp 127.0.0.1:5060} each. */
    public List<String> endpoints() {
        return started().endpoints();
    }

    /** The names of the deployed applications, sorted. */
    public List<String> applications() {
        return started().applications();
    }

    /** Same as {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    private Assembly started() {
        return assembly.orElseThrow(() -> new IllegalStateException("the server was not started"));
    }
}
