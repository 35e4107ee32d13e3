// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/**
 * Calls that pass two applications of one node (JSR 289 §15). When it dies, each of the two goes on at a survivor, and that may be another
 * one for each.
 */
class ChainTakeoverTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final String THIRD = "192.0.2.3";
    private static final int CALLS = 16; // of which some are split
    private static final Duration SOON = Duration.ofMillis(100);

    private static final String CHAIN = """
            ALL: ("front", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \
            ("back", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1")
            """;

    /** What an application does with calls. */
    private enum Way {
        PROXY,
        B2BUA
    }

    private final Site site = new Site(TestServer.Edge.routedBy(CHAIN), FIRST, SECOND, THIRD).connected();
    private final ScriptedServlet front = new ScriptedServlet();
    private final ScriptedServlet back = new ScriptedServlet();
    private final Peer alice = site.node(FIRST).peer("alice");
    private final Peer bob = site.node(FIRST).peer("bob");

    private record Ringing(Request invite, Request received) {}

    private record Call(Ringing ringing, Response answer, Response success) {}

    /** The ways of both applications, and whether the address of the node moves to a survivor. */
    static Stream<Arguments> chains() {
        return Stream.of(Way.values()).flatMap(first -> Stream.of(Way.values())
                .flatMap(second -> Stream.of(true, false).map(moves -> Arguments.of(first, second, moves))));
    }

    @AfterEach
    void scriptsRanThrough() {
        front.assertUnharmed();
        back.assertUnharmed();
    }

    private void deploy(Way wayOfFront, Way wayOfBack) throws Exception {
        script(front, wayOfFront);
        script(back, wayOfBack);
        site.deploy("front", front);
        site.deploy("back", back);
    }

    private static void script(ScriptedServlet app, Way way) {
        if (way == Way.PROXY) {
            app.on("INVITE", request -> {
                if (request.isInitial()) {
                    Proxy proxy = request.getProxy();
                    proxy.setRecordRoute(true);
                    proxy.proxyTo(request.getRequestURI());
                }
            });
        } else {
            app.on("INVITE", request -> request.getB2buaHelper()
                    .createRequest(request, true, null)
                    .send());
            app.onResponse(ChainTakeoverTest::answerOtherLeg);
            app.on("BYE", request -> {
                request.createResponse(200).send();
                B2buaHelper helper = request.getB2buaHelper();
                SipSession other = helper.getLinkedSession(request.getSession());
                other.createRequest("BYE").send();
            });
        }
    }

    private static void answerOtherLeg(SipServletResponse response) throws IOException {
        if (!response.getMethod().equals("INVITE")) {
            return;
        }
        if (response.getStatus() == 200) {
            response.createAck().send();
        }
        SipServletRequest first = response.getRequest();
        SipServletRequest other = first.getB2buaHelper().getLinkedSipServletRequest(first);
        if (!other.isCommitted()) {
            other.createResponse(response.getStatus()).send();
        }
    }

    private List<Ringing> ring() {
        List<Ringing> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            Request invite =
                    alice.send(alice.request(Method.INVITE, bob.contact()).set(HeaderName.CALL_ID, "call" + i));
            Request received = bob.nextRequest(Method.INVITE);
            bob.send(TwoNodes.recorded(bob, received, 180));
            alice.nextResponse(180);
            calls.add(new Ringing(invite, received));
        }
        site.clock.advance(SOON); // what is saved later
        return calls;
    }

    /** Bob answers, and alice acknowledges, each at some node. */
    private Call answer(Ringing call, Peer callee, Peer caller) {
        Response answer = callee.send(TwoNodes.recorded(callee, call.received, 200));
        site.clock.advance(SOON);
        Response success = caller.nextResponse(200);
        caller.send(caller.inDialog(Method.ACK, call.invite, success, 1));
        site.clock.advance(SOON);
        callee.nextRequest(Method.ACK);
        return new Call(call, answer, success);
    }

    private void die(boolean moves) {
        site.killAndNotice(FIRST);
        if (moves) {
            site.move(FIRST, THIRD);
        }
    }

    /** What a phone gets of a call, from whichever survivor. */
    private <M extends Message> M next(String phone, String callId, Class<M> type, Predicate<M> wanted) {
        return Stream.of(SECOND, THIRD)
                .flatMap(host -> later(host, phone).rest().stream())
                .filter(message -> message.callId().equals(callId))
                .filter(type::isInstance)
                .map(type::cast)
                .filter(wanted)
                .findFirst()
                .orElseThrow();
    }

    private Peer later(String host, String phone) {
        site.node(host).peer("alice"); // the same addresses everywhere
        site.node(host).peer("bob");
        return site.node(host).peer(phone);
    }

    private List<Call> talkUntilItDies(boolean moves) {
        List<Call> calls = ring().stream().map(call -> answer(call, bob, alice)).toList();
        die(moves);
        return calls;
    }

    private void bothHear(String what) {
        assertThat(front.seen).filteredOn(what::equals).hasSize(CALLS);
        assertThat(back.seen).filteredOn(what::equals).hasSize(CALLS);
    }

    @ParameterizedTest
    @MethodSource("chains")
    void theCallerHangsUp(Way wayOfFront, Way wayOfBack, boolean moves) throws Exception {
        deploy(wayOfFront, wayOfBack);
        List<Call> calls = talkUntilItDies(moves);
        Peer aliceLater = later(SECOND, "alice");

        for (Call call : calls) {
            aliceLater.send(aliceLater.inDialog(Method.BYE, call.ringing.invite, call.success, 2));
            site.clock.advance(SOON);
        }

        bothHear("BYE");
    }

    @ParameterizedTest
    @MethodSource("chains")
    void theCalleeHangsUp(Way wayOfFront, Way wayOfBack, boolean moves) throws Exception {
        deploy(wayOfFront, wayOfBack);
        List<Call> calls = talkUntilItDies(moves);
        Peer bobLater = later(SECOND, "bob");

        for (Call call : calls) {
            bobLater.send(bobLater.fromCallee(Method.BYE, call.ringing.received, call.answer, 1));
            site.clock.advance(SOON);
        }

        bothHear("BYE");
    }

    /** It reaches whom it was for, although it is forwarded by an application that has forgotten its INVITE. */
    @ParameterizedTest
    @Rfc(value = 3261, section = "16.7")
    @MethodSource("chains")
    void theCalleeRepeatsItsAnswer(Way wayOfFront, Way wayOfBack, boolean moves) throws Exception {
        deploy(wayOfFront, wayOfBack);
        List<Call> calls = talkUntilItDies(moves);
        Peer bobLater = later(SECOND, "bob");

        for (Call call : calls) {
            bobLater.send(call.answer);
            site.clock.advance(SOON);
            if (wayOfFront == Way.PROXY && wayOfBack == Way.PROXY) {
                next("alice", call.ringing.invite.callId(), Response.class, is(200));
            } else {
                next("bob", call.ringing.received.callId(), Request.class, is(Method.ACK));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("chains")
    void theCalleeAnswers(Way wayOfFront, Way wayOfBack, boolean moves) throws Exception {
        deploy(wayOfFront, wayOfBack);
        List<Ringing> calls = ring();
        die(moves);

        for (Ringing call : calls) {
            Peer bobLater = later(SECOND, "bob");
            bobLater.send(TwoNodes.recorded(bobLater, call.received, 200));
            site.clock.advance(SOON);
            Response success = next("alice", call.invite.callId(), Response.class, is(200));
            Peer aliceLater = later(THIRD, "alice");
            aliceLater.send(aliceLater.inDialog(Method.ACK, call.invite, success, 1));
            site.clock.advance(SOON);
            next("bob", call.received.callId(), Request.class, is(Method.ACK));
            aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, success, 2));
            site.clock.advance(SOON);
            Request bye = next("bob", call.received.callId(), Request.class, is(Method.BYE));
            bobLater.send(bobLater.answer(bye, 200));
            site.clock.advance(SOON);
            next("alice", call.invite.callId(), Response.class, is(200));
        }

        bothHear("200 INVITE");
        bothHear("BYE");
        site.clock.advance(Duration.ofSeconds(40)); // all repetitions
        site.assertEnded();
    }

    /** Who takes a call over says so to those who have not heard of its INVITE. */
    @Test
    void theCallerCancelsWhatNobodyHasHeardOf() throws Exception {
        deploy(Way.PROXY, Way.PROXY);
        site.cluster.refuseNames(true);
        List<Ringing> calls = ring();
        site.cluster.refuseNames(false);
        die(false);

        for (Ringing call : calls) {
            later(SECOND, "alice").send(Peer.cancel(call.invite));
            site.clock.advance(SOON);
            next("bob", call.received.callId(), Request.class, is(Method.CANCEL));
        }
    }

    @ParameterizedTest
    @MethodSource("chains")
    void theCallerCancels(Way wayOfFront, Way wayOfBack, boolean moves) throws Exception {
        for (ScriptedServlet each : List.of(front, back)) {
            each.on("CANCEL", request -> {
                B2buaHelper helper = request.getB2buaHelper();
                SipSession other = helper.getLinkedSession(request.getSession());
                if (other != null) {
                    helper.createCancel(other).send();
                }
            });
        }
        deploy(wayOfFront, wayOfBack);
        List<Ringing> calls = ring();
        die(moves);

        for (Ringing call : calls) {
            later(SECOND, "alice").send(Peer.cancel(call.invite));
            site.clock.advance(SOON);
            Request cancel = next("bob", call.received.callId(), Request.class, is(Method.CANCEL));
            Peer bobLater = later(THIRD, "bob");
            bobLater.send(bobLater.answer(cancel, 200));
            bobLater.send(bobLater.answer(call.received, 487));
            site.clock.advance(SOON);
            Response refusal = next("alice", call.invite.callId(), Response.class, is(487));
            later(SECOND, "alice").send(Peer.ack(call.invite, refusal));
            site.clock.advance(SOON);
        }

        bothHear("CANCEL");
        site.clock.advance(Duration.ofSeconds(40));
        site.assertEnded();
    }

    private static Predicate<Response> is(int status) {
        return response -> response.status() == status;
    }

    private static Predicate<Request> is(Method method) {
        return request -> request.method().equals(method);
    }
}
