// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.distribution.apps.sleeper.SleeperServlet;

/** What peers and applications do wrong stays their own trouble. */
class BadInputIT {

    @TempDir
    private static Path base;

    private static Site site;

    @BeforeAll
    static void start() throws IOException {
        site = Site.in(base)
                .sample("proxy")
                .application("sleeper", SleeperServlet.class)
                .file("deploy/nonsense.sar", "this is no archive")
                .file("conf/dar.properties", """
                        INVITE: ("sleeper", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0")
                        MESSAGE: ("sleeper", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0")
                        ALL: ("proxy", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0")
                        """)
                .starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    @Test
    void reportsAFileThatIsNoArchiveAndStartsTheOthers() {
        assertThat(site.server().applications()).containsExactlyInAnyOrder("proxy", "sleeper");
        prints(line -> line.contains("WARN") && line.contains("nonsense.sar"));
    }

    @Test
    void reportsABrokenDescriptorThatComesLaterAndGoesOn() throws Exception {
        Files.createDirectories(site.deploy().resolve(".later/WEB-INF"));
        Files.writeString(site.deploy().resolve(".later/WEB-INF/sip.xml"), "<sip-app>\n<app-name>later</sip-app>\n");
        Files.move(site.deploy().resolve(".later"), site.deploy().resolve("later"));

        prints(line -> line.contains("deploy/later") && line.contains("sip.xml:2"));
        assertThat(options()).isEqualTo(200);
    }

    private static void prints(Predicate<String> line) {
        Awaitility.await().until(() -> site.server().output().stream().anyMatch(line));
    }

    @Test
    void answersOthersWhileAServletThatRunsInlineBlocks() throws Exception {
        try (DatagramPeer peer = new DatagramPeer(site.endpoint())) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> runsInlineAfterMoreOf(peer));
            String invite = peer.request("INVITE", "sip:sleeper@a.test", "sip:sleeper@a.test");

            long start = System.nanoTime();
            peer.send(invite);
            int others = options();
            Wire trying = peer.receive(message -> message.name().equals("100 INVITE"));
            Duration tryingAfter = Duration.ofNanos(System.nanoTime() - start);
            peer.send(invite.replace("INVITE", "CANCEL").replace("Contact: ", "X-Contact: "));
            start = System.nanoTime();
            Wire cancelled = peer.receive(message -> message.name().equals("200 CANCEL"));
            Wire ended = peer.receive(message -> message.name().equals("487 INVITE"));
            Duration endedAfter = Duration.ofNanos(System.nanoTime() - start);

            assertThat(others).isEqualTo(200);
            assertThat(trying.toTag()).isEmpty();
            assertThat(tryingAfter).isBetween(Duration.ofMillis(190), Duration.ofSeconds(2));
            assertThat(endedAfter).isLessThan(Duration.ofSeconds(2));
            assertThat(cancelled.toTag()).isEqualTo(ended.toTag()).isNotEmpty();
            peer.acknowledge(invite, ended);
        }
    }

    @Test
    void survivesTheTortureMessages() throws Exception {
        int sent = 0;
        for (String file : tortureFiles()) {
            try (DatagramPeer peer = new DatagramPeer(site.endpoint());
                    InputStream datagram = BadInputIT.class.getResourceAsStream("/" + file)) {
                assertThat(datagram).as(file).isNotNull();
                peer.send(datagram.readAllBytes());
                Wire answer = peer.ask(peer.request("OPTIONS", "sip:" + site.endpoint(), "sip:" + site.endpoint()));
                assertThat(answer.status()).as(file).isEqualTo(200);
                sent++;
            }
        }

        assertThat(sent).isGreaterThan(50);
        assertThat(site.server().output()).noneMatch(line -> line.contains("Exception"));
    }

    /** A message that has no end on a stream, or ends it, must not harm the connections of others. */
    @Test
    void survivesTheTortureMessagesOverTcp() throws Exception {
        int sent = 0;
        for (String file : tortureFiles()) {
            try (Socket socket =
                            new Socket(site.endpoint().host(), site.endpoint().port());
                    StreamPeer good = new StreamPeer(site.endpoint());
                    InputStream message = BadInputIT.class.getResourceAsStream("/" + file)) {
                assertThat(message).as(file).isNotNull();
                socket.getOutputStream().write(message.readAllBytes());
                socket.getOutputStream().flush();
                assertThat(good.options()).as(file).isEqualTo(200);
                sent++;
            }
        }

        assertThat(sent).isGreaterThan(50);
        assertThat(options()).isEqualTo(200);
        assertThat(site.server().output()).noneMatch(line -> line.contains("Exception"));
    }

    @Test
    void answersEveryRequestOfAStreamThatIsWellFramed() throws Exception {
        try (StreamPeer peer = new StreamPeer(site.endpoint())) {
            peer.send(peer.request("OPTIONS").replaceFirst("Max-Forwards: 70", "Max-Forwards: seventy"));
            peer.send(peer.request("OPTIONS"));

            assertThat(peer.receive().status()).isEqualTo(400);
            assertThat(peer.receive().status()).isEqualTo(200);
        }
    }

    @Test
    void refusesAHeaderThatIsTooLongForIt() throws Exception {
        try (DatagramPeer peer = new DatagramPeer(site.endpoint())) {
            Wire answer = peer.ask(peer.request("OPTIONS", "sip:" + site.endpoint(), "sip:" + site.endpoint())
                    + "X-Long: " + "x".repeat(60_000) + "\n");

            assertThat(answer.status()).isEqualTo(513);
        }
    }

    @Test
    void answersAMalformedRequestWith400() throws Exception {
        try (DatagramPeer peer = new DatagramPeer(site.endpoint())) {
            Wire answer = peer.ask(peer.request("OPTIONS", "sip:" + site.endpoint(), "sip:" + site.endpoint())
                    .replaceFirst("Max-Forwards: 70", "Max-Forwards: seventy"));

            assertThat(answer.status()).isEqualTo(400);
        }
    }

    /** Paths of the first column of a table of those that fit into a datagram. */
    private static List<String> tortureFiles() {
        try (InputStream table = BadInputIT.class.getResourceAsStream("/torture.tsv")) {
            assertThat(table).isNotNull();
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.substring(0, line.indexOf('\t')))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean runsInlineAfterMoreOf(DatagramPeer peer) throws IOException {
        for (int i = 0; i < 100; i++) {
            peer.ask(peer.request("MESSAGE", "sip:" + site.endpoint(), "sip:sleeper@a.test"));
        }
        return site.server().output().stream().anyMatch(line -> line.contains("sleeper: callbacks run inline now"));
    }

    private static int options() throws IOException {
        try (DatagramPeer peer = new DatagramPeer(site.endpoint())) {
            return peer.ask(peer.request("OPTIONS", "sip:" + site.endpoint(), "sip:" + site.endpoint()))
                    .status();
        }
    }
}
