// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** What a proxy does to session timers when it is told to, RFC 4028 §8. */
class ProxiedSessionTimerStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(String timer, boolean recordRoute) throws Exception {
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(recordRoute);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });
        server.deploy(
                "proxy",
                Map.of("org.trapezoid.session-timer.proxy", timer, "org.trapezoid.session-timer.minimum", "300"),
                app);
    }

    private Request.Builder invite(String supported, String sessionExpires, String minimum) {
        Request.Builder invite = alice.request(Method.INVITE, "sip:bob@a.test").add(HeaderName.SUPPORTED, supported);
        if (!sessionExpires.isEmpty()) {
            invite.set(HeaderName.SESSION_EXPIRES, sessionExpires);
        }
        return minimum.isEmpty() ? invite : invite.set(HeaderName.MIN_SE, minimum);
    }

    private static String value(Message message, HeaderName name) {
        return message.headers().first(name).orElse("none");
    }

    @ParameterizedTest
    @Rfc(value = 4028, section = "8.1")
    @CsvSource({
        "timer, '',                 '',   1200,              none",
        "timer, 7200;refresher=uas, '',   1200;refresher=uas, none",
        "timer, 7200,               1800, 1800,              1800",
        "timer, 600,                '',   600,               none",
        "none,  120,                '',   300,               300",
    })
    void theIntervalIsInsertedOrLoweredButNotBelowAMinimum(
            String supported, String asked, String minimum, String forwarded, String forwardedMinimum)
            throws Exception {
        deploy("1200", true);

        alice.send(invite(supported, asked, minimum));
        Request atBob = bob.nextRequest(Method.INVITE);

        assertThat(value(atBob, HeaderName.SESSION_EXPIRES)).isEqualTo(forwarded);
        assertThat(value(atBob, HeaderName.MIN_SE)).isEqualTo(forwardedMinimum);
    }

    @Test
    @Rfc(value = 4028, section = "8.1")
    void anIntervalThatIsTooShortIsRefused() throws Exception {
        deploy("1200", true);

        alice.send(invite("timer", "200", ""));

        assertThat(value(alice.nextResponse(422), HeaderName.MIN_SE)).isEqualTo("300");
        assertThat(bob.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 4028, section = "8.2")
    void theCallerRefreshesWhenTheCalleeKnowsNoTimers() throws Exception {
        deploy("1200", true);

        Request invite = alice.send(invite("timer", "7200", ""));
        Request atBob = bob.nextRequest(Method.INVITE);
        Response.Builder answer = bob.answer(atBob, 200);
        atBob.headers().all(HeaderName.RECORD_ROUTE).forEach(route -> answer.add(HeaderName.RECORD_ROUTE, route));
        bob.send(answer);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.UPDATE, invite, success, 2)
                .add(HeaderName.SUPPORTED, "timer")
                .set(HeaderName.SESSION_EXPIRES, "7200;refresher=uac"));
        Request refresh = bob.nextRequest(Method.UPDATE);
        bob.send(bob.answer(refresh, 200));

        assertThat(value(success, HeaderName.SESSION_EXPIRES)).isEqualTo("1200;refresher=uac");
        assertThat(success.headers().values(HeaderName.REQUIRE)).containsExactly("timer");
        assertThat(value(refresh, HeaderName.SESSION_EXPIRES)).isEqualTo("1200;refresher=uac");
        assertThat(value(alice.nextResponse(200), HeaderName.SESSION_EXPIRES)).isEqualTo("1200;refresher=uac");
    }

    @ParameterizedTest
    @Rfc(value = 4028, section = "8.1")
    @CsvSource({"off, true", "1200, false"})
    void nothingChangesUnlessTheProxyIsToldAndStays(String timer, boolean recordRoute) throws Exception {
        deploy(timer, recordRoute);

        alice.send(invite("timer", "7200", ""));
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 200));

        assertThat(value(atBob, HeaderName.SESSION_EXPIRES)).isEqualTo("7200");
        assertThat(value(alice.nextResponse(200), HeaderName.SESSION_EXPIRES)).isEqualTo("none");
    }
}
