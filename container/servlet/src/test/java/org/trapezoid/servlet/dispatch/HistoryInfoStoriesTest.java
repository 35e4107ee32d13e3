// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** What a proxy writes into History-Info when its application turns that on, RFC 7044. */
class HistoryInfoStoriesTest {
    private static final String CALLED = "<sip:who@a.test>;index=1";
    private static final String BOB = "sip:bob@198.51.100.2:5060";
    private static final String CAROL = "sip:carol@198.51.100.3:5060";

    private final TestServer server = new TestServer(
            TestServer.HOST,
            clock -> Map.of(
                    LocationService.class,
                    new LocationTable(clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1))));
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final Peer carol = server.peer("carol");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(String on, boolean parallel, boolean recurse, String... targets) throws Exception {
        app.on("INVITE", request -> {
            request.getProxy().setParallel(parallel);
            request.getProxy().setRecurse(recurse);
            request.getProxy().proxyTo(List.of(targets).stream().map(app::uri).toList());
        });
        server.deploy("proxy", Map.of("org.trapezoid.history-info", on), app, ScriptedServlet.class);
    }

    private void invite(String... history) {
        Request.Builder invite = alice.request(Method.INVITE, "sip:who@a.test");
        for (String value : history) {
            invite.add(HeaderName.HISTORY_INFO, value);
        }
        alice.send(invite);
    }

    private static List<String> history(Request request) {
        return request.headers().values(HeaderName.HISTORY_INFO);
    }

    @Test
    void isNotWrittenUnlessTheApplicationSaysSo() throws Exception {
        deploy("false", true, true, BOB);

        invite();

        assertThat(history(bob.nextRequest(Method.INVITE))).isEmpty();
    }

    @Test
    @Rfc(value = 7044, section = "10.3")
    void eachBranchHasItsIndexBelowWhatWasCalled() throws Exception {
        deploy("true", true, true, BOB, CAROL);

        invite();

        assertThat(history(bob.nextRequest(Method.INVITE))).containsExactly(CALLED, "<" + BOB + ">;index=1.1;mp=1");
        assertThat(history(carol.nextRequest(Method.INVITE))).containsExactly(CALLED, "<" + CAROL + ">;index=1.2;mp=1");
    }

    @Test
    @Rfc(value = 7044, section = "10.4")
    void aRegisteredContactIsToldFromAnotherUser() throws Exception {
        deploy("true", true, true, BOB, CAROL);
        app.on("REGISTER", request -> {
            var locations = (LocationService) app.getServletContext().getAttribute(LocationService.ATTRIBUTE);
            locations.bind(Binding.of(
                    "sip:who@a.test", BOB, server.clock.instant().plus(Duration.ofMinutes(5)), request.getCallId(), 1));
            request.createResponse(200).send();
        });
        bob.send(bob.request(Method.REGISTER, "sip:a.test"));
        bob.nextResponse(200);

        invite();

        assertThat(history(bob.nextRequest(Method.INVITE))).containsExactly(CALLED, "<" + BOB + ">;index=1.1;rc=1");
        assertThat(history(carol.nextRequest(Method.INVITE))).containsExactly(CALLED, "<" + CAROL + ">;index=1.2;mp=1");
    }

    @Test
    @Rfc(value = 7044, section = "10.2")
    void theNextTargetIsToldWhyTheOneBeforeFailed() throws Exception {
        deploy("true", false, true, BOB, CAROL);

        invite();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 486));

        assertThat(history(carol.nextRequest(Method.INVITE)))
                .containsExactly(
                        CALLED,
                        "<" + BOB + "?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1",
                        "<" + CAROL + ">;index=1.2;mp=1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Q.850;cause=19 | SIP%3Bcause%3D480%2CQ.850%3Bcause%3D19",
                "Q.850;cause=19, sip ;cause=486 | Q.850%3Bcause%3D19%2Csip%20%3Bcause%3D486",
                "SIP;cause=486 | SIP%3Bcause%3D486"
            })
    @Rfc(value = 7044, section = "10.2")
    void aReasonThatWasGivenIsPassedOn(String given, String told) throws Exception {
        deploy("true", false, true, BOB, CAROL);

        invite();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 480).set(HeaderName.REASON, given));

        assertThat(history(carol.nextRequest(Method.INVITE)))
                .contains("<" + BOB + "?Reason=" + told + ">;index=1.1;mp=1");
    }

    @Test
    @Rfc(value = 7044, section = "9.3")
    void whoDoesNotAnswerHasTimedOut() throws Exception {
        deploy("true", false, true, BOB, CAROL);

        invite();
        bob.nextRequest(Method.INVITE);
        server.advance(Duration.ofSeconds(33));

        assertThat(history(carol.nextRequest(Method.INVITE)))
                .contains("<" + BOB + "?Reason=SIP%3Bcause%3D408>;index=1.1;mp=1");
    }

    private static List<String> history(Response response) {
        return response.headers().values(HeaderName.HISTORY_INFO);
    }

    @Test
    @Rfc(value = 7044, section = "9.3")
    @Rfc(value = 7044, section = "9.4")
    void whoAskedIsToldTheWayThatTheRequestWent() throws Exception {
        deploy("true", false, true, BOB, CAROL);

        alice.send(alice.request(Method.INVITE, "sip:who@a.test").add(HeaderName.SUPPORTED, "HistInfo"));
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 180));
        Response ringing = alice.nextResponse(180);
        bob.send(bob.answer(atBob, 486));
        carol.send(carol.answer(carol.nextRequest(Method.INVITE), 200)
                .add(HeaderName.HISTORY_INFO, "<sip:desk@b.test>;index=1.2.1;rc=1.2")
                .add(HeaderName.HISTORY_INFO, "<sip:elsewhere@b.test>;index=1.1"));

        assertThat(history(ringing)).containsExactly(CALLED, "<" + BOB + ">;index=1.1;mp=1");
        assertThat(history(alice.nextResponse(200)))
                .containsExactly(
                        CALLED,
                        "<" + BOB + "?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1",
                        "<" + CAROL + ">;index=1.2;mp=1",
                        "<sip:desk@b.test>;index=1.2.1;rc=1.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", CALLED})
    @Rfc(value = 7044, section = "9.4")
    void whoDidNotAskIsToldNothing(String came) throws Exception {
        deploy("true", true, true, BOB);

        invite(came.isEmpty() ? new String[0] : new String[] {came});
        Request atBob = bob.nextRequest(Method.INVITE);
        Response.Builder answer = bob.answer(atBob, 200);
        history(atBob).forEach(value -> answer.add(HeaderName.HISTORY_INFO, value));
        bob.send(answer);

        assertThat(history(alice.nextResponse(200))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'',''", ";rc=1.1,;rc=1.1", ";mp=1.1,;mp=1.1", ";mp=no,''"})
    @Rfc(value = 7044, section = "10.4")
    void aRedirectionSaysItselfHowItFoundTheTarget(String said, String told) throws Exception {
        deploy("true", true, true, BOB);

        invite();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 302).set(HeaderName.CONTACT, "<" + CAROL + ">" + said));

        assertThat(history(carol.nextRequest(Method.INVITE)))
                .containsExactly(
                        CALLED,
                        "<" + BOB + "?Reason=SIP%3Bcause%3D302>;index=1.1;mp=1",
                        "<" + CAROL + ">;index=1.2" + told);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<sip:first@b.test>;index=1, <sip:who@a.test>;index=1.3;mp=1 | 1.3.1;mp=1.3 | 2",
                "<sip:first@b.test>;index=1.1.2 | 1.1.2.0.1;mp=1.1.2.0 | 2",
                "garbage | 1.0.1;mp=1.0 | 2"
            })
    @Rfc(value = 7044, section = "10.3")
    void whatCameIsKeptAndAGapIsMarked(String came, String index, int before) throws Exception {
        deploy("true", true, true, BOB);

        invite(came);

        List<String> history = history(bob.nextRequest(Method.INVITE));
        assertThat(history).hasSize(before + 1);
        assertThat(history.get(0)).isEqualTo(came.split(",", 2)[0]);
        assertThat(history.get(before)).isEqualTo("<" + BOB + ">;index=" + index);
    }

    @Test
    @Rfc(value = 7044, section = "10.4")
    void aTargetThatStaysIsNoChange() throws Exception {
        app.on("INVITE", request -> {
            request.pushRoute((jakarta.servlet.sip.SipURI) app.uri("sip:198.51.100.2:5060;lr"));
            request.getProxy().proxyTo(request.getRequestURI());
        });
        server.deploy("proxy", Map.of("org.trapezoid.history-info", "true"), app, ScriptedServlet.class);

        invite();

        assertThat(history(bob.nextRequest(Method.INVITE))).containsExactly(CALLED, "<sip:who@a.test>;index=1.1;np=1");
    }
}
