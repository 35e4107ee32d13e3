// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.Uri;

class VirtualNetworkTest {

    /** Writes down what reaches it. */
    private static final class Mailbox implements Endpoint {
        private final String name;
        private final Protocol protocol;
        private final InetSocketAddress address;
        private final List<String> got = new ArrayList<>();
        private final List<InetSocketAddress> sources = new ArrayList<>();
        private final List<InetSocketAddress> closed = new ArrayList<>();

        Mailbox(String name, Protocol protocol, String host) {
            this.name = name;
            this.protocol = protocol;
            this.address = new InetSocketAddress(host, 5060);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Protocol protocol() {
            return protocol;
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public void receive(InetSocketAddress from, byte[] message) {
            String text = new String(message, StandardCharsets.UTF_8);
            int start = text.indexOf("CSeq: ") + 6;
            got.add(text.substring(start, text.indexOf(' ', start)));
            sources.add(from);
        }

        @Override
        public void closed(InetSocketAddress peer) {
            closed.add(peer);
        }
    }

    private final ManualClock clock = new ManualClock();
    private final VirtualNetwork network =
            new VirtualNetwork(clock, new SplittableRandom(1), Weather.CLEAR, Ladder.off());
    private final List<IOException> failures = new ArrayList<>();

    private Mailbox attach(String name, Protocol protocol, String host) {
        Mailbox mailbox = new Mailbox(name, protocol, host);
        network.attach(mailbox);
        return mailbox;
    }

    private void send(Mailbox from, InetSocketAddress to, int number) {
        Request message = Request.builder(Method.OPTIONS, Uri.parse("sip:b@192.0.2.2"))
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK" + number)
                .add(HeaderName.FROM, "<sip:a@a.test>;tag=1")
                .add(HeaderName.TO, "<sip:b@a.test>")
                .add(HeaderName.CALL_ID, "c")
                .add(HeaderName.CSEQ, number + " OPTIONS")
                .build();
        network.send(from, to, message, failures::add);
    }

    private static Weather weather(double loss, double duplication, double reordering, double breaks) {
        return new Weather(Duration.ofMillis(1), Duration.ofMillis(100), loss, duplication, reordering, breaks);
    }

    @Test
    void losesAndDoublesDatagrams() {
        Mailbox a = attach("a", Protocol.UDP, "192.0.2.1");
        Mailbox b = attach("b", Protocol.UDP, "192.0.2.2");

        network.weather(weather(1, 0, 0, 0));
        send(a, b.address, 1);
        network.weather(weather(0, 1, 0, 0));
        send(a, b.address, 2);
        clock.advance(Duration.ofSeconds(1));

        assertThat(b.got).containsExactly("2", "2");
        assertThat(failures).isEmpty(); // nobody is told
    }

    @Test
    void datagramsKeepTheirOrderUnlessTheyAreOvertaken() {
        Mailbox a = attach("a", Protocol.UDP, "192.0.2.1");
        Mailbox b = attach("b", Protocol.UDP, "192.0.2.2");

        network.weather(weather(0, 0, 0, 0));
        for (int i = 100; i < 150; i++) {
            send(a, b.address, i);
        }
        clock.advance(Duration.ofSeconds(1));
        assertThat(b.got).hasSize(50).isSorted();

        network.weather(weather(0, 0, 0.5, 0));
        for (int i = 150; i < 200; i++) {
            send(a, b.address, i);
        }
        clock.advance(Duration.ofSeconds(1));
        assertThat(b.got.subList(50, 100))
                .isNotEqualTo(b.got.subList(50, 100).stream().sorted().toList());
    }

    @Test
    void aConnectionBreaksForBothEndsAndCanBeMadeAgain() {
        Mailbox a = attach("a", Protocol.TCP, "192.0.2.1");
        Mailbox b = attach("b", Protocol.TCP, "192.0.2.2");
        network.weather(weather(0, 0, 0, 0));
        send(a, b.address, 1);
        clock.advance(Duration.ofSeconds(1));
        InetSocketAddress connection = b.sources.get(0);
        send(b, connection, 2); // over the same one
        clock.advance(Duration.ofSeconds(1));

        send(a, b.address, 3); // under way when it breaks
        network.weather(weather(0, 0, 0, 1));
        send(a, b.address, 4);
        clock.advance(Duration.ofSeconds(1));

        assertThat(a.got).containsExactly("2");
        assertThat(b.got).containsExactly("1");
        assertThat(a.closed).containsExactly(b.address);
        assertThat(b.closed).containsExactly(connection);

        network.weather(weather(0, 0, 0, 0));
        send(a, b.address, 5);
        clock.advance(Duration.ofSeconds(1));
        assertThat(b.got).containsExactly("1", "5");
        assertThat(b.sources.get(1)).isNotEqualTo(connection);
        assertThat(failures).isEmpty();
    }

    @Test
    void aConnectionToNobodyFails() {
        Mailbox a = attach("a", Protocol.TCP, "192.0.2.1");

        send(a, new InetSocketAddress("192.0.2.9", 5060), 1);
        assertThat(failures).isEmpty();
        clock.advance(Duration.ofSeconds(1));

        assertThat(failures).hasSize(1);
        assertThat(a.closed).hasSize(1);
        assertThat(clock.pendingTimers()).isZero();
    }

    @Test
    void aSilencedAddressIsReachedByNobodyUntilItIsBack() {
        Mailbox a = attach("a", Protocol.UDP, "192.0.2.1");
        Mailbox b = attach("b", Protocol.UDP, "192.0.2.2");

        network.silence(b.address);
        send(a, b.address, 1);
        network.restore(b.address);
        send(a, b.address, 2);
        clock.advance(Duration.ofSeconds(1));

        assertThat(b.got).containsExactly("2");
    }
}
