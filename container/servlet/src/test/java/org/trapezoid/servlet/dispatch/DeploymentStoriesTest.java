// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServletContextEvent;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.servlet.sip.TimerService;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Applications that come and go while there are calls. */
class DeploymentStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");

    private static ScriptedServlet answering() {
        ScriptedServlet servlet = new ScriptedServlet();
        servlet.on("INVITE", request -> request.createResponse(200).send());
        servlet.on("BYE", request -> request.createResponse(200).send());
        return servlet;
    }

    private CompletableFuture<Void> undeploy(Duration patience) {
        return server.layer().applications().undeploy("app", patience).toCompletableFuture();
    }

    /** Is given what the server has. */
    public static class Injected extends ScriptedServlet {
        private static final long serialVersionUID = 1;

        @Resource
        private transient @Nullable SipFactory sipFactory;

        @Resource
        private transient @Nullable TimerService timerService;

        @Resource
        private transient @Nullable SipSessionsUtil sessionsUtil;

        @PostConstruct
        void constructed() {
            events.add("constructed " + (sipFactory != null && timerService != null && sessionsUtil != null));
        }

        @Override
        public void init() {
            events.add("init " + (getServletContext().getAttribute(SIP_FACTORY) == sipFactory));
        }

        @Override
        public void servletInitialized(SipServletContextEvent ce) {
            events.add("initialized " + (ce.getSipServlet() == this));
        }

        @Override
        public void destroy() {
            events.add("destroy");
        }

        @PreDestroy
        void ending() {
            events.add("ending");
        }
    }

    @Test
    void aServletIsGivenItsResourcesBeforeInitAndToldOfItsEnd() throws Exception {
        Injected servlet = new Injected();

        server.deploy("app", servlet, Injected.class);
        CompletableFuture<Void> ended = undeploy(Duration.ZERO);
        server.advance(Duration.ofSeconds(1));

        assertThat(ended).isCompleted();
        assertThat(servlet.events)
                .containsExactly("constructed true", "init true", "initialized true", "destroy", "ending");
    }

    @Test
    void undeployingWaitsForTheLastCall() throws Exception {
        ScriptedServlet servlet = answering();
        server.deploy("app", servlet, ScriptedServlet.class);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@192.0.2.1"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        CompletableFuture<Void> ended = undeploy(Duration.ofMinutes(1));
        server.advance(Duration.ofSeconds(30));
        assertThat(ended).isNotDone();
        Peer carol = server.peer("carol");
        carol.send(carol.request(Method.INVITE, "sip:app@192.0.2.1"));
        carol.nextResponse(404);
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);
        server.advance(Duration.ofSeconds(1));

        assertThat(ended).isCompleted();
        assertThat(servlet.seen).containsExactly("INVITE", "ACK", "BYE");
        server.assertEnded();
    }

    @Test
    void undeployingEndsTheCallsWhenPatienceIsOver() throws Exception {
        ScriptedServlet servlet = answering();
        server.deploy("app", servlet, ScriptedServlet.class);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@192.0.2.1"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        CompletableFuture<Void> ended = undeploy(Duration.ofSeconds(10));
        server.advance(Duration.ofSeconds(11));

        assertThat(ended).isCompleted();
        assertThat(servlet.events).endsWith("sip destroyed", "app destroyed");
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(481);
        server.assertEnded();
    }

    @Test
    void aCallStaysWithTheDeploymentItBeganIn() throws Exception {
        ScriptedServlet old = answering();
        ScriptedServlet fresh = answering();
        server.deploy("app", old, ScriptedServlet.class);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@192.0.2.1"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        CompletableFuture<Void> ended = undeploy(Duration.ofMinutes(1));
        server.deploy("app", fresh, ScriptedServlet.class);
        Peer carol = server.peer("carol");
        Request other = carol.send(carol.request(Method.INVITE, "sip:app@192.0.2.1"));
        Response answered = carol.nextResponse(200);
        carol.send(carol.inDialog(Method.ACK, other, answered, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);
        server.advance(Duration.ofSeconds(1));
        carol.send(carol.inDialog(Method.BYE, other, answered, 2));
        carol.nextResponse(200);

        assertThat(ended).isCompleted();
        assertThat(old.seen).containsExactly("INVITE", "ACK", "BYE");
        assertThat(fresh.seen).containsExactly("INVITE", "ACK", "BYE");
        server.assertEnded();
    }

    @Test
    void aNameIsTakenOnce() throws Exception {
        server.deploy("app", answering());

        assertThatThrownBy(() -> server.deploy("app", answering())).isInstanceOf(ServletException.class);
    }

    @Test
    void aServletThatFailsInInitLeavesNothingBehind() throws Exception {
        assertThatThrownBy(() -> server.deploy("app", new ScriptedServlet() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public void init() {
                        throw new IllegalStateException("no database");
                    }
                }))
                .isInstanceOf(ServletException.class);

        server.deploy("app", answering());
        assertThat(server.layer().applications().names()).containsExactly("app");
    }
}
