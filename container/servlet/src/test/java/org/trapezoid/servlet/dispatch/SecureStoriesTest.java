// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipFactory;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

/** User agents and SIPS URIs. */
class SecureStoriesTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("198.51.100.7", 5061);

    private final TestServer server = new TestServer();
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("agent", app, ScriptedServlet.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private static Request.Builder invite(String uri, String contact) {
        return Request.builder(Method.INVITE, Uri.parse(uri))
                .add(HeaderName.VIA, "SIP/2.0/TLS 198.51.100.7:5061;branch=z9hG4bKs")
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, "<sip:alice@example.com>;tag=a")
                .add(HeaderName.TO, "<sip:bob@a.test>")
                .add(HeaderName.CALL_ID, "secure")
                .add(HeaderName.CSEQ, "1 INVITE")
                .add(HeaderName.CONTACT, contact);
    }

    @ParameterizedTest
    @CsvSource({
        "sips:bob@a.test, <sips:alice@198.51.100.7>, '', sips:192.0.2.1:5061",
        "sips:bob@a.test, <sip:alice@198.51.100.7>, '', sips:192.0.2.1:5061",
        "sip:bob@a.test;transport=tls, <sips:alice@198.51.100.7>, '', sips:192.0.2.1:5061",
        "sip:bob@a.test;transport=tls, <sip:alice@198.51.100.7>, <sips:192.0.2.99;lr>, sips:192.0.2.1:5061",
        "sip:bob@a.test;transport=tls, <sips:alice@198.51.100.7>, <sip:192.0.2.99;lr>,"
                + " sip:192.0.2.1:5061;transport=tls",
        "sip:bob@a.test;transport=tls, <sip:alice@198.51.100.7>, '', sip:192.0.2.1:5061;transport=tls",
    })
    @Rfc(value = 3261, section = "12.1.1")
    @Checklist("D11")
    void answersWithASipsContactWhereTheDialogIsSecure(String uri, String contact, String recordRoute, String answer) {
        app.on("INVITE", request -> request.createResponse(200).send());
        Request.Builder invite = invite(uri, contact);
        if (!recordRoute.isEmpty()) {
            invite.add(HeaderName.RECORD_ROUTE, recordRoute);
        }

        server.tls.receive(PEER, invite.build());

        Response success = (Response) lastTo(PEER);
        assertThat(success.status()).isEqualTo(200);
        assertThat(NameAddr.parse(success.headers().first(HeaderName.CONTACT).orElseThrow())
                        .uri())
                .hasToString(answer);
    }

    @ParameterizedTest
    @CsvSource({
        "sips:bob@a.test, sips:192.0.2.1:443;transport=ws",
        "sip:bob@a.test;transport=ws, sip:192.0.2.1:443;transport=ws"
    })
    @Rfc(value = 7118, section = "5.2")
    void answersABrowserWithAContactForWebSocket(String uri, String contact) {
        app.on("INVITE", request -> request.createResponse(200).send());

        server.wss.receive(
                PEER, invite(uri, "<sip:alice@x.invalid;transport=ws>").build());

        List<Message> sent = server.wss.sentTo(PEER);
        Response success = (Response) sent.get(sent.size() - 1);
        assertThat(success.status()).isEqualTo(200);
        assertThat(NameAddr.parse(success.headers().first(HeaderName.CONTACT).orElseThrow())
                        .uri())
                .hasToString(contact);
    }

    @Test
    @Rfc(value = 3261, section = "8.1.1.8")
    @Checklist("D11")
    void callsASipsUriOverTlsWithASipsContact() throws Exception {
        SipFactory factory = app.factory();

        factory.createRequest(factory.createApplicationSession(), "INVITE", "sip:us@a.test", "sips:alice@198.51.100.7")
                .send();

        Request sent = (Request) lastTo(PEER);
        assertThat(sent.topVia().transport()).isEqualTo("TLS");
        assertThat(sent.headers().first(HeaderName.CONTACT).orElseThrow())
                .contains("sips:")
                .contains("192.0.2.1:5061");
        assertThat(server.udp.sent()).isEmpty();
    }

    private Message lastTo(InetSocketAddress peer) {
        List<Message> all = server.tls.sentTo(peer);
        return all.get(all.size() - 1);
    }
}
