// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;

/** What RFC 3261 asks of a user agent and JSR 289 leaves to the application: proven with one that does it. */
class ApplicationDutiesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");

    /** A careful user agent server: it looks at method, extensions and body in the order of RFC 3261 §8.2. */
    static class Careful extends SipServlet {
        private static final long serialVersionUID = 1;
        private static final List<String> KNOWN = List.of("INVITE", "OPTIONS", "MESSAGE", "REGISTER", "UPDATE", "BYE");
        private final List<String> order = new ArrayList<>();

        @Override
        protected void doRequest(SipServletRequest req) throws ServletException, IOException {
            order.add(req.getMethod());
            if (req.getMethod().equals("ACK")) {
                return;
            }
            if (!KNOWN.contains(req.getMethod())) {
                SipServletResponse unknown = req.createResponse(req.getMethod().equals("INFO") ? 405 : 501);
                unknown.setHeader("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE");
                unknown.send();
            } else if (req.getHeader("Require") != null) {
                SipServletResponse bad = req.createResponse(420);
                bad.setHeader("Unsupported", req.getHeader("Require"));
                bad.send();
            } else if (req.getContentType() != null && !req.getContentType().equals("text/plain")) {
                SipServletResponse unsupported = req.createResponse(415);
                unsupported.setHeader("Accept", "text/plain");
                unsupported.setHeader("Accept-Encoding", "identity");
                unsupported.setHeader("Accept-Language", "en");
                unsupported.send();
            } else {
                SipServletResponse ok = req.createResponse(200);
                if (req.getMethod().equals("REGISTER")) {
                    ok.setHeader("X-Seen", String.valueOf(req.getHeader("X-Unknown")));
                }
                ok.send();
            }
        }
    }

    @Test
    @Checklist({"U1", "U2"})
    void anUnsupportedMethodIsRefusedBeforeTheExtensionsAreLookedAt() throws Exception {
        server.deploy("careful", new Careful());

        alice.send(alice.request(Method.INFO, "sip:a.test").add(HeaderName.REQUIRE, "nothingSupportsThis"));
        Response refused = alice.nextResponse(405);
        alice.send(alice.request(Method.of("NEWMETHOD"), "sip:a.test").set(HeaderName.CALL_ID, "another"));
        Response unknown = alice.nextResponse(501);

        assertThat(refused.headers().first(HeaderName.ALLOW))
                .hasValueSatisfying(v -> assertThat(v).contains("INVITE"));
        assertThat(unknown.headers().has(HeaderName.ALLOW)).isTrue();
    }

    @Test
    @Checklist("U1")
    void theExtensionsAreLookedAtBeforeTheBody() throws Exception {
        server.deploy("careful", new Careful());

        alice.send(alice.request(Method.MESSAGE, "sip:a.test")
                .add(HeaderName.REQUIRE, "nothingSupportsThis")
                .add(HeaderName.CONTENT_TYPE, "application/unknown")
                .body(new byte[] {1}));

        assertThat(alice.nextResponse(420).headers().first(HeaderName.UNSUPPORTED))
                .hasValue("nothingSupportsThis");
    }

    @Test
    @Checklist("U6")
    void aBodyOfAnUnknownTypeGets415WithWhatIsAccepted() throws Exception {
        server.deploy("careful", new Careful());

        alice.send(alice.request(Method.MESSAGE, "sip:a.test")
                .add(HeaderName.CONTENT_TYPE, "application/unknown")
                .body(new byte[] {1}));

        Response unsupported = alice.nextResponse(415);
        assertThat(unsupported.headers().first(HeaderName.ACCEPT)).hasValue("text/plain");
        assertThat(unsupported.headers().has(HeaderName.ACCEPT_ENCODING)).isTrue();
        assertThat(unsupported.headers().has(HeaderName.ACCEPT_LANGUAGE)).isTrue();
    }

    @Test
    @Checklist("U21")
    void unknownHeaderFieldsAndParametersReachTheApplicationUnchanged() throws Exception {
        server.deploy("careful", new Careful());

        alice.send(alice.request(Method.REGISTER, "sip:a.test;unknown=1")
                .add(HeaderName.of("X-Unknown"), "kept;as it=\"is\"")
                .add(HeaderName.EXPIRES, "7"));

        assertThat(alice.nextResponse(200).headers().first(HeaderName.of("X-Seen")))
                .hasValue("kept;as it=\"is\"");
    }

    @Test
    @Checklist("U8")
    void a100CopiesTheTimestamp() throws Exception {
        server.deploy("silent", new SipServlet() {
            private static final long serialVersionUID = 1;
        });

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test").add(HeaderName.TIMESTAMP, "54"));
        server.advance(Duration.ofMillis(200));

        assertThat(alice.nextResponse(100).headers().first(HeaderName.TIMESTAMP))
                .hasValue("54 0.200"); // it took so long
    }

    @Test
    @Checklist("U9")
    void aRefusalWithoutStateIsTheSameForEachRetransmission() throws Exception {
        Careful careful = new Careful();
        server.deploy("careful", careful);
        server.layer().drain(); // new requests are refused before they make a transaction
        Request invite = alice.request(Method.INVITE, "sip:a.test").build();

        alice.send(invite);
        alice.send(invite);
        Response first = alice.nextResponse(503);
        Response second = alice.nextResponse(503);
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, first.to().toString()));

        assertThat(first.toTag()).isPresent();
        assertThat(second.toTag()).isEqualTo(first.toTag());
        server.advance(Duration.ofSeconds(40));
        assertThat(alice.rest()).isEmpty(); // it repeats nothing by itself, and the ACK is nothing to it
        assertThat(careful.order).isEmpty();
        assertThat(server.transactions()).isZero();
    }

    /** Calls, and calls again as the answer demands. */
    static class Persistent extends SipServlet {
        private static final long serialVersionUID = 1;

        void call(String target) throws ServletException, IOException {
            SipFactory factory = (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
            SipApplicationSession session = factory.createApplicationSession();
            SipServletRequest message = factory.createRequest(
                    session, "MESSAGE", factory.createURI("sip:app@a.test"), factory.createURI(target));
            message.setContent("hello", "text/plain");
            message.setHeader("Require", "hope");
            message.send();
        }

        @Override
        protected void doErrorResponse(SipServletResponse resp) throws IOException {
            SipSession session = resp.getSession();
            if (resp.getStatus() == 420) {
                SipServletRequest again = session.createRequest("MESSAGE");
                again.setContent("hello", "text/plain");
                again.send();
            }
        }
    }

    @Test
    @Checklist("U17")
    void aRequestIsTriedAgainWithoutTheRefusedExtension() throws Exception {
        Persistent servlet = new Persistent();
        server.deploy("persistent", servlet);
        servlet.call(bob.contact());

        Request first = bob.nextRequest(Method.MESSAGE);
        bob.send(bob.answer(first, 420).set(HeaderName.UNSUPPORTED, "hope"));
        Request second = bob.nextRequest(Method.MESSAGE);

        assertThat(first.headers().has(HeaderName.REQUIRE)).isTrue();
        assertThat(second.headers().has(HeaderName.REQUIRE)).isFalse();
        assertThat(second.callId()).isEqualTo(first.callId());
        assertThat(second.fromTag()).isEqualTo(first.fromTag());
        assertThat(second.cseq().number()).isEqualTo(first.cseq().number() + 1);
    }

    /** Puts a caller on hold, and tries again later when the caller does the same at that moment. */
    public static class Holding extends SipServlet implements TimerListener {
        private static final long serialVersionUID = 1;

        @Override
        protected void doInvite(SipServletRequest req) throws IOException {
            req.createResponse(200).send();
        }

        @Override
        protected void doAck(SipServletRequest req) throws IOException {
            req.getSession().createRequest("INVITE").send();
        }

        @Override
        protected void doErrorResponse(SipServletResponse resp) {
            TimerService timers = (TimerService) getServletContext().getAttribute(TIMER_SERVICE);
            timers.createTimer(resp.getApplicationSession(), 1000, false, null); // 0 to 2 s: the peer made the Call-ID
        }

        @Override
        public void timeout(ServletTimer timer) {
            SipSession session = (SipSession)
                    timer.getApplicationSession().getSessions("SIP").next();
            try {
                session.createRequest("INVITE").send();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    @Checklist("D18")
    void aRefusedReInviteIsTriedAgainLater() throws Exception {
        server.deploy("holding", Map.of(), new Holding(), Holding.class);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        Request hold = alice.nextRequest(Method.INVITE);
        alice.send(Response.to(hold, 491));
        alice.nextRequest(Method.ACK);
        assertThat(alice.rest()).isEmpty();
        server.advance(Duration.ofSeconds(2));
        Request again = alice.nextRequest(Method.INVITE);

        assertThat(again.cseq().number()).isEqualTo(hold.cseq().number() + 1);
    }

    /** Answers an UPDATE late. */
    static class SlowUpdate extends SipServlet {
        private static final long serialVersionUID = 1;
        private int pending;

        @Override
        protected void doInvite(SipServletRequest req) throws IOException {
            req.createResponse(200).send();
        }

        @Override
        protected void doUpdate(SipServletRequest req) throws IOException {
            if (pending++ > 0) {
                SipServletResponse busy = req.createResponse(500);
                busy.setHeader("Retry-After", "3");
                busy.send();
            }
        }
    }

    @Test
    @Checklist("D23")
    void anUpdateDuringAnUpdateIsRefusedFor10SecondsAtMost() throws Exception {
        server.deploy("update", new SlowUpdate());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        alice.send(alice.inDialog(Method.UPDATE, invite, success, 2));
        alice.send(alice.inDialog(Method.UPDATE, invite, success, 3));

        assertThat(alice.nextResponse(500).headers().first(HeaderName.RETRY_AFTER))
                .hasValueSatisfying(
                        seconds -> assertThat(Integer.parseInt(seconds)).isBetween(0, 10));
    }
}
