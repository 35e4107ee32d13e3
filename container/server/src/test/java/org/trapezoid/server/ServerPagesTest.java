// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages of the server itself, over real sockets. */
@Timeout(60)
class ServerPagesTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final HttpClient browser = HttpClient.newHttpClient();

    /** Answers everything but an INVITE, which it lets ring for ever. */
    static final class Application extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doRequest(SipServletRequest request) throws IOException {
            request.createResponse(request.getMethod().equals("INVITE") ? 180 : 200)
                    .send();
        }
    }

    private static SipServer server(HttpConfig http, Duration stopTimeout) {
        SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                .http(http)
                .stopTimeout(stopTimeout)
                .application("app", new Application()));
        server.start();
        return server;
    }

    private HttpResponse<String> get(SipServer server, String path) throws IOException, InterruptedException {
        return send(server, HttpRequest.newBuilder(), path);
    }

    private HttpResponse<String> send(SipServer server, HttpRequest.Builder request, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port("http") + path);
        return browser.send(request.uri(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String exchange(DatagramSocket socket, SipServer server, String method) throws IOException {
        String request = method + " sip:127.0.0.1 SIP/2.0\r\n"
                + "Via: SIP/2.0/UDP 127.0.0.1:" + socket.getLocalPort() + ";rport;branch=z9hG4bK" + method + "\r\n"
                + "From: <sip:a@a.test>;tag=1\r\nTo: <sip:b@b.test>\r\nCall-ID: " + method + "@a.test\r\n"
                + "CSeq: 1 " + method
                + "\r\nMax-Forwards: 70\r\nContact: <sip:a@127.0.0.1>\r\nContent-Length: 0\r\n\r\n";
        send(socket, server, request);
        DatagramPacket answer = new DatagramPacket(new byte[8192], 8192);
        socket.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
    }

    private static void send(DatagramSocket socket, SipServer server, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length, LOOPBACK, server.port("udp")));
    }

    @Test
    void countsWhatCameWhatWasSentAndWhatIsHeld() throws Exception {
        try (SipServer server = server(new HttpConfig("127.0.0.1", 0), Duration.ZERO);
                DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            socket.setSoTimeout(10_000);
            send(socket, server, """
                    SIP/2.0 200 OK
                    Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx
                    From: <sip:a@a.test>;tag=1
                    To: <sip:b@b.test>;tag=2
                    Call-ID: x
                    CSeq: 1 BYE
                    Content-Length: 0

                    """.replace("\n", "\r\n"));
            send(socket, server, "Hello\r\n\r\n");
            assertThat(exchange(socket, server, "OPTIONS")).startsWith("SIP/2.0 200 ");
            assertThat(exchange(socket, server, "INVITE")).startsWith("SIP/2.0 180 ");
            assertThat(exchange(socket, server, "WHATEVER")).startsWith("SIP/2.0 ");

            HttpResponse<String> metrics = get(server, "/metrics");

            assertThat(metrics.statusCode()).isEqualTo(200);
            assertThat(metrics.headers().firstValue("Content-Type"))
                    .contains("text/plain; version=0.0.4; charset=utf-8");
            assertThat(metrics.body().lines())
                    .contains(
                            "sip_requests_total{direction=\"received\",method=\"OPTIONS\"} 1.0",
                            "sip_requests_total{direction=\"received\",method=\"INVITE\"} 1.0",
                            "sip_requests_total{direction=\"received\",method=\"other\"} 1.0",
                            "sip_requests_total{direction=\"received\",method=\"REGISTER\"} 0.0",
                            "sip_responses_total{class=\"1xx\",direction=\"sent\"} 1.0",
                            "sip_responses_total{class=\"2xx\",direction=\"received\"} 1.0",
                            "sip_dropped_total{reason=\"malformed\"} 1.0",
                            "sip_dropped_total{reason=\"foreign_via\"} 1.0",
                            "sip_transactions{side=\"server\"} 3.0",
                            "sip_transactions_pending 1.0",
                            "sip_dialogs{state=\"early\"} 1.0",
                            "sip_registered 0.0",
                            "application_sip_sessions{application=\"app\"} 1.0",
                            "application_callbacks_seconds_count{application=\"app\"} 3",
                            "application_inline{application=\"app\"} 0.0")
                    .anyMatch(line -> line.startsWith("jvm_memory_used_bytes"));
        }
    }

    @Test
    void showsMetricsToTheirReadersOnly() throws Exception {
        HttpConfig http = new HttpConfig("127.0.0.1", 0).metricsFrom(List.of("192.0.2.0/24"));
        try (SipServer server = server(http, Duration.ZERO)) {
            assertThat(get(server, "/metrics").statusCode()).isEqualTo(403);
            assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void refusesToBeWrittenTo() throws Exception {
        try (SipServer server = server(new HttpConfig("127.0.0.1", 0), Duration.ZERO)) {
            HttpRequest.Builder post = HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString("x"));

            HttpResponse<String> answer = send(server, post, "/metrics");

            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
        }
    }

    @Test
    void isReadyUntilItStopsAndLivesOn() throws Exception {
        try (SipServer server = server(new HttpConfig("127.0.0.1", 0), Duration.ofSeconds(3));
                DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            socket.setSoTimeout(10_000);
            for (String path : List.of("/health/live", "/health/ready", "/health/started")) {
                HttpResponse<String> answer = get(server, path);
                assertThat(answer.statusCode()).as(path).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("{\"status\":\"UP\"}\n");
            }
            assertThat(exchange(socket, server, "INVITE")).startsWith("SIP/2.0 180 ");

            Thread stopping = new Thread(server::stop, "stopping");
            stopping.start(); // waits for the call
            await().until(() -> get(server, "/health/ready").statusCode() == 503);

            assertThat(get(server, "/health/ready").body())
                    .isEqualTo("{\"status\":\"DOWN\",\"reason\":\"stopping\"}\n");
            assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
            stopping.join();
        }
    }
}
