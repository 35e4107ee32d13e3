// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.TimerService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Method;

/** Timers of applications whose node dies, is taken for dead, or doubts. */
class TimerTakeoverTest {
    private final TwoNodes nodes = new TwoNodes();
    private final Site site = nodes.site;
    private final ScriptedServlet app = nodes.app;
    private final Peer alice = nodes.alice;

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @Test
    void aTimerFiresOnceAtTheSurvivor() throws Exception {
        List<String> fired = new ArrayList<>();
        app.on("MESSAGE", request -> {
            SipApplicationSession session = request.getApplicationSession();
            session.setAttribute("name", "alice");
            TimerService timers =
                    (TimerService) request.getSession().getServletContext().getAttribute(SipServlet.TIMER_SERVICE);
            timers.createTimer(session, 10_000, false, "ring");
            request.createResponse(200).send();
        });
        app.onTimer(timer ->
                fired.add(timer.getInfo() + " " + timer.getApplicationSession().getAttribute("name")));
        site.deploy("reminder", app, ScriptedServlet.class);
        alice.send(alice.request(Method.MESSAGE, "sip:bob@a.test"));
        alice.nextResponse(200);
        site.clock.advance(Duration.ofSeconds(3));
        site.killAndNotice(FIRST);
        assertThat(fired).isEmpty();

        site.clock.advance(Duration.ofSeconds(20));

        // the servlet is the same object on both nodes, and the dead one's clock goes on: it fires there too
        assertThat(fired).containsExactly("ring alice", "ring alice");
    }

    private List<String> remindersIn(Duration time) throws Exception {
        List<String> fired = new ArrayList<>();
        app.on("MESSAGE", request -> {
            TimerService timers =
                    (TimerService) request.getSession().getServletContext().getAttribute(SipServlet.TIMER_SERVICE);
            timers.createTimer(request.getApplicationSession(), time.toMillis(), false, "ring");
            request.createResponse(200).send();
        });
        app.onTimer(timer -> fired.add(String.valueOf(timer.getInfo())));
        site.deploy("reminder", app, ScriptedServlet.class);
        alice.send(alice.request(Method.MESSAGE, "sip:bob@a.test"));
        alice.nextResponse(200);
        site.clock.advance(Duration.ofSeconds(1));
        return fired;
    }

    @Test
    void aTimerOfANodeThatWasTakenForDeadFiresOnlyAtTheSurvivor() throws Exception {
        List<String> fired = remindersIn(Duration.ofSeconds(10));
        Site.Node first = site.node(FIRST);
        first.member().hang();
        site.clock.advance(Duration.ofMillis(8950));
        first.member().wake(); // a moment before the timer is due
        site.clock.advance(Duration.ofMillis(49));
        assertThat(first.server().sessions())
                .as("not heard yet that it is lost")
                .isOne();
        assertThat(fired).isEmpty();

        site.clock.advance(Duration.ofSeconds(20));

        assertThat(fired).containsExactly("ring");
        assertThat(first.replication().refused()).isEqualTo(1);
    }

    @Test
    void aNodeThatDoubtsTellsOfTheEndOfASessionWhenItIsConfirmed() throws Exception {
        List<String> ended = new ArrayList<>();
        app.on("MESSAGE", request -> {
            request.getApplicationSession().setInvalidateWhenReady(false);
            request.getApplicationSession().setExpires(1);
            request.createResponse(200).send();
        });
        app.onExpired(event -> ended.add("expired"));
        site.deploy("short", app, ScriptedServlet.class);
        alice.send(alice.request(Method.MESSAGE, "sip:bob@a.test"));
        alice.nextResponse(200);
        site.clock.advance(Duration.ofSeconds(59));
        site.cluster.answersAfter(() -> Duration.ofMillis(30));
        site.clock.advance(Duration.ofMillis(990));
        site.node(FIRST).member().doubt();

        site.clock.advance(Duration.ofMillis(20));
        assertThat(ended).isEmpty();
        site.clock.advance(Duration.ofMillis(100));

        assertThat(ended).containsExactly("expired");
    }

    @Test
    void aTimerOfANodeThatDoubtsFiresWhenTheSessionIsConfirmed() throws Exception {
        List<String> fired = remindersIn(Duration.ofSeconds(10));
        site.cluster.answersAfter(() -> Duration.ofMillis(30));
        site.clock.advance(Duration.ofMillis(8990));
        site.node(FIRST).member().doubt();

        site.clock.advance(Duration.ofMillis(20));
        assertThat(fired).isEmpty();
        site.clock.advance(Duration.ofMillis(60));

        assertThat(fired).containsExactly("ring");
    }
}
