// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of requests for application sessions of other nodes. */
@Timeout(60)
class OwnerForwardingTest {
    private final InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private final HttpServer server = new HttpServer(Optional.of(loopback));

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** The first line of the answer, when the session is at that owner. */
    private String status(CompletionStage<Optional<String>> owner, String path, String headers) throws IOException {
        server.forward(id -> owner, new byte[32]);
        server.start();
        server.open();
        return ask(server.port().orElseThrow().bound().orElseThrow(), path, headers)
                .lines()
                .findFirst()
                .orElse("");
    }

    private static String ask(InetSocketAddress address, String path, String headers) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: a.test\r\nConnection: close" + headers + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void whenNobodyCanSayWhoHasTheSessionTheBrowserTriesAgain() throws Exception {
        assertThat(status(
                        CompletableFuture.failedFuture(new IllegalStateException("scripted")),
                        "/a;org.trapezoid.session=b",
                        ""))
                .contains("503");
    }

    @Test
    void aNodeThatIsGoneIsABadGateway() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }

        assertThat(status(
                        CompletableFuture.completedFuture(Optional.of("127.0.0.1:" + closed)),
                        "/a;org.trapezoid.session=b",
                        ""))
                .contains("502");
    }

    @Test
    void whatIsFoundLateToBeHereIsServedHere() throws Exception {
        CompletableFuture<Optional<String>> late = new CompletableFuture<>();
        late.completeOnTimeout(Optional.empty(), 50, TimeUnit.MILLISECONDS);

        assertThat(status(late, "/a;org.trapezoid.session=b", "")).contains("404");
    }

    @Test
    void aUrlThatNamesNoSessionIsServedHere() throws Exception {
        assertThat(status(
                        CompletableFuture.failedFuture(new IllegalStateException("not to be asked")),
                        "/a;jsessionid=b",
                        ""))
                .contains("404");
    }
}
