// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.replication.TwoNodes.Ringing;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** A caller gives up, and its CANCEL is the first that the node which goes on with the call gets of it. */
class CancelTakeoverTest {
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

    private void deploy(String kind) throws Exception {
        switch (kind) {
            case "proxy" -> nodes.deployProxy();
            case "b2bua" -> nodes.deployB2bua();
            default -> {
                app.on("INVITE", request -> request.getProxy().proxyTo(app.uri(bob.contact())));
                site.deploy("app", app);
            }
        }
    }

    private void calledOff(Ringing call) {
        assertThat(last(aliceLater, "CANCEL").status()).isEqualTo(200);
        Request cancel = lastRequest(bobLater);
        assertThat(cancel.method()).isEqualTo(Method.CANCEL);
        assertThat(cancel.topBranch()).isEqualTo(call.received().topBranch());
        bobLater.send(bobLater.answer(cancel, 200));
        bobLater.send(bobLater.answer(call.received(), 487));
        Response terminated = last(aliceLater, "INVITE");
        assertThat(terminated.status()).isEqualTo(487);
        aliceLater.send(Peer.ack(call.invite(), terminated));
        assertThat(app.seen).contains("CANCEL");
        site.assertEnded();
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "9.2")
    @ValueSource(strings = {"proxy", "proxy that forgets", "b2bua"})
    void itTakesTheCallOverThatItCallsOff(String kind) throws Exception {
        site.cluster.detectsDeathAfter(Duration.ofMillis(1));
        deploy(kind);
        Ringing call = nodes.ring();
        site.kill(FIRST);
        site.clock.advance(Duration.ofMillis(1));

        aliceLater.send(Peer.cancel(call.invite()));
        site.clock.advance(Duration.ofMillis(10));

        calledOff(call);
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "9.2")
    @ValueSource(strings = {"proxy", "proxy that forgets", "b2bua"})
    void itFindsTheCallThatWasTakenOver(String kind) throws Exception {
        deploy(kind);
        Ringing call = nodes.ring();
        site.killAndNotice(FIRST);

        aliceLater.send(Peer.cancel(call.invite()));

        calledOff(call);
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "9.2")
    @ValueSource(strings = {"proxy", "proxy that forgets", "b2bua"})
    void itGetsNoAnswerFromANodeThatHasLostTheCall(String kind) throws Exception {
        deploy(kind);
        Ringing call = nodes.ring();
        nodes.missFirst();

        alice.send(Peer.cancel(call.invite())); // still reaches it
        site.clock.advance(Duration.ofMillis(20));
        if (!isAnswered(alice)) {
            alice.send(Peer.cancel(call.invite())); // as RFC 3261 has it repeated until it is answered
            site.clock.advance(Duration.ofMillis(20));
        }

        assertThat(isAnswered(alice)).isTrue();
        assertThat(lastRequest(bobLater).method()).isEqualTo(Method.CANCEL);
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    void itCallsOffWhatHasNotRung() throws Exception {
        deploy("proxy");
        Request invite = nodes.invite();
        Request received = bob.nextRequest(Method.INVITE);
        site.clock.advance(Duration.ofMillis(300));
        alice.nextResponse(100);
        site.killAndNotice(FIRST);

        aliceLater.send(Peer.cancel(invite));
        bobLater.send(bobLater.answer(received, 180)); // only now it may be cancelled

        calledOff(new Ringing(invite, received));
    }

    private static boolean isAnswered(Peer peer) {
        return peer.rest().stream()
                .anyMatch(each -> each instanceof Response response
                        && response.cseq().method().equals("CANCEL"));
    }

    /** The last final response to a request of the method. */
    private static Response last(Peer peer, String method) {
        for (int i = peer.rest().size() - 1; i >= 0; i--) {
            Message each = peer.rest().get(i);
            if (each instanceof Response response
                    && response.status() >= 200
                    && response.cseq().method().equals(method)) {
                return response;
            }
        }
        throw new AssertionError("no answer to a " + method + " in " + peer.rest());
    }

    private static Request lastRequest(Peer peer) {
        for (int i = peer.rest().size() - 1; i >= 0; i--) {
            if (peer.rest().get(i) instanceof Request request) {
                return request;
            }
        }
        throw new AssertionError("no request in " + peer.rest());
    }
}
