// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipSessionsUtil;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;

/** Life, contents and names of application sessions (JSR 289 §6.1). */
class SipApplicationSessionTest {

    private final TestServer server = new TestServer();
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("apps", app, ScriptedServlet.class);
    }

    @Test
    void livesForThreeMinutesWhateverHappensInIt() {
        SipApplicationSession session = app.factory().createApplicationSession();
        long created = session.getCreationTime();

        assertThat(session.getExpirationTime()).isEqualTo(created + 180_000);
        server.advance(Duration.ofSeconds(179));
        assertThat(session.isValid()).isTrue();
        server.advance(Duration.ofSeconds(1));
        assertThat(session.isValid()).isFalse();
        assertThat(app.events).containsSubsequence("app created", "app expired", "app destroyed");
    }

    @Test
    void anExtensionCountsFromNow() {
        SipApplicationSession session = app.factory().createApplicationSession();
        server.advance(Duration.ofSeconds(100));

        assertThat(session.setExpires(2)).isEqualTo(2);
        assertThat(session.getExpirationTime()).isEqualTo(session.getCreationTime() + 220_000);
        assertThat(session.setExpires(0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(session.getExpirationTime()).isZero();
        server.advance(Duration.ofDays(1));
        assertThat(session.isValid()).isTrue();
        session.invalidate();
    }

    @Test
    void aSessionThatHoldsNothingIsNotReady() {
        SipApplicationSession session = app.factory().createApplicationSession();

        assertThat(session.getInvalidateWhenReady()).isTrue();
        assertThat(session.isReadyToInvalidate()).isFalse();
    }

    @Test
    void listsItsSessionsByProtocol() {
        var request = app.request("OPTIONS", server.peer("bob"));
        SipApplicationSession session = request.getApplicationSession();

        assertThat(new java.util.HashSet<Object>(session.getSessionSet("SIP"))).containsExactly(request.getSession());
        assertThat(session.getSessionSet("HTTP")).isEmpty();
        assertThat(session.getSipSession(request.getSession().getId())).isSameAs(request.getSession());
        assertThat(session.getSession(request.getSession().getId(), SipApplicationSession.Protocol.SIP))
                .isSameAs(request.getSession());
        assertThat(session.getSession("none", SipApplicationSession.Protocol.HTTP))
                .isNull();
        assertThatThrownBy(() -> session.getSessions("FTP")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.getSessions(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> session.getSipSession(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void isFoundByItsIdAndItsKeys() {
        SipApplicationSession session = app.factory().createApplicationSessionByKey("conference");
        SipSessionsUtil sessions =
                (SipSessionsUtil) app.getServletContext().getAttribute("jakarta.servlet.sip.SipSessionsUtil");
        session.addIndexKey("north");
        session.addIndexKey("night");

        assertThat(app.factory().createApplicationSessionByKey("conference")).isSameAs(session);
        assertThat(sessions.getApplicationSessionById(session.getId())).isSameAs(session);
        assertThat(sessions.getApplicationSessionByKey("conference", false)).isSameAs(session);
        assertThat(sessions.getApplicationSessionByKey("other", false)).isNull();
        assertThat(sessions.getSipApplicationSessionIds("north")).containsExactly(session.getId());
        assertThat(session.getIndexKeys()).containsExactlyInAnyOrder("north", "night");
        session.removeIndexKey("north");
        assertThat(sessions.getSipApplicationSessionIds("north")).isEmpty();
        assertThatThrownBy(() -> sessions.getApplicationSessionById(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> app.factory().createApplicationSessionByKey(null))
                .isInstanceOf(NullPointerException.class);
        session.invalidate();
        assertThat(sessions.getApplicationSessionByKey("conference", false)).isNull();
    }

    @Test
    @SuppressWarnings("deprecation") // still part of the API
    void onlySipUrisAreEncoded() {
        SipApplicationSession session = app.factory().createApplicationSession();

        assertThatThrownBy(() -> session.encodeURI(app.uri("tel:+1"))).isInstanceOf(IllegalArgumentException.class);
        session.invalidate();
        assertThatThrownBy(() -> session.encodeURI(app.uri("sip:a.test"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::getTimers).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::getCreationTime).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.setExpires(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> app.timers().createTimer(session, 1, false, null))
                .isInstanceOf(IllegalStateException.class);
        assertThat(session.getId()).isNotEmpty();
        assertThat(session.getApplicationName()).isEqualTo("apps");
    }
}
