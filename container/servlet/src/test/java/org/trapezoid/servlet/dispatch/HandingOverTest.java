// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.InsufficientBreadthException;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** What answers a request when an application proxies it, fails, is too slow or never answers; in virtual time. */
class HandingOverTest {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(33); // over 64*T1

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    private void deploy() throws ServletException {
        server.deploy("app", app);
    }

    private Request reliableInvite() {
        return alice.send(alice.request(Method.INVITE, "sip:app@a.test").add(HeaderName.SUPPORTED, "100rel"));
    }

    private static String rack(Response provisional) {
        return provisional.headers().first(HeaderName.RSEQ).orElseThrow() + " 1 INVITE";
    }

    private static SipServletResponse withBody(SipServletResponse response) throws IOException {
        response.setContent("v=0".getBytes(java.nio.charset.StandardCharsets.US_ASCII), "application/sdp");
        return response;
    }

    @Test
    @Rfc(value = 3261, section = "16.7")
    void aTargetHereWithoutAnApplicationIsNotFound() throws Exception {
        app.on("INVITE", request -> request.getProxy().proxyTo(app.uri("sip:nobody@192.0.2.1:5060")));
        deploy();

        alice.send(alice.request(Method.INVITE, "sip:app@a.test"));

        Response refusal = alice.nextResponse(404);
        assertThat(refusal.viaCount()).isEqualTo(1);
        assertThat(refusal.toTag()).isPresent();
        assertThat(server.sessions()).isZero();
    }

    @Test
    void aProxyThatAnnouncedARingingReliablyRepeatsItNoMore() throws Exception {
        app.on("INVITE", request -> {
            request.createResponse(180).sendReliably();
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });
        deploy();

        Request invite = reliableInvite();
        alice.nextResponse(180);
        bob.nextRequest(Method.INVITE);
        server.advance(Duration.ofSeconds(10));

        assertThat(alice.rest()).isEmpty();
        Request another = invite.toBuilder()
                .set(HeaderName.VIA, "SIP/2.0/UDP " + alice.host() + ":5060;branch=z9hG4bKother")
                .build();
        alice.send(another); // a fork that a proxy, unlike a user agent, forwards too
        assertThat(app.seen).containsExactly("INVITE", "INVITE");
    }

    @Test
    @Rfc(value = 5393, section = "5.3.3")
    void moreBranchesThanTheBreadthGet440() throws Exception {
        app.on("INVITE", request -> request.getProxy()
                .proxyTo(List.of(app.uri("sip:a@198.51.100.7"), app.uri("sip:b@198.51.100.8"))));
        deploy();

        alice.send(alice.request(Method.INVITE, "sip:app@a.test").add(HeaderName.MAX_BREADTH, "1"));

        alice.nextResponse(440);
        assertThat(server.sessions()).isZero();
    }

    @Test
    void whoMayNotForkCanAnswerAsAUserAgent() throws Exception {
        app.on("INVITE", request -> {
            List<URI> two = List.of(app.uri("sip:a@198.51.100.7"), app.uri("sip:b@198.51.100.8"));
            assertThatThrownBy(() -> request.getProxy().proxyTo(two)).isInstanceOf(InsufficientBreadthException.class);
            request.createResponse(200).send();
        });
        deploy();

        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:app@a.test").add(HeaderName.MAX_BREADTH, "1"));
        alice.send(alice.inDialog(Method.ACK, invite, alice.nextResponse(200), 1));
        app.requests.get(0).getSession().createRequest("BYE").send();

        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    void aServletThatThrowsAfterItMadeBranchesIsAnsweredFor() throws Exception {
        app.on("INVITE", request -> {
            request.getProxy().createProxyBranches(List.of(app.uri(bob.contact())));
            throw new IllegalStateException("before the proxy started");
        });
        deploy();

        alice.send(alice.request(Method.INVITE, "sip:app@a.test"));

        alice.nextResponse(500);
        assertThat(server.sessions()).isZero();
    }

    @Test
    void aServletThatLeavesTooManyHopsGets483ForIt() throws Exception {
        server.deploy("b2bua", new SipServlet() {
            private static final long serialVersionUID = 1;

            @Override
            protected void doInvite(SipServletRequest req) throws ServletException, IOException {
                req.getB2buaHelper().createRequest(req, true, null).send();
            }
        });

        alice.send(alice.request(Method.INVITE, "sip:app@a.test").set(HeaderName.MAX_FORWARDS, "0"));

        alice.nextResponse(483);
        assertThat(server.sessions()).isZero();
    }

    @Test
    void aSessionWhoseRequestIsNeverAnsweredEnds() throws Exception {
        deploy();

        alice.send(alice.request(Method.MESSAGE, "sip:app@a.test"));
        assertThat(server.sessions()).isOne();
        server.advance(LONG_ENOUGH);

        assertThat(server.sessions()).isZero();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void aPrackAfterAFailureIsStillMatched() throws Exception {
        app.on("INVITE", request -> {
            request.createResponse(183).sendReliably();
            request.createResponse(486).send();
        });
        app.on("PRACK", request -> request.createResponse(200).send());
        deploy();

        Request invite = reliableInvite();
        Response progress = alice.nextResponse(183);
        alice.nextResponse(486);
        Request prack =
                alice.send(alice.inDialog(Method.PRACK, invite, progress, 2).set(HeaderName.RACK, rack(progress)));

        assertThat(alice.nextResponse(200).cseq().method())
                .isEqualTo(prack.method().name());
        assertThat(server.sessions()).isZero();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void aSessionDoesNotWaitForALatePrackForEver() throws Exception {
        app.on("INVITE", request -> {
            request.createResponse(183).sendReliably();
            request.createResponse(486).send();
        });
        deploy();

        reliableInvite();
        server.advance(LONG_ENOUGH);

        assertThat(server.sessions()).isZero();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void a2xxWaitsForThePrackOfASessionDescription() throws Exception {
        app.on("INVITE", request -> {
            withBody(request.createResponse(183)).sendReliably();
            request.createResponse(200).send();
        });
        app.on("PRACK", request -> request.createResponse(200).send());
        app.on("BYE", request -> request.createResponse(200).send());
        deploy();

        Request invite = reliableInvite();
        Response progress = alice.nextResponse(183);
        assertThat(alice.rest()).isEmpty();
        alice.send(alice.inDialog(Method.PRACK, invite, progress, 2).set(HeaderName.RACK, rack(progress)));
        Response success = alice.nextResponse(200);
        alice.nextResponse(200);
        assertThat(success.cseq().method()).isEqualTo("INVITE");
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        alice.nextResponse(200);

        server.assertEnded();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void a2xxThatWaitsGivesWayToACancel() throws Exception {
        app.on("INVITE", request -> {
            withBody(request.createResponse(183)).sendReliably();
            request.createResponse(200).send();
        });
        deploy();

        Request invite = reliableInvite();
        alice.nextResponse(183);
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));

        alice.nextResponse(200);
        alice.nextResponse(487);
    }

    @Test
    void requestsBeyondWhatAnApplicationCanQueueAreRefused() throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("MESSAGE", request -> request.createResponse(200).send());
        deploy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        app.on("INFO", request -> {
            for (int i = 0; i < 257; i++) {
                alice.send(alice.inDialog(Method.MESSAGE, invite, success, 10 + i));
            }
            alice.nextResponse(503);
            request.createResponse(200).send();
        });

        alice.send(alice.inDialog(Method.INFO, invite, success, 2));

        assertThat(app.seen.stream().filter("MESSAGE"::equals)).hasSize(256);
        assertThat(alice.rest()).hasSize(257);
    }

    @Test
    void aTimerThatFindsTheQueueFullFiresLater() throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        server.deploy("timed", app, ScriptedServlet.class);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        app.on("INFO", request -> {
            app.timers().createTimer(request.getApplicationSession(), 100, false, "late");
            for (int i = 0; i < 256; i++) {
                alice.send(alice.inDialog(Method.MESSAGE, invite, success, 10 + i));
            }
            server.advance(Duration.ofMillis(100));
            request.createResponse(200).send();
        });

        alice.send(alice.inDialog(Method.INFO, invite, success, 2));
        assertThat(app.events).doesNotContain("timer late");
        server.advance(Duration.ofSeconds(2));

        assertThat(app.events).containsOnlyOnce("timer late");
    }

    @Test
    @SuppressWarnings("deprecation") // what old archives call
    void aCopyOfARequestThatMayGoNoFurtherIsRefused() throws Exception {
        app.on("INVITE", request -> {
            try {
                app.factory().createRequest(request, false);
            } catch (IllegalArgumentException e) {
                app.events.add("refused");
            }
            request.createResponse(483).send();
        });
        deploy();

        alice.send(alice.request(Method.INVITE, "sip:app@a.test").set(HeaderName.MAX_FORWARDS, "0"));

        alice.nextResponse(483);
        assertThat(app.events).contains("refused");
        assertThat(server.sessions()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "13.3.1.4")
    void a2xxThatAProxyingApplicationSendsItselfIsRepeatedUntilItsAck() throws Exception {
        app.on("INVITE", request -> {
            request.getProxy().proxyTo(app.uri(bob.contact()));
            request.createResponse(200).send();
        });
        app.on("BYE", request -> request.createResponse(200).send());
        deploy();

        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        Request called = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(called, 180));
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(called, 487));
        bob.nextRequest(Method.ACK);
        server.advance(Duration.ofMillis(600));
        assertThat(alice.nextResponse(200).toTag()).isEqualTo(success.toTag());
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        server.advance(Duration.ofSeconds(10));
        assertThat(alice.rest()).isEmpty();
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);

        assertThat(app.seen).containsSubsequence("INVITE", "ACK", "BYE");
        server.assertEnded();
    }

    @Test
    void anApplicationThatMadeBranchesMayAnswerItselfInstead() throws Exception {
        app.on("INVITE", request -> {
            request.getProxy().createProxyBranches(List.of(app.uri(bob.contact())));
            request.createResponse(486).send();
        });
        deploy();

        alice.send(alice.request(Method.INVITE, "sip:app@a.test"));

        alice.nextResponse(486);
        assertThat(bob.rest()).isEmpty();
        assertThat(server.sessions()).isZero();
    }
}
