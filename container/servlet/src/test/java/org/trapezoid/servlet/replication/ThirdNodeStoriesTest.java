// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** A call whose node dies is taken over by one of the survivors while its messages reach the other one. */
class ThirdNodeStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final String THIRD = "192.0.2.3";
    private static final Duration SOON = Duration.ofMillis(20);

    private final Site site = new Site(FIRST, SECOND, THIRD);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer alice = site.node(FIRST).peer("alice");

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    /** A call of alice that the application has answered. */
    private record Call(Request invite, Response success) {}

    private void deploy() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(200).send());
        app.on("BYE", bye -> bye.createResponse(200).send());
        site.deploy("uas", app);
    }

    private Call call() {
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        site.clock.advance(Duration.ofSeconds(1));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(Duration.ofMillis(100)); // what is saved later
        return new Call(invite, success);
    }

    /** Whichever of the survivors has claimed the session, and has other things to do first. */
    @ParameterizedTest
    @ValueSource(strings = {SECOND, THIRD})
    void aRequestWaitsAtTheNodeThatTakesItsSessionOver(String reached) throws Exception {
        deploy();
        Call call = call();
        site.node(SECOND).member().busyFor(Duration.ofSeconds(2));
        site.node(THIRD).member().busyFor(Duration.ofSeconds(2));
        site.killAndNotice(FIRST);
        Peer aliceLater = site.node(reached).peer("alice");

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, 2));
        site.clock.advance(Duration.ofSeconds(1));
        assertThat(aliceLater.rest()).isEmpty();

        site.clock.advance(Duration.ofSeconds(1).plus(SOON));
        aliceLater.nextResponse(200);
        site.assertEnded();
    }

    /** One of the survivors has claimed the session, and has other things to do first. */
    @ParameterizedTest
    @ValueSource(strings = {SECOND, THIRD})
    void aRequestIsHandledThoughTheNodeThatItReachesBeginsToLeave(String reached) throws Exception {
        deploy();
        Call call = call();
        Site.Node leaving = site.node(reached);
        leaving.member().busyFor(Duration.ofSeconds(2));
        site.killAndNotice(FIRST);
        Peer aliceLater = leaving.peer("alice");
        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, 2));

        leaving.member().sayGoodbye();
        leaving.server().layer().handOver().toCompletableFuture().join();
        site.clock.advance(Duration.ofSeconds(2));

        assertThat(leaving.server().sessions()).isZero();
        aliceLater.nextResponse(200);
        site.assertEnded();
    }

    /** Its application is not distributable, and the others have missed it before. */
    @Test
    void aCallThatItsNodeHasToldNobodyOfIsFoundThere() throws Exception {
        site.node(FIRST).server().distributable(false);
        deploy();
        site.node(FIRST).member().hang();
        site.clock.advance(Duration.ofSeconds(1));
        site.node(FIRST).member().wake();
        site.clock.advance(Duration.ofSeconds(1));
        Call call = call();
        Peer atSecond = site.node(SECOND).peer("alice");

        atSecond.send(atSecond.inDialog(Method.BYE, call.invite, call.success, 2));
        site.clock.advance(SOON);

        atSecond.nextResponse(200);
        site.assertEnded();
    }

    /** Which has it since a message came for it. */
    @ParameterizedTest
    @ValueSource(strings = {SECOND, THIRD})
    void aNodeThatLeavesGivesMessagesToTheHeirOfTheirSession(String heir) throws Exception {
        deploy();
        app.on("INFO", info -> info.createResponse(200).send());
        Call call = call();
        site.node(FIRST).member().sayGoodbye();
        site.node(FIRST).server().layer().handOver().toCompletableFuture().join();
        Peer atHeir = site.node(heir).peer("alice");
        atHeir.send(atHeir.inDialog(Method.INFO, call.invite, call.success, 2));
        site.clock.advance(SOON);
        atHeir.nextResponse(200);

        alice.send(alice.inDialog(Method.BYE, call.invite, call.success, 3));
        site.clock.advance(SOON);

        alice.nextResponse(200);
        site.assertEnded();
    }

    /** It has no applications, and came back before the others have gone on with its calls. */
    @Test
    void aNodeThatStartsLeavesWhatItIsAskedToTheOthers() throws Exception {
        deploy();
        Call call = call();
        site.node(SECOND).member().close(); // they have not looked for what it has left
        site.node(THIRD).member().close();
        site.killAndNotice(FIRST);
        Peer aliceLater = site.starting(FIRST, 4711).peer("alice");

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, 2));
        site.clock.advance(Duration.ofSeconds(1));

        aliceLater.nextResponse(200);
        site.assertEnded();
    }

    /** It is late, and reaches the survivor that has not got the call. */
    @Test
    @Rfc(value = 6026, section = "7.1")
    void aRepeatedInviteOfAnAnsweredCallIsNoSecondCall() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(200).send());
        site.deploy("uas", app);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        alice.send(alice.inDialog(Method.ACK, invite, alice.nextResponse(200), 1));
        site.clock.advance(Duration.ofMillis(100)); // what is saved later
        site.killAndNotice(FIRST);
        String other = site.node(SECOND).server().sessions() > 0 ? THIRD : SECOND;
        app.seen.clear();

        site.node(other).peer("alice").send(invite);
        site.clock.advance(SOON);

        assertThat(app.seen).isEmpty();
    }

    /** The ACK that the first node has sent is known to the third one. */
    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    void aRepeated200IsAcknowledgedAfterTwoDeaths() throws Exception {
        app.on("INVITE", invite -> invite.getB2buaHelper()
                .createRequest(invite, true, null)
                .send());
        app.onResponse(response -> {
            SipServletRequest leg = response.getRequest();
            response.createAck().send();
            leg.getB2buaHelper()
                    .getLinkedSipServletRequest(leg)
                    .createResponse(200)
                    .send();
        });
        site.deploy("b2bua", app);
        Peer bob = site.node(FIRST).peer("bob");
        Request invite = alice.send(alice.request(Method.INVITE, bob.contact()));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(TwoNodes.recorded(bob, received, 200));
        bob.nextRequest(Method.ACK);
        Response success = alice.nextResponse(200);
        site.clock.advance(Duration.ofMillis(100)); // what is saved later

        site.killAndNotice(FIRST);
        String heir = site.node(SECOND).server().sessions() > 0 ? SECOND : THIRD;
        Peer aliceLater = site.node(heir).peer("alice");
        aliceLater.send(aliceLater.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(Duration.ofMillis(100)); // it is saved again
        site.killAndNotice(heir);
        Site.Node last = site.node(heir.equals(SECOND) ? THIRD : SECOND);
        last.peer("alice"); // has the first address everywhere
        Peer bobLater = last.peer("bob");
        bobLater.send(TwoNodes.recorded(bobLater, received, 200));

        bobLater.nextRequest(Method.ACK);
        assertThat(app.seen).filteredOn("200 INVITE"::equals).hasSize(1);
    }
}
