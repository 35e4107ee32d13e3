// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tool sipsak as a client with a password. */
class SipsakIT {

    private static final String DOMAIN = "sipsak.test";
    private static final String PASSWORD = "secret";

    @TempDir
    private static Path base;

    private static Site site;

    @TempDir
    private Path directory;

    private final Endpoint phone = Endpoint.free();

    @BeforeAll
    static void start() throws Exception {
        site = Site.serving(base, DOMAIN)
                .users(DOMAIN, PASSWORD, "alice", "bob")
                .starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void pings(Protocol protocol) throws Exception {
        String seen = sipsak(protocol, 0, "-vv", "-s", "sip:" + site.endpoint().host());

        assertThat(seen).contains("SIP/2.0 200");
        played(protocol, "pings");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void registersWithAPassword(Protocol protocol) throws Exception {
        String seen = sipsak(protocol, 0, registration(PASSWORD));

        assertThat(seen).contains("SIP/2.0 401").contains("SIP/2.0 200");
        played(protocol, "registers with digest");
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void isNotRegisteredWithAWrongPassword(Protocol protocol) throws Exception {
        String seen = sipsak(protocol, 2, registration("not " + PASSWORD));

        assertThat(seen).contains("SIP/2.0 401").doesNotContain("SIP/2.0 200");
        played(protocol, "is refused for a wrong password");
    }

    private List<String> registration(String password) {
        return List.of(
                "-i",
                "-vvv",
                "-U",
                "-C",
                phone.uri("alice"),
                "-x",
                "60",
                "-u",
                "alice",
                "-a",
                password,
                "-s",
                "sip:alice@" + DOMAIN);
    }

    /** From a file: sipsak 0.9.8.1 crashes when it is to write a MESSAGE itself. */
    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void sendsAMessage(Protocol protocol) throws Exception {
        Path file = Files.writeString(directory.resolve("message.txt"), """
                MESSAGE sip:bob@%1$s SIP/2.0
                Via: SIP/2.0/%2$s %3$s;branch=z9hG4bKsipsak;rport
                Max-Forwards: 70
                From: <sip:somebody@elsewhere.test>;tag=1
                To: <sip:bob@%1$s>
                Call-ID: %3$s
                CSeq: 1 MESSAGE
                Content-Type: text/plain
                Content-Length: 9

                Hello Bob""".formatted(DOMAIN, protocol, phone)
                .replace("\n", "\r\n"));
        Endpoint bobsPhone = Endpoint.free();
        try (Sipp registers = bob("phone-registers-with-a-password", bobsPhone).calls(site.endpoint())) {
            registers.ends();
        }
        try (Sipp bob = bob("phone-shows-a-message", bobsPhone).listens()) {
            String seen = sipsak(protocol, 0, "-i", "-L", "-vvv", "-f", file.toString(), "-s", "sip:bob@" + DOMAIN);

            assertThat(seen).contains("SIP/2.0 200");
            assertThat(bob.ends().received("MESSAGE").text().strip()).endsWith("\n\r\nHello Bob");
        }
        played(protocol, "sends a message");
    }

    private static Sipp.Phone bob(String story, Endpoint endpoint) {
        return Sipp.phone(story, endpoint)
                .with("from", "bob@" + DOMAIN)
                .with("domain", DOMAIN)
                .as("bob", PASSWORD);
    }

    private String sipsak(Protocol protocol, int exitCode, String... arguments) throws Exception {
        return sipsak(protocol, exitCode, List.of(arguments));
    }

    private String sipsak(Protocol protocol, int exitCode, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Tool.SIPSAK.command()));
        command.addAll(List.of("-E", protocol.parameter(), "-H", phone.host(), "-l", String.valueOf(phone.port())));
        command.addAll(List.of("-p", site.endpoint().toString()));
        command.addAll(arguments);
        try (Child sipsak = Child.start(directory, command)) {
            assertThat(sipsak.ends()).as(sipsak::output).isEqualTo(exitCode);
            return sipsak.output();
        }
    }

    private static void played(Protocol protocol, String behaviour) {
        Interop.record("sipsak", Tool.SIPSAK.version(), protocol.name(), behaviour);
    }
}
