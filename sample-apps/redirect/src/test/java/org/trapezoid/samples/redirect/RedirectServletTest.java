// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.redirect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class RedirectServletTest {
    @TempDir
    private Path directory;

    private LocationTable locations;
    private TestServer server;
    private Peer alice;

    @BeforeEach
    void start() throws Exception {
        Path aliases = Files.writeString(directory.resolve("aliases.properties"), "help@a.test=bob@a.test\n");
        server = new TestServer(TestServer.HOST, clock -> {
            locations =
                    new LocationTable(clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1));
            return Map.of(LocationService.class, locations);
        });
        server.deploy("redirect", Map.of("domains", "a.test", "aliases", aliases.toString()), new RedirectServlet());
        alice = server.peer("alice");
        bind("sip:bob@192.0.2.4;transport=tcp", 0.3f);
        bind("sip:bob@192.0.2.9:5070", 1);
    }

    private void bind(String contact, float q) {
        locations.bind(
                Binding.of("sip:bob@a.test", contact, server.clock.instant().plusSeconds(60), "c", 1)
                        .withQ(q));
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "8.3")
    @Checklist("R10")
    @ValueSource(strings = {"sip:bob@redirect.a.test", "sip:bob@REDIRECT.A.test:5060", "sip:help@redirect.a.test"})
    void tellsWhereASubscriberIsBestContactFirst(String uri) {
        Request invite = alice.send(alice.request(Method.INVITE, uri));

        Response moved = alice.nextResponse(302);
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, moved.to().toString()));
        assertThat(moved.headers().values(HeaderName.CONTACT))
                .containsExactly("<sip:bob@192.0.2.9:5070>;q=1", "<sip:bob@192.0.2.4;transport=tcp>;q=0.300");
        server.advance(Duration.ofSeconds(40));
        assertThat(alice.rest()).isEmpty();
        assertThat(server.sessions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sip:carol@redirect.a.test", "sip:bob@a.test", "sip:bob@redirect.c.test", "sip:redirect.a.test"})
    void knowsNobodyElse(String uri) {
        alice.send(alice.request(Method.INVITE, uri));

        alice.nextResponse(404);
    }

    @Test
    void knowsNobodyWhoseRegistrationEnded() {
        server.advance(Duration.ofSeconds(60));

        alice.send(alice.request(Method.INVITE, "sip:bob@redirect.a.test"));

        alice.nextResponse(404);
    }
}
