// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.sip.testing.ManualClock;

/** Real members of a cluster, in one process. */
@Timeout(120)
class SharedBindingsTest {
    private static final String ALICE = "sip:alice@example.com";

    private final ManualClock timers = new ManualClock();
    private final List<Node> nodes = new ArrayList<>();
    private List<String> addresses = List.of();

    /** One node with its location table. */
    private static final class Node {
        private final LocationTable table;
        private final ClusterNode cluster;
        private final SharedBindings shared;

        Node(LocationTable table, ClusterNode cluster) throws InterruptedException {
            this.table = table;
            this.cluster = cluster;
            this.shared = new SharedBindings(table, cluster);
        }

        void leave() {
            shared.close();
            cluster.close();
        }

        /** As {@code kill -9} would. */
        void die() {
            cluster.hazelcast().getLifecycleService().terminate();
        }
    }

    @BeforeEach
    void choosePorts() {
        addresses = Members.freeAddresses(3);
    }

    @AfterEach
    void stop() {
        nodes.forEach(node -> node.cluster.hazelcast().getLifecycleService().terminate());
    }

    private LocationTable table() {
        return new LocationTable(
                timers.strands().create(), timers, InstantSource.system(), new byte[32], new SplittableRandom(1));
    }

    private Node start(int index) throws Exception {
        return start(index, table());
    }

    private Node start(int index, LocationTable table) throws Exception {
        String address = addresses.get(index);
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        Node node = new Node(
                table,
                ClusterNode.join(new ClusterOptions(
                        "test",
                        "secret",
                        "node" + index,
                        "127.0.0.1",
                        port,
                        addresses,
                        "start" + nodes.size(),
                        1,
                        Duration.ofSeconds(5),
                        Optional.empty())));
        nodes.add(node);
        return node;
    }

    private static Binding binding(String contact) {
        Instant expiry = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
        return Binding.of(ALICE, contact, expiry, "call-" + contact, 1);
    }

    private static Binding bindingOf(String user) {
        Instant expiry = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
        return Binding.of("sip:" + user + "@example.com", "sip:" + user + "@192.0.2.1", expiry, "call", 1);
    }

    private static long backups(Node node) {
        return node.cluster
                .hazelcast()
                .getMap(SharedBindings.MAP)
                .getLocalMapStats()
                .getBackupEntryCount();
    }

    private static List<String> contacts(Node node) {
        return node.table.lookup(ALICE).stream().map(Binding::contact).sorted().toList();
    }

    private static void awaitContacts(Node node, String... contacts) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(contacts(node)).containsExactly(contacts));
    }

    @Test
    void showsWhatOneNodeBindsRefreshesAndUnbindsOnTheOther() throws Exception {
        Node one = start(0);
        Node two = start(1);
        assertThat(two.cluster.members()).containsExactly("node0", "node1");

        one.table.bind(binding("sip:a@192.0.2.1"));
        awaitContacts(two, "sip:a@192.0.2.1");

        Binding refreshed = binding("sip:a@192.0.2.1").withQ(0.3f);
        two.table.bind(refreshed);
        await().untilAsserted(() -> assertThat(one.table.lookup(ALICE)).containsExactly(refreshed));

        one.table.unbind(ALICE, "sip:a@192.0.2.1");
        awaitContacts(two);
    }

    @Test
    void keepsWhatTwoNodesBindForOneUserAtTheSameTime() throws Exception {
        Node one = start(0);
        Node two = start(1);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> registrars = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (Node node : List.of(one, two)) {
            String name = node == one ? "one" : "two";
            Thread registrar = new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                for (int i = 0; i < 20; i++) {
                    node.table.bind(binding("sip:" + name + (i % 10) + "@192.0.2.1"));
                }
                node.table.unbind(ALICE, "sip:" + name + "9@192.0.2.1");
            });
            registrars.add(registrar);
            registrar.start();
            for (int i = 0; i < 9; i++) {
                expected.add("sip:" + name + i + "@192.0.2.1");
            }
        }

        go.countDown();
        for (Thread registrar : registrars) {
            registrar.join();
        }

        for (Node node : List.of(one, two)) {
            awaitContacts(node, expected.toArray(String[]::new));
            await().untilAsserted(() -> assertThat(node.shared.pending()).isZero());
        }
    }

    @Test
    void losesNothingWithANodeThatDies() throws Exception {
        Node one = start(0);
        Node two = start(1);
        for (int i = 0; i < 100; i++) {
            (i % 2 == 0 ? one : two).table.bind(bindingOf("user" + i));
        }
        await().untilAsserted(() ->
                assertThat(one.shared.pending() + two.shared.pending()).isZero());

        await().untilAsserted(() -> assertThat(backups(one) + backups(two))
                .as("records with a backup")
                .isEqualTo(100));

        one.die();

        await().untilAsserted(() -> assertThat(two.table.addressesOfRecord()).hasSize(100));
        two.table.bind(binding("sip:later@192.0.2.1"));
        await().untilAsserted(() -> assertThat(two.shared.pending()).isZero());
        Node three = start(2);
        await().untilAsserted(() -> assertThat(three.table.addressesOfRecord()).hasSize(101));
    }

    @Test
    void tellsWhenAChangeHasABackup() throws Exception {
        Node one = start(0);
        Node two = start(1);
        for (int i = 0; i < 100; i++) {
            one.table.bind(bindingOf("user" + i));
        }
        await().untilAsserted(() -> assertThat(backups(one) + backups(two)).isEqualTo(100)); // the members have settled
        List<Long> backups = new CopyOnWriteArrayList<>();
        for (int i = 100; i < 150; i++) {
            Binding bound = bindingOf("user" + i);
            one.table.bind(bound);
            one.shared.whenStored(bound.addressOfRecord(), () -> backups.add(backups(one) + backups(two)));
            int seen = i - 99;
            await().untilAsserted(() -> assertThat(backups).hasSize(seen));
        }
        assertThat(backups).isEqualTo(LongStream.rangeClosed(101, 150).boxed().toList());
    }

    @Test
    void tellsOfTheLastOfSeveralChanges() throws Exception {
        Node one = start(0);
        Node two = start(1);
        List<List<String>> stored = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 5; i++) {
            one.table.bind(binding("sip:" + i + "@192.0.2.1"));
        }
        one.shared.whenStored(ALICE, () -> stored.add(stored(two)));
        await().untilAsserted(() -> assertThat(stored).hasSize(1));
        one.shared.whenStored(ALICE, () -> stored.add(List.of())); // nothing is under way

        assertThat(stored.get(0)).hasSize(5);
        assertThat(stored).hasSize(2);
    }

    private static List<String> stored(Node node) {
        String record = node.cluster
                .hazelcast()
                .<String, String>getMap(SharedBindings.MAP)
                .get(ALICE);
        return SharedRecord.parse(record).bindings().stream()
                .map(Binding::contact)
                .toList();
    }

    @Test
    void believesTheOthersWhenItComesBack() throws Exception {
        LocationTable kept = table();
        kept.bind(binding("sip:kept@192.0.2.1")); // as its file would
        Node one = start(0, kept);
        Node two = start(1);
        awaitContacts(two, "sip:kept@192.0.2.1");

        two.table.bind(binding("sip:new@192.0.2.1"));
        awaitContacts(one, "sip:kept@192.0.2.1", "sip:new@192.0.2.1");
        one.leave();
        two.table.unbind(ALICE, "sip:kept@192.0.2.1");
        Node again = start(0, kept);

        awaitContacts(again, "sip:new@192.0.2.1");
        awaitContacts(two, "sip:new@192.0.2.1");
    }

    @Test
    void tellsListenersOfOtherNodesOnlyIfTheyAsk() throws Exception {
        Node one = start(0);
        Node two = start(1);
        List<Binding> own = new CopyOnWriteArrayList<>();
        List<Binding> all = new CopyOnWriteArrayList<>();
        two.table.addListener(new LocationService.Listener() {
            @Override
            public void bound(Binding binding) {
                own.add(binding);
            }
        });
        two.table.addListener(new LocationService.Listener() {
            @Override
            public boolean isToldOfOtherNodes() {
                return true;
            }

            @Override
            public void bound(Binding binding) {
                all.add(binding);
            }
        });

        one.table.bind(binding("sip:a@192.0.2.1"));
        awaitContacts(two, "sip:a@192.0.2.1");
        two.table.bind(binding("sip:b@192.0.2.1"));
        awaitContacts(one, "sip:a@192.0.2.1", "sip:b@192.0.2.1");

        assertThat(own).extracting(Binding::contact).containsExactly("sip:b@192.0.2.1");
        assertThat(all).extracting(Binding::contact).containsExactly("sip:a@192.0.2.1", "sip:b@192.0.2.1");
    }
}
