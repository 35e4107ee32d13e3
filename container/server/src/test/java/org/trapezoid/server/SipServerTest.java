// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.testing.Sars;

/** A whole server over real sockets. */
@Timeout(60)
class SipServerTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    private Path base;

    /** Answers with its name as reason. */
    static final class Answering extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doOptions(SipServletRequest request) throws IOException {
            request.createResponse(200, "From " + getServletConfig().getServletName())
                    .send();
        }
    }

    /** Lets the phone ring for ever. */
    static final class Ringing extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doInvite(SipServletRequest request) throws IOException {
            request.createResponse(180).send();
        }
    }

    static final class Failing extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        public void init() throws ServletException {
            throw new ServletException("no database");
        }
    }

    @Test
    void servesAnApplicationOfTheProgramOverUdp() throws IOException {
        try (SipServer server =
                SipServer.create(config -> config.listen(Listener.udp(0)).application("echo", new Answering()))) {
            server.start();

            assertThat(server.applications()).containsExactly("echo");
            assertThat(server.endpoints()).containsExactly("udp 127.0.0.1:" + server.port("udp"));
            assertThat(optionsOverUdp(server)).startsWith("SIP/2.0 200 From echo\r\n");
        }
    }

    @Test
    void servesOverTcp() throws IOException {
        try (SipServer server =
                SipServer.create(config -> config.listen(Listener.tcp(0)).application("echo", new Answering()))) {
            server.start();

            try (Socket socket = new Socket(LOOPBACK, server.port("tcp"))) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(request("OPTIONS", "TCP", socket.getLocalPort(), 1));
                byte[] answer = new byte[4096];
                InputStream in = socket.getInputStream();
                int length = in.read(answer);

                assertThat(new String(answer, 0, length, StandardCharsets.UTF_8))
                        .startsWith("SIP/2.0 200 From echo");
            }
        }
    }

    @Test
    void answersWithTheConfiguredStatusWhenNoApplicationIsSelected() throws IOException {
        try (SipServer server =
                SipServer.create(config -> config.listen(Listener.udp(0)).unroutedStatus(403))) {
            server.start();

            assertThat(optionsOverUdp(server)).startsWith("SIP/2.0 403 ");
        }
    }

    @Test
    void deploysArchivesThatArriveAndSelectsThemByTheRouterFile() throws IOException {
        Path router = Files.writeString(
                base.resolve("dar.properties"),
                "OPTIONS: (\"late\",\"DAR:From\",\"NEUTRAL\",\"\",\"NO_ROUTE\",\"0\")\n");
        Path deploy = Files.createDirectory(base.resolve("deploy"));
        try (SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                .application("echo", new Answering())
                .deployDirectory(deploy)
                .scanInterval(Duration.ofMillis(20))
                .data(base.resolve("data"))
                .router(router))) {
            server.start();
            assertThat(optionsOverUdp(server)).startsWith("SIP/2.0 404 ");

            Sars.named("late")
                    .withClass("app/Main", "jakarta/servlet/sip/SipServlet")
                    .zip(deploy.resolve("late.sar"));
            await().until(() -> server.applications().contains("late"));

            assertThat(optionsOverUdp(server)).doesNotStartWith("SIP/2.0 404 ");
        }
    }

    @Test
    void doesNotStartWhenTheProgramsOwnApplicationFails() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
            port = free.getLocalPort();
        }
        SipServer server =
                SipServer.create(config -> config.listen(Listener.tcp(port)).application("broken", new Failing()));

        assertThatThrownBy(server::start).hasMessageContaining("broken").hasMessageContaining("no database");
        assertThat(new ServerSocket(port, 1, LOOPBACK)).satisfies(ServerSocket::close);
    }

    @Test
    void namesThePortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
            SipServer server =
                    SipServer.create(config -> config.listen(Listener.udp(0)).http(taken.getLocalPort()));

            assertThatThrownBy(server::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(":" + taken.getLocalPort());
        }
    }

    @Test
    void refusesARouterFileWithAMistake() throws IOException {
        Path router = Files.writeString(base.resolve("dar.properties"), "\nOPTIONS: late\n");
        SipServer server =
                SipServer.create(config -> config.listen(Listener.udp(0)).router(router));

        assertThatThrownBy(server::start).isInstanceOf(ConfigException.class).hasMessageContaining("dar.properties:2");
    }

    @Test
    void refusesNewCallsWhileItStopsAndStopsInTheEnd() throws Exception {
        SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                .application("ringing", new Ringing())
                .stopTimeout(Duration.ofSeconds(4)));
        server.start();
        int port = server.port("udp");
        try (DatagramSocket socket = socket()) {
            send(socket, request("INVITE", "UDP", socket.getLocalPort(), 1), port);
            assertThat(receive(socket)).startsWith("SIP/2.0 180 ");
            Thread stopping = new Thread(server::stop);
            stopping.start();

            await().until(() -> {
                try (DatagramSocket other = socket()) {
                    send(other, request("INVITE", "UDP", other.getLocalPort(), 2), port);
                    String answer = receive(other);
                    return answer.startsWith("SIP/2.0 503 ") && answer.contains("Retry-After: ");
                }
            });
            stopping.join();
        }
        server.awaitStop();
    }

    @Test
    void endsWhenAnotherThreadStopsIt() throws InterruptedException {
        SipServer server = SipServer.create(config -> config.listen(Listener.udp(0)));
        server.start();
        AtomicReference<String> ended = new AtomicReference<>("");
        Thread waiting = new Thread(() -> {
            try {
                server.awaitStop();
                ended.set("stopped");
            } catch (InterruptedException e) {
                ended.set("interrupted");
            }
        });
        waiting.start();

        server.stop();
        server.stop();
        waiting.join();

        assertThat(ended).hasValue("stopped");
        assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void leavesNoThreadBehind() {
        List<Thread> before = new ArrayList<>(Thread.getAllStackTraces().keySet());
        SipServer server = SipServer.create(config ->
                config.listen(Listener.udp(0)).listen(Listener.tcp(0)).http(0).application("echo", new Answering()));
        server.start();

        server.stop();

        noThreadsBut(before);
    }

    @Test
    void leavesNoThreadBehindWhenItCannotJoinItsCluster() throws IOException {
        List<Thread> before = new ArrayList<>(Thread.getAllStackTraces().keySet());
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
            String here = "127.0.0.1:" + taken.getLocalPort();
            SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                    .cluster(new Cluster("calls", "", "one", "127.0.0.1", taken.getLocalPort(), List.of(here))));

            assertThatThrownBy(server::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot join");
        }

        noThreadsBut(before);
    }

    private static void noThreadsBut(List<Thread> before) {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread) && thread.isAlive())
                .extracting(Thread::getName)
                .filteredOn(name -> !name.startsWith("awaitility"))
                .isEmpty());
    }

    private static String optionsOverUdp(SipServer server) throws IOException {
        try (DatagramSocket socket = socket()) {
            send(socket, request("OPTIONS", "UDP", socket.getLocalPort(), 1), server.port("udp"));
            return receive(socket);
        }
    }

    private static DatagramSocket socket() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(DatagramSocket socket, byte[] request, int port) throws IOException {
        socket.send(new DatagramPacket(request, request.length, LOOPBACK, port));
    }

    private static String receive(DatagramSocket socket) throws IOException {
        DatagramPacket answer = new DatagramPacket(new byte[65535], 65535);
        socket.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
    }

    private static byte[] request(String method, String transport, int port, int number) {
        return """
                %1$s sip:127.0.0.1 SIP/2.0
                Via: SIP/2.0/%2$s 127.0.0.1:%3$d;rport;branch=z9hG4bK%3$d-%4$d
                From: <sip:a@a.test>;tag=1
                To: <sip:127.0.0.1>
                Contact: <sip:a@127.0.0.1:%3$d>
                Call-ID: %3$d-%4$d@a.test
                CSeq: 1 %1$s
                Max-Forwards: 70
                Content-Length: 0

                """.formatted(method, transport, port, number)
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
