// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Applications that block, on real threads: nobody but themselves waits for them. */
@Timeout(60)
class BlockingApplicationTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** Blocks in INVITE until it is released; what else comes is answered. */
    static final class Blocking extends SipServlet {
        private static final long serialVersionUID = 1L;
        private final transient CountDownLatch release = new CountDownLatch(1);

        @Override
        protected void doInvite(SipServletRequest request) {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        protected void doOptions(SipServletRequest request) throws IOException {
            request.createResponse(200).send();
        }

        /** Waits for another thread that works with the same session. */
        @Override
        protected void doMessage(SipServletRequest request) throws IOException {
            SipSession session = request.getSession();
            String state = CompletableFuture.supplyAsync(() -> {
                        session.setAttribute("seen", "yes");
                        session.getApplicationSession().setExpires(5);
                        return session.getState() + " " + session.getAttribute("seen");
                    })
                    .join();
            request.createResponse(200, state).send();
        }

        /** Sends in fifty application sessions other than its own. */
        @Override
        protected void doInfo(SipServletRequest request) throws IOException {
            SipFactory factory = (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
            for (int i = 0; i < 50; i++) {
                factory.createRequest(
                                factory.createApplicationSession(),
                                "NOTIFY",
                                request.getTo().getURI(),
                                factory.createSipURI("test", "127.0.0.1:" + request.getRemotePort()))
                        .send();
            }
            request.createResponse(200).send();
        }
    }

    private final List<String> received = new ArrayList<>();

    private static byte[] message(DatagramSocket socket, String method, String call, String cseq) {
        return """
                %s sip:app@127.0.0.1 SIP/2.0
                Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s
                Max-Forwards: 70
                From: <sip:test@127.0.0.1>;tag=%s
                To: <sip:app@127.0.0.1>
                Call-ID: %s
                CSeq: %s
                Contact: <sip:test@127.0.0.1:%d>
                Content-Length: 0

                """.formatted(method, socket.getLocalPort(), call, call, call, cseq, socket.getLocalPort())
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void send(DatagramSocket socket, SipServer server, byte[] message) throws IOException {
        socket.send(new DatagramPacket(message, message.length, LOOPBACK, server.port("udp")));
    }

    /** Reads until a message starts so and has the CSeq. */
    private String await(DatagramSocket socket, String start, String cseq) throws IOException {
        while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
            socket.receive(packet);
            String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
            received.add(text);
            if (text.startsWith(start) && text.contains("CSeq: " + cseq + "\r\n")) {
                return text;
            }
        }
    }

    private static SipServer server(SipServlet servlet) {
        return SipServer.create(config ->
                config.listen(Listener.udp(0)).stopTimeout(Duration.ZERO).application("blocking", servlet));
    }

    @Test
    void aBlockedCallbackDelaysNoOtherCallAndNoCancel() throws IOException {
        Blocking servlet = new Blocking();
        try (SipServer server = server(servlet);
                DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            socket.setSoTimeout(10_000);
            server.start();

            send(socket, server, message(socket, "INVITE", "blocked", "1 INVITE"));
            await(socket, "SIP/2.0 100 ", "1 INVITE");
            send(socket, server, message(socket, "OPTIONS", "other", "1 OPTIONS"));
            await(socket, "SIP/2.0 200 ", "1 OPTIONS");
            send(socket, server, message(socket, "CANCEL", "blocked", "1 CANCEL"));
            await(socket, "SIP/2.0 200 ", "1 CANCEL");
            if (received.stream().noneMatch(each -> each.startsWith("SIP/2.0 487 "))) {
                await(socket, "SIP/2.0 487 ", "1 INVITE");
            }

            assertThat(servlet.release.getCount()).isOne(); // it still waits
        } finally {
            servlet.release.countDown();
        }
    }

    @Test
    void aCallbackMayWaitForAThreadThatUsesItsSession() throws IOException {
        try (SipServer server = server(new Blocking());
                DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            socket.setSoTimeout(10_000);
            server.start();

            send(socket, server, message(socket, "MESSAGE", "pool", "1 MESSAGE"));

            assertThat(await(socket, "SIP/2.0 ", "1 MESSAGE")).startsWith("SIP/2.0 200 INITIAL yes\r\n");
        }
    }

    @Test
    void aCallbackSendsInManyOtherSessions() throws IOException {
        try (SipServer server = server(new Blocking());
                DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            socket.setSoTimeout(10_000);
            socket.setReceiveBufferSize(1 << 20);
            server.start();
            long start = System.nanoTime();

            send(socket, server, message(socket, "INFO", "many", "1 INFO"));
            await(socket, "SIP/2.0 200 ", "1 INFO");

            assertThat(received.stream()
                            .filter(each -> each.startsWith("NOTIFY "))
                            .map(BlockingApplicationTest::callId)
                            .distinct())
                    .hasSize(50);
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
        }
    }

    private static String callId(String message) {
        int start = message.indexOf("Call-ID: ");
        return message.substring(start, message.indexOf('\r', start));
    }
}
