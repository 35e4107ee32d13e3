// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.api.Binding;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.authentication.DigestService;
import org.trapezoid.servlet.authentication.Users;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** The registrar of RFC 5626 §6, RFC 5627 §5 and RFC 3608. */
@SuppressWarnings("NullAway.Init") // start() makes them
class OutboundTest {
    private static final String ALICE = "sip:alice@a.test";
    private static final String INSTANCE = ";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"";
    private static final HeaderName SUPPORTED = HeaderName.of("Supported");
    private static final HeaderName PATH = HeaderName.of("Path");

    @TempDir
    private Path directory;

    private LocationTable locations;
    private Peer alice;
    private int cseq;

    @BeforeEach
    void start() throws Exception {
        TestServer server = new TestServer("127.0.0.1", clock -> {
            locations =
                    new LocationTable(clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1));
            return Map.of(
                    LocationService.class,
                    locations,
                    DigestAuthentication.class,
                    new DigestService(
                            new Users(directory.resolve("users.properties"), clock),
                            new NonceStore(clock, new SplittableRandom(1))));
        });
        server.deploy(
                "registrar",
                Map.of(
                        "domains",
                        "a.test",
                        "aliases",
                        directory.resolve("aliases.properties").toString(),
                        "flow-timer",
                        "90",
                        "service-route",
                        "sip:home.a.test;lr sip:two.a.test;lr"),
                new RegistrarServlet(server.clock));
        alice = server.connected("alice");
    }

    private Request.Builder register(String contact) {
        return alice.request(Method.REGISTER, "sip:a.test")
                .set(HeaderName.TO, "<" + ALICE + ">")
                .set(HeaderName.FROM, "<" + ALICE + ">;tag=1")
                .set(HeaderName.CSEQ, ++cseq + " REGISTER")
                .set(HeaderName.CONTACT, contact);
    }

    private Response answer(Request.Builder request) {
        alice.send(request);
        return (Response) alice.next();
    }

    private static Request.Builder viaProxy(Request.Builder request) {
        return request.add(HeaderName.VIA, "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKphone");
    }

    @Test
    @Rfc(value = 5626, section = "6")
    @Checklist("R13")
    void flowIsKeptAndSaidToBe() {
        Response ok = answer(register("<sip:alice@x.invalid;transport=ws>;reg-id=1" + INSTANCE)
                .add(SUPPORTED, "path, outbound"));

        assertThat(ok.headers().first(HeaderName.of("Require"))).hasValue("outbound");
        assertThat(ok.headers().first(HeaderName.of("Flow-Timer"))).hasValue("90");
        Binding binding = locations.lookup(ALICE).get(0);
        assertThat(binding.regId()).isEqualTo(1);
        assertThat(binding.source().flow()).startsWith("fl.");
        assertThat(binding.routes()).hasSize(1);
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void regIdOfAClientThatDoesNotKnowOutboundIsIgnored() {
        Response ok = answer(register("<sip:alice@x.invalid>;reg-id=1" + INSTANCE));

        assertThat(ok.headers().has(HeaderName.of("Require"))).isFalse();
        assertThat(locations.lookup(ALICE).get(0).regId()).isZero();
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void reRegisteredFlowReplacesItsContact() {
        answer(register("<sip:alice@one.invalid>;reg-id=1" + INSTANCE).add(SUPPORTED, "outbound"));
        answer(register("<sip:alice@two.invalid>;reg-id=1" + INSTANCE).add(SUPPORTED, "outbound"));

        assertThat(locations.lookup(ALICE)).extracting(Binding::contact).containsExactly("sip:alice@two.invalid");
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void firstHopWithoutOutboundIs439() {
        Response refusal = answer(viaProxy(register("<sip:alice@x.invalid>;reg-id=1" + INSTANCE)
                .add(SUPPORTED, "path, outbound")
                .add(PATH, "<sip:edge.test;lr>")));

        assertThat(refusal.status()).isEqualTo(439);
        assertThat(locations.lookup(ALICE)).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void firstHopWithOutboundIsTheLastInPath() {
        Response ok = answer(viaProxy(register("<sip:alice@x.invalid>;reg-id=1" + INSTANCE)
                .add(SUPPORTED, "path, outbound")
                .add(PATH, "<sip:inner.test;lr>")
                .add(PATH, "<sip:token@edge.test;lr;ob>")));

        assertThat(ok.status()).isEqualTo(200);
        assertThat(ok.headers().has(HeaderName.of("Flow-Timer"))).isFalse();
        Binding binding = locations.lookup(ALICE).get(0);
        assertThat(binding.source().flow()).isEmpty();
        assertThat(binding.routes()).containsExactly("<sip:inner.test;lr>", "<sip:token@edge.test;lr;ob>");
    }

    @Test
    @Rfc(value = 5626, section = "6")
    void severalContactsWithAFlowAreRefused() {
        Response refusal = answer(register("<sip:alice@x.invalid>;reg-id=1" + INSTANCE)
                .add(SUPPORTED, "outbound")
                .add(HeaderName.CONTACT, "<sip:alice@192.0.2.7>"));

        assertThat(refusal.status()).isEqualTo(400);
    }

    @Test
    @Rfc(value = 5627, section = "5.2")
    void whoKnowsGruusGetsThem() {
        Response ok = answer(register("<sip:alice@x.invalid>;pub-gruu=\"sip:mine\"" + INSTANCE)
                .add(SUPPORTED, "gruu"));

        String contact = ok.headers().first(HeaderName.CONTACT).orElseThrow();
        assertThat(contact)
                .contains(";pub-gruu=\"sip:alice@a.test;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"")
                .contains(";temp-gruu=\"sip:tg.")
                .doesNotContain("sip:mine");
    }

    @Test
    @Rfc(value = 5627, section = "5.2")
    void whoDoesNotAskGetsNone() {
        Response ok = answer(register("<sip:alice@x.invalid>" + INSTANCE));

        assertThat(ok.headers().first(HeaderName.CONTACT).orElseThrow()).doesNotContain("gruu");
    }

    @Test
    @Rfc(value = 3608, section = "6.3")
    void serviceRouteIsGivenInItsOrder() {
        Response ok = answer(register("<sip:alice@x.invalid>"));

        assertThat(ok.headers().values(HeaderName.of("Service-Route")))
                .isEqualTo(List.of("<sip:home.a.test;lr>", "<sip:two.a.test;lr>"));
    }

    @Test
    void overlongContactIsRefused() {
        Response refusal = answer(register("<sip:alice@x.invalid;x=" + "y".repeat(3000) + ">"));

        assertThat(refusal.status()).isEqualTo(400);
        assertThat(locations.lookup(ALICE)).isEmpty();
    }
}
