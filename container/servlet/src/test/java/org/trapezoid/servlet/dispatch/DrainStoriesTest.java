// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** A server that is about to stop: calls in progress go on, with all that they need, and others do not begin. */
class DrainStoriesTest {
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private TestServer server() throws Exception {
        TestServer server = new TestServer();
        server.deploy("app", app, ScriptedServlet.class);
        app.on("INVITE", invite -> invite.createResponse(200).send());
        app.on("OPTIONS", options -> options.createResponse(200).send());
        return server;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Replaces", "Join"})
    void aCallThatTakesOverOneInProgressIsTaken(String header) throws Exception {
        TestServer server = server();
        Peer alice = server.peer("alice");
        Peer bob = server.peer("bob");
        Request call = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, call, success, 1));

        server.layer().drain();
        bob.send(bob.request(Method.INVITE, "sip:app@a.test")
                .set(
                        HeaderName.of(header),
                        call.callId() + ";to-tag=" + success.toTag().orElseThrow() + ";from-tag="
                                + call.fromTag().orElseThrow()));

        bob.nextResponse(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"another@host;to-tag=1;from-tag=2", "nonsense", ""})
    void aCallThatTakesOverNoneOfOursIsRefusedAsOthersAre(String reference) throws Exception {
        TestServer server = server();
        Peer alice = server.peer("alice");
        server.layer().drain();

        Request.Builder invite = alice.request(Method.INVITE, "sip:app@a.test");
        alice.send(reference.isEmpty() ? invite : invite.set(HeaderName.REPLACES, reference));

        alice.nextResponse(503);
        assertThat(app.seen).isEmpty();
    }

    @Test
    @SuppressWarnings("deprecation") // encodeURI is deprecated by JSR 289, not gone
    void aRequestForASessionThatIsHereIsTaken() throws Exception {
        TestServer server = server();
        Peer alice = server.peer("alice");
        SipApplicationSession room = app.factory().createApplicationSession();
        room.setInvalidateWhenReady(false);
        URI uri = app.uri("sip:room@192.0.2.1");
        room.encodeURI(uri);
        server.layer().drain();

        alice.send(alice.request(Method.OPTIONS, uri.toString()));
        alice.nextResponse(200);

        room.invalidate();
        alice.send(alice.request(Method.OPTIONS, uri.toString()).set(HeaderName.CSEQ, "2 OPTIONS"));
        alice.nextResponse(503);
    }

    @Test
    void aCallThatWasTakenReachesTheNextApplication() throws Exception {
        TestServer server = TestServer.routedBy("""
                INVITE: ("app", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \\
                ("second", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1")
                """).loopingBack();
        ScriptedServlet second = new ScriptedServlet();
        server.deploy("app", app, ScriptedServlet.class);
        server.deploy("second", second, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        app.on("INVITE", invite -> {
            server.layer().drain();
            Proxy proxy = invite.getProxy();
            proxy.proxyTo(invite.getRequestURI());
        });
        second.on("INVITE", invite -> invite.createResponse(200).send());

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));

        alice.nextResponse(200);
        second.assertUnharmed();
    }
}
