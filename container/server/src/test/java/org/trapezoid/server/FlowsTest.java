// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.sip.testing.Rfc;

/** Flows over real sockets: what a restart leaves of them, and what a lost connection does. */
class FlowsTest {
    private static final String BOB = "sip:bob@example.com";

    @TempDir
    private Path data;

    /** Registers who registers, and proxies everything else. */
    private static final class Home extends SipServlet {
        private static final long serialVersionUID = 1;

        private LocationService locations() {
            return (LocationService) getServletContext().getAttribute(LocationService.ATTRIBUTE);
        }

        @Override
        protected void doRegister(SipServletRequest req) throws ServletException, IOException {
            locations()
                    .bind(Binding.of(
                                    locations()
                                            .addressOfRecord(
                                                    req.getTo().getURI().toString()),
                                    req.getAddressHeader("Contact").getURI().toString(),
                                    Instant.now().plusSeconds(600),
                                    req.getCallId(),
                                    1)
                            .withSource(Binding.Source.of(req)));
            req.createResponse(200).send();
        }

        @Override
        protected void doMessage(SipServletRequest req) throws ServletException, IOException {
            var targets = locations()
                    .targets(locations().addressOfRecord(req.getRequestURI().toString()));
            if (targets.isEmpty()) {
                req.createResponse(480).send();
            } else {
                SipFactory factory = (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
                req.getProxy().proxyTo(factory.createURI(targets.get(0)));
            }
        }
    }

    private final Home home = new Home();

    private SipServer server(int port) {
        return SipServer.create(config -> config.listen(Listener.udp(port))
                .listen(Listener.tcp(0))
                .data(data)
                .stopTimeout(Duration.ZERO) // nobody answers what is under way
                .application("home", home));
    }

    private static String request(String method, String uri, String via, String user) {
        return method + " " + uri + " SIP/2.0\r\n"
                + "Via: SIP/2.0/" + via + ";branch=z9hG4bK" + method + user + ";rport\r\n"
                + "Max-Forwards: 70\r\n"
                + "From: <sip:" + user + "@example.com>;tag=1\r\n"
                + "To: <sip:bob@example.com>\r\n"
                + "Call-ID: " + method + user + "\r\n"
                + "CSeq: 1 " + method + "\r\n"
                + "Contact: <sip:" + user + "@10.255.255.1:5060>\r\n"
                + "Content-Length: 0\r\n\r\n";
    }

    private static void send(DatagramSocket from, String text, int port) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        from.send(
                new DatagramPacket(bytes, bytes.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    private static String receive(DatagramSocket at) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        at.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    private static DatagramSocket socket() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Test
    @Rfc(value = 5626, section = "5.2")
    void udpFlowOutlivesARestart() throws Exception {
        try (DatagramSocket bob = socket();
                DatagramSocket alice = socket()) {
            int port;
            try (SipServer first = server(0)) {
                first.start();
                port = first.port("udp");
                send(bob, request("REGISTER", "sip:example.com", "UDP 10.255.255.1:5060", "bob"), port);
                assertThat(receive(bob)).startsWith("SIP/2.0 200");
            }
            try (SipServer second = server(port)) {
                second.start();
                send(alice, request("MESSAGE", BOB, "UDP 127.0.0.1:" + alice.getLocalPort(), "alice"), port);

                assertThat(receive(bob)).startsWith("MESSAGE sip:bob@10.255.255.1:5060 SIP/2.0\r\n");
            }
        }
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void connectionLeadsToItsClientAndTheBindingEndsWithIt() throws Exception {
        try (SipServer server = server(0);
                DatagramSocket alice = socket()) {
            server.start();
            try (Socket bob = new Socket(InetAddress.getLoopbackAddress(), server.port("tcp"))) {
                bob.setSoTimeout(10_000);
                bob.getOutputStream()
                        .write(request("REGISTER", "sip:example.com", "TCP 10.255.255.1:5060", "bob")
                                .getBytes(StandardCharsets.UTF_8));
                assertThat(read(bob)).startsWith("SIP/2.0 200");
                send(
                        alice,
                        request("MESSAGE", BOB, "UDP 127.0.0.1:" + alice.getLocalPort(), "alice"),
                        server.port("udp"));
                assertThat(read(bob)).startsWith("MESSAGE sip:bob@10.255.255.1:5060 SIP/2.0");
            }

            Awaitility.await().untilAsserted(() -> assertThat(home.locations().lookup(BOB))
                    .isEmpty());
            send(alice, request("MESSAGE", BOB, "UDP 127.0.0.1:" + alice.getLocalPort(), "again"), server.port("udp"));
            assertThat(receive(alice)).startsWith("SIP/2.0 480");
        }
    }

    /** One message without a body. */
    private static String read(Socket from) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            int octet = from.getInputStream().read();
            if (octet < 0) {
                throw new IOException("closed after " + text);
            }
            text.append((char) octet);
        }
        return text.toString();
    }
}
