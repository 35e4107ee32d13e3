// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
import java.time.Duration;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * A cluster of two nodes with one application, and phones that both nodes see. Calls begin at the first node, which is the one to die,
 * and end at the second.
 */
final class TwoNodes {
    static final String FIRST = "192.0.2.1";
    static final String SECOND = "192.0.2.2";

    final Site site;
    final ScriptedServlet app = new ScriptedServlet();
    final Peer alice;
    final Peer bob;
    final Peer carol;
    final Peer aliceLater; // the same phones, which the second node sees
    final Peer bobLater;
    final Peer carolLater;

    /** A call that was not answered yet: the INVITE, and what bob got of it. */
    record Ringing(Request invite, Request received) {}

    /** A call that was answered. */
    record Call(Request invite, Request received, Response success) {}

    TwoNodes() {
        this(TestServer.Edge.OPEN);
    }

    TwoNodes(TestServer.Edge edge) {
        site = new Site(edge, FIRST, SECOND);
        alice = site.node(FIRST).peer("alice");
        bob = site.node(FIRST).peer("bob");
        carol = site.node(FIRST).peer("carol");
        aliceLater = site.node(SECOND).peer("alice");
        bobLater = site.node(SECOND).peer("bob");
        carolLater = site.node(SECOND).peer("carol");
    }

    /** Calls are proxied to bob, and record-routed. */
    void deployProxy() throws Exception {
        app.on("INVITE", request -> {
            if (request.isInitial()) {
                request.getProxy().setRecordRoute(true);
                request.getProxy().proxyTo(app.uri(bob.contact()));
            }
        });
        site.deploy("proxy", app);
    }

    /** Calls have a second leg to bob. */
    void deployB2bua() throws Exception {
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

    Request invite() {
        return alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
    }

    /** Alice calls bob, whose phone rings. */
    Ringing ring() {
        Request invite = invite();
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(recorded(bob, received, 180));
        alice.nextResponse(180);
        return new Ringing(invite, received);
    }

    /** Alice calls bob, who answers. */
    Call call() {
        Request invite = invite();
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(recorded(bob, received, 200));
        Response success = acknowledge(invite);
        bob.nextRequest(Method.ACK);
        return new Call(invite, received, success);
    }

    /** Alice has got her 200, and acknowledges it. */
    Response acknowledge(Request invite) {
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(Duration.ofMillis(100)); // what is saved later
        return success;
    }

    /** An answer along the way that the request came. */
    static Response.Builder recorded(Peer callee, Request received, int status) {
        Response.Builder answer = callee.answer(received, status);
        received.headers().values(HeaderName.RECORD_ROUTE).forEach(route -> answer.add(HeaderName.RECORD_ROUTE, route));
        return answer;
    }

    /** Alice hangs up at the second node, and nothing is left of the call. */
    void hangUpLater(Call call) {
        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite, call.success, 2));
        bobLater.send(bobLater.answer(bobLater.nextRequest(Method.BYE), 200));
        aliceLater.nextResponse(200);
        site.assertEnded();
    }

    /** The second node takes the first one for dead, which goes on. */
    void missFirst() {
        Site.Node first = site.node(FIRST);
        first.member().hang();
        site.clock.advance(Duration.ofSeconds(1));
        first.member().wake();
    }

    /** The next final response; what came before is passed over. */
    static Response nextFinal(Peer peer) {
        while (true) {
            if (peer.next() instanceof Response response && response.status() >= 200) {
                return response;
            }
        }
    }
}
