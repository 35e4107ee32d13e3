// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;

import jakarta.servlet.sip.AutomaticProcessingListener;
import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.ProxyBranch;
import jakarta.servlet.sip.SessionKeepAlive;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** What applications and the container know of sessions is known by the node that goes on with them. */
class SessionFactsTakeoverTest {
    private static final List<String> TOLD = new CopyOnWriteArrayList<>();

    private TwoNodes nodes = new TwoNodes();
    private Site site;
    private ScriptedServlet app;
    private Peer alice;
    private Peer bob;
    private Peer carol;
    private Peer aliceLater;
    private Peer bobLater;
    private Peer carolLater;

    @BeforeEach
    void meet() {
        TOLD.clear();
        site = nodes.site;
        app = nodes.app;
        alice = nodes.alice;
        bob = nodes.bob;
        carol = nodes.carol;
        aliceLater = nodes.aliceLater;
        bobLater = nodes.bobLater;
        carolLater = nodes.carolLater;
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void routedBy(String dar) {
        nodes = new TwoNodes(TestServer.Edge.routedBy(dar));
        meet();
    }

    private record Call(Request invite, Response success) {}

    /** That of the node that runs the servlet. */
    private static SipFactory factory(SipServletRequest request) {
        return (SipFactory) request.getSession().getServletContext().getAttribute(SipServlet.SIP_FACTORY);
    }

    /** The servlet answers a call. */
    private Call answeredCall(ScriptedServlet.Script<SipServletRequest> before) throws Exception {
        site.deploy("app", app, ScriptedServlet.class);
        return nextCall(before);
    }

    private Call nextCall(ScriptedServlet.Script<SipServletRequest> before) {
        app.on("INVITE", request -> {
            before.run(request);
            request.createResponse(200).send();
        });
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        return new Call(invite, nodes.acknowledge(invite));
    }

    /** At the survivor. */
    private void later(Call call, ScriptedServlet.Script<SipServletRequest> script) throws Exception {
        app.on("INFO", request -> {
            script.run(request);
            request.createResponse(200).send();
        });
        aliceLater.send(aliceLater.inDialog(Method.INFO, call.invite, call.success, 2));
        assertThat(app.seen).contains("INFO");
    }

    // ---- application routing

    @Test
    void theRegionAndTheSubscriberAreThoseOfTheBeginning() throws Exception {
        routedBy("INVITE: (\"app\", \"DAR:From\", \"TERMINATING\", \"\", \"NO_ROUTE\", \"0\")");
        Call call = answeredCall(request -> {});
        List<Object> found = new ArrayList<>();
        site.killAndNotice(FIRST);

        later(call, request -> {
            found.add(request.getSession().getRegion());
            found.add(request.getSession().getSubscriberURI().toString());
        });

        assertThat(found.get(0)).isSameAs(SipApplicationRoutingRegion.TERMINATING_REGION);
        assertThat(found.get(1)).isEqualTo("sip:alice@a.test");
    }

    @Test
    void theNextTargetOfASearchDoesNotComeBackToTheApplication() throws Exception {
        routedBy("INVITE: (\"app\", \"DAR:From\", \"ORIGINATING\", \"\", \"NO_ROUTE\", \"0\")");
        app.on("INVITE", request -> {
            request.getProxy().setParallel(false);
            request.getProxy().proxyTo(List.of(app.uri(bob.contact()), app.uri(carol.contact())));
        });
        site.deploy("app", app);
        Request atBob = nodes.ring().received();
        site.killAndNotice(FIRST);

        bobLater.send(bobLater.answer(atBob, 486));

        bobLater.nextRequest(Method.ACK);
        Request atCarol = carolLater.nextRequest(Method.INVITE);
        assertThat(atCarol.viaCount()).isEqualTo(2);
        assertThat(app.seen).containsOnlyOnce("INVITE");
    }

    @Test
    void aRequestOfTheApplicationStaysOneThatBeganAnew() throws Exception {
        List<Object> found = new ArrayList<>();
        Call call = answeredCall(request -> {
            SipServletRequest other = factory(request)
                    .createRequest(
                            request.getApplicationSession(),
                            "MESSAGE",
                            app.uri("sip:app@a.test"),
                            app.uri(bob.contact()));
            request.getSession().setAttribute("other", other);
            other.send();
        });
        bob.nextRequest(Method.MESSAGE);
        site.killAndNotice(FIRST);

        later(call, request -> {
            SipServletRequest other = (SipServletRequest) request.getSession().getAttribute("other");
            found.add(other.getRoutingDirective());
        });

        assertThat(found).containsExactly(SipApplicationRoutingDirective.NEW);
    }

    // ---- what is left to the container

    /** Is told of a dialog that the application has given up. */
    private static final class Listener implements AutomaticProcessingListener {
        private static final long serialVersionUID = 1;

        @Override
        public void outgoingRequest(SipServletRequest request) {
            TOLD.add("sent " + request.getMethod());
        }

        @Override
        public void outgoingResponse(SipServletResponse response) {
            TOLD.add("sent " + response.getStatus());
        }

        @Override
        public void incomingRequest(SipServletRequest request) {
            TOLD.add("got " + request.getMethod());
        }

        @Override
        public void incomingResponse(SipServletResponse response) {
            TOLD.add("got " + response.getStatus());
        }
    }

    @Test
    void aDialogThatTheApplicationHasGivenUpIsEndedByTheSurvivor() throws Exception {
        Call call = answeredCall(request -> {});
        app.on("INFO", request -> {
            request.createResponse(200).send();
            request.getSession().terminateDialog(new Listener());
        });
        alice.send(alice.inDialog(Method.INFO, call.invite, call.success, 2));
        alice.nextResponse(200);
        alice.nextRequest(Method.BYE);
        site.clock.advance(Duration.ofMillis(100));
        site.killAndNotice(FIRST);
        app.seen.clear();
        TOLD.clear();

        aliceLater.send(aliceLater.inDialog(Method.INFO, call.invite, call.success, 3));
        assertThat(statuses(aliceLater)).contains(481);
        Request bye = requests(aliceLater).get(0);
        aliceLater.send(aliceLater.answer(bye, 200));

        assertThat(bye.method()).isEqualTo(Method.BYE);
        assertThat(TOLD).containsExactly("got INFO", "sent 481", "got 200");
        assertThat(app.seen).isEmpty();
        site.assertEnded();
    }

    // ---- callbacks

    /** Is told of the session timer. */
    private record Told(String what) implements SessionKeepAlive.Callback {
        @Override
        public void handle(SipSession session) {
            TOLD.add(what + " " + session.isValid());
        }
    }

    @Test
    void whoIsToldOfTheSessionTimerIsToldByTheSurvivor() throws Exception {
        app.on("INVITE", request -> {
            SipServletResponse success = request.createResponse(200);
            success.getSessionKeepAlivePreference().setEnabled(true);
            success.getSessionKeepAlivePreference().setExpiration(100);
            SessionKeepAlive keepAlive = request.getSession().getKeepAlive();
            keepAlive.setExpiryCallback(new Told("expired"));
            keepAlive.setRefreshCallback(session -> TOLD.add("refresh"));
            success.send();
        });
        site.deploy("app", app, ScriptedServlet.class);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test")
                .add(HeaderName.SUPPORTED, "timer")
                .add(HeaderName.SESSION_EXPIRES, "100;refresher=uac"));
        Response success = nodes.acknowledge(invite);
        site.killAndNotice(FIRST);
        List<Boolean> found = new ArrayList<>();
        later(
                new Call(invite, success),
                request -> found.add(request.getSession().getKeepAlive().getRefreshCallback() != null));
        TOLD.clear();

        site.clock.advance(Duration.ofSeconds(101));

        assertThat(found).containsExactly(true);
        assertThat(TOLD).filteredOn("expired true"::equals).isNotEmpty();
    }

    /** Is told of a branch whose time is over. */
    private record Late() implements ProxyBranch.Callback, Serializable {
        @Override
        public void handle(ProxyBranch branch) {
            TOLD.add("late");
        }
    }

    @Test
    void aSearchGoesOnAsTheApplicationHasSetItUp() throws Exception {
        app.on("INVITE", request -> {
            Proxy proxy = request.getProxy();
            proxy.setParallel(false);
            proxy.setProxyTimeout(10);
            proxy.setRecordRoute(true);
            proxy.getRecordRouteURI().setParameter("x", "1");
            List<ProxyBranch> branches =
                    proxy.createProxyBranches(List.of(app.uri(bob.contact()), app.uri(carol.contact())));
            branches.get(1).setRecurse(false);
            proxy.startProxy(new Late());
        });
        site.deploy("app", app);
        nodes.invite();
        bob.nextRequest(Method.INVITE);
        site.clock.advance(Duration.ofMillis(300));
        alice.nextResponse(100);
        site.killAndNotice(FIRST);

        site.clock.advance(Duration.ofSeconds(11));

        Request atCarol = carolLater.nextRequest(Method.INVITE);
        assertThat(atCarol.headers().first(HeaderName.RECORD_ROUTE).orElseThrow())
                .contains(";x=1");
        assertThat(TOLD).contains("late");
        carolLater.send(carolLater.answer(atCarol, 302).set(HeaderName.CONTACT, "<" + bob.contact() + ">"));
        assertThat(statuses(aliceLater)).contains(302);
    }

    @Test
    void aRefreshOfTheContainerStaysOne() throws Exception {
        app.on("INVITE", request -> {
            SipServletResponse success = request.createResponse(200);
            success.setContent("v=0".getBytes(StandardCharsets.US_ASCII), "application/sdp");
            success.send();
        });
        site.deploy(
                "app",
                Map.of(
                        "org.trapezoid.session-timer", "100",
                        "org.trapezoid.session-timer.refresher", "self",
                        "org.trapezoid.session-timer.method", "invite"),
                app);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test")
                .add(HeaderName.SUPPORTED, "timer")
                .set(HeaderName.SESSION_EXPIRES, "100;refresher=uas")
                .body("v=0".getBytes(StandardCharsets.US_ASCII))
                .set(HeaderName.CONTENT_TYPE, "application/sdp"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(Duration.ofMillis(50_500));
        Request refresh = alice.nextRequest(Method.INVITE);
        site.killAndNotice(FIRST);
        app.seen.clear();

        aliceLater.send(aliceLater
                .answer(refresh, 200)
                .set(HeaderName.SESSION_EXPIRES, "100;refresher=uac")
                .body("v=0".getBytes(StandardCharsets.US_ASCII))
                .set(HeaderName.CONTENT_TYPE, "application/sdp"));

        assertThat(requests(aliceLater)).last().matches(each -> each.method().equals(Method.ACK));
        assertThat(app.seen).isEmpty();
    }

    // ---- the session itself

    @Test
    void whatAnotherThreadHasChangedIsKept() throws Exception {
        Call call = answeredCall(request -> {});
        app.requests.get(0).getSession().setInvalidateWhenReady(false);
        site.clock.advance(Duration.ofMillis(100));
        List<Boolean> found = new ArrayList<>();
        site.killAndNotice(FIRST);

        later(call, request -> found.add(request.getSession().getInvalidateWhenReady()));

        assertThat(found).containsExactly(false);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void requestsGoOverTheFlowThatTheApplicationHasChosenOrNowhere() throws Exception {
        List<Flow> flows = new ArrayList<>();
        app.on("MESSAGE", request -> {
            flows.add(request.getSession().getFlow());
            request.createResponse(200).send();
        });
        Peer page = site.node(FIRST).server().browser("page");
        site.deploy("app", app, ScriptedServlet.class);
        page.send(page.request(Method.MESSAGE, "sip:app@a.test"));
        page.nextResponse(200);
        Call call = nextCall(request -> request.getSession().setFlow(flows.get(0)));
        site.killAndNotice(FIRST);

        later(call, request -> request.getSession().createRequest("OPTIONS").send());

        assertThat(app.seen).contains("430 OPTIONS");
        assertThat(requests(aliceLater)).isEmpty();
    }

    private static List<Integer> statuses(Peer peer) {
        List<Integer> statuses = new ArrayList<>();
        for (Message each : peer.rest()) {
            if (each instanceof Response response) {
                statuses.add(response.status());
            }
        }
        return statuses;
    }

    private static List<Request> requests(Peer peer) {
        List<Request> requests = new ArrayList<>();
        for (Message each : peer.rest()) {
            if (each instanceof Request request) {
                requests.add(request);
            }
        }
        return requests;
    }
}
