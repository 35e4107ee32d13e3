// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.AuthInfo;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.ProxyBranch;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Rules of the container that no other story tells (JSR 289 §6, §10 and §12), and what is chosen where they leave doubt. */
class ContainerRulesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final Peer carol = server.peer("carol");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(Class<?>... listeners) throws Exception {
        server.deploy("rules", app, listeners);
    }

    private Request invite() {
        return alice.send(alice.request(Method.INVITE, bob.contact()));
    }

    /** A call that the application answers. */
    private Call answered(ScriptedServlet.Script<SipServletRequest> first) {
        app.on("INVITE", request -> {
            first.run(request);
            request.createResponse(200).send();
        });
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        return new Call(invite, success);
    }

    private record Call(Request invite, Response success) {}

    // ---- sessions

    @Test
    void trafficDoesNotLengthenTheLifeOfASessionAndItsExpiryIsNoReadiness() throws Exception {
        deploy(ScriptedServlet.class);
        app.on("INFO", request -> request.createResponse(200).send());
        Call call = answered(request -> {});
        SipApplicationSession session = app.requests.get(0).getApplicationSession();
        long expiry = session.getExpirationTime();

        for (int minute = 1; minute <= 2; minute++) {
            server.advance(Duration.ofSeconds(80));
            alice.send(alice.inDialog(Method.INFO, call.invite(), call.success(), 1 + minute));
            alice.nextResponse(200);
            assertThat(session.getExpirationTime()).isEqualTo(expiry);
        }
        server.advance(Duration.ofSeconds(20));

        assertThat(session.isValid()).isFalse();
        assertThat(app.events)
                .endsWith("app expired", "sip destroyed", "app destroyed")
                .doesNotContain("app ready");
    }

    @Test
    void anEndTakesEffectAtOnceInTheCallback() throws Exception {
        deploy(ScriptedServlet.class);
        List<Boolean> valid = new ArrayList<>();
        app.on("OPTIONS", request -> {
            SipApplicationSession session = request.getApplicationSession();
            SipSession contained = request.getSession();
            app.timers().createTimer(session, 1000, false, "dead");
            request.createResponse(200).send();
            session.invalidate();
            valid.add(session.isValid());
            valid.add(contained.isValid());
            assertThatThrownBy(() -> session.getAttribute("a")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> contained.getAttribute("a")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(session::getSessions).isInstanceOf(IllegalStateException.class);
        });

        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));
        alice.nextResponse(200);
        server.advance(Duration.ofSeconds(2));

        assertThat(valid).containsExactly(false, false);
        assertThat(app.events).contains("sip destroyed", "app destroyed").doesNotContain("timer dead", "app ready");
        server.assertEnded();
    }

    @Test
    void anInvalidatedCallSendsNothingAndIsUnknownFromThenOn() throws Exception {
        deploy(ScriptedServlet.class);
        Call call = answered(request -> {});

        app.requests.get(0).getSession().invalidate();
        server.advance(Duration.ofSeconds(40));
        assertThat(alice.rest()).isEmpty(); // no BYE
        alice.send(alice.inDialog(Method.BYE, call.invite(), call.success(), 2));

        alice.nextResponse(481);
        assertThat(app.seen).containsExactly("INVITE", "ACK");
    }

    /** Keeps a session alive when it is asked for the first time. */
    public static final class Keeper implements SipApplicationSessionListener {
        @Override
        public void sessionReadyToInvalidate(SipApplicationSessionEvent event) {
            if (event.getApplicationSession().getAttribute("kept") == null) {
                event.getApplicationSession().setAttribute("kept", true);
                event.getApplicationSession().setInvalidateWhenReady(false);
            }
        }

        @Override
        public void sessionCreated(SipApplicationSessionEvent event) {}

        @Override
        public void sessionDestroyed(SipApplicationSessionEvent event) {}

        @Override
        public void sessionExpired(SipApplicationSessionEvent event) {}
    }

    @Test
    void whoIsAskedWhetherASessionMayEndCanKeepIt() throws Exception {
        deploy(Keeper.class);
        app.on("OPTIONS", request -> request.createResponse(200).send());

        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));
        alice.nextResponse(200);
        SipApplicationSession session = app.requests.get(0).getApplicationSession();

        assertThat(session.isValid()).isTrue();
        assertThat(session.getInvalidateWhenReady()).isFalse();
        server.advance(Duration.ofMinutes(3));
        assertThat(session.isValid()).isFalse();
    }

    // ---- proxies

    @Test
    void theProxyOfATransactionIsOneObject() throws Exception {
        deploy();
        List<Proxy> proxies = new ArrayList<>();
        app.on("INVITE", request -> {
            proxies.add(request.getProxy());
            proxies.add(request.getProxy(false));
            request.getProxy().proxyTo(request.getRequestURI());
        });
        app.onResponse(response -> proxies.add(response.getProxy()));

        invite();
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 180));
        bob.send(bob.answer(received, 486));

        assertThat(proxies).hasSize(4).allSatisfy(each -> assertThat(each).isSameAs(proxies.get(0)));
    }

    @Test
    void aProxyMaySendProvisionalResponsesBeforeItProxies() throws Exception {
        deploy();
        app.on("INVITE", request -> {
            request.createResponse(182).send();
            request.getProxy().proxyTo(request.getRequestURI());
        });

        invite();
        alice.nextResponse(182);
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 486));

        alice.nextResponse(486);
    }

    @Test
    void whatFollowsInACallIsForwardedByTheContainerAlone() throws Exception {
        deploy();
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(true);
            request.getProxy().proxyTo(request.getRequestURI());
        });
        app.on("INFO", request -> {
            assertThat(request.isInitial()).isFalse();
            assertThatThrownBy(request::getProxy).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> request.createResponse(200)).isInstanceOf(IllegalStateException.class);
            request.setHeader("X-Seen", "yes");
        });

        Request invite = invite();
        Request received = bob.nextRequest(Method.INVITE);
        Response.Builder answer = bob.answer(received, 200);
        received.headers().all(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        bob.send(answer);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.INFO, invite, success, 2));

        assertThat(bob.nextRequest(Method.INFO).headers().first(HeaderName.of("X-Seen")))
                .contains("yes");
    }

    @Test
    void aCancelledProxySaysWhyAndACompleteOneCannotBeCancelled() throws Exception {
        deploy();
        List<Proxy> proxies = new ArrayList<>();
        app.on("INVITE", request -> {
            proxies.add(request.getProxy());
            request.getProxy().proxyTo(request.getRequestURI());
        });

        Request invite = invite();
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 180));
        alice.nextResponse(180);
        proxies.get(0).cancel(new String[] {"SIP", "Q.850"}, new int[] {600, 17}, new String[] {"Busy", "Away"});
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(received, 487));
        bob.nextRequest(Method.ACK);
        Response terminated = alice.nextResponse(487);
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, terminated.to().toString()));

        assertThat(cancel.headers().values(HeaderName.of("Reason")))
                .containsExactly("SIP;cause=600;text=\"Busy\"", "Q.850;cause=17;text=\"Away\"");
        assertThatThrownBy(() -> proxies.get(0).cancel()).isInstanceOf(IllegalStateException.class);
    }

    // ---- what is chosen where the specification leaves doubt

    @Test
    void ofTwoSecretsForOneRealmTheLastCounts() throws Exception {
        deploy();
        AuthInfo secrets = app.factory().createAuthInfo();
        secrets.addAuthInfo(401, "b.test", "first", "1");
        secrets.addAuthInfo(401, "b.test", "last", "2");
        app.onResponse(challenge -> {
            SipServletRequest again = challenge.getSession().createRequest("OPTIONS");
            again.addAuthHeader(challenge, secrets);
            again.send();
        });

        app.request("OPTIONS", bob).send();
        bob.send(bob.answer(bob.nextRequest(Method.OPTIONS), 401)
                .add(HeaderName.WWW_AUTHENTICATE, "Digest realm=\"b.test\", nonce=\"n\", qop=\"auth\""));

        assertThat(bob.nextRequest(Method.OPTIONS).headers().values(HeaderName.AUTHORIZATION))
                .singleElement()
                .asString()
                .contains("username=\"last\"");
    }

    @Test
    void aBranchThatIsCancelledBeforeItStartsNeverStarts() throws Exception {
        deploy();
        List<ProxyBranch> branches = new ArrayList<>();
        app.on("INVITE", request -> {
            Proxy proxy = request.getProxy();
            branches.addAll(proxy.createProxyBranches(List.of(app.uri(bob.contact()), app.uri(carol.contact()))));
            branches.get(0).cancel();
            proxy.startProxy();
        });

        invite();

        carol.send(carol.answer(carol.nextRequest(Method.INVITE), 486));
        alice.nextResponse(486);
        assertThat(bob.rest()).isEmpty();
        assertThat(branches.get(0).isStarted()).isFalse();
    }

    @Test
    void theTimeOfABranchThatRunsBeginsAnew() throws Exception {
        deploy();
        List<ProxyBranch> branches = new ArrayList<>();
        app.on("INVITE", request -> {
            Proxy proxy = request.getProxy();
            proxy.setProxyTimeout(60);
            branches.addAll(proxy.createProxyBranches(List.of(app.uri(bob.contact()))));
            branches.get(0).setProxyBranchTimeout(10);
            proxy.startProxy();
        });
        invite();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 180));
        alice.nextResponse(180);
        server.advance(Duration.ofSeconds(8));

        branches.get(0).setProxyBranchTimeout(10);
        server.advance(Duration.ofSeconds(9));
        assertThat(bob.rest()).isEmpty();
        server.advance(Duration.ofSeconds(1));

        bob.nextRequest(Method.CANCEL);
    }

    @Test
    void aRouteIsASipUriAndOfInitialRequestsOnly() throws Exception {
        deploy();
        app.on("INFO", request -> {
            assertThatThrownBy(() -> request.pushRoute((jakarta.servlet.sip.SipURI) app.uri("sip:r.test;lr")))
                    .isInstanceOf(IllegalStateException.class);
            request.createResponse(200).send();
        });
        SipServletRequest fresh = app.request("OPTIONS", bob);

        assertThatThrownBy(() -> fresh.pushRoute(app.address("<tel:+1>"))).isInstanceOf(IllegalArgumentException.class);
        Call call = answered(request -> {});
        alice.send(alice.inDialog(Method.INFO, call.invite(), call.success(), 2));

        alice.nextResponse(200);
    }

    @Test
    void aRouteWithoutLrIsOneOfAStrictRouter() throws Exception {
        deploy();
        SipServletRequest request = app.request("OPTIONS", carol);

        request.pushRoute((jakarta.servlet.sip.SipURI) app.uri(bob.contact()));
        request.send();

        Request received = bob.nextRequest(Method.OPTIONS);
        assertThat(received.uri()).hasToString(bob.contact());
        assertThat(received.routes()).singleElement().satisfies(route -> assertThat(route.uri())
                .hasToString(carol.contact()));
    }
}
