// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.Transport;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;
import org.trapezoid.sip.uri.HostPort;

@Timeout(120)
class ClusterNodeTest {
    private static final HostPort FIRST = HostPort.parse("192.0.2.1:5060");
    private static final HostPort SECOND = HostPort.parse("192.0.2.2:5060");

    private final Members members;

    @TempDir
    private Path directory;

    ClusterNodeTest() {
        members = new Members(3);
    }

    @AfterEach
    void stop() {
        members.killAll();
    }

    private static ClusterOptions with(ClusterOptions options, int snapshots, Optional<Path> base) {
        return new ClusterOptions(
                options.name(),
                options.secret(),
                options.node(),
                options.host(),
                options.port(),
                options.members(),
                options.incarnation(),
                snapshots,
                options.heartbeatTimeout(),
                base);
    }

    private static TransportLayer stack(String address) {
        return stack(FakeTransport.udp(address, 5060, new ManualClock()));
    }

    private static TransportLayer stack(Transport transport) {
        ManualClock clock = new ManualClock();
        return new TransportLayer(
                List.of(transport), TransportOptions.DEFAULT, new StackThreads(new Readers(), clock, Runnable::run));
    }

    @Test
    void refusesToJoinThoseWhoWriteSessionsInAnotherWay() throws Exception {
        ClusterNode one = members.start();

        assertThatThrownBy(() -> ClusterNode.join(with(members.options(1), 2, Optional.empty())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("keeps sessions in version 2")
                .hasMessageContaining("[node0]");

        await().untilAsserted(() -> assertThat(one.members()).containsExactly("node0"));
    }

    @Test
    void beginsWithWhatAFileSaysAndPutsItsOwnOverIt() throws Exception {
        Path file = directory.resolve("hazelcast.xml");
        Files.writeString(file, """
                <hazelcast xmlns="http://www.hazelcast.com/schema/config">
                  <cluster-name>other</cluster-name>
                  <map name="of-an-application"><backup-count>3</backup-count></map>
                </hazelcast>
                """);
        ClusterNode one = members.start();

        ClusterNode two = ClusterNode.join(with(members.options(1), 1, Optional.of(file)));

        try {
            assertThat(one.members()).containsExactly("node0", "node1");
            assertThat(two.hazelcast()
                            .getConfig()
                            .getMapConfig("of-an-application")
                            .getBackupCount())
                    .isEqualTo(3);
        } finally {
            Members.kill(two);
        }
    }

    /** Rather than to speak in the clear with nodes for which somebody wanted more. */
    @Test
    void refusesAFileThatWantsEncryptionWhichThisHazelcastCannot() throws Exception {
        Path file = directory.resolve("hazelcast.xml");
        Files.writeString(file, """
                <hazelcast xmlns="http://www.hazelcast.com/schema/config">
                  <network><ssl enabled="true"/></network>
                </hazelcast>
                """);

        assertThatThrownBy(() -> ClusterNode.join(with(members.options(0), 1, Optional.of(file))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Enterprise");
    }

    @Test
    void namesAFileThatIsNoHazelcastConfiguration() throws Exception {
        Path file = directory.resolve("hazelcast.xml");
        Files.writeString(file, "<nonsense/>");

        assertThatThrownBy(() -> ClusterNode.join(with(members.options(0), 1, Optional.of(file))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("hazelcast.xml cannot be used");
    }

    /** Even if a file lets them in: clients of Hazelcast, of REST and of Memcache. */
    @ParameterizedTest
    @ValueSource(strings = {"CP2", "GET /hazelcast/health/node-state HTTP/1.0\r\n\r\n", "version\r\n"})
    void speaksToMembersOnly(String greeting) throws Exception {
        Path file = directory.resolve("hazelcast.xml");
        Files.writeString(file, """
                <hazelcast xmlns="http://www.hazelcast.com/schema/config">
                  <network>
                    <memcache-protocol enabled="true"/>
                    <rest-api enabled="true"><endpoint-group name="HEALTH_CHECK" enabled="true"/></rest-api>
                  </network>
                </hazelcast>
                """);
        ClusterOptions options = members.options(0);
        ClusterNode node = ClusterNode.join(with(options, 1, Optional.of(file)));

        try (Socket socket = new Socket(options.host(), options.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));

            assertThat(answer(socket)).isEmpty();
        } finally {
            Members.kill(node);
        }
    }

    /** What is read until the connection ends. */
    private static String answer(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (SocketException reset) {
            return "";
        }
    }

    @Test
    void takesAnAddressThatHasMovedAwayForTheClusters() throws Exception {
        Transport movable = FakeTransport.udp("192.0.2.1", 5060, new ManualClock());
        TransportLayer stackOfOne = stack(movable);
        TransportLayer stackOfTwo = stack("192.0.2.2");
        SharedAddresses knownToOne = new SharedAddresses(members.start(), stackOfOne);
        SharedAddresses knownToTwo = new SharedAddresses(members.start(), stackOfTwo);
        knownToOne.publish();
        await().until(() -> stackOfTwo.isOwn(FIRST, Protocol.UDP));

        stackOfOne.close(movable);
        knownToOne.publish();

        await().until(() -> knownToTwo.nodeOf(FIRST, Protocol.UDP).isEmpty());
        assertThat(stackOfTwo.isOwn(FIRST, Protocol.UDP)).isTrue();
        assertThat(stackOfOne.isOwn(FIRST, Protocol.UDP)).isTrue();
    }

    @Test
    void takesTheAddressesOfAllNodesForTheClustersEvenWhenOneHasDied() throws Exception {
        ClusterNode one = members.start();
        ClusterNode two = members.start();
        TransportLayer stackOfOne = stack("192.0.2.1");
        TransportLayer stackOfTwo = stack("192.0.2.2");
        SharedAddresses knownToOne = new SharedAddresses(one, stackOfOne);
        SharedAddresses knownToTwo = new SharedAddresses(two, stackOfTwo);
        knownToOne.publish();
        knownToTwo.publish();
        await().until(() -> stackOfOne.isOwn(SECOND, Protocol.UDP) && stackOfTwo.isOwn(FIRST, Protocol.UDP));
        assertThat(knownToTwo.nodeOf(FIRST, Protocol.UDP)).contains("start10");
        assertThat(knownToTwo.nodeOf(FIRST, Protocol.TCP)).isEmpty();

        Members.kill(one);
        await().until(() -> knownToTwo.nodeOf(FIRST, Protocol.UDP).isEmpty());

        assertThat(stackOfTwo.isOwn(FIRST, Protocol.UDP)).isTrue();
        ClusterNode three = members.start();
        TransportLayer stackOfThree = stack("192.0.2.3");
        SharedAddresses unused = new SharedAddresses(three, stackOfThree);
        assertThat(stackOfThree.isOwn(FIRST, Protocol.UDP)).isTrue();
        assertThat(stackOfThree.isOwn(SECOND, Protocol.UDP)).isTrue();
    }
}
