// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.TimerService;
import jakarta.servlet.sip.UAMode;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Calls whose node dies: they go on at another one, from the point they had reached. */
class TakeoverStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";

    private final Site site = new Site(FIRST, SECOND);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer alice = site.node(FIRST).peer("alice");
    private final Peer bob = site.node(FIRST).peer("bob");
    private final Peer aliceLater = site.node(SECOND).peer("alice"); // the same phones, which the second node sees
    private final Peer bobLater = site.node(SECOND).peer("bob");

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    // ---- a proxy

    private void deployProxy() throws Exception {
        app.on("INVITE", request -> {
            if (request.isInitial()) {
                request.getProxy().setRecordRoute(true);
                request.getProxy().proxyTo(app.uri(bob.contact()));
            }
        });
        site.deploy("proxy", app);
    }

    private record Call(Request invite, Request received, Response success) {}

    private Call callThroughProxy() throws Exception {
        deployProxy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(recorded(bob, received, 200));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        site.clock.advance(Duration.ofMillis(100)); // what is saved later
        return new Call(invite, received, success);
    }

    private static Response.Builder recorded(Peer callee, Request received, int status) {
        Response.Builder answer = callee.answer(received, status);
        received.headers().values(HeaderName.RECORD_ROUTE).forEach(route -> answer.add(HeaderName.RECORD_ROUTE, route));
        return answer;
    }

    private void hangUpLater(Call call, int cseq) {
        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, cseq));
        Request bye = bobLater.nextRequest(Method.BYE);
        bobLater.send(bobLater.answer(bye, 200));
        aliceLater.nextResponse(200);
        site.assertEnded();
    }

    @Test
    void aProxiedCallIsHungUpThroughTheSurvivor() throws Exception {
        Call call = callThroughProxy();
        site.killAndNotice(FIRST);
        app.seen.clear();

        hangUpLater(call, 2);

        assertThat(app.seen).containsExactly("BYE", "200 BYE");
    }

    @Test
    void aMessageTakesItsCallOverAtOnce() throws Exception {
        site.cluster.detectsDeathAfter(Duration.ofMillis(1));
        Call call = callThroughProxy();
        site.kill(FIRST);
        site.clock.advance(Duration.ofMillis(1));

        hangUpLater(call, 2);
    }

    @Test
    void aRequestThatReachesAnotherNodeIsRelayedToTheLivingOwner() throws Exception {
        Call call = callThroughProxy();

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, 2));
        site.clock.advance(Duration.ofMillis(10));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        site.clock.advance(Duration.ofMillis(10));

        aliceLater.nextResponse(200);
        assertThat(site.node(SECOND).server().sessions()).isZero();
        site.assertEnded();
    }

    @Test
    void aRequestWaitsForASessionThatIsBeingTakenOver() throws Exception {
        Call call = callThroughProxy();
        site.node(SECOND).member().busyFor(Duration.ofSeconds(2)); // with many others
        site.killAndNotice(FIRST);

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, 2));
        site.clock.advance(Duration.ofSeconds(1));
        assertThat(aliceLater.rest()).noneMatch(message -> message.toString().contains("481"));
        site.clock.advance(Duration.ofSeconds(1));

        bobLater.send(bobLater.answer(bobLater.nextRequest(Method.BYE), 200));
        last(aliceLater, 200);
        site.assertEnded();
    }

    @Test
    void aProxiedCallThatRingsIsAnsweredThroughTheSurvivor() throws Exception {
        deployProxy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(recorded(bob, received, 180));
        alice.nextResponse(180);
        site.killAndNotice(FIRST);

        bobLater.send(recorded(bobLater, received, 200));
        Response success = aliceLater.nextResponse(200);
        aliceLater.send(aliceLater.inDialog(Method.ACK, invite, success, 1));
        bobLater.nextRequest(Method.ACK);

        hangUpLater(new Call(invite, received, success), 2);
    }

    @Test
    void aProxiedCallThatRingsIsCancelledAtTheSurvivor() throws Exception {
        deployProxy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(recorded(bob, received, 180));
        alice.nextResponse(180);
        site.killAndNotice(FIRST);

        aliceLater.send(Peer.cancel(invite));
        aliceLater.nextResponse(200);
        Request cancel = bobLater.nextRequest(Method.CANCEL);
        bobLater.send(bobLater.answer(cancel, 200));
        bobLater.send(bobLater.answer(received, 487));
        bobLater.nextRequest(Method.ACK);
        Response terminated = aliceLater.nextResponse(487);
        aliceLater.send(Peer.ack(invite, terminated));

        assertThat(received.topBranch()).isEqualTo(cancel.topBranch());
        site.assertEnded();
    }

    @Test
    void aRetransmittedInviteThatTheSurvivorTakesOverIsNotForwardedAgain() throws Exception {
        deployProxy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        site.clock.advance(Duration.ofMillis(250));
        alice.nextResponse(100);
        site.killAndNotice(FIRST);
        int before = bobLater.rest().size();

        aliceLater.send(invite);
        assertThat(bobLater.rest().stream().skip(before)).allMatch(again -> again.toString()
                .contains(received.topBranch().orElseThrow()));
        bobLater.send(recorded(bobLater, received, 486));
        Response busy = last(aliceLater, 486);
        aliceLater.send(Peer.ack(invite, busy));

        site.assertEnded();
    }

    @Test
    void aLate200ReachesTheCallerThroughANodeThatNeverSawTheCall() throws Exception {
        Call call = callThroughProxy();
        site.killAndNotice(FIRST);

        bobLater.send(recorded(bobLater, call.received, 200)); // retransmitted: its ACK was lost
        aliceLater.nextResponse(200);

        hangUpLater(call, 2);
    }

    // ---- a back-to-back user agent

    private void deployB2bua() throws Exception {
        app.on("INVITE", request -> {
            B2buaHelper helper = request.getB2buaHelper();
            SipServletRequest leg = request.isInitial()
                    ? helper.createRequest(request, true, null)
                    : helper.createRequest(helper.getLinkedSession(request.getSession()), request, null);
            if (request.isInitial()) {
                leg.setRequestURI(app.uri(bob.contact()));
                request.getSession().setAttribute("begun by", request);
                leg.getSession().setAttribute("other", request.getSession());
            }
            leg.send();
        });
        app.onResponse(response -> {
            SipServletRequest other =
                    response.getRequest().getB2buaHelper().getLinkedSipServletRequest(response.getRequest());
            if (other != null && !other.isCommitted()) {
                other.createResponse(response.getStatus()).send();
            }
        });
        app.on("ACK", request -> {
            B2buaHelper helper = request.getB2buaHelper();
            SipSession other = helper.getLinkedSession(request.getSession());
            for (SipServletMessage each : helper.getPendingMessages(other, UAMode.UAC)) {
                if (each instanceof SipServletResponse success) {
                    success.createAck().send();
                }
            }
        });
        app.on("BYE", request -> {
            B2buaHelper helper = request.getB2buaHelper();
            helper.createRequest(helper.getLinkedSession(request.getSession()), request, null)
                    .send();
        });
        app.on("CANCEL", request -> {
            B2buaHelper helper = request.getB2buaHelper();
            helper.createCancel(helper.getLinkedSession(request.getSession())).send();
        });
        site.deploy("b2bua", app);
    }

    private Call callThroughB2bua() throws Exception {
        deployB2bua();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 200));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        site.clock.advance(Duration.ofMillis(100));
        return new Call(invite, received, success);
    }

    @Test
    void aCallOfTwoLegsIsHungUpThroughTheSurvivor() throws Exception {
        Call call = callThroughB2bua();
        site.killAndNotice(FIRST);

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, 2));
        Request bye = bobLater.nextRequest(Method.BYE);
        bobLater.send(bobLater.answer(bye, 200));
        aliceLater.nextResponse(200);

        assertThat(bye.callId()).isEqualTo(call.received.callId());
        assertThat(bye.cseq().number()).isGreaterThan(call.received.cseq().number() + 63);
        site.assertEnded();
    }

    @Test
    void theCalleeOfTwoLegsHangsUpThroughTheSurvivor() throws Exception {
        Call call = callThroughB2bua();
        site.killAndNotice(FIRST);

        Response answer = bobLater.answer(call.received, 200).build();
        bobLater.send(bobLater.fromCallee(Method.BYE, call.received, answer, 1));
        Request bye = aliceLater.nextRequest(Method.BYE);
        aliceLater.send(aliceLater.answer(bye, 200));
        bobLater.nextResponse(200);

        assertThat(bye.toTag()).isEqualTo(call.invite.fromTag());
        assertThat(bye.fromTag()).isEqualTo(call.success.toTag());
        site.assertEnded();
    }

    @Test
    void aCallOfTwoLegsThatRingsIsAnsweredThroughTheSurvivor() throws Exception {
        deployB2bua();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 180));
        Response ringing = alice.nextResponse(180);
        site.killAndNotice(FIRST);

        bobLater.send(bobLater.answer(received, 200));
        Response success = aliceLater.nextResponse(200);
        aliceLater.send(aliceLater.inDialog(Method.ACK, invite, success, 1));
        bobLater.nextRequest(Method.ACK);

        assertThat(success.toTag()).isEqualTo(ringing.toTag());
        aliceLater.send(aliceLater.inDialog(Method.BYE, invite, success, 2));
        bobLater.send(bobLater.answer(bobLater.nextRequest(Method.BYE), 200));
        aliceLater.nextResponse(200);
        site.assertEnded();
    }

    @Test
    void aCallOfTwoLegsThatRingsIsCancelledAtTheSurvivor() throws Exception {
        deployB2bua();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 180));
        alice.nextResponse(180);
        site.killAndNotice(FIRST);

        aliceLater.send(Peer.cancel(invite));
        aliceLater.nextResponse(200);
        aliceLater.send(Peer.ack(invite, aliceLater.nextResponse(487)));
        bobLater.send(bobLater.answer(bobLater.nextRequest(Method.CANCEL), 200));
        bobLater.send(bobLater.answer(received, 487));
        bobLater.nextRequest(Method.ACK);

        site.assertEnded();
    }

    @Test
    void a200WithoutAckIsRepeatedByTheSurvivor() throws Exception {
        deployB2bua();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 200));
        Response success = alice.nextResponse(200);
        site.killAndNotice(FIRST);

        assertThat(aliceLater.nextResponse(200).toTag()).isEqualTo(success.toTag());
        aliceLater.send(aliceLater.inDialog(Method.ACK, invite, success, 1));
        bobLater.nextRequest(Method.ACK); // for the 200 that the first node had got

        int repeated = aliceLater.rest().size();
        site.clock.advance(Duration.ofSeconds(5));
        assertThat(aliceLater.rest()).hasSize(repeated);
    }

    @Test
    void whatTheApplicationHasKeptIsWhatItWas() throws Exception {
        Call call = callThroughB2bua();
        List<Boolean> same = new ArrayList<>();
        app.on("INFO", request -> {
            SipSession session = request.getSession();
            SipServletRequest begun = (SipServletRequest) session.getAttribute("begun by");
            SipSession other = request.getB2buaHelper().getLinkedSession(session);
            same.add(begun.getSession() == session);
            same.add(other.getAttribute("other") == session);
            same.add(begun.getHeader("From").equals(call.invite.from().toString()));
            request.createResponse(200).send();
        });
        site.killAndNotice(FIRST);

        aliceLater.send(aliceLater.inDialog(Method.INFO, call.invite, call.success, 2));

        aliceLater.nextResponse(200);
        assertThat(same).containsExactly(true, true, true);
    }

    /** Notes on which threads it is written down. */
    private static final class Written implements Serializable {
        private static final long serialVersionUID = 1;
        private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();

        @SuppressWarnings("unused") // called by the serialisation
        private void writeObject(ObjectOutputStream out) throws IOException {
            THREADS.add(Thread.currentThread());
            out.defaultWriteObject();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application session", "session", "request", "timer"})
    void onlyThreadsOfTheApplicationWriteWhatIsItsOwn(String owner) throws Exception {
        site.clock.letCallbacksPause(); // they run on threads of their own
        app.on("INVITE", request -> {
            switch (owner) {
                case "application session" -> request.getApplicationSession().setAttribute("own", new Written());
                case "session" -> request.getSession().setAttribute("own", new Written());
                case "request" -> request.setAttribute("own", new Written());
                default -> app.timers().createTimer(request.getApplicationSession(), 100_000, false, new Written());
            }
            request.createResponse(200).send();
        });
        site.deploy("app", app, ScriptedServlet.class);
        Written.THREADS.clear();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        long before = site.cluster.saves();
        site.clock.advance(Duration.ofMillis(100));

        assertThat(site.cluster.saves()).isGreaterThan(before);
        assertThat(Written.THREADS).isNotEmpty().doesNotContain(Thread.currentThread());
    }

    @Test
    void whatARequestCarriesThatCannotBeWrittenIsSaidOnce() throws Exception {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("org.trapezoid.servlet.facade.ObjectsOut");
        logged.start();
        logger.addAppender(logged);
        try {
            app.on("INVITE", request -> {
                request.setAttribute("lock", new Object());
                request.setAttribute("name", "alice");
                request.createResponse(180).send();
            });
            site.deploy("ringing", app);
            for (Peer caller : List.of(alice, bob)) {
                caller.send(caller.request(Method.INVITE, "sip:carol@a.test"));
                caller.nextResponse(180);
                site.clock.advance(Duration.ofMillis(100));
            }
        } finally {
            logger.detachAppender(logged);
        }

        assertThat(site.cluster.stored()).hasSize(2);
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel() == Level.WARN)
                .hasSize(1);
    }

    // ---- timers

    @Test
    void aTimerFiresOnceAtTheSurvivor() throws Exception {
        List<String> fired = new ArrayList<>();
        app.on("MESSAGE", request -> {
            SipApplicationSession session = request.getApplicationSession();
            session.setAttribute("name", "alice");
            TimerService timers =
                    (TimerService) request.getSession().getServletContext().getAttribute(SipServlet.TIMER_SERVICE);
            timers.createTimer(session, 10_000, false, "ring");
            request.createResponse(200).send();
        });
        app.onTimer(timer ->
                fired.add(timer.getInfo() + " " + timer.getApplicationSession().getAttribute("name")));
        site.deploy("reminder", app, ScriptedServlet.class);
        alice.send(alice.request(Method.MESSAGE, "sip:bob@a.test"));
        alice.nextResponse(200);
        site.clock.advance(Duration.ofSeconds(3));
        site.killAndNotice(FIRST);
        assertThat(fired).isEmpty();

        site.clock.advance(Duration.ofSeconds(20));

        // the servlet is the same object on both nodes, and the dead one's clock goes on: it fires there too
        assertThat(fired).containsExactly("ring alice", "ring alice");
    }

    private List<String> remindersIn(Duration time) throws Exception {
        List<String> fired = new ArrayList<>();
        app.on("MESSAGE", request -> {
            TimerService timers =
                    (TimerService) request.getSession().getServletContext().getAttribute(SipServlet.TIMER_SERVICE);
            timers.createTimer(request.getApplicationSession(), time.toMillis(), false, "ring");
            request.createResponse(200).send();
        });
        app.onTimer(timer -> fired.add(String.valueOf(timer.getInfo())));
        site.deploy("reminder", app, ScriptedServlet.class);
        alice.send(alice.request(Method.MESSAGE, "sip:bob@a.test"));
        alice.nextResponse(200);
        site.clock.advance(Duration.ofSeconds(1));
        return fired;
    }

    @Test
    void aTimerOfANodeThatWasTakenForDeadFiresOnlyAtTheSurvivor() throws Exception {
        List<String> fired = remindersIn(Duration.ofSeconds(10));
        Site.Node first = site.node(FIRST);
        first.member().hang();
        site.clock.advance(Duration.ofMillis(8950));
        first.member().wake(); // a moment before the timer is due
        site.clock.advance(Duration.ofMillis(49));
        assertThat(first.server().sessions())
                .as("not heard yet that it is lost")
                .isOne();
        assertThat(fired).isEmpty();

        site.clock.advance(Duration.ofSeconds(20));

        assertThat(fired).containsExactly("ring");
        assertThat(first.replication().refused()).isEqualTo(1);
    }

    @Test
    void aNodeThatDoubtsTellsOfTheEndOfASessionWhenItIsConfirmed() throws Exception {
        List<String> ended = new ArrayList<>();
        app.on("MESSAGE", request -> {
            request.getApplicationSession().setInvalidateWhenReady(false);
            request.getApplicationSession().setExpires(1);
            request.createResponse(200).send();
        });
        app.onExpired(event -> ended.add("expired"));
        site.deploy("short", app, ScriptedServlet.class);
        alice.send(alice.request(Method.MESSAGE, "sip:bob@a.test"));
        alice.nextResponse(200);
        site.clock.advance(Duration.ofSeconds(59));
        site.cluster.answersAfter(() -> Duration.ofMillis(30));
        site.clock.advance(Duration.ofMillis(990));
        site.node(FIRST).member().doubt();

        site.clock.advance(Duration.ofMillis(20));
        assertThat(ended).isEmpty();
        site.clock.advance(Duration.ofMillis(100));

        assertThat(ended).containsExactly("expired");
    }

    @Test
    void aTimerOfANodeThatDoubtsFiresWhenTheSessionIsConfirmed() throws Exception {
        List<String> fired = remindersIn(Duration.ofSeconds(10));
        site.cluster.answersAfter(() -> Duration.ofMillis(30));
        site.clock.advance(Duration.ofMillis(8990));
        site.node(FIRST).member().doubt();

        site.clock.advance(Duration.ofMillis(20));
        assertThat(fired).isEmpty();
        site.clock.advance(Duration.ofMillis(60));

        assertThat(fired).containsExactly("ring");
    }

    // ---- the outbox

    @Test
    void whatMakesADialogWaitsForItsBackup() throws Exception {
        deployProxy();
        site.cluster.answersAfter(() -> Duration.ofMillis(30));
        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);

        bob.send(recorded(bob, received, 180));
        site.clock.advance(Duration.ofMillis(29));
        assertThat(alice.rest()).isEmpty();
        site.clock.advance(Duration.ofMillis(40));

        alice.nextResponse(180);
        assertThat(site.node(FIRST).replication().unprotected()).isZero();
    }

    @Test
    void itWaitsNoLongerThanHalfASecond() throws Exception {
        deployProxy();
        site.cluster.answersAfter(() -> Duration.ofSeconds(20));
        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);

        bob.send(recorded(bob, received, 180));
        bob.send(recorded(bob, received, 200));
        site.clock.advance(Duration.ofMillis(499));
        assertThat(alice.rest()).isEmpty();
        site.clock.advance(Duration.ofMillis(1));

        alice.nextResponse(180); // in their order
        alice.nextResponse(200);
        assertThat(site.node(FIRST).replication().unprotected()).isEqualTo(2);
    }

    @Test
    void aNodeThatWasTakenForDeadSendsNothingMoreForWhatAnotherOneHas() throws Exception {
        Call call = callThroughB2bua();
        Site.Node first = site.node(FIRST);
        first.member().hang(); // the others take it for dead; it goes on
        site.clock.advance(Duration.ofSeconds(1));
        first.member().wake();
        int before = bob.rest().size();

        alice.send(alice.inDialog(Method.BYE, call.invite, call.success, 2)); // still reaches it
        site.clock.advance(Duration.ofSeconds(1));

        assertThat(bob.rest()).hasSize(before);
        assertThat(first.server().sessions()).isZero();
        assertThat(first.replication().refused()).isEqualTo(1);
        assertThat(site.node(SECOND).server().sessions()).isEqualTo(1);
    }

    private Request ringThenHang(Request invite) throws Exception {
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(recorded(bob, received, 180));
        alice.nextResponse(180);
        Site.Node first = site.node(FIRST);
        first.member().hang();
        site.clock.advance(Duration.ofSeconds(1));
        first.member().wake();
        alice.send(invite); // repeated: it makes the node ask
        site.clock.advance(Duration.ofMillis(20));
        assertThat(first.replication().refused()).isEqualTo(1);
        assertThat(first.server().transactions()).isZero();
        return received;
    }

    @Test
    void aProxyThatWasTakenForDeadGivesToTheOtherWhatComesForItsCalls() throws Exception {
        deployProxy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = ringThenHang(invite);

        bob.send(recorded(bob, received, 200)); // to the address in our Via
        site.clock.advance(Duration.ofMillis(20));
        Response success = last(aliceLater, 200);
        aliceLater.send(aliceLater.inDialog(Method.ACK, invite, success, 1));
        bobLater.nextRequest(Method.ACK);

        hangUpLater(new Call(invite, received, success), 2);
    }

    @Test
    void anAgentThatWasTakenForDeadGivesToTheOtherWhatComesForItsCalls() throws Exception {
        deployB2bua();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        ringThenHang(invite);

        alice.send(Peer.cancel(invite));
        site.clock.advance(Duration.ofMillis(20));

        last(alice, 200);
        bobLater.nextRequest(Method.CANCEL);
    }

    @Test
    void aNodeThatWasTakenForDeadForgetsWhatItHasNothingToSendFor() throws Exception {
        callThroughB2bua();
        Site.Node first = site.node(FIRST);
        first.member().hang();
        site.clock.advance(Duration.ofSeconds(1));
        first.member().wake();

        site.clock.advance(Duration.ofSeconds(5));

        assertThat(first.server().sessions()).isZero();
        assertThat(site.node(SECOND).server().sessions()).isEqualTo(1);
    }

    @Test
    void aNodeThatDoubtsAsksBeforeItSends() throws Exception {
        Call call = callThroughProxy();
        site.cluster.answersAfter(() -> Duration.ofMillis(30));
        site.node(FIRST).member().doubt();

        alice.send(alice.inDialog(Method.INFO, call.invite, call.success, 2));
        assertThat(bob.rest()).isEmpty();
        site.clock.advance(Duration.ofMillis(60));

        bob.send(bob.answer(bob.nextRequest(Method.INFO), 200));
        alice.nextResponse(200);
    }

    @Test
    void sessionsAreHandedOverInGoodOrder() throws Exception {
        Call call = callThroughB2bua();

        assertThat(site.node(FIRST)
                        .server()
                        .layer()
                        .handOver()
                        .toCompletableFuture()
                        .join())
                .isEqualTo(1);
        assertThat(site.node(FIRST).server().sessions()).isZero();
        site.node(FIRST).member().leave();
        site.clock.advance(Duration.ofMillis(1));

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, 2));
        bobLater.send(bobLater.answer(bobLater.nextRequest(Method.BYE), 200));
        aliceLater.nextResponse(200);
        site.assertEnded();
    }

    // ---- messages by hand

    /** Provisional responses that were repeated are passed over. */
    private static Response last(Peer peer, int status) {
        while (true) {
            if (peer.next() instanceof Response response && response.status() >= 200) {
                assertThat(response.status()).isEqualTo(status);
                return response;
            }
        }
    }
}
