// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.TrustDomain;

/** A privacy service at the edge, RFC 3323 §5. Alice and Bob are phones outside, the gateway is inside. */
class PrivacyStoriesTest {
    private static final String ANONYMOUS = "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=alice";
    private static final List<String> TELLING = List.of(
            "Subject", "Call-Info", "Organization", "User-Agent", "Server", "Reply-To", "In-Reply-To", "Identity");

    private final TestServer server =
            TestServer.trusting(new TrustDomain(peer -> peer.getHostAddress().endsWith(".3"), List.of(), true));
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final Peer gateway = server.peer("gateway");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        app.on("MESSAGE", request -> request.getProxy().proxyTo(request.getRequestURI()));
        app.on("INVITE", request -> {
            if (request.isInitial()) {
                request.getProxy().setRecordRoute(true);
                request.getProxy().proxyTo(request.getRequestURI());
            }
        });
        server.deploy("app", app);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
        server.assertEnded();
    }

    private static Request.Builder telling(Request.Builder request) {
        TELLING.forEach(name -> request.add(HeaderName.of(name), "something"));
        return request;
    }

    private Request.Builder message(Peer to, String privacy) {
        return telling(alice.request(Method.MESSAGE, to.contact())).add(HeaderName.PRIVACY, privacy);
    }

    private static List<String> told(Message message) {
        return TELLING.stream()
                .filter(name -> message.headers().has(HeaderName.of(name)))
                .toList();
    }

    private static String from(Message message) {
        return message.headers().first(HeaderName.FROM).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "nothing",
            value = {
                "user, nothing",
                "USER, nothing",
                "user;critical, nothing",
                "user;id;critical, id;critical",
                "'id,user', id",
                "header;user, header"
            })
    @Rfc(value = 3323, section = "5.3")
    void whoSendsItIsNotTold(String privacy, String left) {
        Request sent = alice.send(message(bob, privacy));

        Request received = bob.nextRequest(Method.MESSAGE);
        bob.send(bob.answer(received, 200));
        assertThat(from(received)).isEqualTo(ANONYMOUS);
        assertThat(told(received)).isEmpty();
        assertThat(received.headers().first(HeaderName.PRIVACY).orElse(null)).isEqualTo(left);
        assertThat(received.callId()).isEqualTo(sent.callId());
        assertThat(from(alice.nextResponse(200))).isEqualTo(from(sent));
        assertThat(app.requests.get(0).getFrom().getURI()).hasToString("sip:alice@a.test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "none;critical", "header", "session", "id", "fictional"})
    @Rfc(value = 3323, section = "4.2")
    void nothingIsHiddenThatIsNotAskedFor(String privacy) {
        Request sent = alice.send(message(bob, privacy));

        Request received = bob.nextRequest(Method.MESSAGE);
        bob.send(bob.answer(received, 200));
        alice.nextResponse(200);
        assertThat(from(received)).isEqualTo(from(sent));
        assertThat(told(received)).isEqualTo(TELLING);
        assertThat(received.headers().first(HeaderName.PRIVACY)).hasValue(privacy);
    }

    @ParameterizedTest
    @CsvSource({
        "header;critical, header",
        "session;user;critical, session",
        "'header;session;critical', 'header, session'",
        "fictional;critical, fictional"
    })
    @Rfc(value = 3323, section = "5")
    void whatIsCriticalAndNotProvidedIsRefused(String privacy, String named) {
        alice.send(message(bob, privacy));

        assertThat(alice.nextResponse(500).reason()).isEqualTo("Privacy Not Provided: " + named);
        assertThat(bob.rest()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "user;critical", "header;critical"})
    @Rfc(value = 3323, section = "5")
    void insideTheDomainNothingIsHiddenYet(String privacy) {
        Request sent = alice.send(message(gateway, privacy));

        Request received = gateway.nextRequest(Method.MESSAGE);
        gateway.send(gateway.answer(received, 200));
        alice.nextResponse(200);
        assertThat(from(received)).isEqualTo(from(sent));
        assertThat(received.headers().first(HeaderName.PRIVACY)).hasValue(privacy);
    }

    @Test
    @Rfc(value = 3323, section = "4.3")
    void whoDemandsAPrivacyServiceFindsOne() {
        alice.send(message(bob, "user").add(HeaderName.PROXY_REQUIRE, "privacy"));

        Request received = bob.nextRequest(Method.MESSAGE);
        bob.send(bob.answer(received, 200));
        alice.nextResponse(200);
        assertThat(received.headers().has(HeaderName.PROXY_REQUIRE)).isFalse();
    }

    @Test
    @Rfc(value = 3323, section = "4.3")
    void whereThereIsNoneTheRequestIsRefused() throws Exception {
        TestServer without = TestServer.trusting(new TrustDomain(peer -> false, List.of()));
        ScriptedServlet proxy = new ScriptedServlet()
                .on("MESSAGE", request -> request.getProxy().proxyTo(request.getRequestURI()));
        without.deploy("app", proxy);
        Peer caller = without.peer("alice");

        caller.send(caller.request(Method.MESSAGE, bob.contact())
                .add(HeaderName.PRIVACY, "user")
                .add(HeaderName.PROXY_REQUIRE, "privacy"));

        assertThat(caller.nextResponse(420).headers().values(HeaderName.UNSUPPORTED))
                .containsExactly("privacy");
        without.assertEnded();
    }

    @Test
    @Rfc(value = 3323, section = "5.3")
    void theWholeCallKeepsWhatItBeganWith() {
        Request invite = alice.send(alice.request(Method.INVITE, bob.contact()).add(HeaderName.PRIVACY, "user;id"));
        Request received = bob.nextRequest(Method.INVITE);
        Response.Builder answer = bob.answer(received, 200);
        received.headers().values(HeaderName.RECORD_ROUTE).forEach(each -> answer.add(HeaderName.RECORD_ROUTE, each));
        Response answered = bob.send(answer);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        Request ack = bob.nextRequest(Method.ACK);
        alice.send(telling(alice.inDialog(Method.INFO, invite, success, 2))
                .add(HeaderName.P_ASSERTED_IDENTITY, "<sip:alice@a.test>"));
        Request info = bob.nextRequest(Method.INFO);
        bob.send(bob.answer(info, 200));
        Response done = alice.nextResponse(200);
        bob.send(telling(bob.fromCallee(Method.BYE, received, answered, 1)));
        Request bye = alice.nextRequest(Method.BYE);
        alice.send(alice.answer(bye, 200));
        bob.nextResponse(200);

        assertThat(List.of(received, ack, info))
                .allSatisfy(request -> assertThat(from(request)).isEqualTo(ANONYMOUS));
        assertThat(told(info)).isEmpty();
        assertThat(info.headers().has(HeaderName.P_ASSERTED_IDENTITY)).isFalse();
        assertThat(List.of(success, done))
                .allSatisfy(response -> assertThat(from(response)).isEqualTo(from(invite)));
        assertThat(from(bye)).contains("sip:bob@").endsWith("tag=to-bob");
        assertThat(told(bye)).isEqualTo(TELLING);
    }

    @Test
    @Rfc(value = 3323, section = "5.3")
    void theCallerKnowsItsCallInALateSuccessToo() {
        Request invite = alice.send(alice.request(Method.INVITE, bob.contact()).add(HeaderName.PRIVACY, "user"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 200));
        alice.nextResponse(200);

        bob.send(bob.answer(received, 200)
                .set(HeaderName.TO, received.to().withTag("fork").toString()));

        Response late = alice.nextResponse(200);
        assertThat(late.toTag()).hasValue("fork");
        assertThat(from(late)).isEqualTo(from(invite));
        app.requests.get(0).getApplicationSession().invalidate();
    }

    @Test
    @Rfc(value = 3323, section = "5.3")
    void aCallThatIsCancelledDoesNotTellEither() {
        Request invite = alice.send(alice.request(Method.INVITE, bob.contact()).add(HeaderName.PRIVACY, "user"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 180));
        assertThat(from(alice.nextResponse(180))).isEqualTo(from(invite));
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
        alice.nextResponse(200);
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(received, 487));
        Request ack = bob.nextRequest(Method.ACK);
        Response terminated = alice.nextResponse(487);
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, terminated.to().toString()));

        assertThat(List.of(cancel, ack))
                .allSatisfy(request -> assertThat(from(request)).isEqualTo(ANONYMOUS));
    }

    @Test
    @Rfc(value = 3323, section = "5.3")
    void anAnswerDoesNotTellWhoGaveIt() {
        Request sent = alice.send(alice.request(Method.MESSAGE, bob.contact()));
        Response.Builder answer =
                bob.answer(bob.nextRequest(Method.MESSAGE), 200).add(HeaderName.PRIVACY, "user");
        TELLING.forEach(name -> answer.add(HeaderName.of(name), "something"));
        bob.send(answer);

        Response received = alice.nextResponse(200);

        assertThat(told(received)).isEmpty();
        assertThat(received.headers().has(HeaderName.PRIVACY)).isFalse();
        assertThat(from(received)).isEqualTo(from(sent));
    }
}
