// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.Rfc;

/** Three nodes, each a process with an address of its own. */
class ClusterIT {
    private static final String DOMAIN = "cluster.test";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Endpoint> members = List.of(Endpoint.free(), Endpoint.free(), Endpoint.free());

    @TempDir
    private Path base;

    private Site one;
    private Site two;
    private Site three;

    @BeforeEach
    void start() throws IOException {
        one = node(0);
        two = node(1);
        three = node(2);
    }

    private Site node(int index) throws IOException {
        return Site.serving(base.resolve("node" + index), DOMAIN)
                .node("node" + index, members.get(index), members)
                .starts();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Site site : List.of(one, two, three)) {
            site.close();
        }
    }

    @Test
    void callsAPhoneThatRegisteredAtAnotherNodeAndStillWhenThatOneIsKilled() throws Exception {
        try (DatagramPeer bob = new DatagramPeer(one.endpoint());
                DatagramPeer atTwo = new DatagramPeer(two.endpoint());
                DatagramPeer atThree = new DatagramPeer(three.endpoint())) {
            bob.register("sip:bob@" + DOMAIN, "<" + bob.endpoint().uri("bob") + ">");

            awaitAnswer(bob, atTwo);
            one.kill();
            awaitAnswer(bob, atTwo);
            awaitAnswer(bob, atThree);
            two.kill();
            awaitAnswer(bob, atThree);
        }
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void callsAPhoneThatIsConnectedToAnotherNode() throws Exception {
        try (StreamPeer bob = new StreamPeer(one.endpoint());
                DatagramPeer atTwo = new DatagramPeer(two.endpoint())) {
            bob.register("sip:bob@" + DOMAIN);
            CompletableFuture<Wire> seen = CompletableFuture.supplyAsync(() -> {
                try {
                    Wire message = bob.receive();
                    bob.accept(message);
                    return message;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            long end = System.nanoTime() + PATIENCE.toNanos();
            int status = 0;
            while (status != 200 && System.nanoTime() < end) { // the binding reaches the node within milliseconds
                status = atTwo.ask(atTwo.request("MESSAGE", "sip:bob@" + DOMAIN, "sip:bob@" + DOMAIN))
                        .status();
            }

            assertThat(status).isEqualTo(200);
            assertThat(seen.join().method()).isEqualTo("MESSAGE");
            assertThat(seen.join().header("Via")).contains(two.endpoint().toString());
        }
    }

    @Test
    @Rfc(value = 7118, section = "5")
    void knowsThatAWebSocketClientOfAnotherNodeLeftWithoutAnAnswer() throws Exception {
        URI server =
                URI.create("ws://" + one.endpoint().host() + ":" + one.server().port("ws") + "/");
        try (WebSocketPhone alice = new WebSocketPhone("alice", DOMAIN, server);
                DatagramPeer atTwo = new DatagramPeer(two.endpoint())) {
            alice.registers();
            do { // the binding reaches the node within milliseconds
                atTwo.send(atTwo.request("MESSAGE", alice.aor(), alice.aor()));
            } while (atTwo.receive(answer -> answer.status() >= 300, Duration.ofMillis(500))
                    .isPresent());
            alice.receive(wire -> wire.isRequest() && wire.method().equals("MESSAGE"));

            alice.close();

            assertThat(atTwo.receive(answer -> answer.status() >= 200).status())
                    .isIn(430, 480, 503); // and not 408 after 32 s
        }
    }

    /** Until bob gets a MESSAGE that the caller sends to its node; then he accepts it. */
    private static void awaitAnswer(DatagramPeer bob, DatagramPeer caller) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean reached = false;
        while (!reached) {
            assertThat(System.nanoTime() - end)
                    .as("nobody was reached for " + PATIENCE)
                    .isNegative();
            String message = caller.request("MESSAGE", "sip:bob@" + DOMAIN, "sip:bob@" + DOMAIN);
            caller.send(message);
            var seen = bob.receive(
                    arrived -> arrived.isRequest() && arrived.method().equals("MESSAGE"), Duration.ofSeconds(1));
            if (seen.isPresent()) {
                bob.acceptBySentBy(seen.get());
                assertThat(caller.receive(answer -> answer.status() == 200).header("CSeq"))
                        .isEqualTo("1 MESSAGE");
                reached = true;
            }
        }
    }
}
