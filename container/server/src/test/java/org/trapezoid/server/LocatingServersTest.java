// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.concurrent.Threads;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.TestNameServer;

/** A whole server that asks a name server, over real sockets. */
@Timeout(60)
class LocatingServersTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** Forwards to where the Request-URI leads. */
    static final class Forwarding extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doRequest(SipServletRequest request) throws ServletException {
            if (request.isInitial()) {
                request.getProxy().proxyTo(request.getRequestURI());
            }
        }
    }

    /** A SIP server: counts the calls that reach it, and answers while it is up. */
    private static final class Target implements AutoCloseable {
        private final DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
        private final String name;
        private final Set<String> calls = ConcurrentHashMap.newKeySet();
        private volatile boolean up;

        Target(String name, boolean up) throws IOException {
            this.name = name;
            this.up = up;
            Threads.platform("target-" + name, this::serve).start();
        }

        int port() {
            return socket.getLocalPort();
        }

        private void serve() {
            while (!socket.isClosed()) {
                try {
                    DatagramPacket packet = new DatagramPacket(new byte[8192], 8192);
                    socket.receive(packet);
                    answer(text(packet), packet.getSocketAddress());
                } catch (IOException e) {
                    // closed
                }
            }
        }

        private void answer(String request, SocketAddress from) throws IOException {
            calls.add(header(request, "Call-ID"));
            if (!up || request.startsWith("ACK ")) {
                return;
            }
            StringBuilder answer = new StringBuilder("SIP/2.0 200 By " + name + "\r\n");
            for (String line : request.split("\r\n", -1)) {
                if (line.startsWith("To: ")) {
                    answer.append(line).append(";tag=").append(name).append("\r\n");
                } else if (line.startsWith("Via:")
                        || line.startsWith("From:")
                        || line.startsWith("Call-ID:")
                        || line.startsWith("CSeq:")) {
                    answer.append(line).append("\r\n");
                }
            }
            answer.append("Contact: <sip:127.0.0.1:" + port() + ">\r\nContent-Length: 0\r\n\r\n");
            byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
            socket.send(new DatagramPacket(bytes, bytes.length, from));
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    /** Makes calls, one at a time or several. */
    private static final class Caller implements AutoCloseable {
        private final DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
        private final int server;
        private int calls;

        Caller(SipServer server) throws IOException {
            this.server = server.port("udp");
            socket.setSoTimeout(20_000);
        }

        /** Sends a request; its Call-ID. */
        String send(String method, String uri) throws IOException {
            String call = "call" + calls++;
            byte[] request = """
                    %s %s SIP/2.0
                    Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s
                    Max-Forwards: 70
                    From: <sip:test@127.0.0.1>;tag=%s
                    To: <%s>
                    Call-ID: %s
                    CSeq: 1 %s
                    Contact: <sip:test@127.0.0.1:%d>
                    Content-Length: 0

                    """.formatted(
                            method, uri, socket.getLocalPort(), call, call, uri, call, method, socket.getLocalPort())
                    .replace("\n", "\r\n")
                    .getBytes(StandardCharsets.UTF_8);
            socket.send(new DatagramPacket(request, request.length, LOOPBACK, server));
            return call;
        }

        /** The first line of the final response to the call. */
        String finalResponse(String call) throws IOException {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[8192], 8192);
                socket.receive(packet);
                String text = text(packet);
                if (header(text, "Call-ID").equals(call) && !text.startsWith("SIP/2.0 1")) {
                    return text.substring(0, text.indexOf('\r'));
                }
            }
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    private static String header(String message, String name) {
        int start = message.indexOf("\r\n" + name + ": ") + name.length() + 4;
        return message.substring(start, message.indexOf('\r', start));
    }

    private static SipServer server(TestNameServer names, UnaryOperator<ServerConfigBuilder> more) {
        return SipServer.create(more.apply(ServerConfig.builder()
                        .listen(Listener.udp(0))
                        .timing(new SipConfig.Timing(
                                Duration.ofMillis(15), Duration.ofMillis(60), Duration.ofMillis(75)))
                        .dns(SipConfig.Dns.SYSTEM
                                .withResolvers(
                                        List.of("127.0.0.1:" + names.address().getPort()))
                                .withTimeout(Duration.ofSeconds(2)))
                        .application("forwarding", new Forwarding()))
                .build());
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    @Checklist({"X16", "P26"})
    void aCallSucceedsByTheSecondServerWhileTheFirstIsDeadAndByTheFirstWhenItIsBack() throws IOException {
        try (TestNameServer names = new TestNameServer();
                Target first = new Target("first", false);
                Target second = new Target("second", true);
                SipServer server =
                        server(names, config -> config.nextHops(new SipConfig.NextHops(Duration.ofSeconds(3), 1500)))) {
            names.with("b.test. 60 NAPTR 10 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.b.test.")
                    .with("_sip._udp.b.test. 60 SRV 10 0 " + first.port() + " one.b.test.")
                    .with("_sip._udp.b.test. 60 SRV 20 0 " + second.port() + " two.b.test.")
                    .with("one.b.test. 60 A 127.0.0.1")
                    .with("two.b.test. 60 A 127.0.0.1");
            server.start();
            try (Caller caller = new Caller(server)) {
                String call = caller.send("INVITE", "sip:bob@b.test");
                assertThat(caller.finalResponse(call)).isEqualTo("SIP/2.0 200 By second");
                assertThat(first.calls).containsExactly(call);
                int asked = names.asked().size();

                String next = caller.send("INVITE", "sip:bob@b.test");
                assertThat(caller.finalResponse(next)).isEqualTo("SIP/2.0 200 By second");
                assertThat(first.calls).doesNotContain(next); // set aside
                assertThat(names.asked()).hasSize(asked); // answers are kept

                first.up = true;
                await().until(
                                () -> caller.finalResponse(caller.send("OPTIONS", "sip:bob@b.test")),
                                "SIP/2.0 200 By first"::equals);
                assertThat(caller.finalResponse(caller.send("INVITE", "sip:bob@b.test")))
                        .isEqualTo("SIP/2.0 200 By first");
            }
        }
    }

    /** Attack case 41: the resolver is slow or dead. */
    @Test
    @Rfc(value = 3263, section = "4")
    void aSilentNameServerDelaysOnlyTheCallsThatNeedIt() throws IOException {
        try (TestNameServer names = new TestNameServer();
                Target target = new Target("target", true);
                SipServer server = server(names, config -> config)) {
            names.silent(true);
            server.start();
            try (Caller caller = new Caller(server)) {
                String waiting = caller.send("INVITE", "sip:bob@slow.test");
                String direct = caller.send("INVITE", "sip:bob@127.0.0.1:" + target.port());

                assertThat(caller.finalResponse(direct)).isEqualTo("SIP/2.0 200 By target");
                assertThat(caller.finalResponse(waiting)).startsWith("SIP/2.0 500"); // 503 is not forwarded
            }
        }
    }

    @Test
    void withoutNameServerACallToANameFailsAndTheServerWorks() throws IOException {
        TestNameServer gone = new TestNameServer();
        gone.close();
        try (Target target = new Target("target", true);
                SipServer server = server(gone, config -> config)) {
            server.start();
            try (Caller caller = new Caller(server)) {
                assertThat(caller.finalResponse(caller.send("INVITE", "sip:bob@b.test")))
                        .startsWith("SIP/2.0 500");
                assertThat(caller.finalResponse(caller.send("INVITE", "sip:bob@127.0.0.1:" + target.port())))
                        .isEqualTo("SIP/2.0 200 By target");
            }
        }
    }

    @Test
    void asksNobodyWhenLookupsAreOff() throws IOException {
        try (TestNameServer names = new TestNameServer();
                SipServer server = server(
                        names,
                        config -> config.dns(new SipConfig.Dns(
                                false,
                                List.of("127.0.0.1:" + names.address().getPort()),
                                Duration.ofSeconds(2),
                                true,
                                true,
                                10,
                                10)))) {
            server.start();
            try (Caller caller = new Caller(server)) {
                assertThat(caller.finalResponse(caller.send("INVITE", "sip:bob@b.test")))
                        .startsWith("SIP/2.0 500");
            }
            assertThat(names.asked()).isEmpty();
        }
    }
}
