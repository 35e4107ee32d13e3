// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.Listener;
import org.trapezoid.server.SipServer;
import org.trapezoid.server.converged.overlap.OverlapServlet;
import org.trapezoid.server.testing.Sars;

/** On real threads: callbacks of a session never overlap, be they from messages, timers, HTTP, WebSocket or managed executors. */
@Timeout(120)
class OverlapTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int SESSIONS = 3;
    private static final int SENDERS = 4;
    private static final int EACH = 150;

    @TempDir
    private Path base;

    @Test
    void nothingOfASessionOverlaps() throws Exception {
        Path archive = Sars.empty().withPackageOf(OverlapServlet.class).zip(base.resolve("overlap.war"));
        try (SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                .listen(Listener.tcp(0))
                .http(0)
                .data(base)
                .deploy(archive))) {
            server.start();
            String url = "127.0.0.1:" + server.port("http") + "/overlap/";
            for (int session = 0; session < SESSIONS; session++) {
                messages(server.port("udp"), session, 1, "first");
            }
            List<Callable<Void>> sources = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                int number = sender;
                sources.add(() -> messages(server.port("udp"), number, EACH, "sender" + number));
                sources.add(() -> connection(server.port("tcp"), number));
                sources.add(() -> requests(url, number));
                sources.add(() -> frames(url, number));
            }

            runAtOnce(sources);

            int callbacks = (SESSIONS + 2 * SENDERS * EACH) * 4 + 2 * SENDERS * EACH;
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(get(HttpClient.newHttpClient(), "http://" + url + "poke"))
                            .isEqualTo("overlaps 0 entered " + callbacks + " seen " + callbacks));
        }
    }

    private static void runAtOnce(List<Callable<Void>> sources) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(sources.size());
        try {
            for (Future<Void> each : threads.invokeAll(sources)) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    private static String key(int number) {
        return "key" + number % SESSIONS;
    }

    /** One after the other is answered, or sent again: nothing is lost. */
    private static Void messages(int port, int from, int count, String name) throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            socket.setSoTimeout(500);
            byte[] buffer = new byte[4096];
            for (int i = 0; i < count; i++) {
                String branch = "z9hG4bK" + name + from + "x" + i;
                byte[] message = """
                        MESSAGE sip:%1$s@127.0.0.1 SIP/2.0
                        Via: SIP/2.0/UDP 127.0.0.1:%2$d;branch=%3$s
                        Max-Forwards: 70
                        From: <sip:%4$s@a.test>;tag=t
                        To: <sip:%1$s@127.0.0.1>
                        Call-ID: %3$s
                        CSeq: 1 MESSAGE
                        Content-Length: 0

                        """.formatted(key(from + i), socket.getLocalPort(), branch, name)
                        .replace("\n", "\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
                exchange(socket, new DatagramPacket(message, message.length, LOOPBACK, port), branch, buffer);
            }
        }
        return null;
    }

    private static void exchange(DatagramSocket socket, DatagramPacket request, String branch, byte[] buffer)
            throws Exception {
        for (int tries = 0; tries < 60; tries++) {
            socket.send(request);
            try {
                while (true) {
                    DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
                    socket.receive(answer);
                    String text = new String(buffer, 0, answer.getLength(), StandardCharsets.US_ASCII);
                    if (text.startsWith("SIP/2.0 200") && text.contains(branch + "\r\n")) {
                        return;
                    }
                }
            } catch (SocketTimeoutException e) {
                // sent again, as RFC 3261 §17.1.2.2 has it
            }
        }
        throw new AssertionError("no answer to " + branch);
    }

    /** The same over a connection, whose callbacks are on other threads than those of datagrams. */
    private static Void connection(int port, int from) throws Exception {
        try (Socket socket = new Socket(LOOPBACK, port)) {
            socket.setSoTimeout(30_000);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int i = 0; i < EACH; i++) {
                socket.getOutputStream().write("""
                        MESSAGE sip:%1$s@127.0.0.1 SIP/2.0
                        Via: SIP/2.0/TCP 127.0.0.1:%2$d;branch=z9hG4bKtcp%3$dx%4$d
                        Max-Forwards: 70
                        From: <sip:tcp@a.test>;tag=t
                        To: <sip:%1$s@127.0.0.1>
                        Call-ID: tcp%3$dx%4$d
                        CSeq: 1 MESSAGE
                        Content-Length: 0

                        """.formatted(key(from + i), socket.getLocalPort(), from, i)
                        .replace("\n", "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(in.readLine()).startsWith("SIP/2.0 200");
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    assertThat(line).doesNotStartWith("SIP/2.0");
                }
            }
        }
        return null;
    }

    private static String get(HttpClient browser, String url) throws Exception {
        HttpResponse<String> response =
                browser.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    private static Void requests(String url, int from) throws Exception {
        HttpClient browser = HttpClient.newHttpClient();
        for (int i = 0; i < EACH; i++) {
            get(browser, "http://" + url + "poke?key=" + key(from + i));
        }
        return null;
    }

    private static Void frames(String url, int from) throws Exception {
        Semaphore echoes = new Semaphore(0);
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://" + url + "socket"), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                        webSocket.request(1);
                        echoes.release();
                        return null;
                    }
                })
                .join();
        for (int i = 0; i < EACH; i++) {
            socket.sendText(key(from + i), true).join();
            assertThat(echoes.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        }
        socket.abort();
        return null;
    }
}
