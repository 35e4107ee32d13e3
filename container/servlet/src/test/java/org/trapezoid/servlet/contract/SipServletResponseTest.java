// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.Rel100Exception;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Rfc;

/** What a response lets its application do, and when it is committed (JSR 289 §5.2, §5.7, §6.7). */
class SipServletResponseTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("responses", app);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private static void assertReason(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, int reason) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Rel100Exception.class, thrown -> assertThat(thrown.getReason())
                .isEqualTo(reason));
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void reliabilityIsRefusedWithItsReason() {
        app.on("INVITE", invite -> {
            assertReason(() -> invite.createResponse(100).sendReliably(), Rel100Exception.NOT_1XX);
            assertReason(() -> invite.createResponse(200).sendReliably(), Rel100Exception.NOT_1XX);
            assertReason(() -> invite.createResponse(183).sendReliably(), Rel100Exception.NO_REQ_SUPPORT);
            invite.createResponse(480).send();
        });
        app.on("OPTIONS", options -> {
            assertReason(() -> options.createResponse(183).sendReliably(), Rel100Exception.NOT_INVITE);
            options.createResponse(200).send();
        });

        alice.send(alice.request(Method.INVITE, "sip:responses@a.test"));
        alice.send(alice.request(Method.OPTIONS, "sip:responses@a.test").set(HeaderName.CALL_ID, "other"));

        assertThat(app.seen).containsExactly("INVITE", "OPTIONS");
    }

    @Test
    void aReceivedResponseIsCommittedOnceItNeedsNothingMore() throws Exception {
        app.request("INVITE", bob).send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 180));
        bob.send(bob.answer(invite, 183).add(HeaderName.REQUIRE, "100rel").add(HeaderName.RSEQ, "1"));
        SipServletResponse ringing = app.responses.get(0);
        SipServletResponse progress = app.responses.get(1);
        assertThat(ringing.isCommitted()).isTrue();
        assertThat(progress.isCommitted()).isFalse();
        assertReason(ringing::createPrack, Rel100Exception.NOT_100rel);
        progress.createPrack();
        assertThat(progress.isCommitted()).isTrue();
        assertThatThrownBy(progress::createPrack).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ringing::createAck).isInstanceOf(IllegalStateException.class);

        bob.send(bob.answer(invite, 200));
        SipServletResponse success = app.responses.get(2);

        assertThat(success.isCommitted()).isFalse();
        SipServletRequest ack = success.createAck();
        assertThat(ack.getAcknowledgedResponse()).isSameAs(success);
        assertThat(success.isCommitted()).isTrue();
        assertThatThrownBy(success::createAck).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(success::send).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aResponseIsSentOnce() {
        app.on("OPTIONS", options -> {
            SipServletResponse success = options.createResponse(200);
            SipServletResponse other = options.createResponse(404);
            assertThat(success.isCommitted()).isFalse();
            success.send();
            assertThat(success.isCommitted()).isTrue();
            assertThat(options.isCommitted()).isTrue();
            assertThat(options.getFinalResponse()).isSameAs(success);
            assertThatThrownBy(success::send).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(other::send).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> success.setContent("x", "text/plain")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> options.createResponse(200)).isInstanceOf(IllegalStateException.class);
        });

        alice.send(alice.request(Method.OPTIONS, "sip:responses@a.test"));

        alice.nextResponse(200);
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    void onlyAnAcknowledgementAcknowledges() {
        SipServletRequest options = app.request("OPTIONS", bob);

        assertThatThrownBy(options::getAcknowledgedResponse).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> options.createResponse(200)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(options::createCancel).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void statusCodesAreChecked() {
        app.on("OPTIONS", options -> {
            assertThatThrownBy(() -> options.createResponse(99)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> options.createResponse(700)).isInstanceOf(IllegalArgumentException.class);
            SipServletResponse response = options.createResponse(200);
            assertThatThrownBy(() -> response.setStatus(700, "No")).isInstanceOf(IllegalArgumentException.class);
            response.setStatus(404, "Not Here");
            response.send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:responses@a.test"));

        assertThat(alice.nextResponse(404).reason()).isEqualTo("Not Here");
    }

    @Test
    void theStreamsOfServletsAreNotThere() {
        app.on("OPTIONS", options -> {
            SipServletResponse response = options.createResponse(200);
            assertThat(options.getInputStream()).isNull();
            assertThat(options.getReader()).isNull();
            assertThat(response.getOutputStream()).isNull();
            assertThat(response.getWriter()).isNull();
            assertThat(options.isAsyncSupported()).isFalse();
            assertThatThrownBy(options::startAsync).isInstanceOf(IllegalStateException.class);
            response.send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:responses@a.test"));

        alice.nextResponse(200);
    }
}
