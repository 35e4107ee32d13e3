// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A phone on UDP that sends each message to the node it is told, whatever the message says. It sends again what is not answered. */
final class RovingPhone implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration AGAIN = Duration.ofMillis(500); // T1
    private static final int LONGEST_DATAGRAM = 65_535;

    private final Endpoint endpoint = Endpoint.free();
    private final String name;
    private final DatagramSocket socket;
    private final List<Wire> seen = new ArrayList<>(); // what nobody has asked for yet
    private int count;

    RovingPhone(String name) throws IOException {
        this.name = name;
        this.socket = new DatagramSocket(endpoint.address());
    }

    String contact() {
        return endpoint.uri(name);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Sends a message written with {@code \n} line ends and no Content-Length; it has no body. */
    void send(Endpoint node, String head) throws IOException {
        send(node, head, "");
    }

    /** The same with a session description, written so too. */
    void send(Endpoint node, String head, String description) throws IOException {
        String body = description.replace("\n", "\r\n");
        String type = body.isEmpty() ? "" : "\nContent-Type: application/sdp";
        byte[] bytes = ((head.strip() + type + "\nContent-Length: " + body.length() + "\n\n").replace("\n", "\r\n")
                        + body)
                .getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length, node.address()));
    }

    /** The header of a request that begins a dialog or stands alone; {@code caller} tells one from the others. */
    String request(String method, String uri, String caller) {
        count++;
        return """
                %1$s %2$s SIP/2.0
                %3$s
                Max-Forwards: 70
                From: <sip:%4$s@tests.test>;tag=%4$s%5$d
                To: <%2$s>
                Call-ID: %4$s%5$d@%6$s
                CSeq: 1 %1$s
                Contact: <%7$s>
                """.formatted(method, uri, via(), caller, count, endpoint, contact());
    }

    /** Registers itself at a node whose registrar asks for no password; with 0 seconds it leaves. */
    void register(Endpoint node, String aor, int seconds) throws IOException {
        String domain = aor.substring(aor.indexOf('@') + 1);
        String head = request("REGISTER", "sip:" + domain, name)
                        .replaceFirst("From: .*\n", "From: <" + aor + ">;tag=r" + count + "\n")
                        .replaceFirst("To: .*\n", "To: <" + aor + ">\n")
                + "Expires: " + seconds + "\n";
        ask(node, head, "200 REGISTER");
    }

    private String via() {
        return "Via: SIP/2.0/UDP " + endpoint + ";branch=z9hG4bK" + name + System.nanoTime();
    }

    /** A request of the one who called, in the dialog that an answer made. */
    String inDialog(String method, int cseq, Wire invite, Wire answer) {
        List<String> routes = new ArrayList<>(answer.headers("Record-Route"));
        Collections.reverse(routes);
        return inDialog(
                method,
                cseq,
                answer.contact(),
                routes,
                invite.header("From"),
                answer.header("To"),
                invite.header("Call-ID"));
    }

    /** A request of the one who was called, in the dialog that its answer made. */
    String fromCallee(String method, int cseq, Wire invite, Wire answer) {
        return inDialog(
                method,
                cseq,
                invite.contact(),
                invite.headers("Record-Route"),
                answer.header("To"),
                invite.header("From"),
                invite.header("Call-ID"));
    }

    private String inDialog(
            String method, int cseq, String uri, List<String> routes, String from, String to, String callId) {
        StringBuilder head = new StringBuilder("%s %s SIP/2.0\n%s\n".formatted(method, uri, via()));
        routes.forEach(route -> head.append("Route: ").append(route).append('\n'));
        return head.append("""
                Max-Forwards: 70
                From: %s
                To: %s
                Call-ID: %s
                CSeq: %d %s
                Contact: <%s>
                """.formatted(from, to, callId, cseq, method, contact()))
                .toString();
    }

    /** An answer of this phone to a request that it has received. */
    Wire answer(Wire request, String status) {
        return new Wire(
                true,
                new String(request.answer(status, contact(), ""), StandardCharsets.UTF_8)
                        .replaceFirst("Content-Length: 0\\s*", "")
                        .replace("\r\n", "\n"));
    }

    /** Sends a request until it is answered so. */
    Wire ask(Endpoint node, String head, String answer) throws IOException {
        String callId = new Wire(true, head).header("Call-ID");
        for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
            send(node, head);
            Optional<Wire> got = receive(message -> is(message, callId, answer), AGAIN);
            if (got.isPresent()) {
                return got.get();
            }
        }
        throw new AssertionError("no " + answer + " to\n" + head + "\nother messages: " + seen);
    }

    private static boolean is(Wire message, String callId, String name) {
        return message.header("Call-ID").equals(callId) && message.name().equals(name);
    }

    /** What comes under a name in a call. */
    Wire receive(String callId, String wanted) throws IOException {
        return receive(message -> is(message, callId, wanted), PATIENCE)
                .orElseThrow(() -> new AssertionError(
                        name + " got no " + wanted + " in call " + callId + "\nother messages: " + seen));
    }

    /** As {@link #receive}, if it comes before a phone would send again. */
    Optional<Wire> receiveSoon(String callId, String wanted) throws IOException {
        return receive(message -> is(message, callId, wanted), AGAIN);
    }

    /** As {@link #receive}; meanwhile another phone sends again what it is the consequence of. */
    Wire receiveAsking(RovingPhone other, Endpoint node, String head, String callId, String wanted) throws IOException {
        for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
            Optional<Wire> got = receiveSoon(callId, wanted);
            if (got.isPresent()) {
                return got.get();
            }
            other.send(node, head);
        }
        return receive(callId, wanted);
    }

    /** A request that comes in the name of a caller. */
    Wire receiveFrom(String caller, String method) throws IOException {
        return receive(
                        message -> message.isRequest()
                                && message.name().equals(method)
                                && message.header("From").contains(":" + caller + "@"),
                        PATIENCE)
                .orElseThrow(() ->
                        new AssertionError(name + " got no " + method + " of " + caller + "\nother messages: " + seen));
    }

    private Optional<Wire> receive(Predicate<Wire> wanted, Duration patience) throws IOException {
        Optional<Wire> before = seen.stream().filter(wanted).findFirst();
        if (before.isPresent()) {
            seen.remove(before.get());
            return before;
        }
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
            seen.add(message);
        }
        return Optional.empty();
    }

    /** The branches of the INVITEs of a caller that nobody has asked for; one that is sent again has the same. */
    Set<String> inviteBranches(String caller) {
        return seen.stream()
                .filter(message -> message.name().equals("INVITE")
                        && message.header("From").contains(":" + caller + "@"))
                .map(message -> message.branches().get(0))
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        socket.close();
    }
}
