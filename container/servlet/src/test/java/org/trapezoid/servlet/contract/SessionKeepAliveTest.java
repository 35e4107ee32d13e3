// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SessionKeepAlive;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Session timers that an application asks for and looks after (JSR 359, RFC 4028). */
class SessionKeepAliveTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    private void deploy(Map<String, String> parameters) throws Exception {
        app.onResponse(response -> {
            if (response.getMethod().equals("INVITE") && response.getStatus() == 200) {
                response.createAck().send();
            }
        });
        server.deploy("timers", parameters, app, ScriptedServlet.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private SipSession called(String granted) throws Exception {
        deploy(Map.of());
        SipServletRequest call = app.request("INVITE", bob);
        call.getSessionKeepAlivePreference().setEnabled(true);
        call.getSessionKeepAlivePreference().setExpiration(600);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        assertThat(invite.headers().first(HeaderName.SESSION_EXPIRES)).hasValue("600");
        assertThat(invite.headers().lists(HeaderName.SUPPORTED, "timer")).isTrue();
        Response.Builder answer = bob.answer(invite, 200);
        if (!granted.isEmpty()) {
            answer.set(HeaderName.SESSION_EXPIRES, granted);
        }
        bob.send(answer);
        bob.nextRequest(Method.ACK);
        call.getApplicationSession().setExpires(60);
        return call.getSession();
    }

    @Test
    @Rfc(value = 4028, section = "7.2")
    void theRefresherIsRemindedAtHalfTime() throws Exception {
        SipSession session = called("600;refresher=uac");
        SessionKeepAlive keepAlive = session.getKeepAlive();
        keepAlive.setRefreshCallback(due -> {
            try {
                due.createRequest("UPDATE").send();
            } catch (java.io.IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(keepAlive.isRefresher()).isTrue();
        assertThat(keepAlive.getExpirationInterval()).isEqualTo(600);
        assertThat(keepAlive.getRemainingTime()).isEqualTo(300);
        long begun = keepAlive.getLastExpirationTime();

        server.advance(Duration.ofSeconds(100));
        assertThat(keepAlive.getRemainingTime()).isEqualTo(200);
        assertThat(keepAlive.getLastExpirationTime()).isEqualTo(begun);
        server.advance(Duration.ofSeconds(200));
        Request update = bob.nextRequest(Method.UPDATE);
        bob.send(bob.answer(update, 200).set(HeaderName.SESSION_EXPIRES, "600;refresher=uac"));

        assertThat(update.headers().first(HeaderName.SESSION_EXPIRES)).hasValue("600;refresher=uac");
        assertThat(keepAlive.getLastExpirationTime()).isEqualTo(begun + 300_000);
        assertThat(app.seen).containsExactly("200 INVITE", "200 UPDATE");
    }

    @Test
    @Rfc(value = 4028, section = "10")
    void anExpiryIsToldAndNothingIsSent() throws Exception {
        SipSession session = called("600;refresher=uas");
        java.util.List<SipSession> expired = new java.util.ArrayList<>();
        session.getKeepAlive().setExpiryCallback(expired::add);
        assertThat(session.getKeepAlive().isRefresher()).isFalse();
        assertThat(session.getKeepAlive().getRemainingTime()).isEqualTo(600);

        server.advance(Duration.ofSeconds(568));

        assertThat(expired).containsExactly(session);
        assertThat(bob.rest()).isEmpty();
        assertThat(session.getKeepAlive().getExpirationInterval()).isEqualTo(-1);
    }

    @Test
    void withoutCallbacksTheContainerDoesNothing() throws Exception {
        SipSession session = called("600;refresher=uac");

        server.advance(Duration.ofSeconds(770));

        assertThat(bob.rest()).isEmpty();
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
    }

    @Test
    void aPeerWithoutTimersKeepsNone() throws Exception {
        SipSession session = called("");

        SessionKeepAlive keepAlive = session.getKeepAlive();
        assertThat(keepAlive.isRefresher()).isFalse();
        assertThat(keepAlive.getExpirationInterval()).isEqualTo(-1);
        assertThat(keepAlive.getLastExpirationTime()).isEqualTo(-1);
        assertThat(keepAlive.getRemainingTime()).isEqualTo(-1);
    }

    @Test
    @Rfc(value = 4028, section = "9")
    void anAnswerGrantsWhatItsPreferenceSays() throws Exception {
        deploy(Map.of());
        app.on("INVITE", invite -> {
            SessionKeepAlive.Preference asked = invite.getSessionKeepAlivePreference();
            assertThat(asked.getEnabled()).isTrue();
            assertThat(asked.getExpiration()).isEqualTo(900);
            assertThat(asked.getMinimumExpiration()).isEqualTo(120);
            assertThat(asked.getRefresher()).isEqualTo(SessionKeepAlive.Refresher.UAC);
            assertThatThrownBy(() -> asked.setExpiration(1000)).isInstanceOf(IllegalStateException.class);
            SipServletResponse accepted = invite.createResponse(200);
            SessionKeepAlive.Preference granted = accepted.getSessionKeepAlivePreference();
            assertThatThrownBy(() -> granted.setExpiration(600)).isInstanceOf(IllegalStateException.class);
            granted.setEnabled(true);
            assertThatThrownBy(() -> granted.setExpiration(89)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> granted.setRefresher(SessionKeepAlive.Refresher.NONE))
                    .isInstanceOf(IllegalArgumentException.class);
            granted.setExpiration(600);
            accepted.send();
        });

        alice.send(alice.request(Method.INVITE, "sip:timers@a.test")
                .add(HeaderName.SUPPORTED, "timer")
                .add(HeaderName.MIN_SE, "120")
                .add(HeaderName.SESSION_EXPIRES, "900;refresher=uac"));
        Response success = alice.nextResponse(200);

        assertThat(success.headers().first(HeaderName.SESSION_EXPIRES)).hasValue("600;refresher=uac");
        assertThat(success.headers().lists(HeaderName.REQUIRE, "timer")).isTrue();
        SessionKeepAlive keepAlive = app.requests.get(0).getSession().getKeepAlive();
        assertThat(keepAlive.getExpirationInterval()).isEqualTo(600);
        assertThat(keepAlive.isRefresher()).isFalse();
    }

    @Test
    @Rfc(value = 4028, section = "9")
    void anAnswerGrantsNeitherMoreThanWasAskedForNorLessThanTheLeast() throws Exception {
        deploy(Map.of());
        app.on("INVITE", invite -> {
            SipServletResponse accepted = invite.createResponse(200);
            SessionKeepAlive.Preference granted = accepted.getSessionKeepAlivePreference();
            granted.setEnabled(true);
            assertThat(granted.getExpiration()).isEqualTo(3600);
            assertThatThrownBy(() -> granted.setExpiration(3599))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3600 to 7200");
            assertThatThrownBy(() -> granted.setExpiration(7201)).isInstanceOf(IllegalArgumentException.class);
            granted.setExpiration(7200);
            granted.setExpiration(4000);
            accepted.send();
        });

        alice.send(alice.request(Method.INVITE, "sip:timers@a.test")
                .add(HeaderName.SUPPORTED, "timer")
                .add(HeaderName.MIN_SE, "3600")
                .add(HeaderName.SESSION_EXPIRES, "7200;refresher=uac"));

        assertThat(alice.nextResponse(200).headers().first(HeaderName.SESSION_EXPIRES))
                .hasValue("4000;refresher=uac");
    }

    @Test
    void aPreferenceIsTakenBack() throws Exception {
        deploy(Map.of());
        SipServletRequest call = app.request("INVITE", bob);
        SessionKeepAlive.Preference preference = call.getSessionKeepAlivePreference();
        preference.setEnabled(true);
        preference.setMinimumExpiration(120);
        preference.setRefresher(SessionKeepAlive.Refresher.UAS);
        assertThat(preference.getRefresher()).isEqualTo(SessionKeepAlive.Refresher.UAS);
        assertThatThrownBy(() -> preference.setMinimumExpiration(89)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> preference.setExpiration(119)).isInstanceOf(IllegalArgumentException.class);

        preference.setEnabled(false);

        assertThat(preference.getEnabled()).isFalse();
        assertThat(preference.getExpiration()).isEqualTo(-1);
        assertThat(call.getHeader("Session-Expires")).isNull();
        assertThat(call.getHeader("Min-SE")).isNull();
        assertThat(call.getHeader("Supported")).isNull();
    }

    @Test
    void callbacksComeBeforeWhatTheContainerWouldDo() throws Exception {
        deploy(Map.of("org.trapezoid.session-timer", "600"));
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 200).set(HeaderName.SESSION_EXPIRES, "600;refresher=uac"));
        bob.nextRequest(Method.ACK);
        java.util.List<String> due = new java.util.ArrayList<>();
        call.getApplicationSession().setExpires(60);
        SessionKeepAlive.Callback refresh = session -> due.add("refresh");
        call.getSession().getKeepAlive().setRefreshCallback(refresh);
        call.getSession().getKeepAlive().setExpiryCallback(session -> due.add("expired"));

        server.advance(Duration.ofMinutes(10));

        assertThat(call.getSession().getKeepAlive().getRefreshCallback()).isSameAs(refresh);
        assertThat(due).containsExactly("refresh", "expired");
        assertThat(bob.rest()).isEmpty();
    }
}
