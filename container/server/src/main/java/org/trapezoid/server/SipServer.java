// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

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

    private final Assembly assembly;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private SipServer(Assembly assembly) {
        this.assembly = assembly;
    }

    /** A server with a configuration made on the spot. */
    public static SipServer create(Consumer<ServerConfig.Builder> configuration) {
        ServerConfig.Builder builder = ServerConfig.builder();
        configuration.accept(builder);
        return create(builder.build());
    }

    /** A server with a configuration. */
    public static SipServer create(ServerConfig config) {
        return new SipServer(new Assembly(config));
    }

    /** What would go wrong with a configuration: a line for each application that cannot be deployed. */
    public static List<String> check(ServerConfig config) {
        return Assembly.check(config);
    }

    /** Deploys the applications, then opens the listeners; what fails is closed again. */
    public void start() {
        try {
            assembly.start();
        } catch (IOException e) {
            stop();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
    }

    /** Takes no new calls, lets running transactions finish for a while, then closes everything. Again: does nothing. */
    public void stop() {
        try {
            assembly.stop();
        } finally {
            stopped.countDown();
        }
    }

    /** Waits until another thread has called {@link #stop()}. */
    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /** The port that is open for a protocol: {@code udp}, {@code tcp} or {@code http}; the first one configured. */
    public int port(String protocol) {
        return assembly.port(protocol).orElseThrow(() -> new IllegalArgumentException("no open port for " + protocol));
    }

    /** What is open, one text such as {@code udp 127.0.0.1:5060} each. */
    public List<String> endpoints() {
        return assembly.endpoints();
    }

    /** The names of the deployed applications, sorted. */
    public List<String> applications() {
        return assembly.applications();
    }

    /** Same as {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }
}
