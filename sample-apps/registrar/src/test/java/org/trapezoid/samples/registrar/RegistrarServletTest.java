// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.Binding;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.authentication.DigestService;
import org.trapezoid.servlet.authentication.Users;
import org.trapezoid.servlet.authentication.UsersFile;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.ChallengeResponder;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

@SuppressWarnings("NullAway.Init") // start() makes them
class RegistrarServletTest {
    private static final String ALICE = "sip:alice@a.test";
    private static final String LOOPBACK = "127.0.0.1";

    @TempDir
    private Path directory;

    private Path users;
    private Path aliases;
    private LocationTable locations;
    private TestServer server;
    private Peer alice;
    private int cseq;

    @BeforeEach
    void start() throws ServletException {
        users = directory.resolve("users.properties");
        aliases = directory.resolve("aliases.properties");
        start(LOOPBACK, "strict");
    }

    private void start(String host, String path) throws ServletException {
        server = new TestServer(host, clock -> {
            locations =
                    new LocationTable(clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1));
            return Map.of(
                    LocationService.class,
                    locations,
                    DigestAuthentication.class,
                    new DigestService(new Users(users, clock), new NonceStore(clock, new SplittableRandom(1))));
        });
        server.deploy(
                "registrar",
                Map.of("domains", "a.test b.test", "aliases", aliases.toString(), "max-contacts", "3", "path", path),
                new RegistrarServlet(server.clock));
        alice = server.peer("alice");
    }

    /** A REGISTER without Contact. */
    private Request.Builder register(String addressOfRecord) {
        return alice.request(Method.REGISTER, "sip:a.test")
                .set(HeaderName.TO, "<" + addressOfRecord + ">")
                .set(HeaderName.FROM, "<" + addressOfRecord + ">;tag=1")
                .set(HeaderName.CSEQ, ++cseq + " REGISTER")
                .remove(HeaderName.CONTACT);
    }

    private Response answer(Request.Builder request) {
        alice.send(request);
        return (Response) alice.next();
    }

    private static List<String> contacts(Response response) {
        return response.headers().values(HeaderName.CONTACT);
    }

    @Test
    @Rfc(value = 3261, section = "10.3")
    @Checklist({"R8", "R9", "R10"})
    void listsAllContactsBestFirstWithWhatIsLeftOfTheirTime() {
        answer(register(ALICE)
                .add(HeaderName.CONTACT, "<sip:alice@192.0.2.4:5062>;q=0.5;expires=600;+sip.instance=\"<urn:uuid:1>\"")
                .add(HeaderName.RECORD_ROUTE, "<sip:p.test;lr>"));
        server.advance(Duration.ofSeconds(10));

        Response ok = answer(register(ALICE).add(HeaderName.CONTACT, "sip:alice@192.0.2.9;expires=60"));

        assertThat(ok.status()).isEqualTo(200);
        assertThat(contacts(ok))
                .containsExactly(
                        "<sip:alice@192.0.2.9>;expires=60",
                        "<sip:alice@192.0.2.4:5062>;expires=590;q=0.5;+sip.instance=\"<urn:uuid:1>\"");
        assertThat(ok.headers().first(HeaderName.DATE)).hasValue("Thu, 01 Jan 2026 00:00:10 GMT");
        assertThat(ok.headers().has(HeaderName.RECORD_ROUTE)).isFalse();
        assertThat(ok.toTag()).isPresent();
        assertThat(locations.lookup(ALICE).get(0).source()).isEqualTo(new Binding.Source(alice.host(), 5060, "UDP"));
    }

    @Test
    @Checklist("R8")
    void onlyAnswersWhatIsThereWithoutAContact() {
        Response ok = answer(register(ALICE));

        assertThat(ok.status()).isEqualTo(200);
        assertThat(contacts(ok)).isEmpty();
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "10.3")
    @Checklist({"R1", "R2"})
    @CsvSource({
        "sip:a.test, sip:alice@A.TEST, 200",
        "sip:a.test:5060, sip:%61lice@a.test;x=y, 200",
        "sip:127.0.0.1, sip:alice@127.0.0.1:5060, 200",
        "sip:localhost, sip:alice@localhost, 200",
        "sips:a.test, sips:alice@a.test, 200",
        "sip:c.test, sip:alice@c.test, 404",
        "sip:a.test, sip:alice@c.test, 404",
        "sip:a.test, sip:alice@b.test, 404",
        "sip:a.test, sip:a.test, 404",
        "sip:127.0.0.1:5070, sip:alice@127.0.0.1:5070, 404"
    })
    void servesItsDomainsUnderAllTheirNames(String requestUri, String to, int status) {
        Response response = answer(register(to)
                .uri(org.trapezoid.sip.uri.Uri.parse(requestUri))
                .add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>"));

        assertThat(response.status()).isEqualTo(status);
        assertThat(locations.lookup(ALICE)).hasSize(status == 200 ? 1 : 0);
    }

    @Test
    @Rfc(value = 3261, section = "10.3")
    @Checklist({"R1", "U5"})
    void namesTheExtensionsItDoesNotKnow() {
        Response response = answer(register(ALICE).add(HeaderName.of("Require"), "path, pref, gin"));

        assertThat(response.status()).isEqualTo(420);
        assertThat(response.headers().values(HeaderName.of("Unsupported"))).containsExactly("pref", "gin");
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "10.3")
    @Checklist({"R5", "R6"})
    @CsvSource({
        "'', '', 3600", // the default
        "'', 90, 90",
        "120, 90, 120",
        "'', 86400, 7200", // the longest granted
        "4294967295, '', 7200",
        "59, 90, 423",
        "'', 1, 423"
    })
    void grantsATimeBetweenShortestAndLongest(String parameter, String header, int granted) {
        Request.Builder register = register(ALICE)
                .add(
                        HeaderName.CONTACT,
                        "<sip:alice@192.0.2.4>" + (parameter.isEmpty() ? "" : ";expires=" + parameter));
        if (!header.isEmpty()) {
            register.add(HeaderName.EXPIRES, header);
        }

        Response response = answer(register);

        if (granted == 423) {
            assertThat(response.status()).isEqualTo(423);
            assertThat(response.headers().first(HeaderName.of("Min-Expires"))).hasValue("60");
            assertThat(locations.lookup(ALICE)).isEmpty();
        } else {
            assertThat(contacts(response)).containsExactly("<sip:alice@192.0.2.4>;expires=" + granted);
        }
    }

    @Test
    @Checklist({"R5", "R11"})
    void removesOneContactByExpiresZero() {
        answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@Phone.test;transport=tcp>, <sip:alice@192.0.2.9>"));

        Response ok = answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@phone.test;transport=TCP>;expires=0"));

        assertThat(contacts(ok)).containsExactly("<sip:alice@192.0.2.9>;expires=3600");
    }

    @Test
    @Rfc(value = 3261, section = "10.3")
    @Checklist("R3")
    void removesAllContactsByAStar() {
        answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>, <sip:alice@192.0.2.9>"));

        Response ok = answer(register(ALICE).add(HeaderName.CONTACT, "*").add(HeaderName.EXPIRES, "0"));

        assertThat(ok.status()).isEqualTo(200);
        assertThat(contacts(ok)).isEmpty();
        assertThat(locations.lookup(ALICE)).isEmpty();
    }

    @ParameterizedTest
    @Checklist("R3")
    @CsvSource({"*, 60", "*, ''", "'*, <sip:alice@192.0.2.9>', 0", "'<sip:alice@192.0.2.9>, *', 0"})
    void refusesAStarThatIsNotAlone(String contact, String expires) {
        answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>"));
        Request.Builder register = register(ALICE).add(HeaderName.CONTACT, contact);
        if (!expires.isEmpty()) {
            register.add(HeaderName.EXPIRES, expires);
        }

        assertThat(answer(register).status()).isEqualTo(400);
        assertThat(locations.lookup(ALICE)).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "10.3")
    @Checklist({"R4", "R7"})
    void refusesAllOfARegisterThatCameTooLate() {
        cseq = 4;
        answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>;expires=100"));
        cseq = 3;

        Response late = answer(register(ALICE)
                .add(HeaderName.CONTACT, "<sip:alice@192.0.2.9>;expires=200, <sip:alice@192.0.2.4>;expires=200"));
        Response lateStar = answer(register(ALICE)
                .set(HeaderName.CSEQ, "2 REGISTER")
                .add(HeaderName.CONTACT, "*")
                .add(HeaderName.EXPIRES, "0"));
        Response otherCall = answer(register(ALICE)
                .set(HeaderName.CALL_ID, "another")
                .set(HeaderName.CSEQ, "1 REGISTER")
                .add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>;expires=300"));

        assertThat(late.status()).isEqualTo(500);
        assertThat(lateStar.status()).isEqualTo(500);
        assertThat(contacts(otherCall)).containsExactly("<sip:alice@192.0.2.4>;expires=300");
    }

    @Test
    @Rfc(value = 3327, section = "5.3")
    @Checklist("R12")
    void keepsThePathAndSendsItBack() {
        Response ok = answer(register(ALICE)
                .add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>")
                .add(HeaderName.of("Supported"), "gruu, Path")
                .add(HeaderName.of("Path"), "<sip:edge.test;lr>")
                .add(HeaderName.of("Path"), "<sip:in.test;lr>"));

        assertThat(ok.headers().values(HeaderName.of("Path")))
                .containsExactly("<sip:edge.test;lr>", "<sip:in.test;lr>");
        assertThat(locations.lookup(ALICE).get(0).path()).containsExactly("<sip:edge.test;lr>", "<sip:in.test;lr>");
    }

    @Test
    @Rfc(value = 3327, section = "5.3")
    @Checklist("R12")
    void refusesAPathTheClientKnowsNothingOf() {
        Response response = answer(register(ALICE)
                .add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>")
                .add(HeaderName.of("Path"), "<sip:edge.test;lr>"));

        assertThat(response.status()).isEqualTo(420);
        assertThat(response.headers().values(HeaderName.of("Unsupported"))).containsExactly("path");
        assertThat(locations.lookup(ALICE)).isEmpty();
    }

    @Test
    @Rfc(value = 3327, section = "5.3")
    void takesAPathTheClientKnowsNothingOfWhenItIsLiberal() throws ServletException {
        start(LOOPBACK, "liberal");

        Response ok = answer(register(ALICE)
                .add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>")
                .add(HeaderName.of("Path"), "<sip:edge.test;lr>"));

        assertThat(ok.status()).isEqualTo(200);
        assertThat(ok.headers().values(HeaderName.of("Path"))).containsExactly("<sip:edge.test;lr>");
        assertThat(locations.lookup(ALICE).get(0).path()).containsExactly("<sip:edge.test;lr>");
    }

    @Test
    @Checklist("R7")
    void keepsAtMostSoManyContacts() {
        answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.1:1>, <sip:alice@192.0.2.1:2>"));

        Response tooMany =
                answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.1:3>, <sip:alice@192.0.2.1:4>"));
        Response refresh =
                answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.1:1>, <sip:alice@192.0.2.1:3>"));

        assertThat(tooMany.status()).isEqualTo(403);
        assertThat(contacts(refresh)).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<sip:bob@a.test>", "<sip:bob@127.0.0.1:5060>", "<sip:bob@localhost;transport=tcp>"})
    void refusesAContactThatLeadsBack(String contact) {
        assertThat(answer(register(ALICE).add(HeaderName.CONTACT, contact)).status())
                .isEqualTo(400);
    }

    @Test
    void refusesAContactThatIsTooLong() {
        Response response =
                answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.4;x=" + "y".repeat(2048) + ">"));

        assertThat(response.status()).isEqualTo(400);
        assertThat(locations.lookup(ALICE)).isEmpty();
    }

    @Test
    void registersUnderTheAddressAnAliasStandsFor() throws Exception {
        Files.writeString(aliases, "# support\nsupport@a.test = sip:alice@a.test\nnonsense\n");

        Response ok = answer(register("sip:support@a.test").add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>"));

        assertThat(ok.status()).isEqualTo(200);
        assertThat(locations.addressesOfRecord()).containsExactly(ALICE);
    }

    @Test
    void isOpenToThisMachineOnlyAsLongAsThereAreNoUsers() throws Exception {
        start("192.0.2.1", "strict");

        assertThat(answer(register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>"))
                        .status())
                .isEqualTo(403);
        assertThat(locations.lookup(ALICE)).isEmpty();
    }

    @Test
    @Rfc(value = 8760, section = "2.3")
    @Checklist({"A1", "A6", "R1"})
    void challengesAndLetsAUserRegisterItsOwnAddress() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        start("192.0.2.1", "strict");
        Request first =
                register(ALICE).add(HeaderName.CONTACT, "<sip:alice@192.0.2.4>").build();
        alice.send(first);
        Response challenge = alice.nextResponse(401);

        Response ok = retry(first, challenge, "alice", "secret");

        assertThat(challenge.headers().all(HeaderName.WWW_AUTHENTICATE))
                .hasSize(2)
                .allMatch(value -> value.contains("realm=\"a.test\"") && value.contains("qop=\"auth\""))
                .allMatch(value -> !value.contains("stale"));
        assertThat(challenge.headers().all(HeaderName.WWW_AUTHENTICATE).get(0)).contains("algorithm=SHA-256");
        assertThat(challenge.headers().all(HeaderName.WWW_AUTHENTICATE).get(1)).contains("algorithm=MD5");
        assertThat(ok.status()).isEqualTo(200);
        assertThat(locations.lookup(ALICE)).hasSize(1);
    }

    @Test
    @Checklist("R1")
    void keepsAUserFromTheAddressOfAnother() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        new UsersFile(users).add("bob", "a.test", "secret");
        start("192.0.2.1", "strict");
        Request first =
                register(ALICE).add(HeaderName.CONTACT, "<sip:bob@192.0.2.4>").build();
        alice.send(first);

        Response response = retry(first, alice.nextResponse(401), "bob", "secret");

        assertThat(response.status()).isEqualTo(403);
        assertThat(locations.lookup(ALICE)).isEmpty();
    }

    @Test
    @Checklist("A2")
    void answersAnUnknownUserAsItAnswersAWrongPassword() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        start("192.0.2.1", "strict");
        Request first = register(ALICE).build();
        alice.send(first);
        Response challenge = alice.nextResponse(401);

        Response wrongPassword = retry(first, challenge, "alice", "wrong");
        Response unknown = retry(first, challenge, "nobody", "wrong");

        for (Response response : List.of(wrongPassword, unknown)) {
            assertThat(response.status()).isEqualTo(401);
            assertThat(response.headers().all(HeaderName.WWW_AUTHENTICATE)).noneMatch(value -> value.contains("stale"));
        }
        assertThat(unknown.headers().names()).isEqualTo(wrongPassword.headers().names());
    }

    @Test
    void keepsNothingOfAGuesser() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        start("192.0.2.1", "strict");
        Request first = register(ALICE).build();
        alice.send(first);
        Response challenge = alice.nextResponse(401);
        retry(first, challenge, "alice", "secret");

        for (int i = 0; i < 1000; i++) {
            retry(first, challenge, i % 2 == 0 ? "alice" : "user" + i, "guess" + i);
        }

        server.assertEnded();
    }

    @Test
    @Checklist({"A2", "A3"})
    void saysThatOnlyTheNonceIsTooOld() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        start("192.0.2.1", "strict");
        Request first = register(ALICE).build();
        alice.send(first);
        Response challenge = alice.nextResponse(401);
        Response ok = retry(first, challenge, "alice", "secret");
        Response replayed = retry(first, challenge, "alice", "secret");
        server.advance(NonceStore.LIFETIME.plusSeconds(1));

        Response tooOld = retry(first, challenge, "alice", "secret");

        assertThat(ok.status()).isEqualTo(200);
        assertThat(replayed.headers().all(HeaderName.WWW_AUTHENTICATE)).allMatch(value -> value.contains("stale=true"));
        assertThat(tooOld.headers().all(HeaderName.WWW_AUTHENTICATE)).allMatch(value -> value.contains("stale=true"));
    }

    private Response retry(Request rejected, Response challenge, String user, String password) {
        Request.Builder again = new ChallengeResponder(new SplittableRandom(7))
                .retry(rejected, challenge, realm -> Optional.of(new Account(user, password)), ++cseq)
                .orElseThrow();
        again.addFirst(HeaderName.VIA, "SIP/2.0/UDP " + alice.host() + ":5060;branch=z9hG4bKretry" + cseq);
        return answer(again);
    }
}
