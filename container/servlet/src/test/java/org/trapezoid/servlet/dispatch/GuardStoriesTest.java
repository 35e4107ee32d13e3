// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.api.UserStore;
import org.trapezoid.servlet.descriptor.LoginConfig;
import org.trapezoid.servlet.descriptor.LoginConfig.IdentityAssertion;
import org.trapezoid.servlet.descriptor.SecurityConstraint.TransportGuarantee;
import org.trapezoid.servlet.security.StoredAccounts;
import org.trapezoid.servlet.testing.Constrained;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.ChallengeResponder;
import org.trapezoid.sip.auth.DigestChallenge;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.TrustDomain;

/** Applications whose descriptors say who may send them what (JSR 289 §14). Bob is inside the trust domain, Alice is not. */
class GuardStoriesTest {
    private static final String REALM = "a.test";

    private final List<String> asked = new ArrayList<>();
    private final UserStore users = (name, realm) -> {
        asked.add(name);
        return switch (name) {
            case "alice" -> Optional.of(UserStore.User.withPassword("secret", Set.of("user")));
            case "bob" -> Optional.of(UserStore.User.withPassword("secret", Set.of("user", "admin")));
            case "broken" -> throw new java.sql.SQLException("the database is gone");
            default -> Optional.empty();
        };
    };
    private final TestServer server = TestServer.guarded(
            clock -> new StoredAccounts("users", users, StoredAccounts.Options.DEFAULT, clock),
            new TrustDomain(peer -> peer.getHostAddress().endsWith(".2"), List.of()));
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();
    private final ChallengeResponder responder = new ChallengeResponder(new SplittableRandom(1));
    private int cseq = 1;

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
        server.assertEnded();
    }

    private Constrained constrained() {
        return new Constrained("app", ScriptedServlet.class, REALM);
    }

    private void deploy(Constrained constrained) throws Exception {
        app.on("MESSAGE", request -> request.createResponse(200).send());
        server.deploy(constrained.descriptor(), getClass().getClassLoader(), Map.of("main", app));
    }

    private Request.Builder message(Peer from) {
        return from.request(Method.MESSAGE, "sip:desk@a.test").set(HeaderName.CSEQ, cseq++ + " MESSAGE");
    }

    private Request.Builder answering(Request.Builder request, Response challenged, String user, String password) {
        DigestChallenge challenge = DigestChallenge.of(challenged).get(0);
        return request.add(
                challenged.status() == 407 ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION,
                responder
                        .answer(challenge, new Account(user, password), request.build(), 1)
                        .toString());
    }

    private int proven(Peer from, String user, String password, int challengedBy) {
        from.send(message(from));
        Response challenged = from.nextResponse(challengedBy);
        from.send(answering(message(from), challenged, user, password));
        return ((Response) from.next()).status();
    }

    /** The INVITE that Alice repeats with her password. */
    private Request invites(int challengedBy) {
        Request asked = alice.send(alice.request(Method.INVITE, "sip:desk@a.test"));
        Response challenged = alice.nextResponse(challengedBy);
        alice.send(alice.request(Method.ACK, "sip:desk@a.test")
                .set(HeaderName.VIA, asked.headers().first(HeaderName.VIA).orElseThrow())
                .set(HeaderName.TO, challenged.to().toString()));
        return alice.send(answering(
                alice.request(Method.INVITE, "sip:desk@a.test").set(HeaderName.CSEQ, "2 INVITE"),
                challenged,
                "alice",
                "secret"));
    }

    /** An Identity header field proves nothing here, so nobody gets in by one (RFC 4474, RFC 8224). */
    @Test
    void whoBringsAnIdentityIsAskedAllTheSame() throws Exception {
        deploy(constrained()
                .login(new LoginConfig(Optional.empty(), Optional.of(REALM), IdentityAssertion.IDENTITY, false))
                .declares("user")
                .only(List.of("MESSAGE"), false, "user"));

        alice.send(message(alice)
                .add(HeaderName.of("Identity"), "\"c2lnbmF0dXJl\"")
                .add(HeaderName.of("Identity-Info"), "<https://a.test/certificate>;alg=rsa-sha1"));
        alice.nextResponse(401);

        assertThat(app.seen).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"false, 401, WWW-Authenticate", "true, 407, Proxy-Authenticate"})
    @Rfc(value = 3261, section = "22.2")
    void whoDoesNotSayWhoItIsIsAskedAndNothingIsMadeForIt(boolean proxy, int status, String header) throws Exception {
        deploy(constrained().declares("user").only(List.of("MESSAGE"), proxy, "user"));

        alice.send(message(alice));

        Response challenge = alice.nextResponse(status);
        assertThat(challenge.headers().all(HeaderName.of(header)))
                .hasSize(2)
                .satisfiesExactly(
                        best -> assertThat(best).contains("realm=\"a.test\"", "algorithm=SHA-256", "qop=\"auth\""),
                        last -> assertThat(last).contains("algorithm=MD5"));
        assertThat(challenge.toTag()).isPresent();
        assertThat(app.seen).isEmpty();
        assertThat(server.sessions()).isZero();
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "user, alice, secret, 200",
        "user, alice, guess, 401",
        "user, nobody, secret, 401",
        "admin, alice, secret, 403",
        "admin, bob, secret, 200",
        "*, alice, secret, 200",
        "**, alice, secret, 200"
    })
    @Rfc(value = 3261, section = "22.4")
    void thePasswordAndTheRoleDecide(String role, String user, String password, int status) throws Exception {
        deploy(constrained().declares("user", "admin").only(List.of(), false, role));

        assertThat(proven(alice, user, password, 401)).isEqualTo(status);

        assertThat(app.seen).hasSize(status == 200 ? 1 : 0);
    }

    @Test
    void theServletKnowsWhoSentTheRequestAndWhatItsRolesAreCalled() throws Exception {
        deploy(constrained().declares("admin").links(Map.of("boss", "admin")).only(List.of(), false, "admin"));

        assertThat(proven(bob, "bob", "secret", 401)).isEqualTo(200);

        SipServletRequest request = app.requests.get(0);
        assertThat(request.getRemoteUser()).isEqualTo("bob");
        assertThat(request.getUserPrincipal().getName()).isEqualTo("bob");
        assertThat(request.isUserInRole("boss")).isTrue();
        assertThat(request.isUserInRole("admin")).isTrue();
        assertThat(request.isUserInRole("clerk")).isFalse();
    }

    @Test
    void onlyTheMethodsThatAreNamedAreGuarded() throws Exception {
        deploy(constrained().only(List.of("INVITE"), false, "user"));

        alice.send(message(alice));

        alice.nextResponse(200);
        assertThat(app.requests.get(0).getRemoteUser()).isNull();
        assertThat(app.requests.get(0).isUserInRole("user")).isFalse();
        assertThat(app.requests.get(0).getUserPrincipal()).isNull();
    }

    @Test
    @Rfc(value = 3261, section = "22.1")
    void ofACallOnlyTheFirstRequestIsAskedForAndItsSenderStaysKnown() throws Exception {
        deploy(constrained().declares("user").only(List.of(), true, "user"));
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("BYE", request -> request.createResponse(200).send());
        Request sent = invites(407);
        Response ok = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, sent, ok, 2));
        alice.send(alice.inDialog(Method.BYE, sent, ok, 3));
        alice.nextResponse(200);

        assertThat(app.seen).containsExactly("INVITE", "ACK", "BYE");
        assertThat(app.requests).extracting(SipServletRequest::getRemoteUser).containsOnly("alice");
    }

    @Test
    void theSenderStaysKnownInADialogOfABranch() throws Exception {
        deploy(constrained().declares("user").only(List.of(), false, "user"));
        app.on(
                "INVITE",
                invite -> invite.createInviteBranch().createResponse(200, null).send());
        app.on("BYE", request -> request.createResponse(200).send());
        Request sent = invites(401);
        Response ok = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, sent, ok, 2));
        alice.send(alice.inDialog(Method.BYE, sent, ok, 3));
        alice.nextResponse(200);
        server.advance(Duration.ofSeconds(33));

        assertThat(app.seen).containsExactly("INVITE", "ACK", "BYE");
        assertThat(app.requests).extracting(SipServletRequest::getRemoteUser).containsOnly("alice");
    }

    @Test
    @Rfc(value = 3261, section = "22.1")
    void aCancelIsNotAskedForAndNamesWhoSentTheInvite() throws Exception {
        deploy(constrained().declares("user").only(List.of(), false, "user"));
        Request invite = invites(401);
        server.advance(Duration.ofMillis(300));
        alice.nextResponse(100);

        alice.send(alice.request(Method.CANCEL, "sip:desk@a.test")
                .set(HeaderName.VIA, invite.headers().first(HeaderName.VIA).orElseThrow())
                .set(HeaderName.CSEQ, "2 CANCEL"));

        alice.nextResponse(200);
        Response cancelled = alice.nextResponse(487);
        alice.send(alice.request(Method.ACK, "sip:desk@a.test")
                .set(HeaderName.VIA, invite.headers().first(HeaderName.VIA).orElseThrow())
                .set(HeaderName.CSEQ, "2 ACK")
                .set(HeaderName.TO, cancelled.to().toString()));
        assertThat(app.seen).containsExactly("INVITE", "CANCEL");
        assertThat(app.requests).extracting(SipServletRequest::getRemoteUser).containsOnly("alice");
    }

    @Test
    @Rfc(value = 3261, section = "22.1")
    void theCalleeOfAProxiedCallIsNotTakenForItsCaller() throws Exception {
        deploy(constrained().declares("user").only(List.of("INVITE"), true, "user"));
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(true);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });
        Request sent = invites(407);
        Request atBob = bob.nextRequest(Method.INVITE);
        Response.Builder accepted = bob.answer(atBob, 200);
        atBob.headers().values(HeaderName.RECORD_ROUTE).forEach(value -> accepted.add(HeaderName.RECORD_ROUTE, value));
        Response answer = bob.send(accepted);
        Response ok = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, sent, ok, 2));
        bob.nextRequest(Method.ACK);

        bob.send(bob.fromCallee(Method.BYE, atBob, answer, 1));
        Request bye = alice.nextRequest(Method.BYE);
        alice.send(alice.answer(bye, 200));
        bob.nextResponse(200);

        assertThat(app.requests).extracting(SipServletRequest::getMethod).containsExactly("INVITE", "ACK", "BYE");
        assertThat(app.requests).extracting(SipServletRequest::getRemoteUser).containsExactly("alice", "alice", null);
    }

    @Test
    @Rfc(value = 7616, section = "3.3")
    void anOldNonceIsStaleAndAUsedOneProvesNothingMore() throws Exception {
        deploy(constrained().declares("user").only(List.of(), false, "user"));
        alice.send(message(alice));
        Response challenged = alice.nextResponse(401);
        Request.Builder answer = answering(message(alice), challenged, "alice", "secret");
        alice.send(answer);
        alice.nextResponse(200);

        String used = answer.build().headers().first(HeaderName.AUTHORIZATION).orElseThrow();
        alice.send(message(alice).add(HeaderName.AUTHORIZATION, used));

        assertThat(alice.nextResponse(401)
                        .headers()
                        .first(HeaderName.WWW_AUTHENTICATE)
                        .orElseThrow())
                .contains("stale=true");
        server.advance(Duration.ofMinutes(3));
        alice.send(answering(message(alice), challenged, "alice", "secret"));
        assertThat(alice.nextResponse(401)
                        .headers()
                        .first(HeaderName.WWW_AUTHENTICATE)
                        .orElseThrow())
                .contains("stale=true");
        assertThat(app.seen).hasSize(1);
    }

    @Test
    void aConstraintWithoutAnyRoleKeepsEverybodyOut() throws Exception {
        deploy(constrained().only(List.of(), false).only(List.of(), false, "user"));

        alice.send(message(alice));

        alice.nextResponse(403);
        assertThat(app.seen).isEmpty();
    }

    @Test
    void confidentialRequestsComeOverTls() throws Exception {
        deploy(constrained().with(List.of(), false, Optional.empty(), TransportGuarantee.CONFIDENTIAL));
        Peer browser = server.browser("carol");

        alice.send(message(alice));
        browser.send(message(browser));

        alice.nextResponse(403);
        browser.nextResponse(200);
        assertThat(app.seen).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "<sip:bob@a.test>, bob, 200",
        "\"Bob\" <sip:b%6Fb@A.test>, bob, 200",
        "<sip:bob@b.test>, bob@b.test, 403",
        "<tel:+14085264000>, +14085264000, 403",
        "<sip:a.test>, '', 401",
        "<<>, '', 401"
    })
    @Rfc(value = 3325, section = "9.1")
    void aTrustedPeerSaysWhoTheSenderIs(String asserted, String user, int status) throws Exception {
        deploy(constrained().declares("admin").asserted(REALM, false).only(List.of(), false, "admin"));

        bob.send(message(bob).add(HeaderName.P_ASSERTED_IDENTITY, asserted));

        bob.nextResponse(status);
        assertThat(app.requests)
                .extracting(SipServletRequest::getRemoteUser)
                .isEqualTo(status == 200 ? List.of(user) : List.of());
        assertThat(asked).isEqualTo(user.isEmpty() ? List.of() : List.of(user));
    }

    @ParameterizedTest
    @CsvSource({"false, 401", "true, 403"})
    @Rfc(value = 3325, section = "5")
    void aPeerOutsideIsNotBelieved(boolean required, int status) throws Exception {
        deploy(constrained().declares("admin").asserted(REALM, required).only(List.of(), false, "admin"));

        alice.send(message(alice).add(HeaderName.P_ASSERTED_IDENTITY, "<sip:bob@a.test>"));

        alice.nextResponse(status);
        assertThat(app.seen).isEmpty();
    }

    @Test
    @Rfc(value = 3325, section = "5")
    void withoutATrustDomainNobodyIsBelieved() throws Exception {
        TestServer open = TestServer.guarded(
                clock -> new StoredAccounts("users", users, StoredAccounts.Options.DEFAULT, clock),
                TrustDomain.EVERYBODY);
        app.on("MESSAGE", request -> request.createResponse(200).send());
        open.deploy(
                constrained()
                        .declares("user")
                        .asserted(REALM, false)
                        .only(List.of(), false, "user")
                        .descriptor(),
                getClass().getClassLoader(),
                Map.of("main", app));
        Peer carol = open.peer("carol");
        carol.send(message(carol).add(HeaderName.P_ASSERTED_IDENTITY, "<sip:bob@a.test>"));
        Response challenged = carol.nextResponse(401);

        carol.send(answering(
                message(carol).add(HeaderName.P_ASSERTED_IDENTITY, "<sip:bob@a.test>"), challenged, "alice", "secret"));

        carol.nextResponse(200);
        assertThat(app.requests.get(0).getRemoteUser()).isEqualTo("alice");
        assertThat(app.requests.get(0).getHeader("P-Asserted-Identity")).isNull();
        open.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "22.3")
    void twoApplicationsOfOneRealmAskOnce() throws Exception {
        TestServer chained = TestServer.guarded(
                clock -> new StoredAccounts("users", users, StoredAccounts.Options.DEFAULT, clock),
                TrustDomain.EVERYBODY,
                "MESSAGE: (\"first\", \"DAR:From\", \"ORIGINATING\", \"\", \"NO_ROUTE\", \"0\"),"
                        + " (\"app\", \"DAR:From\", \"ORIGINATING\", \"\", \"NO_ROUTE\", \"1\")");
        ScriptedServlet first = new ScriptedServlet()
                .on("MESSAGE", request -> request.getProxy().proxyTo(request.getRequestURI()));
        app.on("MESSAGE", request -> request.createResponse(200).send());
        chained.deploy(
                new Constrained("first", ScriptedServlet.class, REALM)
                        .declares("user")
                        .only(List.of(), true, "user")
                        .descriptor(),
                getClass().getClassLoader(),
                Map.of("main", first));
        chained.deploy(
                constrained().declares("user").only(List.of(), true, "user").descriptor(),
                getClass().getClassLoader(),
                Map.of("main", app));
        Peer carol = chained.peer("carol");
        carol.send(message(carol));
        Response challenged = carol.nextResponse(407);
        Request.Builder answer = answering(message(carol), challenged, "alice", "secret");

        carol.send(answer);

        carol.nextResponse(200);
        assertThat(app.requests).extracting(SipServletRequest::getRemoteUser).containsExactly("alice");
        carol.send(message(carol)
                .add(
                        HeaderName.PROXY_AUTHORIZATION,
                        answer.build()
                                .headers()
                                .first(HeaderName.PROXY_AUTHORIZATION)
                                .orElseThrow()));
        carol.nextResponse(407);
        first.assertUnharmed();
        chained.assertEnded();
    }

    @Test
    void aStoreThatFailsIsNoReasonToLetAnybodyIn() throws Exception {
        deploy(constrained().declares("user").only(List.of(), false, "user"));

        assertThat(proven(alice, "broken", "secret", 401)).isEqualTo(500);

        assertThat(app.seen).isEmpty();
    }

    @Test
    void anApplicationMayBringItsOwnUsers() throws Exception {
        deploy(constrained().declares("guest").only(List.of(), false, "guest"));
        app.getServletContext().setAttribute(UserStore.ATTRIBUTE, new UserStore() {
            @Override
            public Optional<User> find(String name, String realm) throws Exception {
                return name.equals("carol")
                        ? Optional.of(User.withHashes(Map.of("MD5", md5("carol:" + realm + ":pass")), Set.of("guest")))
                        : Optional.empty();
            }

            @Override
            public List<String> algorithms(String realm) {
                return List.of("MD5");
            }
        });

        assertThat(proven(alice, "carol", "pass", 401)).isEqualTo(200);
        assertThat(proven(alice, "alice", "secret", 401)).isEqualTo(401);

        assertThat(app.requests).extracting(SipServletRequest::getRemoteUser).containsExactly("carol");
        assertThat(asked).isEmpty();
    }

    private static String md5(String text) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("MD5")
                        .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
}
