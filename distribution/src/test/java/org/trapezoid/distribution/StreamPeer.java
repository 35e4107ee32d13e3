// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A bare TCP connection that speaks SIP by hand. */
final class StreamPeer implements AutoCloseable {

    private static final int PATIENCE = 10_000;

    private final Endpoint server;
    private final Socket socket;
    private int count;

    StreamPeer(Endpoint server) throws IOException {
        this.server = server;
        this.socket = new Socket(server.host(), server.port());
        socket.setSoTimeout(PATIENCE);
    }

    /** A request to the server itself, without a body. */
    String request(String method) {
        count++;
        String local = socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort();
        return """
                %1$s sip:%2$s SIP/2.0
                Via: SIP/2.0/TCP %3$s;branch=z9hG4bKstream%4$d
                Max-Forwards: 70
                From: <sip:tester@tests.test>;tag=s%4$d
                To: <sip:%2$s>
                Call-ID: %4$d@%3$s
                CSeq: 1 %1$s
                Content-Length: 0

                """.formatted(method, server, local, count);
    }

    /** Registers with a registrar that asks for no password; requests are to come on this connection. */
    void register(String aor) throws IOException {
        String user = aor.substring(aor.indexOf(':') + 1, aor.indexOf('@'));
        String domain = aor.substring(aor.indexOf('@') + 1);
        String local = socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort();
        send(request("REGISTER")
                .replaceFirst("REGISTER \\S+", "REGISTER sip:" + domain)
                .replaceFirst("From: <[^>]*>", "From: <" + aor + ">")
                .replaceFirst("To: <[^>]*>", "To: <" + aor + ">")
                .replaceFirst(
                        "Content-Length",
                        "Contact: <sip:" + user + "@" + local + ";transport=tcp>\nExpires: 600\nContent-Length"));
        Wire answer = receive();
        if (answer.status() != 200) {
            throw new AssertionError("not registered: " + answer);
        }
    }

    /** Answers a request with 200. */
    void accept(Wire request) throws IOException {
        send(request.ok("peer").strip() + "\nContent-Length: 0\n\n");
    }

    void send(String message) throws IOException {
        socket.getOutputStream().write(message.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    /** The next message; it has no body. */
    Wire receive() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed by " + server + " after " + head);
            }
            head.write(next);
        }
        return Wire.received(head.toByteArray(), head.size());
    }

    /** The status that an OPTIONS gets. */
    int options() throws IOException {
        send(request("OPTIONS"));
        return receive().status();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
