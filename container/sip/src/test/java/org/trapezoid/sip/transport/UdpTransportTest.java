// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.concurrent.CallbackMode;
import org.trapezoid.sip.concurrent.QueueWait;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

@Timeout(30)
class UdpTransportTest {
    private final SocketThreads threads = new SocketThreads();
    private final Received received = new Received();
    private final UdpTransport transport = transport(UdpOptions.DEFAULT);
    private DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress());

    UdpTransportTest() throws IOException {}

    @BeforeEach
    void timeout() throws IOException {
        peer.setSoTimeout(5000);
    }

    @AfterEach
    void close() {
        transport.close();
        peer.close();
        threads.close();
    }

    private UdpTransport transport(UdpOptions options) {
        Binding loopback = Binding.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return new UdpTransport(loopback, options, new MessageParser(Limits.DEFAULT), threads.stack());
    }

    @Test
    void tellsTheBoundPortAndAdvertisesTheBoundAddress() throws Exception {
        transport.start(received);

        Listener listener = transport.listener();

        assertThat(listener.bound().getPort()).isPositive();
        assertThat(listener.advertised().toString())
                .isEqualTo("127.0.0.1:" + listener.bound().getPort());
    }

    @Test
    @Rfc(value = 3581, section = "4")
    @Checklist("X3")
    void answersFromTheSocketTheRequestCameTo() throws Exception {
        transport.start(received);
        toServer(Texts.options("in"));

        Flow flow = received.next().flow();
        flow.send(Texts.request("out"), failure -> {});

        DatagramPacket packet = toPeer();
        assertThat(flow.peer()).isEqualTo(peer.getLocalSocketAddress());
        assertThat(packet.getSocketAddress()).isEqualTo(transport.listener().bound());
        assertThat(text(packet)).isEqualTo(Texts.options("out"));
    }

    @Test
    @Rfc(value = 5626, section = "3.5.2")
    void answersAStunKeepAliveOnTheSipPort() throws Exception {
        transport.start(received);
        byte[] request = java.util.HexFormat.of().parseHex("000100002112a442" + "0102030405060708090a0b0c");

        toServer(request);

        DatagramPacket answer = toPeer();
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
        assertThat(answer.getLength()).isEqualTo(32);
        assertThat(bytes.getShort(0)).isEqualTo((short) 0x0101);
        assertThat(Short.toUnsignedInt(bytes.getShort(26)) ^ 0x2112).isEqualTo(peer.getLocalPort());
        assertThat(bytes.getInt(28) ^ 0x2112a442).isEqualTo(0x7f000001);
        assertThat(received.isEmpty()).isTrue();
    }

    @Test
    @Rfc(value = 3261, section = "7.5")
    void keepsAFlowByTwoLineEndsFromTheSipPort() throws Exception {
        transport.start(received);
        toServer(Texts.options("in"));

        received.next().flow().keepAlive();

        DatagramPacket packet = toPeer();
        assertThat(text(packet)).isEqualTo("\r\n\r\n");
        assertThat(packet.getSocketAddress()).isEqualTo(transport.listener().bound());
    }

    @Test
    void hasOneFlowPerRemoteAddress() throws Exception {
        transport.start(received);
        toServer(Texts.options("one"));
        toServer(Texts.options("two"));

        Flow first = received.next().flow();

        assertThat(received.next().flow()).isSameAs(first);
        assertThat(transport.flowTo((InetSocketAddress) peer.getLocalSocketAddress()))
                .isSameAs(first);
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    @Checklist("X7")
    void takesAndSendsTheLargestDatagram() throws Exception {
        transport.start(received);
        int body = 65_507 - Texts.withBody("large", 10_000).encodedLength() + 10_000;
        byte[] datagram = Texts.withBody("large", body).toBytes();

        toServer(datagram);
        Received.Event event = received.next();
        event.flow().send(event.message(), failure -> {});

        assertThat(datagram).hasSize(65_507);
        assertThat(event.message().bodyLength()).isEqualTo(body);
        assertThat(toPeer().getLength()).isEqualTo(65_507);
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    void failsWhatIsLargerThanADatagramOnAnotherStack() throws Exception {
        transport.start(received);
        BlockingQueue<Thread> told = new LinkedBlockingQueue<>();
        Flow flow = transport.flowTo((InetSocketAddress) peer.getLocalSocketAddress());

        flow.send(Texts.withBody("huge", 66_000), failure -> told.add(Thread.currentThread()));

        assertThat(told.poll(5, TimeUnit.SECONDS)).isNotNull().isNotSameAs(Thread.currentThread());
    }

    @Test
    void failsWhatIsSentToTheBroadcastAddressOfANetwork() throws Exception {
        transport.start(received);
        CountDownLatch failed = new CountDownLatch(1);

        transport
                .flowTo(new InetSocketAddress("127.255.255.255", 5060))
                .send(Texts.request("broadcast"), failure -> failed.countDown());

        assertThat(failed.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void readsOnAfterGarbageEmptyAndLoneBytes() throws Exception {
        transport.start(received);
        Random random = new Random(42);
        toServer("");
        toServer("\r\n\r\n");
        toServer("x");
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[random.nextInt(1500)];
            random.nextBytes(garbage);
            toServer(garbage);
        }

        toServer(Texts.options("good"));

        assertThat(nextParsed().message().callId()).isEqualTo("good");
    }

    @Test
    void readsOnWhenTheHandlerThrowsAnError() throws Exception {
        transport.start(new FlowHandler() {
            @Override
            public void onMessage(Flow flow, ParseResult result) {
                received.onMessage(flow, result);
                throw new NoClassDefFoundError("scripted");
            }

            @Override
            public void onClosed(Flow flow) {}
        });

        toServer(Texts.options("one"));
        toServer(Texts.options("two"));

        assertThat(received.next().message().callId()).isEqualTo("one");
        assertThat(received.next().message().callId()).isEqualTo("two");
    }

    @Test
    void survivesAPeerThatIsGone() throws Exception {
        transport.start(received);
        InetSocketAddress gone = goneAddress();

        for (int i = 0; i < 20; i++) {
            transport.flowTo(gone).send(Texts.request("icmp" + i), failure -> {});
        }
        toServer(Texts.options("good"));

        assertThat(received.next().message().callId()).isEqualTo("good");
    }

    @Test
    void sendsOnAnInterruptedThreadWithoutLosingTheListener() throws Exception {
        transport.start(received);
        Flow flow = transport.flowTo((InetSocketAddress) peer.getLocalSocketAddress());

        Thread.currentThread().interrupt();
        flow.send(Texts.request("interrupted"), failure -> {});
        boolean flag = Thread.interrupted();
        toServer(Texts.options("good"));

        assertThat(flag).isTrue();
        assertThat(text(toPeer())).contains("Call-ID: interrupted");
        assertThat(received.next().message().callId()).isEqualTo("good");
    }

    @Test
    void opensTheListenerAgainWhenAnInterruptHitsASendingThread() throws Exception {
        transport.start(received);
        Flow flow = transport.flowTo((InetSocketAddress) peer.getLocalSocketAddress());
        CountDownLatch stop = new CountDownLatch(1);
        Thread sender = new Thread(() -> {
            while (stop.getCount() > 0) {
                flow.send(Texts.request("busy"), failure -> {});
            }
        });
        try (LogCapture log = LogCapture.of(UdpSocket.class)) {
            sender.start();
            Awaitility.await().pollInterval(Duration.ofNanos(1)).until(() -> {
                sender.interrupt();
                return log.contains("is open again");
            });
        }
        stop.countDown();
        sender.join();

        Awaitility.await().atMost(Duration.ofSeconds(2)).until(() -> {
            toServer(Texts.options("good"));
            return !received.isEmpty();
        });
        assertThat(received.next().message().callId()).isEqualTo("good");
    }

    @Test
    void readsOnASpareThreadWhileACallbackBlocks() throws Exception {
        Strands strands = new Strands(threads.workers(), threads.wheel());
        CountDownLatch release = new CountDownLatch(1);
        transport.start(new FlowHandler() {
            @Override
            public void onMessage(Flow flow, ParseResult result) {
                Strand strand = strands.create();
                strand.mode(CallbackMode.inline());
                strand.run(() -> strand.callback(() -> {
                    received.onMessage(flow, result);
                    if (Received.message(result).callId().equals("blocks")) {
                        await(release);
                    }
                }));
            }

            @Override
            public void onClosed(Flow flow) {}
        });

        toServer(Texts.options("blocks"));
        Thread blocked = received.next().thread();
        toServer(Texts.options("next"));
        Thread spare = received.next().thread();
        release.countDown();

        assertThat(spare).isNotSameAs(blocked);
        blocked.join(5000);
        assertThat(blocked.isAlive()).isFalse();
        toServer(Texts.options("last"));
        assertThat(received.next().thread()).isSameAs(spare);
    }

    @Test
    void noticesThatMessagesWaitInTheBuffer() throws Exception {
        QueueWait wait = new QueueWait(Duration.ofMillis(50), Runnable::run, threads.wheel()::nanoTime);
        StackThreads plain = threads.stack();
        UdpTransport watched = new UdpTransport(
                Binding.of(new InetSocketAddress("0.0.0.0", 0)),
                UdpOptions.DEFAULT,
                new MessageParser(Limits.DEFAULT),
                new StackThreads(plain.readers(), plain.timers(), plain.workers(), wait));
        BlockingQueue<Boolean> tooLong = new LinkedBlockingQueue<>();
        BlockingQueue<ParseResult> unparsed = new LinkedBlockingQueue<>();
        watched.start(new FlowHandler() {
            @Override
            public void onMessage(Flow flow, ParseResult result) {
                if (!(result instanceof ParseResult.Parsed)) {
                    unparsed.add(result);
                }
                LockSupport.parkNanos(1_000_000); // a slow server
                tooLong.add(wait.isTooLong());
            }

            @Override
            public void onClosed(Flow flow) {}
        });
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), watched.listener().bound().getPort());

        List<Boolean> seen = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            send(peer, Texts.bytes(Texts.options("waits" + i)), address);
        }
        for (int i = 0; i < 1000; i++) {
            seen.add(tooLong.poll(5, TimeUnit.SECONDS));
        }
        Awaitility.await().until(() -> {
            send(peer, Texts.bytes(Texts.options("later")), address);
            return Boolean.FALSE.equals(tooLong.poll(5, TimeUnit.SECONDS));
        });
        watched.close();

        assertThat(seen.get(0)).isFalse();
        assertThat(seen).contains(true).doesNotContainNull();
        assertThat(unparsed).isEmpty();
    }

    @Test
    void sharesThePortAmongReaders() throws Exception {
        UdpTransport shared = transport(UdpOptions.DEFAULT.withReaders(4));
        Set<Thread> readers = new HashSet<>();
        List<DatagramSocket> peers = new ArrayList<>();
        try {
            shared.start(received);
            for (int i = 0; i < 64; i++) {
                DatagramSocket one = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                peers.add(one);
                send(one, Texts.bytes(Texts.options("p" + i)), shared.listener().bound());
            }
            for (int i = 0; i < 64; i++) {
                readers.add(received.next().thread());
            }
        } finally {
            shared.close();
            peers.forEach(DatagramSocket::close);
        }

        assertThat(readers).hasSizeGreaterThan(1);
    }

    @Test
    void endsItsReaderWhenClosed() throws Exception {
        transport.start(received);
        toServer(Texts.options("one"));
        Received.Event event = received.next();

        transport.close();

        event.thread().join(5000);
        assertThat(event.thread().isAlive()).isFalse();
        assertThat(event.flow().isOpen()).isFalse();
    }

    private Received.Event nextParsed() throws InterruptedException {
        Received.Event event = received.next();
        while (!(event.result() instanceof ParseResult.Parsed)) {
            event = received.next();
        }
        return event;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InetSocketAddress goneAddress() throws IOException {
        try (DatagramSocket gone = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return (InetSocketAddress) gone.getLocalSocketAddress();
        }
    }

    private void toServer(String text) throws IOException {
        toServer(Texts.bytes(text));
    }

    private void toServer(byte[] bytes) throws IOException {
        send(peer, bytes, transport.listener().bound());
    }

    private static void send(DatagramSocket from, byte[] bytes, InetSocketAddress to) throws IOException {
        from.send(new DatagramPacket(bytes, bytes.length, to));
    }

    private DatagramPacket toPeer() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        peer.receive(packet);
        return packet;
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
    }
}
