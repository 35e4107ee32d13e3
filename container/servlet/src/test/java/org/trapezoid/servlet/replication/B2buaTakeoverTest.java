// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.replication.TwoNodes.Call;
import org.trapezoid.servlet.replication.TwoNodes.Ringing;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Calls of two legs whose node dies: both go on at another one, from the point they had reached. */
class B2buaTakeoverTest {
    private final TwoNodes nodes = new TwoNodes();
    private final Site site = nodes.site;
    private final ScriptedServlet app = nodes.app;
    private final Peer alice = nodes.alice;
    private final Peer bob = nodes.bob;
    private final Peer aliceLater = nodes.aliceLater;
    private final Peer bobLater = nodes.bobLater;

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @Test
    void aCallOfTwoLegsIsHungUpThroughTheSurvivor() throws Exception {
        nodes.deployB2bua();
        Call call = nodes.call();
        site.killAndNotice(FIRST);

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite(), call.success(), 2));
        Request bye = bobLater.nextRequest(Method.BYE);
        bobLater.send(bobLater.answer(bye, 200));
        aliceLater.nextResponse(200);

        assertThat(bye.callId()).isEqualTo(call.received().callId());
        assertThat(bye.cseq().number()).isGreaterThan(call.received().cseq().number() + 63);
        site.assertEnded();
    }

    @Test
    void theCalleeOfTwoLegsHangsUpThroughTheSurvivor() throws Exception {
        nodes.deployB2bua();
        Call call = nodes.call();
        site.killAndNotice(FIRST);

        Response answer = bobLater.answer(call.received(), 200).build();
        bobLater.send(bobLater.fromCallee(Method.BYE, call.received(), answer, 1));
        Request bye = aliceLater.nextRequest(Method.BYE);
        aliceLater.send(aliceLater.answer(bye, 200));
        bobLater.nextResponse(200);

        assertThat(bye.toTag()).isEqualTo(call.invite().fromTag());
        assertThat(bye.fromTag()).isEqualTo(call.success().toTag());
        site.assertEnded();
    }

    @Test
    void aCallOfTwoLegsThatRingsIsAnsweredThroughTheSurvivor() throws Exception {
        nodes.deployB2bua();
        Request invite = nodes.invite();
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
        nodes.deployB2bua();
        Ringing call = nodes.ring();
        site.killAndNotice(FIRST);

        aliceLater.send(Peer.cancel(call.invite()));
        aliceLater.nextResponse(200);
        aliceLater.send(Peer.ack(call.invite(), aliceLater.nextResponse(487)));
        bobLater.send(bobLater.answer(bobLater.nextRequest(Method.CANCEL), 200));
        bobLater.send(bobLater.answer(call.received(), 487));
        bobLater.nextRequest(Method.ACK);

        site.assertEnded();
    }

    @Test
    void a200WithoutAckIsRepeatedByTheSurvivor() throws Exception {
        nodes.deployB2bua();
        Request invite = nodes.invite();
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

    /** The node died before it could tell another one whom it has called. */
    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    void aCalleeOfWhomNobodyKnowsIsHungUpOn() throws Exception {
        nodes.deployB2bua();
        site.cluster.onSave(snapshot -> MemoryCluster.Fate.LOST);
        nodes.invite();
        Request received = bob.nextRequest(Method.INVITE);
        site.killAndNotice(FIRST);

        bobLater.send(bobLater.answer(received, 180));
        Response success = bobLater.send(bobLater.answer(received, 200));

        Request ack = bobLater.nextRequest(Method.ACK);
        Request bye = bobLater.nextRequest(Method.BYE);
        assertThat(ack.cseq().number()).isEqualTo(received.cseq().number());
        assertThat(bye.cseq().number()).isGreaterThan(ack.cseq().number());
        for (Request each : List.of(ack, bye)) {
            assertThat(each.callId()).isEqualTo(received.callId());
            assertThat(each.fromTag()).isEqualTo(received.fromTag());
            assertThat(each.toTag()).isEqualTo(success.toTag());
            assertThat(each.uriText()).isEqualTo(bob.contact());
        }
        bobLater.send(bobLater.answer(bye, 200));
        assertThat(bobLater.rest()).isEmpty();
        site.assertEnded();
    }

    /** The ACK got lost just before the node died. */
    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    void aRepeated200IsAcknowledgedBySurvivorsWhoseApplicationHasAcknowledgedIt() throws Exception {
        site.connected();
        nodes.deployB2bua();
        Call call = nodes.call();
        site.killAndNotice(FIRST);

        bobLater.send(bobLater.answer(call.received(), 200));
        Request ack = bobLater.nextRequest(Method.ACK);
        bobLater.send(bobLater.answer(call.received(), 200));
        bobLater.nextRequest(Method.ACK);

        assertThat(ack.cseq().number()).isEqualTo(call.received().cseq().number());
        assertThat(app.seen).filteredOn("200 INVITE"::equals).hasSize(1);
        nodes.hangUpLater(call);
    }

    @Test
    void whatTheApplicationHasKeptIsWhatItWas() throws Exception {
        nodes.deployB2bua();
        Call call = nodes.call();
        List<Boolean> same = new ArrayList<>();
        app.on("INFO", request -> {
            SipSession session = request.getSession();
            SipServletRequest begun = (SipServletRequest) session.getAttribute("begun by");
            SipSession other = request.getB2buaHelper().getLinkedSession(session);
            same.add(begun.getSession() == session);
            same.add(other.getAttribute("other") == session);
            same.add(begun.getHeader("From").equals(call.invite().from().toString()));
            request.createResponse(200).send();
        });
        site.killAndNotice(FIRST);

        aliceLater.send(aliceLater.inDialog(Method.INFO, call.invite(), call.success(), 2));

        aliceLater.nextResponse(200);
        assertThat(same).containsExactly(true, true, true);
    }
}
