// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Instant messages, presence and bodies of any kind, as the container carries them for applications. */
class ExtensionStoriesTest {
    private static final String PARTS = """
            --b\r
            Content-Type: application/sdp\r
            Content-Disposition: session;handling=required\r
            \r
            v=0\r
            --b\r
            Content-Type: image/png\r
            Content-Disposition: icon;handling=optional\r
            Content-Transfer-Encoding: binary\r
            \r
            \u0001\u0002\u00ff\r
            --b--\r
            """;

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final Peer carol = server.peer("carol");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app, ScriptedServlet.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void proxyTo(Peer... peers) {
        app.on("MESSAGE", request -> request.getProxy()
                .proxyTo(List.of(peers).stream()
                        .map(peer -> app.uri(peer.contact()))
                        .toList()));
    }

    // ---- MESSAGE

    @Test
    @Rfc(value = 3428, section = "4")
    void aMessageThatIsSentHasNoContactAndMakesNoDialog() throws Exception {
        SipServletRequest message = app.request("MESSAGE", bob);
        message.setContent("Watson, come here.", "text/plain");
        message.send();

        Request atBob = bob.nextRequest(Method.MESSAGE);
        bob.send(bob.answer(atBob, 200));

        assertThat(atBob.headers().has(HeaderName.CONTACT)).isFalse();
        assertThat(app.seen).containsExactly("200 MESSAGE");
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3428, section = "7")
    void theAnswerToAMessageHasNoContactAndMakesNoDialog() {
        app.on("MESSAGE", message -> message.createResponse(200).send());

        Request message = alice.send(alice.request(Method.MESSAGE, "sip:app@a.test"));
        Response ok = alice.nextResponse(200);

        assertThat(ok.headers().has(HeaderName.CONTACT)).isFalse();
        assertThat(ok.bodyLength()).isZero();
        alice.send(alice.request(Method.INFO, "sip:app@a.test")
                .set(HeaderName.TO, ok.to().toString())
                .set(HeaderName.FROM, message.from().toString()));
        alice.nextResponse(481);
    }

    @Test
    @Rfc(value = 3428, section = "6")
    void aForkedMessageHasOneAnswer() {
        proxyTo(bob, carol);

        alice.send(alice.request(Method.MESSAGE, "sip:app@a.test"));
        bob.send(bob.answer(bob.nextRequest(Method.MESSAGE), 200));
        carol.send(carol.answer(carol.nextRequest(Method.MESSAGE), 200));

        alice.nextResponse(200);
        assertThat(alice.rest()).isEmpty();
    }

    // ---- presence

    @Test
    @Rfc(value = 3856, section = "6.5")
    @Rfc(value = 3856, section = "6.9")
    void presenceOfAPhoneReachesWhoWatchesIt() {
        app.on("NOTIFY", notify -> {});
        app.on("SUBSCRIBE", subscribe -> {
            subscribe.getProxy().setRecordRoute(true);
            subscribe.getProxy().proxyTo(List.of(app.uri(bob.contact()), app.uri(carol.contact())));
        });
        String pidf = "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:bob@a.test\"/>";

        alice.send(alice.request(Method.SUBSCRIBE, "sip:app@a.test")
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.of("Accept"), "application/pidf+xml")
                .set(HeaderName.EXPIRES, "3600"));
        Request atBob = bob.nextRequest(Method.SUBSCRIBE);
        carol.send(carol.answer(carol.nextRequest(Method.SUBSCRIBE), 489));
        Response accepted =
                bob.answer(atBob, 200).set(HeaderName.EXPIRES, "3600").build();
        bob.send(accepted);
        Response ok = alice.nextResponse(200);
        bob.send(bob.fromCallee(Method.NOTIFY, atBob, accepted, 1)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.SUBSCRIPTION_STATE, "active;expires=3600")
                .set(HeaderName.CONTENT_TYPE, "application/pidf+xml")
                .body(pidf.getBytes(StandardCharsets.UTF_8)));

        assertThat(atBob.headers().first(HeaderName.of("Accept"))).hasValue("application/pidf+xml");
        assertThat(ok.headers().first(HeaderName.EXPIRES)).hasValue("3600");
        Request notify = alice.nextRequest(Method.NOTIFY);
        assertThat(new String(notify.body(), StandardCharsets.UTF_8)).isEqualTo(pidf);
        assertThat(notify.headers().first(HeaderName.SUBSCRIPTION_STATE)).hasValue("active;expires=3600");
        assertThat(alice.rest()).isEmpty();
    }

    // ---- bodies

    @Test
    @Rfc(value = 3261, section = "16.6")
    @Rfc(value = 5621, section = "8")
    void bodyPartsPassAProxyByteForByte() {
        proxyTo(bob);
        byte[] body = PARTS.getBytes(StandardCharsets.ISO_8859_1);

        alice.send(alice.request(Method.MESSAGE, "sip:app@a.test")
                .set(HeaderName.CONTENT_TYPE, "multipart/mixed;boundary=b")
                .set(HeaderName.CONTENT_DISPOSITION, "render;handling=optional")
                .set(HeaderName.of("Content-Encoding"), "identity")
                .body(body));
        Request atBob = bob.nextRequest(Method.MESSAGE);

        assertThat(atBob.body()).isEqualTo(body);
        assertThat(atBob.headers().first(HeaderName.CONTENT_TYPE)).hasValue("multipart/mixed;boundary=b");
        assertThat(atBob.headers().first(HeaderName.CONTENT_DISPOSITION)).hasValue("render;handling=optional");
        assertThat(atBob.headers().first(HeaderName.of("Content-Encoding"))).hasValue("identity");
    }

    @Test
    @Rfc(value = 5621, section = "4")
    @Rfc(value = 5621, section = "8")
    void anApplicationSendsAndReadsBodyParts() throws Exception {
        byte[] body = PARTS.getBytes(StandardCharsets.ISO_8859_1);
        app.on("MESSAGE", message -> {
            assertThat(message.getRawContent()).isEqualTo(body);
            assertThat(message.getHeader("Content-Disposition")).isEqualTo("render;handling=required");
            message.createResponse(415).send(); // whether it knows what must be handled is its own to say
        });

        alice.send(alice.request(Method.MESSAGE, "sip:app@a.test")
                .set(HeaderName.CONTENT_TYPE, "multipart/mixed;boundary=b")
                .set(HeaderName.CONTENT_DISPOSITION, "render;handling=required")
                .body(body));
        alice.nextResponse(415);
        SipServletRequest made = app.request("MESSAGE", bob);
        made.setContent(body, "multipart/mixed;boundary=b");
        made.setHeader("Content-Disposition", "render;handling=optional");
        made.send();

        Request atBob = bob.nextRequest(Method.MESSAGE);
        assertThat(atBob.body()).isEqualTo(body);
        assertThat(atBob.headers().first(HeaderName.CONTENT_DISPOSITION)).hasValue("render;handling=optional");
    }
}
