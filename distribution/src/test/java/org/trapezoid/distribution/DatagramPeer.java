// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;

/** A bare UDP socket that speaks SIP by hand. */
final class DatagramPeer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_DATAGRAM = 65_535;

    private final Endpoint endpoint = Endpoint.free();
    private final Endpoint server;
    private final DatagramSocket socket;
    private int count;

    DatagramPeer(Endpoint server) throws IOException {
        this.server = server;
        this.socket = new DatagramSocket(endpoint.address());
    }

    Endpoint endpoint() {
        return endpoint;
    }

    void send(byte[] datagram) throws IOException {
        socket.send(new DatagramPacket(datagram, datagram.length, server.address()));
    }

    /** Sends a message written with {@code \n} line ends and no Content-Length; it has no body. */
    void send(String head) throws IOException {
        send((head.strip() + "\nContent-Length: 0\n\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The header of a request outside a dialog, with everything that each needs. */
    String request(String method, String uri, String aor) {
        count++;
        return """
                %1$s %2$s SIP/2.0
                Via: SIP/2.0/UDP %4$s;rport;branch=z9hG4bKpeer%5$d
                Max-Forwards: 70
                From: <sip:tester@tests.test>;tag=t%5$d
                To: <%3$s>
                Call-ID: %5$d@%4$s
                CSeq: 1 %1$s
                Contact: <sip:tester@%4$s>
                """.formatted(method, uri, aor, endpoint, count);
    }

    /** The next message that fits; others are passed over. */
    Wire receive(Predicate<Wire> wanted) throws IOException {
        return receive(wanted, PATIENCE).orElseThrow(() -> new AssertionError("nothing came from " + server));
    }

    /** As {@link #receive(Predicate)}; empty when it does not come in time. */
    Optional<Wire> receive(Predicate<Wire> wanted, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        byte[] buffer = new byte[LONGEST_DATAGRAM];
        for (long left = patience.toMillis(); left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            socket.setSoTimeout((int) left);
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
            } catch (SocketTimeoutException e) {
                return Optional.empty();
            }
            Wire message = Wire.received(buffer, packet.getLength());
            if (wanted.test(message)) {
                return Optional.of(message);
            }
        }
        return Optional.empty();
    }

    /** Sends a request that was made here, and gives its final response; to an INVITE that fails it sends the ACK. */
    Wire ask(String request) throws IOException {
        send(request);
        Wire asked = new Wire(true, request);
        Wire answer = receive(message -> message.status() >= 200
                && message.header("Call-ID").equals(asked.header("Call-ID"))
                && message.header("CSeq").equals(asked.header("CSeq")));
        if (asked.method().equals("INVITE") && answer.status() >= 300) {
            acknowledge(request, answer);
        }
        return answer;
    }

    /** Sends the ACK for the refusal of an INVITE that was made here, RFC 3261 §17.1.1.3. */
    void acknowledge(String invite, Wire refusal) throws IOException {
        send(invite.replaceFirst("INVITE", "ACK")
                .replaceFirst("CSeq: 1 INVITE", "CSeq: 1 ACK")
                .replaceFirst("To: .*\n", "To: " + Matcher.quoteReplacement(refusal.header("To")) + "\n"));
    }

    /** Answers a request with 200. */
    void accept(Wire request) throws IOException {
        send(request.ok("peer"));
    }

    /** Answers a request with 200, to the one that sent it, whoever that was. */
    void acceptBySentBy(Wire request) throws IOException {
        String sentBy = request.header("Via").split("[ ;]")[1];
        int colon = sentBy.lastIndexOf(':');
        byte[] answer = (request.ok("peer").strip() + "\nContent-Length: 0\n\n")
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(
                answer,
                answer.length,
                new InetSocketAddress(sentBy.substring(0, colon), Integer.parseInt(sentBy.substring(colon + 1)))));
    }

    /** Registers a contact with a registrar that asks for no password. */
    void register(String aor, String contact) throws IOException {
        String domain = aor.substring(aor.indexOf('@') + 1);
        Wire answer = ask(request("REGISTER", "sip:" + domain, aor)
                        .replaceFirst("Contact: .*\n", "Contact: " + Matcher.quoteReplacement(contact) + "\n")
                + "Expires: 600\n");
        if (answer.status() != 200) {
            throw new AssertionError("not registered: " + answer);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
