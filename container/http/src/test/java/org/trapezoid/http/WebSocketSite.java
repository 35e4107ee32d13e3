// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Threads;
import org.trapezoid.sip.concurrent.TimerWheel;
import org.trapezoid.sip.concurrent.Workers;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.transport.Binding;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowHandler;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.StreamOptions;

/** An HTTP port with SIP over WebSocket at {@code /sip}, and what it delivered. */
final class WebSocketSite implements AutoCloseable, FlowHandler {
    static final String PATH = "/sip";
    static final Limits LIMITS = new Limits(20_000, 16 << 10, 8 << 10, 512, 70, 64, 4 << 10, 32 << 10);
    static final WebSocketOptions OPTIONS =
            new WebSocketOptions(PATH, new OriginPolicy(List.of()), Duration.ofSeconds(60), StreamOptions.DEFAULT);

    record Event(Flow flow, ParseResult result, Thread thread) {
        Message message() {
            assertThat(result).isInstanceOf(ParseResult.Parsed.class);
            return ((ParseResult.Parsed) result).message();
        }
    }

    private static final long CHECK_MILLIS = 20;

    private final Readers readers = new Readers();
    private final TimerWheel wheel = new TimerWheel(readers);
    private final Workers workers = Threads.workers("test-worker", 4);
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Flow> closed = new LinkedBlockingQueue<>();
    private final HttpServer http;
    private final WebSocketTransport transport;
    private final Optional<WebSocketTransport> secure;

    WebSocketSite(WebSocketOptions options) throws IOException {
        this(options, Optional.empty());
    }

    /** With keys, on a port with TLS besides. */
    WebSocketSite(WebSocketOptions options, Optional<TlsContext> keys) throws IOException {
        this(options, keys, CHECK_MILLIS);
    }

    /** One that looks for connections that outlived a deadline so often. */
    WebSocketSite(WebSocketOptions options, Optional<TlsContext> keys, long checkMillis) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        http = new HttpServer(Optional.of(any), keys.map(tls -> new HttpServer.Secure(any, tls)));
        transport = transport(http.port().orElseThrow(), options, checkMillis);
        secure = http.securePort().map(port -> transport(port, options, checkMillis));
        http.start();
        transport.start(this);
        if (secure.isPresent()) {
            secure.get().start(this);
        }
        http.open();
    }

    private WebSocketTransport transport(HttpPort port, WebSocketOptions options, long checkMillis) {
        return new WebSocketTransport(
                port,
                Binding.of(port.wanted()),
                options,
                LIMITS,
                new StackThreads(readers, wheel, workers),
                checkMillis);
    }

    InetSocketAddress address() {
        return transport.listener().bound();
    }

    WebSocketTransport transport() {
        return transport;
    }

    /** The one behind TLS. */
    WebSocketTransport secure() {
        return secure.orElseThrow();
    }

    HttpServer http() {
        return http;
    }

    WebSocketPeer peer() throws IOException {
        return WebSocketPeer.upgraded(address(), PATH);
    }

    @Override
    public void onMessage(Flow flow, ParseResult result) {
        events.add(new Event(flow, result, Thread.currentThread()));
    }

    @Override
    public void onClosed(Flow flow) {
        closed.add(flow);
    }

    /** The next thing that arrived, within some seconds. */
    Event next() throws InterruptedException {
        Event event = events.poll(10, TimeUnit.SECONDS);
        assertThat(event).as("nothing arrived").isNotNull();
        return event;
    }

    Flow nextClosed() throws InterruptedException {
        Flow flow = closed.poll(10, TimeUnit.SECONDS);
        assertThat(flow).as("no flow was closed").isNotNull();
        return flow;
    }

    boolean isQuiet() {
        return events.isEmpty() && closed.isEmpty();
    }

    /** A request as clients in browsers write it, without Content-Length. */
    static String options(String callId) {
        return """
                OPTIONS sip:server@example.com SIP/2.0
                Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK%1$s
                Max-Forwards: 70
                From: <sip:alice@example.com>;tag=a1
                To: <sip:server@example.com>
                Call-ID: %1$s
                CSeq: 1 OPTIONS

                """.formatted(callId).replace("\n", "\r\n");
    }

    static Request request(String callId) {
        byte[] bytes = options(callId).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return (Request)
                ((ParseResult.Parsed) new MessageParser(LIMITS).parseDatagram(bytes, 0, bytes.length)).message();
    }

    @Override
    public void close() throws IOException {
        http.close();
        wheel.close();
        workers.close();
    }
}
