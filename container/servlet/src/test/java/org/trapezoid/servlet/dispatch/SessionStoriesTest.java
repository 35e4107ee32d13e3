// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.SipSessionBindingEvent;
import jakarta.servlet.sip.SipSessionBindingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Begin, attributes, timers and end of sessions, and who is told of them (JSR 289 §6 and §7). */
class SessionStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app, ScriptedServlet.class);
        app.events.clear();
    }

    private Response answeredInvite() {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("BYE", request -> request.createResponse(200).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        return success;
    }

    @Test
    void listenersAreToldInOrder() {
        app.on("OPTIONS", request -> request.createResponse(200).send());

        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));

        assertThat(app.events)
                .containsExactly(
                        "app created", "sip created", "sip ready", "sip destroyed", "app ready", "app destroyed");
    }

    @Test
    void listenersOfTheEndReadWhatTheSessionHeld() {
        List<Object> read = new ArrayList<>();
        List<SipSession> ended = new ArrayList<>();
        app.onSessionEnd(event -> {
            SipSession session = event.getSession();
            ended.add(session);
            read.add(session.getAttribute("call"));
            read.add(session.getAttributeNameSet());
            read.add(session.isValid());
            read.add(session.getState());
            read.add(session.getCreationTime() > 0);
            assertThatThrownBy(() -> session.setAttribute("late", "x")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> session.createRequest("INFO")).isInstanceOf(IllegalStateException.class);
        });
        app.onEnd(event -> {
            SipApplicationSession session = event.getApplicationSession();
            read.add(session.getAttribute("app"));
            read.add(session.getCreationTime() > 0);
            assertThatThrownBy(() -> session.setExpires(1)).isInstanceOf(IllegalStateException.class);
        });
        app.on("OPTIONS", request -> {
            request.getSession().setAttribute("call", "c1");
            request.getApplicationSession().setAttribute("app", "a1");
            request.createResponse(200).send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));

        app.assertUnharmed();
        assertThat(read)
                .containsExactly("c1", java.util.Set.of("call"), false, SipSession.State.INITIAL, true, "a1", true);
        assertThatThrownBy(() -> ended.get(0).getAttribute("call")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSessionThatIsNotToEndWhenReadyStaysUntilItExpires() {
        app.on("OPTIONS", request -> {
            request.getApplicationSession().setInvalidateWhenReady(false);
            request.createResponse(200).send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));
        assertThat(server.sessions()).isEqualTo(1);
        server.advance(Duration.ofMinutes(3));

        assertThat(app.events)
                .containsExactly(
                        "app created", "sip created", "sip ready", "sip destroyed", "app expired", "app destroyed");
        assertThat(server.sessions()).isZero();
    }

    @Test
    void anExpiryCanBeExtendedInItsCallback() {
        List<Long> remaining = new ArrayList<>();
        app.onExpired(event -> {
            SipApplicationSession session = event.getApplicationSession();
            assertThat(session.getExpirationTime()).isEqualTo(Long.MIN_VALUE);
            if (remaining.isEmpty()) {
                assertThat(session.setExpires(10)).isEqualTo(10);
                remaining.add(session.getExpirationTime());
            }
        });
        SipApplicationSession session = app.factory().createApplicationSession();
        long expiry = session.getExpirationTime();
        assertThat(expiry)
                .isEqualTo(session.getCreationTime() + Duration.ofMinutes(3).toMillis());

        server.advance(Duration.ofMinutes(12));
        assertThat(session.isValid()).isTrue();
        server.advance(Duration.ofMinutes(1));

        assertThat(remaining).containsExactly(expiry + Duration.ofMinutes(10).toMillis());
        assertThat(session.isValid()).isFalse();
        assertThat(app.events).containsExactly("app created", "app expired", "app expired", "app destroyed");
        assertThatThrownBy(session::getExpirationTime).isInstanceOf(IllegalStateException.class);
        server.assertEnded();
    }

    @Test
    void aSessionThatNeverExpiresStays() {
        SipApplicationSession session = app.factory().createApplicationSession();
        assertThat(session.setExpires(0)).isEqualTo(Integer.MAX_VALUE);

        server.advance(Duration.ofDays(30));

        assertThat(session.getExpirationTime()).isZero();
        assertThat(session.isValid()).isTrue();
        session.invalidate();
        server.assertEnded();
    }

    /** Notes when it is bound. */
    @SuppressWarnings("deprecation") // JSR 289's listener is still to be served
    private static final class Bound implements SipSessionBindingListener {
        final List<String> told = new ArrayList<>();

        @Override
        public void valueBound(SipSessionBindingEvent event) {
            told.add("bound " + event.getName());
        }

        @Override
        public void valueUnbound(SipSessionBindingEvent event) {
            told.add("unbound " + event.getName());
        }
    }

    @Test
    void attributesAreToldThatTheyAreBound() {
        Bound value = new Bound();
        answeredInvite();
        SipSession session = app.requests.get(0).getSession();

        session.setAttribute("a", value);
        session.setAttribute("a", "another");
        session.setAttribute("b", value);
        session.removeAttribute("b");
        session.setAttribute("c", value);
        session.getApplicationSession().invalidate();

        assertThat(value.told).containsExactly("bound a", "unbound a", "bound b", "unbound b", "bound c", "unbound c");
        assertThatThrownBy(() -> session.getAttribute("c")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.setAttribute("c", 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void timersFireOnceOrOverAndOver() {
        SipApplicationSession session = app.factory().createApplicationSession();
        List<Duration> at = new ArrayList<>();
        app.onTimer(timer -> {
            at.add(server.clock.elapsed());
            assertThat(timer.getApplicationSession()).isSameAs(session);
            if (at.size() == 3) {
                timer.cancel();
            }
        });

        app.timers().createTimer(session, 1000, 500, false, false, "rate");
        assertThat(session.getTimers()).hasSize(1);
        server.advance(Duration.ofSeconds(10));

        assertThat(at).containsExactly(Duration.ofMillis(1000), Duration.ofMillis(1500), Duration.ofMillis(2000));
        assertThat(session.getTimers()).isEmpty();
        app.timers().createTimer(session, 100, false, "once");
        server.advance(Duration.ofSeconds(1));
        assertThat(app.events).endsWith("timer rate", "timer once");
        assertThat(session.getTimers()).isEmpty();
        assertThat(session.isValid()).isTrue();
        session.invalidate();
        server.assertEnded();
    }

    @Test
    void aTimerOfFixedDelayWaitsForItsCallback() {
        SipApplicationSession session = app.factory().createApplicationSession();
        List<Long> scheduled = new ArrayList<>();
        app.onTimer(timer -> scheduled.add(timer.scheduledExecutionTime() - session.getCreationTime()));

        ServletTimer timer = app.timers().createTimer(session, 1000, 2000, true, false, "delay");
        assertThat(timer.getTimeRemaining()).isEqualTo(1000);
        assertThat(session.getTimer(timer.getId())).isSameAs(timer);
        server.advance(Duration.ofMillis(5500));
        timer.cancel();
        server.advance(Duration.ofMillis(5500));

        assertThat(scheduled).containsExactly(1000L, 3000L, 5000L);
        session.invalidate();
    }

    @Test
    void aTimerDiesWithItsSessionAndKeepsItFromBeingReady() {
        app.on("OPTIONS", request -> {
            app.timers().createTimer(request.getApplicationSession(), 10_000, false, "t");
            request.createResponse(200).send();
        });
        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));
        assertThat(server.sessions()).isEqualTo(1);
        server.advance(Duration.ofSeconds(10));
        assertThat(app.events).contains("timer t");
        assertThat(server.sessions()).isZero();
        app.events.clear();
        SipApplicationSession session = app.factory().createApplicationSession();
        app.timers().createTimer(session, 10_000, false, "dead");

        session.invalidate();
        server.advance(Duration.ofMinutes(1));

        assertThat(app.events).doesNotContain("timer dead");
        assertThatThrownBy(() -> app.timers().createTimer(session, 1, false, "late"))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theHandlerOfASessionMustBeAServletOfTheApplication() throws Exception {
        answeredInvite();
        SipSession session = app.requests.get(0).getSession();

        session.setHandler("main");

        assertThatThrownBy(() -> session.setHandler("nobody")).isInstanceOf(ServletException.class);
    }

    @Test
    void anApplicationSessionListsItsSessionsAndIsFoundByItsKey() {
        SipApplicationSession session = app.factory().createApplicationSessionByKey("room 7");
        SipServletRequest one =
                app.factory().createRequest(session, "MESSAGE", app.uri("sip:app@a.test"), app.uri(alice.contact()));
        SipServletRequest two =
                app.factory().createRequest(session, "MESSAGE", app.uri("sip:app@a.test"), app.uri(alice.contact()));

        assertThat(app.factory().createApplicationSessionByKey("room 7")).isSameAs(session);
        assertThat(app.factory().createApplicationSessionByKey("room 8")).isNotSameAs(session);
        List<Object> all = new ArrayList<>();
        session.getSessions().forEachRemaining(all::add);
        assertThat(all).containsExactly(one.getSession(), two.getSession());
        assertThat(session.getSipSession(two.getSession().getId())).isSameAs(two.getSession());
        assertThat(session.getSipSession("none")).isNull();
        assertThat(session.getSessions("HTTP").hasNext()).isFalse();
        session.invalidate();
        assertThat(app.factory().createApplicationSessionByKey("room 7")).isNotSameAs(session);
    }

    @Test
    void anInvalidSessionRefusesEverything() {
        answeredInvite();
        SipServletRequest invite = app.requests.get(0);
        SipSession session = invite.getSession();

        session.invalidate();

        assertThat(session.isValid()).isFalse();
        assertThatThrownBy(session::getState).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.createRequest("BYE")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::invalidate).isInstanceOf(IllegalStateException.class);
        assertThat(session.getId()).isNotEmpty();
        assertThat(app.events).endsWith("sip destroyed", "app ready", "app destroyed");
        server.assertEnded();
    }
}
