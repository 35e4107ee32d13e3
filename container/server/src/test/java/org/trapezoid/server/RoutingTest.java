// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.tomcat.jakartaee.EESpecProfiles;
import org.apache.tomcat.jakartaee.Migration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.server.routing.FixedRouterProvider;
import org.trapezoid.server.testing.Zips;

/** What routes requests changes while the server runs: the file of the default router, and a router in jars (JSR 289 §15.4). */
class RoutingTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final String PROVIDER = "META-INF/services/jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider";

    @TempDir
    private Path base;

    private Path dar;
    private Path jars;
    private Path events;
    private final AtomicInteger requests = new AtomicInteger();

    /** Says which application it is. */
    private static final class Named extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doOptions(SipServletRequest request) throws IOException {
            request.createResponse(200, "From " + getServletName()).send();
        }
    }

    @BeforeEach
    void prepare() throws IOException {
        dar = base.resolve("dar.properties");
        write("one", "");
        jars = Files.createDirectory(base.resolve("routers"));
        events = Files.writeString(base.resolve("events"), "");
    }

    private SipServer server() {
        return SipServer.create(config -> common(config).router(dar).routerJars(jars));
    }

    private ServerConfigBuilder common(ServerConfigBuilder config) {
        return config.stopTimeout(Duration.ZERO)
                .listen(Listener.udp(0))
                .application("one", new Named())
                .application("two", new Named())
                .data(base.resolve("data"))
                .scanInterval(Duration.ofMillis(20))
                .unroutedStatus(604)
                .unroutedReason("Nobody here");
    }

    private void write(String application, String comment) throws IOException {
        Files.writeString(
                dar,
                comment + "OPTIONS: (\"" + application + "\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\")\n");
    }

    private Path jar(String name, String application) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (String type : new String[] {"FixedRouterProvider", "FixedRouterProvider$FixedRouter"}) {
            try (InputStream in =
                    Objects.requireNonNull(FixedRouterProvider.class.getResourceAsStream(type + ".class"))) {
                entries.put("org/trapezoid/server/routing/" + type + ".class", in.readAllBytes());
            }
        }
        entries.put(PROVIDER, FixedRouterProvider.class.getName().getBytes(StandardCharsets.UTF_8));
        entries.put("route.txt", (application + "\n" + events + "\n").getBytes(StandardCharsets.UTF_8));
        Path made = Zips.write(base.resolve(name), entries);
        return Files.move(made, jars.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private String ask(SipServer server) {
        return ask(server, "OPTIONS");
    }

    private String ask(SipServer server, String method) {
        try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            socket.setSoTimeout(10_000);
            int n = requests.incrementAndGet();
            byte[] text = String.join(
                            "\r\n",
                            method + " sip:bob@b.test SIP/2.0",
                            "Via: SIP/2.0/UDP 127.0.0.1:" + socket.getLocalPort() + ";branch=z9hG4bK" + n,
                            "From: <sip:alice@a.test>;tag=" + n,
                            "To: <sip:bob@b.test>",
                            "Call-ID: " + n,
                            "CSeq: 1 " + method,
                            "Max-Forwards: 70",
                            "Content-Length: 0",
                            "",
                            "")
                    .getBytes(StandardCharsets.UTF_8);
            socket.send(new DatagramPacket(text, text.length, LOOPBACK, server.port("udp")));
            DatagramPacket answer = new DatagramPacket(new byte[65535], 65535);
            socket.receive(answer);
            String received = new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
            return received.substring("SIP/2.0 ".length(), received.indexOf('\r'));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aChangedFileCountsAndABrokenOneDoesNot() throws IOException {
        try (SipServer server = server()) {
            server.start();
            assertThat(ask(server)).isEqualTo("200 From one");
            assertThat(ask(server, "MESSAGE")).isEqualTo("604 Nobody here");

            write("two", "");
            await().until(() -> ask(server).equals("200 From two"));

            Files.writeString(dar, "OPTIONS: two\n");
            Files.setLastModifiedTime(dar, FileTime.fromMillis(1_000_000));
            write("one", "# after a broken one\n");
            await().until(() -> ask(server).equals("200 From one"));
        }
    }

    @Test
    void aBrokenOrMissingFileLeavesTheRoutesOfBefore() throws Exception {
        try (SipServer server = server()) {
            server.start();
            org.slf4j.Logger logger = org.slf4j.LoggerFactory.getLogger("org.trapezoid.server.deploy.RouterWatch");
            var logged = new ch.qos.logback.core.read.ListAppender<ch.qos.logback.classic.spi.ILoggingEvent>();
            logged.start();
            ((ch.qos.logback.classic.Logger) logger).addAppender(logged);

            Files.writeString(dar, "# first\nOPTIONS: two\n");
            await().until(() -> logged.list.stream().anyMatch(event -> event.getFormattedMessage()
                    .endsWith("dar.properties:2: expected \"(\" before an application")));
            assertThat(ask(server)).isEqualTo("200 From one");
            Files.delete(dar);
            await().until(() -> logged.list.stream()
                    .anyMatch(event -> event.getFormattedMessage().contains("is gone")));
            assertThat(ask(server)).isEqualTo("200 From one");
            ((ch.qos.logback.classic.Logger) logger).detachAppender(logged);
        }
    }

    @Test
    void aRouterInAJarIsReplacedAndGivesWayToTheFileAgain() throws Exception {
        Path jar = jar("router.jar", "two");
        try (SipServer server = server()) {
            server.start();
            assertThat(ask(server)).isEqualTo("200 From two");

            jar("router.jar", "one");
            await().until(() -> ask(server).equals("200 From one"));
            await().until(() -> Files.readString(events).equals("two destroyed\n"));

            jar("router.jar", "broken");
            jar("router.jar", "two");
            await().until(() -> ask(server).equals("200 From two"));
            await().until(() -> Files.readString(events).contains("one destroyed\n"));

            Files.delete(jar);
            await().until(() -> Files.readString(events).endsWith("two destroyed\n"));
            assertThat(ask(server)).isEqualTo("200 From one");
            assertThat(base.resolve("data/router")).isEmptyDirectory();
        }
    }

    @Test
    void aRouterThatDoesNotStartLeavesTheOneOfBefore() throws Exception {
        jar("router.jar", "two");
        try (SipServer server = server()) {
            server.start();
            var logged = new ch.qos.logback.core.read.ListAppender<ch.qos.logback.classic.spi.ILoggingEvent>();
            logged.start();
            var logger = (ch.qos.logback.classic.Logger)
                    org.slf4j.LoggerFactory.getLogger("org.trapezoid.server.deploy.RouterWatch");
            logger.addAppender(logged);

            jar("router.jar", "broken");

            await().until(() -> logged.list.stream()
                    .anyMatch(event -> event.getFormattedMessage().contains("no database")));
            assertThat(ask(server)).isEqualTo("200 From two");
            logger.detachAppender(logged);
        }
        assertThat(events).content().isEqualTo("two destroyed\n");
    }

    @Test
    void aJarOfTheTimeBeforeJakartaIsTranslated() throws Exception {
        Path jar = jar("router.jar", "two");
        Migration back = new Migration();
        back.setEESpecProfile(EESpecProfiles.JEE8);
        back.setSource(jar.toFile());
        back.setDestination(base.resolve("old.jar").toFile());
        back.execute();
        Files.move(base.resolve("old.jar"), jar, StandardCopyOption.REPLACE_EXISTING);
        try (java.util.zip.ZipFile old = new java.util.zip.ZipFile(jar.toFile())) {
            assertThat(old.getEntry(PROVIDER.replace("jakarta", "javax"))).isNotNull();
        }

        try (SipServer server = server()) {
            server.start();

            assertThat(ask(server)).isEqualTo("200 From two");
        }
    }

    @Test
    void aServerWhoseRouterIsBrokenDoesNotStart() throws Exception {
        jar("router.jar", "broken");
        assertThatThrownBy(() -> {
                    try (SipServer server = server()) {
                        server.start();
                    }
                })
                .hasMessageContaining(jars.toString())
                .hasMessageContaining("no database");
        Files.delete(jars.resolve("router.jar"));
        Zips.write(jars.resolve("empty.jar"), "readme.txt", "nothing");
        assertThatThrownBy(() -> {
                    try (SipServer server = server()) {
                        server.start();
                    }
                })
                .hasMessageContaining("META-INF/services");
    }

    @Test
    void aCheckFindsARouterThatCannotBeUsed() throws Exception {
        ServerConfig config =
                common(ServerConfig.builder()).router(dar).routerJars(jars).build();
        assertThat(SipServer.check(config)).isEmpty();

        Path jar = jar("router.jar", "two");
        assertThat(SipServer.check(config)).isEmpty();
        assertThat(events).isEmptyFile();

        Files.delete(jar);
        Zips.write(jars.resolve("empty.jar"), "readme.txt", "nothing");
        assertThat(SipServer.check(config))
                .singleElement()
                .asString()
                .contains(jars.toString(), "META-INF/services/jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider");

        Files.delete(jars.resolve("empty.jar"));
        Zips.write(jars.resolve("wrong.jar"), PROVIDER, "com.example.Missing");
        assertThat(SipServer.check(config)).singleElement().asString().contains(jars.toString(), "com.example.Missing");

        Files.delete(jars.resolve("wrong.jar"));
        Files.delete(jars);
        assertThat(SipServer.check(config)).singleElement().asString().contains(jars.toString(), "no such directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jakarta.servlet.sip.ar.dar.configuration", "javax.servlet.sip.ar.dar.configuration"})
    void aPropertyOfEitherSpellingNamesTheFile(String property) throws IOException {
        write("two", "");
        System.setProperty(property, dar.toUri().toString());
        try (SipServer server = SipServer.create(this::common)) {
            server.start();
            assertThat(ask(server)).isEqualTo("200 From two");
        } finally {
            System.clearProperty(property);
        }
    }

    @Test
    void aPropertyOfEitherSpellingNamesTheProvider() throws Exception {
        jar("router.jar", "two");
        for (String property : new String[] {
            "jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider",
            "javax.servlet.sip.ar.spi.SipApplicationRouterProvider"
        }) {
            System.setProperty(property, "com.example.Missing");
            try (SipServer server = server()) {
                assertThatThrownBy(server::start)
                        .hasMessageContaining("com.example.Missing")
                        .hasMessageContaining(property);
            } finally {
                System.clearProperty(property);
            }
        }
        System.setProperty(
                "javax.servlet.sip.ar.spi.SipApplicationRouterProvider", FixedRouterProvider.class.getName());
        try (SipServer server = server()) {
            server.start();
            assertThat(ask(server)).isEqualTo("200 From two");
        } finally {
            System.clearProperty("javax.servlet.sip.ar.spi.SipApplicationRouterProvider");
        }
    }
}
