// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.TestKeys;

/** The element {@code cluster} of {@code trapezoid.xml}. */
class XmlConfigClusterTest {

    private static final Path SHIPPED = Path.of("..", "..", "conf", "trapezoid.xml");

    @TempDir
    private Path base;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = base.resolve("trapezoid.xml");
    }

    @Test
    void joinsAClusterThatTheEnvironmentOfTheShippedFileNames() {
        Map<String, String> environment = Map.of(
                "TRAPEZOID_CLUSTER_MEMBERS", "127.0.0.1:5701, 127.0.0.2:5702",
                "TRAPEZOID_NODE", "one",
                "TRAPEZOID_CLUSTER_HOST", "127.0.0.2",
                "TRAPEZOID_CLUSTER_PORT", "5702");

        ServerConfig alone = reader(Map.of()).read(SHIPPED);
        ServerConfig node = reader(environment).read(SHIPPED);

        assertThat(alone.cluster()).isEmpty();
        assertThat(node.cluster())
                .contains(new Cluster(
                        "trapezoid", "", "one", "127.0.0.2", 5702, List.of("127.0.0.1:5701", "127.0.0.2:5702")));
    }

    @Test
    void advertisesWhatTheEnvironmentSaysForListenersThatNameNothing() throws Exception {
        TestKeys.make(base, "server.p12", "server", "dns:a.test");
        Files.writeString(file, """
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip>
                    <listener transport="udp" port="5060"/>
                    <listener transport="tcp" port="5070" advertise="own.test:5071"/>
                    <listener transport="tls" port="5061" key-store="server.p12" password="changeit"/>
                    <listener transport="udp" host="192.0.2.9" port="5060" takeover="true"/>
                  </sip>
                  <http port="8080"/>
                </trapezoid>
                """);

        ServerConfig silent = reader(Map.of()).read(file);
        ServerConfig told =
                reader(Map.of("TRAPEZOID_ADVERTISE", "node.test:5062")).read(file);

        assertThat(silent.sip().listeners())
                .extracting(Listener::advertise)
                .containsExactly(Optional.empty(), Optional.of("own.test:5071"), Optional.empty(), Optional.empty());
        assertThat(silent.http().orElseThrow().advertise()).isEmpty();
        assertThat(told.sip().listeners())
                .extracting(Listener::advertise)
                .containsExactly(
                        Optional.of("node.test:5062"),
                        Optional.of("own.test:5071"),
                        Optional.of("node.test"), // at its own port
                        Optional.empty()); // it answers from the address that it takes over
        assertThat(told.http().orElseThrow().advertise()).contains("node.test");
        assertThatThrownBy(() -> reader(Map.of("TRAPEZOID_ADVERTISE", "a:b")).read(file))
                .hasMessageContaining(file + ":3")
                .hasMessageContaining("TRAPEZOID_ADVERTISE is \"a:b\"; expected host or host:port");
    }

    @Test
    void takesAHazelcastFileBesideItForTheClusters() throws IOException {
        write("<cluster members=\"127.0.0.1:5701\"/>");
        assertThat(reader(Map.of()).read(file).cluster().orElseThrow().hazelcast())
                .isEmpty();
        Path hazelcast = Files.createFile(base.resolve("hazelcast.xml"));

        assertThat(reader(Map.of()).read(file).cluster().orElseThrow().hazelcast())
                .contains(hazelcast);
    }

    @Test
    void takesClassesOfAttributesForTheCluster() throws IOException {
        String cluster = "<cluster members=\"127.0.0.1:5701\" attribute-classes=\"%s\"/>";
        write(cluster.formatted("com.example.**;maxdepth=50"));
        assertThat(reader(Map.of()).read(file).cluster().orElseThrow().attributeClasses())
                .isEqualTo("com.example.**;maxdepth=50");

        write(cluster.formatted("maxdepth=deep"));

        assertThatThrownBy(() -> reader(Map.of()).read(file)).hasMessageContaining("attribute-classes");
    }

    @Test
    void takesForDeadWhoIsSilentForFiveSecondsUnlessToldOtherwise() throws IOException {
        write("<cluster members=\"127.0.0.1:5701\"/>");
        assertThat(reader(Map.of()).read(file).cluster().orElseThrow().heartbeatTimeout())
                .isEqualTo(Duration.ofSeconds(5));

        write("<cluster members=\"127.0.0.1:5701\" heartbeat-timeout=\"20s\"/>");

        assertThat(reader(Map.of()).read(file).cluster().orElseThrow().heartbeatTimeout())
                .isEqualTo(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2s", "61s", "3500ms"})
    void wantsAHeartbeatTimeoutInWholeSecondsThatIsNeitherShortNorLong(String timeout) throws IOException {
        assertThat(problem("<cluster members=\"127.0.0.1:5701\" heartbeat-timeout=\"" + timeout + "\"/>"))
                .contains("heartbeat-timeout of cluster is")
                .contains("whole seconds");
    }

    @Test
    void wantsANameAndASecretOfAClusterThatOthersCanReach() throws IOException {
        String cluster = "<cluster members=\"192.0.2.1:5701\" host=\"192.0.2.2\" name=\"%s\" secret=\"%s\"/>";

        assertThat(problem(cluster.formatted("", "a secret of some length")))
                .contains("host of cluster is 192.0.2.2, which others can reach; expected a name");
        assertThat(problem(cluster.formatted("calls", "short"))).contains("a secret of 16 characters or more");
        assertThat(problem(cluster.formatted("calls", "a secret of some length")))
                .isEmpty();
        assertThat(problem("<cluster members=\"192.0.2.1:5701\" host=\"node.test\"/>"))
                .contains("host of cluster is \"node.test\"; expected an address");
        assertThat(problem("<cluster members=\"x:y\"/>")).contains("members of cluster is \"x:y\"");
        assertThat(problem("<cluster members=\"127.0.0.1:5701\" port=\"0\"/>")).contains("port");
    }

    /** What is said about a file with this element, empty if nothing is wrong. */
    private String problem(String cluster) throws IOException {
        write(cluster);
        try {
            reader(Map.of()).read(file);
            return "";
        } catch (ConfigException e) {
            return String.join("\n", e.problems());
        }
    }

    private void write(String cluster) throws IOException {
        Files.writeString(
                file,
                "<trapezoid xmlns=\"urn:trapezoid:server:1\"><sip><listener transport=\"udp\" port=\"0\"/></sip>"
                        + cluster + "</trapezoid>");
    }

    private XmlConfig reader(Map<String, String> environment) {
        return new XmlConfig(base, environment, new Properties());
    }
}
