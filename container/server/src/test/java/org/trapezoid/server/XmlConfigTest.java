// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.TestKeys;

class XmlConfigTest {

    private static final Path SHIPPED = Path.of("..", "..", "conf", "trapezoid.xml");

    @TempDir
    private Path base;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = base.resolve("trapezoid.xml");
    }

    @Test
    void readsTheShippedFileWithItsDefaults() {
        ServerConfig config = reader(Map.of()).read(SHIPPED);

        assertThat(config.sip().listeners()).containsExactly(Listener.udp(5060), Listener.tcp(5060));
        assertThat(config.sip().timing()).isEqualTo(SipConfig.Timing.RFC3261);
        assertThat(config.sip().limits()).isEqualTo(PeerLimits.DEFAULT);
        assertThat(config.http()).contains(new HttpConfig("127.0.0.1", 8080));
        assertThat(config.applications().directory()).contains(base.resolve("deploy"));
        assertThat(config.applications().router()).contains(base.resolve("conf/dar.properties"));
        assertThat(config.applications().settings()).contains(base.resolve("conf/apps"));
        assertThat(config.applications().data()).contains(base.resolve("data"));
        assertThat(config.applications().users()).contains(base.resolve("conf/users.properties"));
        assertThat(config.applications().undeployTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void readsADatabaseOfUsers() throws IOException {
        Files.writeString(file, """
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip><listener transport="udp" port="5060"/></sip>
                  <applications>
                    <user-database url="jdbc:h2:mem:x" user="me" password="${env:SECRET}" driver="org.h2.Driver"
                                   secret-query="select ha1 as md5 from u where n = :name and r = :realm"
                                   roles-query="select role from r where n = :name" algorithms="MD5"
                                   connections="8" timeout="2s" cache-time="0s" cache-size="5"/>
                  </applications>
                </trapezoid>
                """);

        assertThat(reader(Map.of("SECRET", "hidden")).read(file).applications().userDatabase())
                .contains(new UserDatabase(
                        "jdbc:h2:mem:x",
                        "me",
                        "hidden",
                        Optional.of("org.h2.Driver"),
                        "select ha1 as md5 from u where n = :name and r = :realm",
                        Optional.of("select role from r where n = :name"),
                        List.of("MD5"),
                        8,
                        Duration.ofSeconds(2),
                        Duration.ZERO,
                        5));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "url=\"postgres:x\" secret-query=\"select p from u where n = :name\" | expected jdbc:",
                "url=\"jdbc:x\" secret-query=\"select p from u\" | expected :name",
                "url=\"jdbc:x\" secret-query=\"select p from u where n = :nom\" | :nom",
                "url=\"jdbc:x\" secret-query=\":name\" algorithms=\"MD5 SHA-1\" | expected MD5, SHA-256",
                "url=\"jdbc:x\" secret-query=\":name\" connections=\"0\" | 'connections'"
            })
    void saysWhatIsWrongWithADatabaseOfUsers(String attributes, String problem) throws IOException {
        Files.writeString(file, """
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip><listener transport="udp" port="5060"/></sip>
                  <applications>
                    <user-database %s/>
                  </applications>
                </trapezoid>
                """.formatted(attributes));

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("trapezoid.xml:4")
                .hasMessageContaining(problem);
    }

    @Test
    void readsHowNamesAreLookedUp() throws IOException {
        Files.writeString(file, """
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip>
                    <listener transport="udp" port="5060"/>
                    <dns enabled="false" resolvers=" 192.0.2.53  [2001:db8::53]:5353 " timeout="2s" naptr="false"
                         srv="false" lookups="10" cache="20"/>
                    <next-hops set-aside="0s" mtu="9000"/>
                  </sip>
                </trapezoid>
                """);

        SipConfig sip = reader(Map.of()).read(file).sip();

        assertThat(sip.dns())
                .isEqualTo(new SipConfig.Dns(
                        false,
                        List.of("192.0.2.53", "[2001:db8::53]:5353"),
                        Duration.ofSeconds(2),
                        false,
                        false,
                        10,
                        20));
        assertThat(sip.nextHops()).isEqualTo(new SipConfig.NextHops(Duration.ZERO, 9000));
    }

    @Test
    void readsHowFlowsAreKept() throws IOException {
        Files.writeString(file, """
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip>
                    <listener transport="udp" port="5060"/>
                    <nat keep-alive="30s" keep-alive-by="crlf" keep-alive-rate="100" keep-alive-misses="2"/>
                  </sip>
                </trapezoid>
                """);

        assertThat(reader(Map.of()).read(file).sip().nat())
                .isEqualTo(new SipConfig.Nat(false, Duration.ofSeconds(30), 100, 2, SipConfig.Nat.KeepAliveBy.CRLF));
    }

    @Test
    void refusesNameServersThatAreNames() throws IOException {
        Files.writeString(file, """
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip>
                    <listener transport="udp" port="5060"/>
                    <dns resolvers="ns.example.com"/>
                  </sip>
                </trapezoid>
                """);

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .hasMessageContaining("trapezoid.xml:4: resolver is \"ns.example.com\"; expected an address");
    }

    @Test
    void takesTheShippedFilesAddressesFromTheEnvironment() {
        Map<String, String> environment =
                Map.of("TRAPEZOID_HOST", "192.0.2.1", "TRAPEZOID_SIP_PORT", "5070", "TRAPEZOID_HTTP_PORT", "0");

        ServerConfig config = reader(environment).read(SHIPPED);

        assertThat(config.sip().listeners())
                .containsExactly(
                        Listener.udp(5070).host("192.0.2.1"), Listener.tcp(5070).host("192.0.2.1"));
        assertThat(config.http()).contains(new HttpConfig("192.0.2.1", 0));
    }

    @Test
    void saysInAFileWhatTheBuilderSays() throws IOException {
        write("""
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip stop-timeout="3s">
                    <listener transport="udp" host="0.0.0.0" port="5060" advertise="sip.example.net:5062"/>
                    <name>example.net</name>
                    <route domain=".b.test" to="sip:127.0.0.2:5060"/>
                    <forbid range="10.0.0.0/8" except="10.0.0.5 10.1.0.0/16"/>
                    <forbid range="fd00::/8"/>
                    <timing t1="100ms" t2="1s"/>
                    <limits datagram-bytes="2001" header-bytes="2002" line-bytes="2003" headers="2004" vias="2005"
                            parameters="2006" uri-bytes="2007" body-bytes="4096" connections="3001"
                            connections-per-address="3002" queued-messages="3003" queued-bytes="300400"
                            handshake-timeout="1s" header-timeout="2s" body-timeout="3s"
                            first-message-timeout="4s" idle-timeout="5s" transactions="4001" queue-wait="6ms"
                            request-rate="7" request-burst="8"/>
                  </sip>
                  <http port="8081" advertise="ws.example.net" websocket-path="/sip" websocket-ping="10s"
                        websocket-origins="https://a.test https://b.test:8443" metrics-from="192.0.2.0/24 ::1"
                        websocket-headers="User-Agent X-Realm"/>
                  <applications dir="" settings="s" data="/d" users="u" router="r" undeploy-timeout="0s" scan-interval="2s"
                                unrouted-status="403">
                    <archive path="one.sar"/>
                  </applications>
                </trapezoid>
                """);

        ServerConfig config = reader(Map.of()).read(file);

        assertThat(config)
                .isEqualTo(ServerConfig.builder()
                        .listen(Listener.udp(5060).host("0.0.0.0").advertise("sip.example.net:5062"))
                        .name("example.net")
                        .route(".b.test", "sip:127.0.0.2:5060")
                        .forbid("10.0.0.0/8", "10.0.0.5", "10.1.0.0/16")
                        .forbid("fd00::/8")
                        .timing(new SipConfig.Timing(
                                Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(5)))
                        .limits(new PeerLimits(
                                new PeerLimits.Messages(2001, 2002, 2003, 2004, 2005, 2006, 2007, 4096),
                                new PeerLimits.Connections(
                                        3001,
                                        3002,
                                        3003,
                                        300400,
                                        Duration.ofSeconds(1),
                                        Duration.ofSeconds(2),
                                        Duration.ofSeconds(3),
                                        Duration.ofSeconds(4),
                                        Duration.ofSeconds(5)),
                                new PeerLimits.Load(4001, Duration.ofMillis(6), 7, 8)))
                        .stopTimeout(Duration.ofSeconds(3))
                        .http(new HttpConfig(
                                "127.0.0.1",
                                OptionalInt.of(8081),
                                Optional.of("ws.example.net"),
                                Optional.of(new HttpConfig.WebSocket(
                                        "/sip",
                                        List.of("https://a.test", "https://b.test:8443"),
                                        Duration.ofSeconds(10),
                                        List.of("User-Agent", "X-Realm"))),
                                Optional.empty(),
                                List.of("192.0.2.0/24", "::1")))
                        .applicationSettings(base.resolve("s"))
                        .data(Path.of("/d"))
                        .users(base.resolve("u"))
                        .router(base.resolve("r"))
                        .undeployTimeout(Duration.ZERO)
                        .scanInterval(Duration.ofSeconds(2))
                        .unroutedStatus(403)
                        .deploy(base.resolve("one.sar"))
                        .build());
        assertThat(config.applications().directory()).isEqualTo(Optional.empty());
    }

    @Test
    void opensTheShippedFilesHttpsPortByAKeyStoreOfTheEnvironment() {
        TestKeys.make(base, "server.p12", "server", "dns:a.test");
        Tls keys = Tls.keyStore(base.resolve("server.p12"), TestKeys.PASSWORD);
        Map<String, String> environment =
                Map.of("TRAPEZOID_KEY_STORE", "server.p12", "TRAPEZOID_KEY_STORE_PASSWORD", TestKeys.PASSWORD);
        Map<String, String> withPort = new HashMap<>(environment);
        withPort.put("TRAPEZOID_HTTPS_PORT", "443");

        assertThat(reader(environment).read(SHIPPED).http().orElseThrow().secure())
                .contains(new HttpConfig.Https(8443, keys));
        assertThat(reader(withPort).read(SHIPPED).http().orElseThrow().secure())
                .contains(new HttpConfig.Https(443, keys));
        assertThatThrownBy(() -> reader(Map.of("TRAPEZOID_HTTPS_PORT", "443")).read(SHIPPED))
                .hasMessageContaining(
                        "tls-port of http without keys; expected key-store and password, or certificate and key");
    }

    @Test
    void readsAPortForHttpsAlone() throws IOException {
        Path keys = TestKeys.make(base, "server.p12", "server", "dns:a.test");
        TestKeys.trust(base, "server.crt", keys);
        TestKeys.key(base, "server.key", keys);
        write("""
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip><listener transport="udp" port="5060"/></sip>
                  <http tls-port="443" certificate="server.crt" key="server.key" client-auth="wanted"/>
                </trapezoid>
                """);

        HttpConfig http = reader(Map.of()).read(file).http().orElseThrow();

        assertThat(http.port()).isEqualTo(OptionalInt.empty());
        assertThat(http.secure())
                .contains(new HttpConfig.Https(
                        443,
                        Tls.certificate(base.resolve("server.crt"), base.resolve("server.key"))
                                .clientAuth(Tls.ClientAuth.WANTED)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<http/> | http has no port; expected port, or tls-port with keys",
                "<http tls-port='8443'/> | tls-port of http without keys",
                "<http port='1' key-store='none.p12' password='x'/> | none.p12: no such file",
                "<http port='1' key-store='server.p12' password='wrong'/> | server.p12: wrong password",
                "<http port='1' certificate='server.p12'/> | expected key-store and password, or certificate and key",
                "<http port='1' tls-port='1' key-store='server.p12' password='changeit'/> | are both 1",
                "<http port='1' tls-port='x' key-store='server.p12' password='changeit'/> | 'x'",
                "<http port='1' tls-port='65536' key-store='server.p12' password='changeit'/> | '65536'",
                "<http port='1' client-auth='maybe'/> | 'maybe'"
            })
    void namesFileAndLineOfAnHttpsPortThatCannotBeOpened(String element, String problem) throws IOException {
        TestKeys.make(base, "server.p12", "server", "dns:a.test");
        write("<trapezoid xmlns='urn:trapezoid:server:1'>\n<sip><listener transport='udp' port='5060'/></sip>\n\n"
                + element + "\n</trapezoid>");

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOfSatisfying(ConfigException.class, wrong -> assertThat(wrong.problems())
                        .singleElement()
                        .asString()
                        .startsWith(file + ":4: ")
                        .contains(problem));
    }

    @Test
    @Rfc(value = 3261, section = "18.2.1")
    @Checklist("X10")
    void shipsAListenerOnTcpWhereverThereIsOneOnUdp() throws IOException {
        List<Listener> listeners = reader(Map.of("TRAPEZOID_HOST", "192.0.2.1"))
                .read(SHIPPED)
                .sip()
                .listeners();

        List<Listener> overTcp = listeners.stream()
                .filter(listener -> listener.transport() == Listener.Transport.UDP)
                .map(listener -> Listener.tcp(listener.port()).host(listener.host()))
                .toList();

        assertThat(overTcp).isNotEmpty();
        assertThat(listeners).containsAll(overTcp);
    }

    @Test
    void readsKeysAndTrust() throws IOException {
        Path keys = TestKeys.make(base, "server.p12", "server", "dns:a.test");
        TestKeys.trust(base, "server.crt", keys);
        TestKeys.key(base, "server.key", keys);
        write("""
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip>
                    <listener transport="tls" port="5061" key-store="server.p12" password="${env:SECRET}"/>
                    <listener transport="tls" port="5062" certificate="server.crt" key="server.key" client-auth="required"/>
                    <tls trust-store="server.crt"/>
                  </sip>
                </trapezoid>
                """);

        ServerConfig config = reader(Map.of("SECRET", TestKeys.PASSWORD)).read(file);

        assertThat(config.sip().listeners())
                .containsExactly(
                        Listener.tls(5061).keyStore(keys, TestKeys.PASSWORD),
                        Listener.tls(5062)
                                .tls(Tls.certificate(base.resolve("server.crt"), base.resolve("server.key"))
                                        .clientAuth(Tls.ClientAuth.REQUIRED)));
        assertThat(config.sip().trust()).isEqualTo(new SipConfig.Trust(Optional.of(base.resolve("server.crt")), ""));
        assertThat(config.toString()).doesNotContain(TestKeys.PASSWORD);
    }

    @Test
    void namesFileAndLineOfKeysThatCannotBeUsed() throws IOException {
        TestKeys.make(base, "server.p12", "server", "dns:a.test");
        write("""
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip>
                    <listener transport="tls" port="5061" key-store="none.p12" password="x"/>
                    <listener transport="tls" port="5062" key-store="server.p12" password="wrong"/>
                    <listener transport="tls" port="5063" certificate="server.p12"/>
                    <listener transport="tcp" port="5064" key-store="server.p12" password="changeit"/>
                    <tls trust-store="none.pem"/>
                  </sip>
                </trapezoid>
                """);

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOfSatisfying(ConfigException.class, wrong -> assertThat(wrong.problems())
                        .containsExactly(
                                file + ":3: " + base.resolve("none.p12") + ": no such file",
                                file + ":4: " + base.resolve("server.p12") + ": wrong password",
                                file + ":5: expected key-store and password, or certificate and key",
                                file + ":6: listener tcp has keys; expected them with transport tls only",
                                file + ":7: " + base.resolve("none.pem") + ": no such file"));
    }

    @Test
    void speaksNoWebSocketWithoutAPath() throws IOException {
        write("""
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip><listener transport="udp" port="5060"/></sip>
                  <http port="8080" websocket-path=""/>
                </trapezoid>
                """);

        assertThat(reader(Map.of()).read(file).http().orElseThrow().webSocket()).isEmpty();
    }

    @Test
    void readsWhomToTrustAndWhoSendsNotifications() throws IOException {
        write("""
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip>
                    <listener transport="udp" port="5060"/>
                    <trust peers="10.0.0.0/8, 192.0.2.7 2001:db8::/32" remove="Identity" privacy-service="true"/>
                  </sip>
                  <applications>
                    <push url="http://127.0.0.1:9000/push" providers="apns fcm"/>
                  </applications>
                </trapezoid>
                """);

        ServerConfig config = reader(Map.of()).read(file);

        assertThat(config.sip().trustedPeers())
                .contains(new TrustedPeers(
                        List.of("10.0.0.0/8", "192.0.2.7", "2001:db8::/32"), List.of("Identity"), true));
        assertThat(config.applications().push().orElseThrow().providers()).containsExactlyInAnyOrder("apns", "fcm");
    }

    @ParameterizedTest
    @CsvSource({
        "<trust peers='10.0.0.0/33'/>, 10.0.0.0/33",
        "<trust peers='host.example'/>, host.example",
        "<trust peers='' remove='a:b'/>, a:b"
    })
    void saysWhomItCannotTrust(String element, String wrong) throws IOException {
        write("<trapezoid xmlns='urn:trapezoid:server:1'><sip><listener transport='udp' port='5060'/>" + element
                + "</sip></trapezoid>");

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(wrong);
    }

    @Test
    void namesFileAndLineOfEveryUnknownName() throws IOException {
        write("""
                <trapezoid xmlns="urn:trapezoid:server:1">
                  <sip>
                    <listener transport="udp" port="5060" colour="red"/>
                  </sip>
                  <http port="8080"/>
                  <ftp/>
                </trapezoid>
                """);

        assertThatThrownBy(() -> reader(Map.of()).read(file)).isInstanceOfSatisfying(ConfigException.class, wrong -> {
            assertThat(wrong.problems()).hasSize(2);
            assertThat(wrong.problems().get(0)).startsWith(file + ":3: ").contains("'colour'", "'listener'");
            assertThat(wrong.problems().get(1)).startsWith(file + ":6: ").contains("ftp");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<listener transport='sctp' port='5060'/> | 'sctp'",
                "<listener transport='udp' port='65536'/> | '65536'",
                "<listener transport='udp' port='-1'/> | '-1'",
                "<listener transport='udp' port='${env:NOWHERE}'/> | ${env:NOWHERE} has no value",
                "<listener transport='udp' port='${file:x:-1}'/> | ${file:x} is not known",
                "<listener transport='udp' port='${env:X'/> | no closing brace",
                "<listener transport='udp' port='1' host='a b'/> | host of a listener is \"a b\"",
                "<listener transport='udp' port='1' advertise='a:b'/> | advertise of a listener is \"a:b\"",
                "<listener transport='udp'/> | 'port' must appear",
                "<listener transport='udp' port='1'/><route domain='b' to='tel:1'/> | expected a sip: or sips: URI",
                "<listener transport='udp' port='1'/><timing t1='5'/> | '5'",
                "<listener transport='udp' port='1'/><timing t1='0s'/> | t1 is 0ms",
                "<listener transport='udp' port='1'/><timing t1='5s' t2='1s'/> | t2 is 1000ms; expected at least t1",
                "<listener transport='udp' port='1'/><forbid range='10.0.0.0/33'/> | range of forbid is"
                        + " \"10.0.0.0/33\"",
                "<listener transport='udp' port='1'/><limits headers='3'/> | headers is 3; expected a number from 10",
            })
    void namesTheLineOfAWrongValue(String element, String problem) throws IOException {
        write("<trapezoid xmlns='urn:trapezoid:server:1'>\n<sip>\n" + element + "\n</sip>\n</trapezoid>");

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOf(ConfigException.class)
                .message()
                .contains(file + ":3: ")
                .contains(problem);
    }

    @Test
    void refusesTheSameListenerTwice() throws IOException {
        write("""
                <trapezoid xmlns="urn:trapezoid:server:1"><sip>
                  <listener transport="udp" port="5060"/>
                  <listener transport="udp" port="5060" advertise="x"/>
                </sip></trapezoid>
                """);

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage(file + ": listener udp 127.0.0.1:5060 is there twice");
    }

    @Test
    void refusesADocumentTypeSinceItCouldNameOtherFiles() throws IOException {
        write("""
                <!DOCTYPE trapezoid [<!ENTITY x SYSTEM "file:///etc/passwd">]>
                <trapezoid xmlns="urn:trapezoid:server:1"><sip><name>&x;</name></sip></trapezoid>
                """);

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("DOCTYPE is disallowed");
    }

    @Test
    void namesTheLineWhereAFileIsNoXml() throws IOException {
        write("<trapezoid xmlns='urn:trapezoid:server:1'>\n<sip>\n</trapezoid>");

        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(file + ":3: ");
    }

    @Test
    void saysThatThereIsNoFile() {
        assertThatThrownBy(() -> reader(Map.of()).read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessage(file + ": no such file");
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    private XmlConfig reader(Map<String, String> environment) {
        return new XmlConfig(base, environment, new Properties());
    }
}
