// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.auth.DigestAlgorithm;

/** Phones behind real NATs: nobody reaches the address that they write into their messages. */
class NatIT {

    private static final String DOMAIN = "nat.test";
    private static final Endpoint SERVER = new Endpoint(NatNetwork.SERVER, NatNetwork.PORT);
    private static final Endpoint PHONE = new Endpoint(NatNetwork.PHONE, NatNetwork.PORT);

    @TempDir
    private Path base;

    @Test
    void phoneBehindANatCallsOneBehindAnother() throws Exception {
        try (NatNetwork network = NatNetwork.create(60)) {
            Launcher launcher = launcher(network, "0s");
            RunningServer first = launcher.start();
            register(network, "b");
            call(network);
            assertThat(first.terminate()).isZero();

            try (RunningServer second = launcher.start()) {
                assertThat(second.applications()).contains("proxy");
                call(network); // the flow of the phone outlived the server
            }
        }
    }

    @Test
    void questionsOfTheServerKeepTheFlowOpen() throws Exception {
        try (NatNetwork network = NatNetwork.create(3)) {
            try (RunningServer server = launcher(network, "1s").start()) {
                assertThat(server.applications()).contains("registrar");
                register(network, "b");
                try (Sipp phone = Sipp.phone("phone-is-asked", PHONE)
                        .within(network.atPhone("b"))
                        .times(6)
                        .listens()) {
                    assertThat(phone.ends().received()).contains("OPTIONS");
                }
            }
        }
    }

    private Launcher launcher(NatNetwork network, String keepAlive) throws IOException {
        Launcher launcher = Launcher.in(base)
                .within(network.atServer())
                .with("TRAPEZOID_HOST", SERVER.host())
                .with("TRAPEZOID_SIP_PORT", String.valueOf(SERVER.port()))
                .with("JAVA_OPTS", "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        Path configuration = base.resolve("conf/trapezoid.xml");
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replace("  </sip>", "    <nat keep-alive=\"" + keepAlive + "\"/>\n  </sip>"));
        Path apps = Files.createDirectories(base.resolve("conf/apps"));
        for (String name : List.of("registrar", "proxy")) {
            Path sar =
                    Path.of(System.getProperty("trapezoid.samples", "../sample-apps"), name, "target", name + ".sar");
            Files.copy(sar, base.resolve("deploy").resolve(name + ".sar"));
            Files.writeString(apps.resolve(name + ".properties"), "domains=" + DOMAIN + "\n");
        }
        Files.writeString(
                base.resolve("conf/users.properties"),
                "bob@" + DOMAIN + "=MD5:" + DigestAlgorithm.MD5.ha1("bob", DOMAIN, "secret") + "\n");
        return launcher;
    }

    private static void register(NatNetwork network, String phone) throws Exception {
        try (Sipp register = Sipp.phone("phone-behind-a-nat-registers", PHONE)
                .within(network.atPhone(phone))
                .as("bob", "secret")
                .with("from", "bob@" + DOMAIN)
                .with("domain", DOMAIN)
                .calls(SERVER)) {
            register.ends();
        }
    }

    private static void call(NatNetwork network) throws Exception {
        try (Sipp bob = phone("callee-answers", network, "b").listens();
                Sipp alice = phone("caller-talks-and-hangs-up", network, "a").calls(SERVER)) {
            Transcript heard = alice.ends();
            Transcript answered = bob.ends();

            assertThat(answered.received()).containsExactly("INVITE", "ACK", "BYE");
            assertThat(answered.received("INVITE").requestUri()).contains("@" + PHONE);
            assertThat(answered.received("INVITE").headers("Route")).isEmpty();
            assertThat(heard.received("200 INVITE").headers("Record-Route")).isNotEmpty();
        }
    }

    private static Sipp.Phone phone(String story, NatNetwork network, String name) {
        return Sipp.phone(story, PHONE)
                .within(network.atPhone(name))
                .with("from", "alice@elsewhere.test")
                .with("to", "bob@" + DOMAIN);
    }
}
