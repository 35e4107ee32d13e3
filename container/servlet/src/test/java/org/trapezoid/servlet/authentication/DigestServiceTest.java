// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.ChallengeResponder;
import org.trapezoid.sip.auth.DigestChallenge;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.TrustDomain;

/** A server that challenges, and what is tried against it: cases 28 and 29 of the attacks. */
class DigestServiceTest {
    private static final String REALM = "a.test";

    @TempDir
    private Path directory;

    private final ScriptedServlet app = new ScriptedServlet();
    private final ChallengeResponder responder = new ChallengeResponder(new SplittableRandom(1));
    private TestServer server;
    private Peer alice;
    private int cseq = 1;

    @BeforeEach
    void deploy() throws Exception {
        new UsersFile(directory.resolve("users")).addWithAll("alice", REALM, "secret");
        server = new TestServer(
                TestServer.HOST,
                clock -> Map.of(
                        DigestAuthentication.class,
                        new DigestService(
                                new Users(directory.resolve("users"), clock),
                                new NonceStore(clock, new SplittableRandom(2)))));
        alice = server.peer("alice");
        app.on("MESSAGE", request -> {
            if (proves(app, request)) {
                request.createResponse(200).send();
            }
        });
        server.deploy("app", app);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private Request.Builder message() {
        return alice.request(Method.MESSAGE, "sip:alice@a.test").set(HeaderName.CSEQ, cseq++ + " MESSAGE");
    }

    private Response challenged() {
        alice.send(message());
        return alice.nextResponse(401);
    }

    private String answer(DigestChallenge challenge, String user, String password, int count) {
        return responder
                .answer(challenge, new Account(user, password), message().build(), count)
                .toString();
    }

    private int statusOf(String credentials) {
        alice.send(message().add(HeaderName.AUTHORIZATION, credentials));
        return ((Response) alice.next()).status();
    }

    private boolean isStale() {
        Response challenge = challenged();
        return challenge
                .headers()
                .first(HeaderName.WWW_AUTHENTICATE)
                .orElseThrow()
                .contains("stale=true");
    }

    @Test
    @Checklist("A6")
    @Rfc(value = 8760, section = "2.3")
    void eachOfferedAlgorithmIsAccepted() {
        Response challenge = challenged();

        assertThat(challenge.headers().all(HeaderName.WWW_AUTHENTICATE)).hasSize(3);
        for (String offer : challenge.headers().all(HeaderName.WWW_AUTHENTICATE)) {
            DigestChallenge each = DigestChallenge.parse(offer).orElseThrow();
            assertThat(statusOf(answer(each, "alice", "secret", 1))).as(offer).isEqualTo(200);
            assertThat(statusOf(answer(each, "alice", "guess", 2))).as(offer).isEqualTo(401);
        }
    }

    @Test
    @Checklist({"A2", "A3"})
    @Rfc(value = 7616, section = "5.4")
    void aReplayIsTakenForAStaleNonce() {
        DigestChallenge challenge = DigestChallenge.of(challenged()).get(0);
        String credentials = answer(challenge, "alice", "secret", 1);

        assertThat(statusOf(credentials)).isEqualTo(200);
        alice.send(message().add(HeaderName.AUTHORIZATION, credentials));
        assertThat(alice.nextResponse(401)
                        .headers()
                        .first(HeaderName.WWW_AUTHENTICATE)
                        .orElseThrow())
                .contains("stale=true");
        assertThat(statusOf(answer(challenge, "alice", "secret", 2))).isEqualTo(200);
        assertThat(isStale()).isFalse();
    }

    @Test
    @Rfc(value = 3261, section = "22.3")
    void whatIsProvenToOneApplicationIsProvenToTheNextOne() throws Exception {
        TestServer chained = TestServer.guarded(
                clock -> new Users(directory.resolve("users"), clock),
                TrustDomain.EVERYBODY,
                "ALL: (\"first\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\"),"
                        + " (\"second\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"1\")");
        ScriptedServlet second = new ScriptedServlet();
        ScriptedServlet first = new ScriptedServlet();
        first.on("MESSAGE", request -> {
            if (proves(first, request)) {
                request.getProxy().proxyTo(request.getRequestURI());
            }
        });
        second.on("MESSAGE", request -> {
            if (proves(second, request)) {
                request.createResponse(200).send();
            }
        });
        chained.deploy("first", first);
        chained.deploy("second", second);
        alice = chained.peer("alice");
        String credentials = answer(DigestChallenge.of(challenged()).get(0), "alice", "secret", 1);

        assertThat(statusOf(credentials)).isEqualTo(200);
        assertThat(statusOf(credentials)).isEqualTo(401); // a replay comes from outside
        first.assertUnharmed();
        second.assertUnharmed();
    }

    private static boolean proves(ScriptedServlet application, SipServletRequest request) throws IOException {
        DigestAuthentication digest =
                (DigestAuthentication) application.getServletContext().getAttribute(DigestAuthentication.ATTRIBUTE);
        if (digest.authenticate(request, 401, REALM).isPresent()) {
            return true;
        }
        digest.challenge(request, 401, REALM);
        return false;
    }

    @Test
    @Checklist("A2")
    @Rfc(value = 7616, section = "3.3")
    void aNonceLivesForMinutesOnly() {
        DigestChallenge challenge = DigestChallenge.of(challenged()).get(0);
        server.advance(Duration.ofMinutes(3));

        alice.send(message().add(HeaderName.AUTHORIZATION, answer(challenge, "alice", "secret", 1)));

        assertThat(alice.nextResponse(401)
                        .headers()
                        .first(HeaderName.WWW_AUTHENTICATE)
                        .orElseThrow())
                .contains("stale=true");
    }

    @Test
    void aNonceOfAnotherServerProvesNothing() {
        DigestChallenge own = DigestChallenge.of(challenged()).get(0);
        String foreignNonce = new NonceStore(server.clock, new SplittableRandom(77)).create();
        DigestChallenge foreign = DigestChallenge.of(REALM, foreignNonce, own.algorithm(), false);
        DigestChallenge otherRealm = DigestChallenge.of("b.test", own.nonce(), own.algorithm(), false);

        assertThat(statusOf(answer(foreign, "alice", "secret", 1))).isEqualTo(401);
        assertThat(statusOf(answer(otherRealm, "alice", "secret", 1))).isEqualTo(401);
    }

    @ParameterizedTest
    @Checklist("A7")
    @ValueSource(
            strings = {
                "Digest",
                "Digest ,,,,",
                "Basic YWxpY2U6c2VjcmV0",
                "Digest username=\"alice\"",
                "Digest username=\"alice\", realm=\"a.test\", nonce=\"\", uri=\"\", response=\"\"",
                "Digest username=\"alice\", realm=\"a.test\", nonce=\"n\", uri=\"sip:alice@a.test\", response=\"\","
                        + " algorithm=MD6",
                "Digest username=\"alice\", realm=\"a.test\", nonce=\"n\", uri=\"sip:alice@a.test\", response=\"\","
                        + " algorithm=MD5-sess",
                "Digest username=\"alice\", realm=\"a.test\", nonce=\"n\", uri=\"%%%\", response=\"0\", qop=auth,"
                        + " nc=zzzzzzzz, cnonce=\"\"",
                "Digest username=\"alice\", realm=\"a.test\", nonce=\"n\", uri=\"sip:mallory@a.test\", response=\"0\","
                        + " qop=none",
                "Digest username=\"al\\\"ice,realm=\\\"x\", realm=\"a.test\", nonce=\"n,n\", uri=\"sip:a,b\","
                        + " response=\"0\"",
                "Digest username=\"\", username=\"alice\", realm=\"a.test\", nonce=\"n\", uri=\"sip:a\","
                        + " response=\"0\"",
                "Digest username=\"488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec\", userhash=true,"
                        + " realm=\"a.test\", nonce=\"n\", uri=\"sip:a\", response=\"0\", algorithm=SHA-256",
                "Digest username*=UTF-8\'\'%C3%28, realm=\"a.test\", nonce=\"n\", uri=\"sip:a\", response=\"0\"",
                "Digest username=\"alice"
            })
    void nothingThatIsNoProofDoesMoreThanBeingAskedAgain(String credentials) {
        assertThat(statusOf(credentials)).isEqualTo(401);
    }
}
