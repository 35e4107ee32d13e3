// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.api.Binding;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;
import org.trapezoid.sip.uri.HostPort;

/** Two real members that were started apart, as on both sides of a split, and meet. */
@Timeout(120)
class MeetingPartsTest {
    private final ManualClock timers = new ManualClock();
    private final Members members = new Members(2);
    private Part one;
    private Part two;

    /** A cluster of one node. */
    private final class Part {
        private final ClusterNode node;
        private final LocationTable locations = new LocationTable(
                timers.strands().create(), timers, InstantSource.system(), new byte[32], new SplittableRandom(1));
        private final SharedBindings bindings;
        private final TransportLayer transports;
        private final SharedAddresses addresses;
        private final HazelcastSessionKeys keys;

        Part(String address) throws IOException, InterruptedException {
            node = members.startAlone();
            bindings = new SharedBindings(locations, node);
            transports = new TransportLayer(
                    List.of(FakeTransport.udp(address, 5060, timers)),
                    TransportOptions.DEFAULT,
                    new StackThreads(new Readers(), timers, Runnable::run));
            addresses = new SharedAddresses(node, transports);
            addresses.publish();
            keys = new HazelcastSessionKeys(node);
        }

        boolean has(String user, String host) {
            return locations.lookup(user(user)).stream()
                    .map(Binding::contact)
                    .toList()
                    .equals(List.of(contact(user, host)));
        }

        boolean hasNone(String user) {
            return locations.lookup(user(user)).isEmpty();
        }

        void bind(String user, String host) {
            Instant expiry = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
            locations.bind(Binding.of(user(user), contact(user, host), expiry, "call of " + user, 1));
        }

        void unbind(String user, String host) {
            locations.unbind(user(user), contact(user, host));
        }

        private String user(String name) {
            return "sip:" + name + "@example.com";
        }

        private String contact(String name, String host) {
            return "sip:" + name + "@" + host;
        }

        void close() {
            keys.close();
            addresses.close();
            bindings.close();
        }
    }

    @BeforeEach
    void startApart() throws Exception {
        one = new Part("192.0.2.1");
        two = new Part("192.0.2.2");
        assertThat(two.node.members()).containsExactly("node1");
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        members.killAll();
    }

    @Test
    void eachHasWhatTheOtherHadAndOfOneUserWhatWasChangedLast() throws Exception {
        one.bind("at-one", "192.0.2.11");
        one.bind("moved", "192.0.2.11");
        one.bind("gone", "192.0.2.11");
        await().until(() -> one.bindings.pending() == 0);
        two.bind("at-two", "192.0.2.12");
        two.bind("moved", "192.0.2.12");
        two.bind("gone", "192.0.2.11");
        two.unbind("gone", "192.0.2.11");
        await().until(() -> two.bindings.pending() == 0);
        one.bind("back", "192.0.2.11");
        two.bind("back", "192.0.2.12");
        await().until(() -> two.bindings.pending() == 0);
        one.unbind("back", "192.0.2.11");
        one.bind("back", "192.0.2.13");

        one.keys.give("key of one", "a", "").toCompletableFuture().get(10, TimeUnit.SECONDS);
        two.keys.give("key of two", "b", "").toCompletableFuture().get(10, TimeUnit.SECONDS);

        members.meet();

        for (Part each : List.of(one, two)) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> each.node.members().size() == 2);
            await().until(() -> each.has("at-one", "192.0.2.11"));
            await().until(() -> each.has("at-two", "192.0.2.12"));
            await().until(() -> each.has("moved", "192.0.2.12"));
            await().until(() -> each.has("back", "192.0.2.13"));
            await().until(() -> each.hasNone("gone"));
            await().until(() -> each.keys.known("key of one").isPresent());
            await().until(() -> each.keys.known("key of two").isPresent());
        }
        await().until(() -> isOwn(one, "192.0.2.2") && isOwn(two, "192.0.2.1"));
        assertThat(one.addresses.nodeOf(HostPort.parse("192.0.2.2"), Protocol.UDP))
                .hasValue(two.node.incarnation());
    }

    private static boolean isOwn(Part part, String address) {
        return part.transports.isOwn(HostPort.parse(address), Protocol.UDP);
    }
}
