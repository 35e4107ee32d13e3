// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

@Timeout(30)
class StreamTransportTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final SocketThreads threads = new SocketThreads();
    private final StreamSelectors selectors = new StreamSelectors(1, Duration.ofMillis(500), Duration.ofMillis(20));
    private final Received received = new Received();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        selectors.close();
        threads.close();
    }

    private StreamTransport started(StreamOptions options) throws IOException {
        return started(options, received);
    }

    private StreamTransport started(StreamOptions options, FlowHandler handler) throws IOException {
        Binding loopback = Binding.of(new InetSocketAddress(LOOPBACK, 0));
        MessageParser parser = new MessageParser(Limits.DEFAULT);
        StreamTransport transport =
                new StreamTransport(loopback, options, selectors, parser, Limits.DEFAULT, threads.stack());
        open.add(transport);
        transport.start(handler);
        return transport;
    }

    private Socket connected(StreamTransport transport) throws IOException {
        Socket socket = new Socket(LOOPBACK, transport.listener().bound().getPort());
        open.add(socket);
        socket.setSoTimeout(5000);
        return socket;
    }

    private ServerSocket peerServer() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, LOOPBACK);
        open.add(server);
        server.setSoTimeout(5000);
        return server;
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    void cutsManyMessagesOutOfOneSegmentInOrder() throws Exception {
        Socket client = connected(started(StreamOptions.DEFAULT));
        StringBuilder segment = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            segment.append(Texts.options("m" + i));
        }

        write(client, segment.toString());

        for (int i = 0; i < 50; i++) {
            assertThat(received.next().message().callId()).isEqualTo("m" + i);
        }
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    void putsAMessageTogetherFromSingleBytes() throws Exception {
        Socket client = connected(started(StreamOptions.DEFAULT));

        for (byte one : Texts.bytes(Texts.options("bytes"))) {
            client.getOutputStream().write(one);
            client.getOutputStream().flush();
        }

        assertThat(received.next().message().callId()).isEqualTo("bytes");
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    @Checklist("X4")
    void answersOnTheConnectionOfTheRequest() throws Exception {
        Socket client = connected(started(StreamOptions.DEFAULT));
        write(client, Texts.options("in"));

        Flow flow = received.next().flow();
        flow.send(Texts.request("out"), failure -> {});

        assertThat(flow.peer()).isEqualTo(client.getLocalSocketAddress());
        assertThat(flow.local()).isEqualTo(client.getRemoteSocketAddress());
        assertThat(read(client, Texts.options("out").length())).isEqualTo(Texts.options("out"));
    }

    @Test
    @Rfc(value = 5626, section = "4.4.1")
    @Checklist("X9")
    void answersAPingBetweenMessages() throws Exception {
        Socket client = connected(started(StreamOptions.DEFAULT));

        write(client, Texts.options("one") + "\r\n\r\n" + Texts.options("two"));

        assertThat(read(client, 2)).isEqualTo("\r\n");
        assertThat(received.next().message().callId()).isEqualTo("one");
        assertThat(received.next().message().callId()).isEqualTo("two");
    }

    @Test
    @Rfc(value = 5626, section = "4.4.1")
    void keepsAConnectionByTwoLineEnds() throws Exception {
        Socket client = connected(started(StreamOptions.DEFAULT));
        write(client, Texts.options("one"));

        received.next().flow().keepAlive();

        assertThat(read(client, 4)).isEqualTo("\r\n\r\n");
    }

    @Test
    @Rfc(value = 3261, section = "18.2.1")
    void reusesAnAcceptedConnectionWhenThePeerAddressIsTheSame() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT);
        Socket client = connected(transport);
        write(client, Texts.options("in"));
        Flow accepted = received.next().flow();

        Flow found = transport.flowTo((InetSocketAddress) client.getLocalSocketAddress());

        assertThat(found).isSameAs(accepted);
        assertThat(transport.openFlow(accepted.peer())).containsSame(accepted);
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    void connectsOnceAndSendsInOrderWhatWasQueuedMeanwhile() throws Exception {
        ServerSocket server = peerServer();
        StreamTransport transport = started(StreamOptions.DEFAULT);
        InetSocketAddress peer = (InetSocketAddress) server.getLocalSocketAddress();

        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            transport.flowTo(peer).send(Texts.request("m" + i), failure -> {});
            expected.append(Texts.options("m" + i));
        }

        Socket accepted = server.accept();
        accepted.setSoTimeout(5000);
        assertThat(read(accepted, expected.length())).isEqualTo(expected.toString());
        write(accepted, Texts.options("back"));
        assertThat(received.next().flow()).isSameAs(transport.flowTo(peer));
        accepted.close();
    }

    @Test
    void tellsEveryQueuedMessageWhenTheConnectionIsRefused() throws Exception {
        ServerSocket server = peerServer();
        InetSocketAddress peer = (InetSocketAddress) server.getLocalSocketAddress();
        server.close();
        StreamTransport transport = started(StreamOptions.DEFAULT);
        BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

        Flow flow = transport.flowTo(peer);
        flow.send(Texts.request("one"), failures::add);
        flow.send(Texts.request("two"), failures::add);

        assertThat(failures.poll(5, TimeUnit.SECONDS)).isNotNull();
        assertThat(failures.poll(5, TimeUnit.SECONDS)).isNotNull();
        assertThat(received.nextClosed()).isSameAs(flow);
        assertThat(flow.isOpen()).isFalse();
        assertThat(transport.openFlow(peer)).isEmpty();
    }

    @Test
    void givesUpConnectingAfterTheConnectTimeout() throws Exception {
        try (FullBacklog silent = new FullBacklog()) {
            StreamTransport transport = started(StreamOptions.DEFAULT);
            BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

            Flow flow = transport.flowTo(silent.address());
            flow.send(Texts.request("lost"), failures::add);

            assertThat(flow.isOpen()).isTrue();
            assertThat(failures.poll(5, TimeUnit.SECONDS)).isNotNull();
            assertThat(received.nextClosed()).isSameAs(flow);
        }
    }

    @Test
    void tellsThatAPeerClosedAndConnectsAgainForTheNextMessage() throws Exception {
        ServerSocket server = peerServer();
        StreamTransport transport = started(StreamOptions.DEFAULT);
        InetSocketAddress peer = (InetSocketAddress) server.getLocalSocketAddress();
        Flow first = transport.flowTo(peer);
        first.send(Texts.request("one"), failure -> {});
        server.accept().close();

        assertThat(received.nextClosed()).isSameAs(first);
        transport.flowTo(peer).send(Texts.request("two"), failure -> {});

        Socket second = server.accept();
        second.setSoTimeout(5000);
        assertThat(read(second, Texts.options("two").length())).isEqualTo(Texts.options("two"));
        second.close();
    }

    @Test
    void failsTheFlowOfAPeerThatDoesNotRead() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT.withQueue(100, 1 << 20));
        Socket client = connected(transport);
        client.setReceiveBufferSize(4096);
        write(client, Texts.options("in"));
        Flow flow = received.next().flow();
        AtomicInteger failed = new AtomicInteger();

        int sent = 0;
        while (flow.isOpen() && sent < 100_000) {
            flow.send(Texts.withBody("big" + sent++, 60_000), failure -> failed.incrementAndGet());
        }

        assertThat(received.nextClosed()).isSameAs(flow);
        assertThat(sent).isLessThan(1000);
        assertThat(failed.get()).isBetween(1, sent);
    }

    @Test
    void writesAMessageLargerThanItsBufferBetweenSmallOnes() throws Exception {
        Socket client = connected(started(StreamOptions.DEFAULT));
        write(client, Texts.options("in"));
        Flow flow = received.next().flow();
        String large = new String(Texts.withBody("large", 900_000).toBytes(), StandardCharsets.ISO_8859_1);

        flow.send(Texts.request("before"), failure -> {});
        flow.send(Texts.withBody("large", 900_000), failure -> {});
        flow.send(Texts.request("after"), failure -> {});

        String expected = Texts.options("before") + large + Texts.options("after");
        assertThat(read(client, expected.length())).isEqualTo(expected);
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    void closesAConnectionWhoseFramingIsLost() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT, closing());
        Socket client = connected(transport);

        write(client, Texts.options("bad").replace("Content-Length: 0", "Content-Length: 1e3"));
        write(client, Texts.options("never read"));

        assertThat(received.next().malformed().closeConnection()).isTrue();
        assertThat(read(client, Texts.options("sorry").length())).isEqualTo(Texts.options("sorry"));
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        received.nextClosed();
        assertThat(received.isEmpty()).isTrue();
    }

    /** Answers and closes, as the transport layer does. */
    private FlowHandler closing() {
        return new FlowHandler() {
            @Override
            public void onMessage(Flow flow, ParseResult result) {
                received.onMessage(flow, result);
                flow.send(Texts.request("sorry"), failure -> {});
                flow.close();
            }

            @Override
            public void onClosed(Flow flow) {
                received.onClosed(flow);
            }
        };
    }

    @Test
    void closesAfterTheHeaderDeadline() throws Exception {
        Socket slow = connected(started(StreamOptions.DEFAULT.withDeadlines(SHORT, LONG)));

        write(slow, "OPTIONS sip:server@example.com SIP/2.0\r\nVia: ");

        assertThat(isClosed(slow)).isTrue();
        received.nextClosed();
    }

    @Test
    void closesAfterTheMessageDeadlineWhenTheBodyStops() throws Exception {
        Socket slow = connected(started(StreamOptions.DEFAULT.withDeadlines(SHORT, SHORT)));

        write(slow, Texts.options("slow").replace("Content-Length: 0", "Content-Length: 100") + "part");

        assertThat(isClosed(slow)).isTrue();
    }

    @Test
    void closesAConnectionOnWhichNothingWasSaid() throws Exception {
        Socket silent = connected(started(StreamOptions.DEFAULT.withIdle(SHORT, LONG)));

        write(silent, "\r\n\r\n");

        assertThat(read(silent, 2)).isEqualTo("\r\n");
        assertThat(isClosed(silent)).isTrue();
    }

    @Test
    void closesAnIdleConnection() throws Exception {
        Socket idle = connected(started(StreamOptions.DEFAULT.withIdle(LONG, SHORT)));

        write(idle, Texts.options("once"));

        assertThat(received.next().message().callId()).isEqualTo("once");
        assertThat(isClosed(idle)).isTrue();
        received.nextClosed();
    }

    @Test
    void refusesConnectionsBeyondTheCapUntilOneCloses() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT.withConnections(100, 2));
        Socket first = connected(transport);
        write(first, Texts.options("first"));
        received.next();
        write(connected(transport), Texts.options("second"));
        received.next();

        Socket third = connected(transport);
        boolean refused = isClosed(third);
        first.close();
        received.nextClosed();
        Socket fourth = connected(transport);
        write(fourth, Texts.options("fourth"));

        assertThat(refused).isTrue();
        assertThat(received.next().message().callId()).isEqualTo("fourth");
    }

    @Test
    void keepsTheConnectionWhenTheHandlerThrowsAnError() throws Exception {
        FlowHandler failing = new FlowHandler() {
            @Override
            public void onMessage(Flow flow, ParseResult result) {
                received.onMessage(flow, result);
                throw new NoClassDefFoundError("scripted");
            }

            @Override
            public void onClosed(Flow flow) {}
        };
        Socket client = connected(started(StreamOptions.DEFAULT, failing));

        write(client, Texts.options("one"));
        write(client, Texts.options("two"));

        assertThat(received.next().message().callId()).isEqualTo("one");
        assertThat(received.next().message().callId()).isEqualTo("two");
    }

    @Test
    void carriesEveryMessageOnTheSelectorThread() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT);
        Socket one = connected(transport);
        Socket two = connected(transport);

        write(one, Texts.options("one"));
        Thread first = received.next().thread();
        write(two, Texts.options("two"));

        assertThat(received.next().thread()).isSameAs(first);
    }

    @Test
    void sendsOnAnInterruptedThread() throws Exception {
        Socket client = connected(started(StreamOptions.DEFAULT));
        write(client, Texts.options("in"));
        Flow flow = received.next().flow();

        Thread.currentThread().interrupt();
        flow.send(Texts.request("out"), failure -> {});
        boolean flag = Thread.interrupted();

        assertThat(flag).isTrue();
        assertThat(read(client, Texts.options("out").length())).isEqualTo(Texts.options("out"));
        write(client, Texts.options("again"));
        assertThat(received.next().message().callId()).isEqualTo("again");
    }

    @Test
    void closesItsConnectionsWithTheListener() throws Exception {
        StreamTransport transport = started(StreamOptions.DEFAULT);
        Socket client = connected(transport);
        write(client, Texts.options("in"));
        Flow flow = received.next().flow();

        transport.close();

        assertThat(flow.isOpen()).isFalse();
        assertThat(isClosed(client)).isTrue();
        assertThat(received.nextClosed()).as("after the linger time").isSameAs(flow);
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(Texts.bytes(text));
        socket.getOutputStream().flush();
    }

    private static String read(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** A listening socket that lets nobody in any more: its backlog is full. */
    private static final class FullBacklog implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
        private final List<Socket> waiting = new ArrayList<>();

        FullBacklog() throws IOException {
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(server.getLocalSocketAddress(), 50);
                } catch (IOException full) {
                    return;
                }
            }
        }

        InetSocketAddress address() {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : waiting) {
                socket.close();
            }
            server.close();
        }
    }
}
