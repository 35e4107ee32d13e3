// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A WebSocket client that speaks SIP by hand, as a page in a browser would: nobody can connect to it. */
final class WebSocketPhone implements AutoCloseable, WebSocket.Listener {
    private static final long PATIENCE_SECONDS = 10;

    private final String host = UUID.randomUUID().toString().substring(0, 12) + ".invalid";
    private final String user;
    private final String domain;
    private final String transport;
    private final BlockingQueue<Wire> received = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;
    private int count;

    /** At a server {@code ws:}. */
    WebSocketPhone(String user, String domain, URI server) {
        this(user, domain, server, Optional.empty());
    }

    /** At a server {@code wss:} that {@code tls} trusts. */
    WebSocketPhone(String user, String domain, URI server, SSLContext tls) {
        this(user, domain, server, Optional.of(tls));
    }

    private WebSocketPhone(String user, String domain, URI server, Optional<SSLContext> tls) {
        this.user = user;
        this.domain = domain;
        this.transport = server.getScheme().toUpperCase(Locale.ROOT);
        HttpClient.Builder client = HttpClient.newBuilder();
        tls.ifPresent(client::sslContext);
        this.socket = client.build()
                .newWebSocketBuilder()
                .subprotocols("sip")
                .buildAsync(server, this)
                .join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
        partial.append(text);
        if (last) {
            received.add(new Wire(false, partial.toString()));
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    String host() {
        return host;
    }

    String aor() {
        return "sip:" + user + "@" + domain;
    }

    /** As Via writes it. */
    String transport() {
        return transport;
    }

    String contact() {
        return "sip:" + user + "@" + host + ";transport=ws";
    }

    /** The header of a request outside a dialog, without Content-Length. */
    String request(String method, String uri, String to) {
        count++;
        return """
                %1$s %2$s SIP/2.0
                Via: SIP/2.0/%8$s %3$s;branch=z9hG4bK%4$s%8$s%5$d.%3$s
                Max-Forwards: 70
                From: <%6$s>;tag=t%5$d
                To: <%7$s>
                Call-ID: %4$s%8$s%5$d@%3$s
                CSeq: 1 %1$s
                """.formatted(method, uri, host, user, count, aor(), to, transport);
    }

    /** Sends a message written with {@code \n} line ends. */
    void send(String head, String body) {
        socket.sendText(head.strip().replace("\n", "\r\n") + "\r\n\r\n" + body, true)
                .join();
    }

    /** The next message that fits; others are passed over. */
    Wire receive(Predicate<Wire> wanted) throws InterruptedException {
        while (true) {
            Wire message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("nothing came to " + aor());
            }
            if (wanted.test(message)) {
                return message;
            }
        }
    }

    Wire ask(String head, String body) throws InterruptedException {
        send(head, body);
        String callId = new Wire(true, head).header("Call-ID");
        return receive(
                message -> message.status() >= 200 && message.header("Call-ID").equals(callId));
    }

    Wire registers() throws InterruptedException {
        return ask(request("REGISTER", "sip:" + domain, aor()) + "Contact: <" + contact() + ">;expires=600\n", "");
    }

    /** As one that knows Path, RFC 7118 §5. */
    Wire registersThroughAnEdgeProxy() throws InterruptedException {
        String register = request("REGISTER", "sip:" + domain, aor());
        return ask(register + "Supported: path\nContact: <" + contact() + ">;expires=600\nContent-Length: 0\n", "");
    }

    /** Answers a request with 200. */
    void accept(Wire request) {
        send(request.ok(user), "");
    }

    @Override
    public void close() {
        socket.abort();
    }
}
