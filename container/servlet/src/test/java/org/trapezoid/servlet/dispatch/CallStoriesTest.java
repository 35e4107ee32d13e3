// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;

/** Whole calls through deployed servlets, in virtual time. */
class CallStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");

    /** Answers everything with 200. */
    static class Answering extends SipServlet {
        private static final long serialVersionUID = 1;
        final List<String> seen = new ArrayList<>();

        @Override
        protected void doRequest(SipServletRequest req) throws ServletException, IOException {
            seen.add(req.getMethod());
            if (!req.getMethod().equals("ACK")) {
                req.createResponse(200).send();
            }
        }
    }

    /** Proxies initial requests to bob. */
    static class ToBob extends SipServlet {
        private static final long serialVersionUID = 1;
        final List<String> seen = new ArrayList<>();
        boolean recordRoute = true;

        @Override
        protected void doRequest(SipServletRequest req) throws ServletException, IOException {
            seen.add(req.getMethod());
            if (req.isInitial() && !req.getMethod().equals("CANCEL")) {
                SipFactory factory = (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
                Proxy proxy = req.getProxy();
                proxy.setRecordRoute(recordRoute);
                proxy.proxyTo(factory.createURI("sip:bob@198.51.100.2:5060"));
            }
        }

        @Override
        protected void doResponse(SipServletResponse resp) {
            seen.add(resp.getStatus() + " " + resp.getMethod());
        }
    }

    /** A B2BUA between the caller and bob. */
    static class Between extends SipServlet {
        private static final long serialVersionUID = 1;
        final List<SipSession.State> states = new ArrayList<>();

        @Override
        protected void doInvite(SipServletRequest req) throws ServletException, IOException {
            SipFactory factory = (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
            SipServletRequest leg = req.getB2buaHelper().createRequest(req, true, null);
            leg.setRequestURI(factory.createURI("sip:bob@198.51.100.2:5060"));
            leg.send();
        }

        @Override
        protected void doProvisionalResponse(SipServletResponse resp) throws ServletException, IOException {
            forward(resp);
        }

        @Override
        protected void doErrorResponse(SipServletResponse resp) throws ServletException, IOException {
            forward(resp);
        }

        @Override
        protected void doSuccessResponse(SipServletResponse resp) throws ServletException, IOException {
            if (resp.getMethod().equals("INVITE")) {
                states.add(resp.getSession().getState());
                resp.createAck().send();
            }
            forward(resp);
        }

        private void forward(SipServletResponse resp) throws ServletException, IOException {
            SipServletRequest other = resp.getRequest().getB2buaHelper().getLinkedSipServletRequest(resp.getRequest());
            if (other != null) {
                other.createResponse(resp.getStatus()).send();
            }
        }

        @Override
        protected void doBye(SipServletRequest req) throws ServletException, IOException {
            req.createResponse(200).send();
            SipSession other = req.getB2buaHelper().getLinkedSession(req.getSession());
            req.getB2buaHelper().createRequest(other, req, null).send();
            states.add(req.getSession().getState());
        }

        @Override
        protected void doCancel(SipServletRequest req) throws ServletException, IOException {
            req.getB2buaHelper()
                    .createCancel(req.getB2buaHelper().getLinkedSession(req.getSession()))
                    .send();
        }
    }

    @Test
    void aUserAgentServerAnswersACallAndItsSessionEnds() throws Exception {
        Answering servlet = new Answering();
        server.deploy("uas", servlet);

        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));

        assertThat(success.toTag()).isPresent();
        assertThat(success.headers().first(HeaderName.CONTACT)).hasValue("<sip:192.0.2.1:5060>");
        alice.nextResponse(200);
        assertThat(servlet.seen).containsExactly("INVITE", "ACK", "BYE");
        assertThat(server.sessions()).isZero();
        server.advance(Duration.ofSeconds(40));
        assertThat(alice.rest()).isEmpty();
        assertThat(server.transactions()).isZero();
    }

    @Test
    @Checklist("D15")
    void a2xxIsRepeatedUntilItsAckThenNoMore() throws Exception {
        server.deploy("uas", new Answering());

        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Response success = alice.nextResponse(200);
        server.advance(Duration.ofMillis(3600));
        assertThat(alice.rest()).hasSize(3); // after 0.5, 1.5 and 3.5 s
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        server.advance(Duration.ofSeconds(30));

        assertThat(alice.rest()).hasSize(3);
    }

    @Test
    @Checklist({"D7", "U20"})
    void aRequestForNoDialogGets481() throws Exception {
        server.deploy("uas", new Answering());

        Request.Builder bye = alice.request(Method.BYE, "sip:bob@a.test").set(HeaderName.TO, "<sip:bob@a.test>;tag=x");
        alice.send(bye);

        alice.nextResponse(481);
    }

    @Test
    void aRecordRoutingProxyStaysInTheCall() throws Exception {
        ToBob servlet = new ToBob();
        server.deploy("proxy", servlet);

        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        assertThat(received.viaCount()).isEqualTo(2);
        assertThat(received.maxForwards()).isEqualTo(69);
        bob.send(bob.answer(received, 180));
        Response ok = bob.send(bob.answer(received, 200)
                .set(
                        HeaderName.RECORD_ROUTE,
                        received.headers().first(HeaderName.RECORD_ROUTE).orElseThrow()));
        alice.nextResponse(180);
        Response success = alice.nextResponse(200);
        assertThat(success.viaCount()).isEqualTo(1);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        assertThat(server.sessions()).isEqualTo(1);
        bob.send(bob.fromCallee(Method.BYE, received, ok, 1));
        Request bye = alice.nextRequest(Method.BYE);
        alice.send(alice.answer(bye, 200));
        bob.nextResponse(200);

        assertThat(servlet.seen).containsExactly("INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE");
        assertThat(server.sessions()).isZero();
    }

    @Test
    void aProxyThatDoesNotRecordRouteForgetsTheCallAfterItsFinalResponse() throws Exception {
        ToBob servlet = new ToBob();
        servlet.recordRoute = false;
        server.deploy("proxy", servlet);

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        assertThat(received.headers().has(HeaderName.RECORD_ROUTE)).isFalse();
        bob.send(bob.answer(received, 200));
        alice.nextResponse(200);

        assertThat(server.sessions()).isZero();
    }

    @Test
    @Checklist({"C6", "C10"})
    void aCancelReachesTheCalleeOfAProxy() throws Exception {
        ToBob servlet = new ToBob();
        server.deploy("proxy", servlet);

        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 180));
        alice.nextResponse(180);
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
        alice.nextResponse(200);
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(received, 487));
        alice.nextResponse(487);
        bob.nextRequest(Method.ACK);

        assertThat(servlet.seen).containsExactly("INVITE", "180 INVITE", "CANCEL", "487 INVITE");
        assertThat(server.sessions()).isZero();
    }

    @Test
    @Checklist({"C6", "C7"})
    void aCancelBeforeTheAnswerGets200AndTheInvite487() throws Exception {
        List<String> seen = new ArrayList<>();
        server.deploy("uas", new SipServlet() {
            private static final long serialVersionUID = 1;

            @Override
            protected void doRequest(SipServletRequest req) {
                seen.add(req.getMethod());
            }
        });

        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        server.advance(Duration.ofMillis(200));
        alice.nextResponse(100);
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
        Response cancelled = alice.nextResponse(200);
        Response terminated = alice.nextResponse(487);

        assertThat(cancelled.toTag()).isEqualTo(terminated.toTag());
        assertThat(seen).containsExactly("INVITE", "CANCEL");
        assertThat(server.sessions()).isZero();
    }

    @Test
    void aServletThatThrowsIsAnsweredFor() throws Exception {
        server.deploy("broken", new SipServlet() {
            private static final long serialVersionUID = 1;

            @Override
            protected void doRequest(SipServletRequest req) {
                throw new AssertionError("an Error, as old archives throw them");
            }
        });

        alice.send(alice.request(Method.OPTIONS, "sip:a.test"));

        alice.nextResponse(500);
        assertThat(server.sessions()).isZero();
    }

    @Test
    void aB2buaJoinsTwoLegs() throws Exception {
        Between servlet = new Between();
        server.deploy("b2bua", servlet);

        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:bob@a.test").body(new byte[] {1, 2}));
        Request leg = bob.nextRequest(Method.INVITE);
        assertThat(leg.callId()).isNotEqualTo(invite.callId());
        assertThat(leg.viaCount()).isEqualTo(1);
        assertThat(leg.bodyLength()).isEqualTo(2);
        assertThat(leg.maxForwards()).isEqualTo(69);
        bob.send(bob.answer(leg, 180));
        alice.nextResponse(180);
        bob.send(bob.answer(leg, 200));
        bob.nextRequest(Method.ACK);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));

        assertThat(bye.toTag()).hasValue("to-bob");
        assertThat(bye.cseq().number()).isEqualTo(2);
        assertThat(servlet.states).containsExactly(SipSession.State.CONFIRMED, SipSession.State.TERMINATED);
        assertThat(server.sessions()).isZero();
    }

    @Test
    void aB2buaPassesTheCancelOn() throws Exception {
        server.deploy("b2bua", new Between());

        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request leg = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(leg, 180));
        alice.nextResponse(180);
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
        alice.nextResponse(200);
        alice.nextResponse(487);
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(leg, 487));
        bob.nextRequest(Method.ACK);
        server.advance(Duration.ofSeconds(40));

        assertThat(server.sessions()).isZero();
        assertThat(server.transactions()).isZero();
    }
}
