// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.transport.Binding;

/**
 * An HTTP port, an HTTPS port and the contexts behind both. Without a port it serves nothing and still gives contexts their life.
 * Thread-safe; contexts are added and removed by one thread at a time.
 */
public final class HttpServer implements AutoCloseable {

    private static final int MAX_THREADS = 200;
    private static final int MIN_THREADS = 4;

    private final Server server;
    private final HttpConfiguration plain = configuration();
    private final Optional<HttpPort> port;
    private final Optional<HttpPort> securePort;
    private final ServerPages pages = new ServerPages();
    private final Contexts contexts = new Contexts();
    private volatile Optional<String> advertised = Optional.empty();
    private volatile Optional<OwnerForwarding> forwarding = Optional.empty();

    /** An HTTPS port and its keys, which stay the caller's. */
    public record Secure(InetSocketAddress address, TlsContext keys) {}

    /** A server for an address; empty opens no port. */
    public HttpServer(Optional<InetSocketAddress> address) {
        this(address, Optional.empty());
    }

    /** A server with an HTTP port, an HTTPS port, both or none. */
    public HttpServer(Optional<InetSocketAddress> address, Optional<Secure> secure) {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS);
        threads.setName("http");
        threads.setDaemon(true);
        server = new Server(threads);
        server.setStopTimeout(0);
        server.setHandler(contexts);
        port = address.map(wanted -> new HttpPort(server, connector(new HttpConnectionFactory(plain)), wanted, false));
        securePort = secure.map(
                settings -> new HttpPort(server, connector(encrypted(settings.keys())), settings.address(), true));
    }

    /** A context of no application: for what is asked for one and needs none. */
    public static ServletContext detachedContext() {
        return new ServletContextHandler().getServletContext();
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        return configuration;
    }

    private ServerConnector connector(ConnectionFactory... protocols) {
        return new ServerConnector(server, 1, 1, protocols);
    }

    private static ConnectionFactory[] encrypted(TlsContext keys) {
        HttpConfiguration configuration = configuration();
        // any name of the server is served by every certificate: those of SIP domains need not name its host, RFC 5922
        configuration.addCustomizer(new SecureRequestCustomizer(false));
        HttpConnectionFactory http = new HttpConnectionFactory(configuration);
        return new ConnectionFactory[] {new SslConnectionFactory(keys.server(), http.getProtocol()), http};
    }

    /** From here on contexts can be added. */
    public void start() throws IOException {
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("the HTTP server did not start: " + e.getMessage(), e);
        }
    }

    /** Opens the ports. */
    public void open() throws IOException {
        if (securePort.isPresent()) {
            InetSocketAddress bound = securePort.get().bind();
            plain.setSecureScheme(HttpScheme.HTTPS.asString()); // where a page goes that web.xml wants confidential
            plain.setSecurePort(bound.getPort());
        }
        for (HttpPort each : ports()) {
            each.open();
        }
    }

    /** The ports that there are to be. */
    public List<HttpPort> ports() {
        return Stream.concat(port.stream(), securePort.stream()).toList();
    }

    /** The port without TLS, if there is to be one. */
    public Optional<HttpPort> port() {
        return port;
    }

    /** The port with TLS, if there is to be one. */
    public Optional<HttpPort> securePort() {
        return securePort;
    }

    /** The pages of the server itself. */
    public ServerPages pages() {
        return pages;
    }

    /** Its name for browsers in place of the bound address. Before it starts. */
    public void advertise(String host) {
        advertised = Optional.of(host);
    }

    /**
     * Has requests for application sessions of other nodes forwarded, and takes those that they forward. Before it starts.
     *
     * @param secret bytes that all nodes have, and nobody else
     */
    public void forward(SessionOwners owners, byte[] secret) {
        OwnerForwarding others = new OwnerForwarding(owners, secret);
        others.setServer(server);
        server.addBean(others, true);
        plain.addCustomizer(others.arrivals());
        forwarding = Optional.of(others);
    }

    /**
     * The URL of this server up to its port, as {@code http://192.0.2.1:8080}.
     *
     * @throws IllegalArgumentException for a scheme without a port
     */
    public String origin(String scheme) {
        HttpPort serving = (scheme.equals("https")
                        ? securePort
                        : scheme.equals("http") ? port : Optional.<HttpPort>empty())
                .orElseThrow(() -> new IllegalArgumentException("this server has no port for " + scheme));
        InetSocketAddress address = serving.bound()
                .orElseThrow(() -> new IllegalStateException("the HTTP port is not open yet, or closed again"));
        String host =
                advertised.orElseGet(() -> Binding.of(address).advertised().host());
        return scheme + "://" + host + ':' + address.getPort();
    }

    /** Starts a context and, if it has a path, serves it. */
    public void add(ConvergedContext context) throws Exception {
        contexts.addBean(context.handler(), false); // where Jetty looks for the sessions of a server
        webSocketPath().ifPresent(path -> context.openWebSockets(path, this::upgrade));
        context.start(server);
        if (context.contextPath().isPresent()) {
            contexts.add(context);
        }
    }

    /** No HTTP request reaches the context any more; it lives on for calls that still run. */
    public void hide(ConvergedContext context) {
        contexts.remove(context);
    }

    /** Ends a context. */
    public void remove(ConvergedContext context) throws Exception {
        contexts.remove(context);
        try {
            context.stop();
        } finally {
            contexts.removeBean(context.handler());
        }
    }

    /** Where SIP over WebSocket is spoken; empty: nowhere. */
    Optional<String> webSocketPath() {
        return port.or(() -> securePort).flatMap(HttpPort::webSocketPath);
    }

    /** Answers a request that opens a connection for SIP; false for any other request. */
    boolean upgrade(Request request, Response response, Callback callback, @Nullable HttpServletRequest servlet) {
        return (port.isPresent() && port.get().upgrade(request, response, callback, servlet))
                || (securePort.isPresent() && securePort.get().upgrade(request, response, callback, servlet));
    }

    @Override
    public void close() throws IOException {
        ports().forEach(HttpPort::close);
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the HTTP server did not stop: " + e.getMessage(), e);
        }
    }

    /** Gives a request to the context with the longest matching path. */
    private final class Contexts extends Handler.Abstract {
        private volatile List<ConvergedContext> served = List.of();

        void add(ConvergedContext context) {
            List<ConvergedContext> next = new ArrayList<>(served);
            next.add(context);
            next.sort(Comparator.comparing((ConvergedContext each) ->
                            -each.contextPath().orElse("").length())
                    .thenComparing(each -> each.contextPath().orElse("")));
            served = List.copyOf(next);
        }

        void remove(ConvergedContext context) {
            served = served.stream().filter(each -> each != context).toList();
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (upgrade(request, response, callback, null)) {
                return true;
            }
            if (pages.handle(request, response, callback)) {
                return true;
            }
            if (forwarding.isEmpty() || !forwarding.get().take(request, response, callback, this::toContext)) {
                toContext(request, response, callback);
            }
            return true;
        }

        private boolean toContext(Request request, Response response, Callback callback) throws Exception {
            for (ConvergedContext context : served) {
                if (context.handler().handle(request, response, callback)) {
                    return true;
                }
            }
            Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
            return true;
        }
    }
}
