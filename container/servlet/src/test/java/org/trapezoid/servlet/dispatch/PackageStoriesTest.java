// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Event packages and INFO packages that an application declares (RFC 6665, 3903, 6086; attack case 38). */
class PackageStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(String... parameters) throws Exception {
        server.deploy(
                "app",
                parameters.length == 0
                        ? Map.of()
                        : parameters.length == 2
                                ? Map.of(parameters[0], parameters[1])
                                : Map.of(parameters[0], parameters[1], parameters[2], parameters[3]),
                app);
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("INFO", request -> request.createResponse(200).send());
        app.on("BYE", request -> request.createResponse(200).send());
        app.on("PUBLISH", request -> request.createResponse(200).send());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SUBSCRIBE", "PUBLISH"})
    @Rfc(value = 6665, section = "4.2.1.1")
    @Rfc(value = 3903, section = "6")
    void anUnknownEventIsRefusedWithTheKnownOnes(String method) throws Exception {
        deploy("org.trapezoid.allow-events", "presence, message-summary");

        alice.send(alice.request(Method.of(method), "sip:app@a.test").set(HeaderName.EVENT, "dialog;sla"));
        Response refused = alice.nextResponse(489);
        assertThat(refused.headers().first(HeaderName.ALLOW_EVENTS)).contains("presence, message-summary");
        alice.send(alice.request(Method.of(method), "sip:app@a.test").set(HeaderName.CALL_ID, "2"));
        alice.nextResponse(489); // RFC 3265 peers may have left Event out

        assertThat(app.seen).isEmpty();
        server.assertEnded();
    }

    @ParameterizedTest
    @CsvSource({
        "SUBSCRIBE, 59, true",
        "PUBLISH, 1, true",
        "PUBLISH, 60, false",
        "PUBLISH, 0, false",
        "PUBLISH, 4294967295, false",
        "PUBLISH, 99999999999999999999, false"
    })
    @Rfc(value = 6665, section = "4.2.1.1")
    @Rfc(value = 3903, section = "6")
    void tooBriefATimeIsRefusedWithTheLeast(String method, String expires, boolean refused) throws Exception {
        deploy("org.trapezoid.allow-events", "presence", "org.trapezoid.min-expires", "60");

        alice.send(alice.request(Method.of(method), "sip:app@a.test")
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, expires));

        if (refused) {
            assertThat(alice.nextResponse(423).headers().first(HeaderName.MIN_EXPIRES))
                    .contains("60");
            assertThat(app.seen).isEmpty();
        } else {
            alice.nextResponse(200);
        }
        server.assertEnded();
    }

    @ParameterizedTest
    @CsvSource({"org.trapezoid.min-expires, 1h", "org.trapezoid.min-expires, 3601", "org.trapezoid.allow-events, a b"})
    void aWrongDeclarationIsNotDeployed(String parameter, String value) {
        assertThatThrownBy(() -> deploy(parameter, value))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining(parameter);
    }

    @Test
    @Rfc(value = 3903, section = "4.1")
    void anEtagPassesBothWaysAndMakesNoDialog() throws Exception {
        deploy();
        app.on("PUBLISH", publish -> {
            var published = publish.createResponse("old".equals(publish.getHeader("SIP-If-Match")) ? 412 : 200);
            published.setHeader("SIP-ETag", "dx200xyz");
            published.setExpires(1800);
            published.send();
        });

        alice.send(alice.request(Method.PUBLISH, "sip:app@a.test")
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, "3600"));
        Response published = alice.nextResponse(200);
        assertThat(published.headers().first(HeaderName.SIP_ETAG)).contains("dx200xyz");
        assertThat(published.headers().has(HeaderName.CONTACT)).isFalse();
        alice.send(alice.request(Method.PUBLISH, "sip:app@a.test")
                .set(HeaderName.CALL_ID, "2")
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.SIP_IF_MATCH, "old"));

        alice.nextResponse(412);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 5839, section = "4")
    void aConditionalSubscribeReachesTheApplication() throws Exception {
        deploy();
        app.on("SUBSCRIBE", subscribe -> {
            assertThat(subscribe.getHeader("Suppress-If-Match")).isEqualTo("*");
            var unchanged = subscribe.createResponse(204);
            unchanged.setHeader("SIP-ETag", "ega23");
            unchanged.setExpires(0);
            unchanged.send();
        });

        alice.send(alice.request(Method.SUBSCRIBE, "sip:app@a.test")
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, "0")
                .set(HeaderName.of("Suppress-If-Match"), "*"));

        assertThat(alice.nextResponse(204).headers().first(HeaderName.SIP_ETAG)).contains("ega23");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.5.2")
    void aDialogHoldsNotMoreThanSomeSubscriptions() throws Exception {
        deploy();
        app.on("SUBSCRIBE", request -> request.createResponse(200).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        for (int i = 0; i < 32; i++) {
            alice.send(
                    alice.inDialog(Method.SUBSCRIBE, invite, success, 2 + i).set(HeaderName.EVENT, "presence;id=" + i));
            alice.nextResponse(200);
        }
        alice.send(alice.inDialog(Method.SUBSCRIBE, invite, success, 40).set(HeaderName.EVENT, "presence;id=32"));
        alice.nextResponse(480);
        alice.send(alice.inDialog(Method.SUBSCRIBE, invite, success, 41).set(HeaderName.EVENT, "presence;id=31"));

        alice.nextResponse(200);
        app.requests.get(0).getApplicationSession().invalidate();
        server.assertEndsInTime();
    }

    // ---- INFO

    @Test
    @Rfc(value = 6086, section = "4.2.2")
    @Rfc(value = 6086, section = "4.2.1")
    void onlyDeclaredInfoPackagesReachTheApplication() throws Exception {
        deploy("org.trapezoid.recv-info", "foo, bar");
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        assertThat(success.headers().first(HeaderName.RECV_INFO)).contains("foo, bar");
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        alice.send(alice.inDialog(Method.INFO, invite, success, 2).set(HeaderName.INFO_PACKAGE, "nothing;x=1"));
        assertThat(alice.nextResponse(469).headers().first(HeaderName.RECV_INFO))
                .contains("foo, bar");
        alice.send(alice.inDialog(Method.INFO, invite, success, 3).set(HeaderName.INFO_PACKAGE, "Bar ;x=1"));
        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.INFO, invite, success, 4)); // RFC 6086 §9.2: as RFC 2976 had it
        alice.nextResponse(200);

        assertThat(app.seen).containsExactly("INVITE", "ACK", "INFO", "INFO");
        alice.send(alice.inDialog(Method.BYE, invite, success, 5));
        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6086, section = "4.2.2")
    void aCallThatIsMadeSaysWhatItTakes() throws Exception {
        deploy("org.trapezoid.recv-info", "nil");

        SipServletRequest call = app.request("INVITE", alice);
        call.send();
        server.advance(Duration.ZERO);

        Request invite = alice.nextRequest(Method.INVITE);
        assertThat(invite.headers().first(HeaderName.RECV_INFO)).contains("");
        alice.send(alice.answer(invite, 486));
        alice.nextRequest(Method.ACK);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6086, section = "9.2")
    void withoutADeclarationEachInfoReachesTheApplication() throws Exception {
        deploy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        assertThat(success.headers().has(HeaderName.RECV_INFO)).isFalse();
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        alice.send(alice.inDialog(Method.INFO, invite, success, 2).set(HeaderName.INFO_PACKAGE, "foo"));

        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        alice.nextResponse(200);
        server.assertEnded();
    }
}
