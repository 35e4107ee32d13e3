// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;
import static org.trapezoid.servlet.replication.TwoNodes.SECOND;

import jakarta.servlet.sip.SipApplicationSessionActivationListener;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipSessionActivationListener;
import jakarta.servlet.sip.SipSessionEvent;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.dispatch.ServletLayer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Listeners and attributes are told when their session leaves a node, and when it goes on at another one. */
class ActivationStoriesTest {
    private static final List<String> TOLD = new ArrayList<>();
    private static Runnable whilePassivated = () -> {};

    private final TwoNodes nodes = new TwoNodes();
    private final Site site = nodes.site;
    private final ScriptedServlet app = nodes.app;

    /** Is told of both kinds of sessions. */
    private abstract static class Told
            implements SipApplicationSessionActivationListener, SipSessionActivationListener, Serializable {
        private static final long serialVersionUID = 1;

        private final String name;

        Told(String name) {
            this.name = name;
        }

        @Override
        public void sessionWillPassivate(SipApplicationSessionEvent se) {
            TOLD.add(name + " leaves with " + se.getApplicationSession().getAttribute("name"));
            Runnable now = whilePassivated;
            whilePassivated = () -> {};
            now.run();
        }

        @Override
        public void sessionDidActivate(SipApplicationSessionEvent se) {
            TOLD.add(name + " is here with " + se.getApplicationSession().getAttribute("name"));
        }

        @Override
        public void sessionWillPassivate(SipSessionEvent se) {
            TOLD.add(name + " leaves with leg " + se.getSession().getAttribute("name"));
        }

        @Override
        public void sessionDidActivate(SipSessionEvent se) {
            TOLD.add(name + " is here with leg " + se.getSession().getAttribute("name"));
        }
    }

    /** Named in the descriptor. */
    public static final class Declared extends Told {
        private static final long serialVersionUID = 1;

        public Declared() {
            super("listener");
        }
    }

    private static final class Bound extends Told {
        private static final long serialVersionUID = 1;

        Bound(String name) {
            super(name);
        }
    }

    @BeforeEach
    void nobodyWasTold() {
        TOLD.clear();
        whilePassivated = () -> {};
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    /** Alice calls the application. */
    private TwoNodes.Call call(boolean binds, Class<?>... listeners) throws Exception {
        app.on("INVITE", request -> {
            request.getApplicationSession().setAttribute("name", "call");
            request.getSession().setAttribute("name", "one");
            if (binds) {
                request.getApplicationSession().setAttribute("bound", new Bound("attribute"));
                request.getSession().setAttribute("bound", new Bound("its attribute"));
            }
            request.createResponse(200).send();
        });
        for (String method : List.of("INFO", "BYE")) {
            app.on(method, request -> {
                TOLD.add(method);
                request.createResponse(200).send();
            });
        }
        site.deploy("app", app, listeners);
        Request invite = nodes.invite();
        Response success = nodes.acknowledge(invite);
        return new TwoNodes.Call(invite, invite, success);
    }

    private void hangsUp(TwoNodes.Call call) {
        nodes.aliceLater.send(nodes.aliceLater.inDialog(Method.BYE, call.invite(), call.success(), 9));
        site.clock.advance(Duration.ofMillis(100));
        nodes.aliceLater.nextResponse(200);
    }

    private void handsOverAndLeaves() {
        assertThat(leaving().handOver().toCompletableFuture().join()).isOne();
        site.node(FIRST).member().leave();
        site.clock.advance(Duration.ofMillis(100));
    }

    private ServletLayer leaving() {
        return site.node(FIRST).server().layer();
    }

    @Test
    void aDeathIsFollowedByTheActivation() throws Exception {
        TwoNodes.Call call = call(true, Declared.class);
        site.killAndNotice(FIRST);

        hangsUp(call);

        assertThat(TOLD)
                .containsExactly(
                        "listener is here with call",
                        "attribute is here with call",
                        "listener is here with leg one",
                        "its attribute is here with leg one",
                        "BYE");
    }

    @Test
    void aSessionThatIsHandedOverIsPassivatedAndActivated() throws Exception {
        TwoNodes.Call call = call(true, Declared.class);
        handsOverAndLeaves();

        hangsUp(call);

        assertThat(TOLD)
                .containsExactly(
                        "listener leaves with leg one",
                        "its attribute leaves with leg one",
                        "listener leaves with call",
                        "attribute leaves with call",
                        "listener is here with call",
                        "attribute is here with call",
                        "listener is here with leg one",
                        "its attribute is here with leg one",
                        "BYE");
    }

    @Test
    void attributesAreToldWithoutAListener() throws Exception {
        TwoNodes.Call call = call(true);
        handsOverAndLeaves();

        hangsUp(call);

        assertThat(TOLD)
                .containsExactly(
                        "its attribute leaves with leg one",
                        "attribute leaves with call",
                        "attribute is here with call",
                        "its attribute is here with leg one",
                        "BYE");
    }

    @Test
    void whatComesWhileASessionIsPassivatedIsHandledByAnActiveOne() throws Exception {
        TwoNodes.Call call = call(false, Declared.class);
        whilePassivated = () -> nodes.alice.send(nodes.alice.inDialog(Method.INFO, call.invite(), call.success(), 2));
        assertThat(leaving().handOver().toCompletableFuture().join()).isOne();
        nodes.alice.nextResponse(200);

        assertThat(TOLD)
                .containsExactly(
                        "listener leaves with leg one",
                        "listener leaves with call",
                        "listener is here with call",
                        "listener is here with leg one",
                        "INFO",
                        "listener leaves with leg one",
                        "listener leaves with call");
        assertThat(site.node(FIRST).server().sessions()).isZero();
        site.node(FIRST).member().leave();
        site.clock.advance(Duration.ofMillis(100));
        assertThat(site.node(SECOND).server().sessions()).isOne();
    }
}
