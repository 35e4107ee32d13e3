// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.testing.Rfc;

/**
 * What hostile peers do to a stream listener, on real sockets. Each case ends with a good OPTIONS answered, and with no
 * connection left but that one.
 */
class StreamAttacksTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final SocketThreads threads = new SocketThreads();
    private final StreamSelectors selectors = new StreamSelectors(1, Duration.ofMillis(500), Duration.ofMillis(20));
    private final List<Socket> sockets = new ArrayList<>();
    private final Answering answering = new Answering();
    private TransportLayer layer = layer(StreamOptions.DEFAULT);

    @BeforeEach
    void start() throws IOException {
        layer.start(answering);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        layer.close();
        selectors.close();
        threads.close();
    }

    private TransportLayer layer(StreamOptions options) {
        StreamTransport transport = new StreamTransport(
                Binding.of(new InetSocketAddress(LOOPBACK, 0)),
                options,
                selectors,
                new MessageParser(Limits.DEFAULT),
                Limits.DEFAULT,
                threads.stack());
        return new TransportLayer(List.of(transport), TransportOptions.DEFAULT, threads.stack());
    }

    private void restart(StreamOptions options) throws IOException {
        layer.close();
        layer = layer(options);
        layer.start(answering);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(LOOPBACK, layer.listeners().get(0).bound().getPort());
        socket.setSoTimeout(10_000);
        sockets.add(socket);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** The status lines of what comes until the server closes the connection. */
    private static List<String> statusLinesUntilClosed(Socket socket) throws IOException {
        StringBuilder all = new StringBuilder();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                all.append((char) next);
            }
        } catch (SocketException reset) {
            // closed while we were still sending
        }
        socket.close();
        return all.toString()
                .lines()
                .filter(line -> line.startsWith("SIP/2.0 "))
                .toList();
    }

    private static String firstStatusLine(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = socket.getInputStream().read();
                next != '\r' && next >= 0;
                next = socket.getInputStream().read()) {
            line.append((char) next);
        }
        return line.toString();
    }

    private void assertServes() throws IOException {
        try (Socket good = new Socket(LOOPBACK, layer.listeners().get(0).bound().getPort())) {
            good.setSoTimeout(10_000);
            write(good, Texts.options("good"));
            assertThat(firstStatusLine(good)).isEqualTo("SIP/2.0 200 OK");
        }
    }

    private void assertAllEnded(int connections) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(answering.closed())
                .isEqualTo(connections));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "+5",
                "1e3",
                "0x10",
                "99999999999999999999",
                "2147483648",
                "",
                "5 5",
                "4\r\nContent-Length: 4",
                "4\r\nl: 4"
            })
    @Rfc(value = 3261, section = "18.3")
    void aLengthThatIsNoneIsRefusedAndEndsTheConnection(String length) throws Exception {
        Socket socket = connect();

        write(
                socket,
                Texts.options("bad").replace("Content-Length: 0", "Content-Length: " + length) + Texts.options("tail"));

        assertThat(statusLinesUntilClosed(socket)).containsExactly("SIP/2.0 400 Bad Request");
        assertAllEnded(1);
        assertServes();
    }

    @Test
    void aHeaderWithoutEndIsCutOff() throws Exception {
        Socket socket = connect();
        String endless = Texts.options("endless");
        write(socket, endless.substring(0, endless.indexOf("Content-Length")));

        try {
            byte[] filler = "X-Filler: 0123456789012345678901234567890123456789\r\n"
                    .repeat(20)
                    .getBytes(StandardCharsets.ISO_8859_1);
            OutputStream out = socket.getOutputStream();
            for (int sent = 0; sent < 1 << 20; sent += filler.length) {
                out.write(filler);
            }
        } catch (SocketException closed) {
            // before all of the megabyte was sent
        }
        socket.close();

        assertThat(answering.longest()).isLessThan(200_000);
        assertAllEnded(1);
        assertServes();
    }

    @Test
    void theTailOfAShortLengthIsAMessageOfItsOwn() throws Exception {
        Socket socket = connect();
        String smuggled = Texts.options("smuggled");

        write(socket, Texts.options("outer") + smuggled);
        write(
                socket,
                Texts.options("body").replace("Content-Length: 0", "Content-Length: " + smuggled.length())
                        + smuggled
                        + Texts.options("last"));
        Awaitility.await().until(() -> answering.callIds().contains("last"));

        assertThat(answering.callIds()).containsExactly("outer", "smuggled", "body", "last");
        assertServes();
    }

    @Test
    void manyWhoSendAByteNowAndThenHurtNobody() throws Exception {
        restart(StreamOptions.DEFAULT.withDeadlines(SHORT, LONG).withConnections(1000, 150));
        int slow = 100;
        for (int i = 0; i < slow; i++) {
            write(connect(), "O");
        }
        String rest = Texts.options("slow");

        int alive = slow;
        for (int position = 1; alive > 0 && position < rest.length(); position++) {
            assertServes();
            alive = 0;
            for (Socket socket : sockets.subList(0, slow)) {
                alive += drips(socket, rest.charAt(position)) ? 1 : 0;
            }
        }

        assertThat(alive).as("connections that outlived the deadline").isZero();
        assertThat(answering.callIds()).doesNotContain("slow");
        assertServes();
    }

    private static boolean drips(Socket socket, char next) {
        try {
            socket.getOutputStream().write(next);
            socket.setSoTimeout(1);
            return socket.getInputStream().read() >= 0;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void aBodyThatStopsEndsTheConnection() throws Exception {
        restart(StreamOptions.DEFAULT.withDeadlines(LONG, SHORT));
        Socket socket = connect();

        write(socket, Texts.options("stops").replace("Content-Length: 0", "Content-Length: 1000000") + "some");

        assertThat(statusLinesUntilClosed(socket)).isEmpty();
        assertAllEnded(1);
        assertServes();
    }

    @Test
    void manyWhoSayNothingAreSentAwayAndOthersOfTheirAddressRefusedMeanwhile() throws Exception {
        restart(StreamOptions.DEFAULT.withIdle(SHORT, LONG).withConnections(1000, 50));
        for (int i = 0; i < 80; i++) {
            connect();
        }

        for (Socket socket : sockets) {
            assertThat(statusLinesUntilClosed(socket)).isEmpty();
        }

        assertAllEnded(50); // the others were never let in
        assertServes();
    }

    @Test
    void aPeerThatNeverReadsIsCutOff() throws Exception {
        restart(StreamOptions.DEFAULT.withQueue(64, 1 << 20));
        Socket deaf = connect();
        deaf.setReceiveBufferSize(4096);
        answering.answerWith(60_000);

        try {
            for (int i = 0; i < 2_000; i++) {
                write(deaf, Texts.options("deaf" + i));
            }
        } catch (SocketException closed) {
            // as it should
        }

        assertAllEnded(1);
        answering.answerWith(0);
        assertServes();
    }

    @Test
    void connectionsThatComeAndGoLeaveNothing() throws Exception {
        for (int i = 0; i < 300; i++) {
            try (Socket socket =
                    new Socket(LOOPBACK, layer.listeners().get(0).bound().getPort())) {
                if (i % 2 == 0) {
                    socket.setSoLinger(true, 0); // a reset
                }
                socket.getOutputStream().write("OPTIONS".substring(0, i % 7).getBytes(StandardCharsets.US_ASCII));
            }
        }

        Awaitility.await() // 300 are more than one address may have at a time, and the last ones end a moment later
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .untilAsserted(this::assertServes);
    }
}
