// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherIT {

    private static final String VERSION = System.getProperty("trapezoid.version", "");

    @TempDir
    private Path base;

    private Launcher trapezoid;

    @BeforeEach
    void makeABase() throws IOException {
        trapezoid = Launcher.in(base);
    }

    @Test
    void printsItsVersion() throws Exception {
        Launcher.Outcome outcome = trapezoid.run("version");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).startsWith("Trapezoid " + VERSION + " (Java ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bogus", "run --colour", "user", "user add alice", "user add @realm"})
    void endsWithTwoWhenItIsUsedWrongly(String arguments) throws Exception {
        Launcher.Outcome outcome = trapezoid.run(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).isNotBlank();
    }

    @Test
    void findsTheShippedConfigurationInOrder() throws Exception {
        Launcher.Outcome outcome = trapezoid.run("check");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "run"})
    void endsWithThreeAndNamesTheLineWhenTheConfigurationIsWrong(String command) throws Exception {
        Path file = base.resolve("conf/trapezoid.xml");
        Files.writeString(file, Files.readString(file).replace("<http ", "<http colour=\"red\" "));

        Launcher.Outcome outcome = trapezoid.run(command);

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains(file + ":").contains("'colour'");
    }

    @Test
    void endsWithOneWhenAnApplicationIsBroken() throws Exception {
        Path app = Files.createDirectories(base.resolve("deploy/broken/WEB-INF"));
        Files.writeString(app.resolve("sip.xml"), "<sip-app>\n<app-name>x</sip-app>");

        Launcher.Outcome outcome = trapezoid.run("check");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("deploy/broken").contains("sip.xml:2");
    }

    @Test
    void endsWithThreeWithoutAJavaRuntime() throws Exception {
        Launcher.Outcome outcome = trapezoid.with("JAVA_HOME", "/nowhere").run("version");

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("/nowhere/bin/java");
    }

    @Test
    void passesJavaOptionsOn() throws Exception {
        Launcher.Outcome outcome =
                trapezoid.with("JAVA_OPTS", "-XshowSettings:properties -Da=b").run("version");

        assertThat(outcome.err()).contains("a = b");
    }

    @Test
    void startsThroughASymbolicLink() throws Exception {
        Path link =
                Files.createSymbolicLink(base.resolve("link"), Launcher.home().resolve("bin/trapezoid"));
        Process process = new ProcessBuilder(link.toString(), "version")
                .redirectErrorStream(true)
                .start();

        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isZero();
        assertThat(out).startsWith("Trapezoid ");
    }

    @Test
    void saysThatItIsReadyAndEndsWithZeroOnSigterm() throws Exception {
        try (RunningServer server = trapezoid.start()) {
            assertThat(server.version()).isEqualTo(VERSION);
            assertThat(server.applications()).isEmpty();
            assertThat(server.port("udp")).isPositive();
            assertThat(server.port("tcp")).isPositive();
            assertThat(server.port("http")).isPositive();

            assertThat(server.terminate()).isZero();
        }
        assertThat(base.resolve("logs/trapezoid.log")).exists();
    }

    @Test
    void mapsTheClassesThatPrepareHasArchived() throws Exception {
        Path classes = base.resolve("classes.txt");

        Launcher.Outcome prepared = trapezoid.run("prepare");

        assertThat(prepared.exitCode()).isZero();
        assertThat(prepared.out()).contains(" ready in ");
        trapezoid.with("JAVA_OPTS", "-Xlog:class+load:file=" + classes);
        try (RunningServer server = trapezoid.start()) {
            assertThat(server.terminate()).isZero();
        }
        assertThat(classes)
                .content()
                .doesNotContain("com.hazelcast") // it is alone
                .containsPattern("org\\.trapezoid\\.server\\.Assembly source: shared objects file");
    }

    @Test
    void startsWithAnArchiveOfClassesThatIsNone() throws Exception {
        Files.writeString(Files.createDirectories(base.resolve("data")).resolve("classes.jsa"), "not an archive");

        try (RunningServer server = trapezoid.start()) {
            assertThat(server.port("udp")).isPositive();
            assertThat(server.output()).noneMatch(line -> line.contains("classes.jsa"));
        }
    }

    @Test
    void endsWithOneWhenAPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Launcher.Outcome outcome = trapezoid
                    .with("TRAPEZOID_HTTP_PORT", String.valueOf(taken.getLocalPort()))
                    .run("run");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains(":" + taken.getLocalPort());
        }
    }

    @Test
    void answersOptionsWhileNoApplicationIsThere() throws Exception {
        try (RunningServer server = trapezoid.start();
                DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout(10_000);
            byte[] options =
                    """
                    OPTIONS sip:127.0.0.1 SIP/2.0
                    Via: SIP/2.0/UDP 127.0.0.1:%d;rport;branch=z9hG4bK1
                    From: <sip:a@a.test>;tag=1
                    To: <sip:127.0.0.1>
                    Call-ID: 1@a.test
                    CSeq: 1 OPTIONS
                    Max-Forwards: 70
                    Content-Length: 0

                    """.formatted(socket.getLocalPort()).replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);

            socket.send(
                    new DatagramPacket(options, options.length, InetAddress.getLoopbackAddress(), server.port("udp")));
            DatagramPacket answer = new DatagramPacket(new byte[65535], 65535);
            socket.receive(answer);

            assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8))
                    .startsWith("SIP/2.0 404 ")
                    .contains("z9hG4bK1");
        }
    }

    @Test
    void keepsUsersAsHashes() throws Exception {
        Path users = base.resolve("conf/users.properties");

        assertThat(trapezoid.run("user", "add", "alice@a.test", "-p", "secret").exitCode())
                .isZero();
        assertThat(trapezoid.run("user", "add", "bob@a.test", "-p", "other").exitCode())
                .isZero();
        assertThat(users)
                .content()
                .startsWith("alice@a.test=MD5:793bc5ed8ab2a7cdda9b5c704486cb5d SHA-256:")
                .doesNotContain("secret");
        assertThat(trapezoid.run("user", "remove", "alice@a.test").exitCode()).isZero();
        assertThat(trapezoid.run("user", "list").out()).isEqualTo("bob@a.test" + System.lineSeparator());
        assertThat(trapezoid.run("user", "remove", "alice@a.test").exitCode()).isEqualTo(1);
    }
}
