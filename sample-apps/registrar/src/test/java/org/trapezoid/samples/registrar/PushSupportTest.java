// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.api.PushService;
import org.trapezoid.servlet.authentication.DigestService;
import org.trapezoid.servlet.authentication.Users;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Registrations of clients that are woken by push notifications, RFC 8599. */
class PushSupportTest {

    @TempDir
    private Path directory;

    private static final class Providers implements PushService {
        @Override
        public Set<String> providers() {
            return Set.of("apns", "acme");
        }

        @Override
        public CompletionStage<Void> push(Target target) {
            return CompletableFuture.completedFuture(null);
        }
    }

    private Response register(boolean withService, String contact) throws Exception {
        TestServer server = new TestServer("127.0.0.1", clock -> {
            Map<Class<?>, Object> shared = new HashMap<>();
            shared.put(
                    LocationService.class,
                    new LocationTable(
                            clock.strands().create(), clock, clock, new byte[32], new java.util.SplittableRandom(1)));
            shared.put(
                    DigestAuthentication.class,
                    new DigestService(Users.none(), new NonceStore(clock, new SplittableRandom(1))));
            if (withService) {
                shared.put(PushService.class, new Providers());
            }
            return shared;
        });
        server.deploy(
                "registrar",
                Map.of(
                        "domains",
                        "a.test",
                        "aliases",
                        directory.resolve("aliases.properties").toString()),
                new RegistrarServlet(server.clock));
        Peer alice = server.peer("alice");
        alice.send(alice.request(Method.REGISTER, "sip:a.test")
                .set(HeaderName.TO, "<sip:alice@a.test>")
                .set(HeaderName.CONTACT, contact));
        return (Response) alice.next();
    }

    private static List<String> caps(Response response) {
        return response.headers().all(HeaderName.FEATURE_CAPS);
    }

    @Test
    @Rfc(value = 8599, section = "5.3")
    void aClientOfAKnownProviderIsTold() throws Exception {
        Response registered = register(true, "<sip:alice@198.51.100.1;pn-provider=acme;pn-param=x;pn-prid=1>");

        assertThat(registered.status()).isEqualTo(200);
        assertThat(caps(registered)).containsExactly("*;+sip.pns=\"acme\"", "*;+sip.pns=\"apns\"");
        assertThat(registered.headers().first(HeaderName.CONTACT).orElseThrow())
                .contains("pn-provider=acme", "pn-prid=1", "pn-param=x");
    }

    @Test
    @Rfc(value = 8599, section = "5.3.1")
    void aClientOfAnUnknownProviderIsRefused() throws Exception {
        Response refused = register(true, "<sip:alice@198.51.100.1;pn-provider=other;pn-prid=1>");

        assertThat(refused.status()).isEqualTo(555);
        assertThat(refused.reason()).isEqualTo("Push Notification Service Not Supported");
        assertThat(caps(refused)).hasSize(2);
        assertThat(refused.headers().has(HeaderName.CONTACT)).isFalse();
    }

    @Test
    @Rfc(value = 8599, section = "5.3.1")
    void withoutAPushServiceEachProviderIsUnknown() throws Exception {
        Response refused = register(false, "<sip:alice@198.51.100.1;pn-provider=acme;pn-prid=1>");

        assertThat(refused.status()).isEqualTo(555);
        assertThat(caps(refused)).isEmpty();
    }

    @Test
    @Rfc(value = 8599, section = "4.1.1")
    void aClientMayAskWhichProvidersThereAre() throws Exception {
        Response asked = register(true, "<sip:alice@198.51.100.1;pn-provider>");

        assertThat(asked.status()).isEqualTo(200);
        assertThat(caps(asked)).hasSize(2);
    }

    @Test
    @Rfc(value = 8599, section = "5.4")
    void aClientThatWakesItselfIsToldWhen() throws Exception {
        Response told = register(true, "<sip:alice@198.51.100.1;pn-provider=acme;pn-prid=1>;+sip.pnsreg;expires=3600");

        assertThat(caps(told)).contains("*;+sip.pnsreg=\"121\"");
    }

    @Test
    @Rfc(value = 8599, section = "5.3")
    void whoDoesNotAskIsNotTold() throws Exception {
        assertThat(caps(register(true, "<sip:alice@198.51.100.1>"))).isEmpty();
        assertThat(register(false, "<sip:alice@198.51.100.1>").status()).isEqualTo(200);
    }
}
