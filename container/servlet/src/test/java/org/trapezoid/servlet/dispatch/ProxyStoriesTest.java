// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.ProxyBranch;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.TooManyHopsException;
import jakarta.servlet.sip.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;

/** Applications that proxy: targets, branches, supervision, record-routing, stateless forwarding (JSR 289 §10). */
@SuppressWarnings("deprecation") // stateful is deprecated by JSR 289; here it has a use
class ProxyStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final Peer carol = server.peer("carol");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("proxy", app, ScriptedServlet.class);
    }

    private Request invite() {
        return alice.send(alice.request(Method.INVITE, "sip:who@a.test"));
    }

    private void acknowledgeFailure(Request invite, Response failure) {
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, failure.to().toString()));
    }

    private List<URI> both() {
        return List.of(app.uri(bob.contact()), app.uri(carol.contact()));
    }

    private static Response.Builder recordRouted(Peer peer, Request invite, int status) {
        Response.Builder answer = peer.answer(invite, status);
        invite.headers().all(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        return answer;
    }

    @Test
    void allTargetsRingAtOnceAndTheFirstAnswerEndsTheOthers() {
        app.on("INVITE", request -> request.getProxy().proxyTo(both()));

        invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        Request atCarol = carol.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 180));
        carol.send(carol.answer(atCarol, 180));
        carol.send(carol.answer(atCarol, 200));
        alice.nextResponse(180);
        alice.nextResponse(180);
        alice.nextResponse(200);
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(atBob, 487));
        bob.nextRequest(Method.ACK);

        assertThat(app.seen).startsWith("INVITE", "180 INVITE", "180 INVITE", "200 INVITE");
        assertThat(alice.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    void withoutCancelTheOthersGoOnRinging() {
        app.on("INVITE", request -> {
            request.getProxy().setNoCancel(true);
            request.getProxy().proxyTo(both());
        });

        invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        Request atCarol = carol.nextRequest(Method.INVITE);
        carol.send(carol.answer(atCarol, 200));
        alice.nextResponse(200);
        assertThat(bob.rest()).isEmpty();
        bob.send(bob.answer(atBob, 200));
        alice.nextResponse(200);

        server.assertEnded();
    }

    @Test
    void targetsAreTriedOneAfterTheOther() {
        List<String> intermediate = new ArrayList<>();
        app.on("INVITE", request -> {
            Proxy proxy = request.getProxy();
            proxy.setParallel(false);
            proxy.proxyTo(both());
        });
        app.onResponse(response -> {
            if (response.isBranchResponse()) {
                intermediate.add(response.getStatus() + " "
                        + response.getProxyBranch().getRequest().getRequestURI());
            }
        });

        Request invite = invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        assertThat(carol.rest()).isEmpty();
        bob.send(bob.answer(atBob, 486));
        bob.nextRequest(Method.ACK);
        Request atCarol = carol.nextRequest(Method.INVITE);
        carol.send(carol.answer(atCarol, 404));
        carol.nextRequest(Method.ACK);
        Response failure = (Response) alice.next();
        acknowledgeFailure(invite, failure);

        assertThat(failure.status()).isIn(486, 404);
        assertThat(intermediate).containsExactly("486 " + bob.contact(), "404 " + carol.contact());
        server.assertEnded();
    }

    @Test
    void aRedirectionIsFollowed() {
        app.on("INVITE", request -> {
            request.getProxy().setRecurse(true);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });

        invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 302).set(HeaderName.CONTACT, '<' + carol.contact() + '>'));
        bob.nextRequest(Method.ACK);
        Request atCarol = carol.nextRequest(Method.INVITE);
        carol.send(carol.answer(atCarol, 200));
        alice.nextResponse(200);

        Proxy proxy = proxy(app.requests.get(0));
        assertThat(proxy.getProxyBranches()).hasSizeGreaterThanOrEqualTo(1);
        assertThat(proxy.getProxyBranch(app.uri(bob.contact())).getRecursedProxyBranches())
                .hasSize(1);
        server.assertEnded();
    }

    private static Proxy proxy(SipServletRequest request) {
        try {
            return request.getProxy();
        } catch (TooManyHopsException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRedirectionThatIsNotFollowedGoesBack() {
        app.on("INVITE", request -> {
            request.getProxy().setRecurse(false);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });

        Request invite = invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 302).set(HeaderName.CONTACT, '<' + carol.contact() + '>'));
        Response moved = alice.nextResponse(302);
        acknowledgeFailure(invite, moved);

        assertThat(moved.headers().all(HeaderName.CONTACT)).containsExactly('<' + carol.contact() + '>');
        server.assertEnded();
    }

    @Test
    void anUnsupervisedProxyShowsNoResponses() {
        app.on("INVITE", request -> {
            request.getProxy().setSupervised(false);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });

        invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 180));
        bob.send(bob.answer(atBob, 200));
        alice.nextResponse(180);
        alice.nextResponse(200);

        assertThat(app.seen).containsExactly("INVITE");
        server.assertEnded();
    }

    @Test
    void branchesAreEditedBeforeTheyStart() {
        app.on("INVITE", request -> {
            Proxy proxy = request.getProxy();
            List<ProxyBranch> branches = proxy.createProxyBranches(both());
            branches.get(0).getRequest().setHeader("X-Branch", "bob");
            branches.get(1).getRequest().setHeader("X-Branch", "carol");
            branches.get(1).setRecordRoute(true);
            assertThat(branches).noneMatch(ProxyBranch::isStarted);
            proxy.startProxy();
            assertThat(branches).allMatch(ProxyBranch::isStarted);
            assertThatThrownBy(() -> branches.get(0).getRequest().setHeader("X-Late", "1"))
                    .isInstanceOf(IllegalStateException.class);
        });

        invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        Request atCarol = carol.nextRequest(Method.INVITE);

        assertThat(atBob.headers().all(HeaderName.of("X-Branch"))).containsExactly("bob");
        assertThat(atBob.headers().has(HeaderName.RECORD_ROUTE)).isFalse();
        assertThat(atCarol.headers().all(HeaderName.of("X-Branch"))).containsExactly("carol");
        assertThat(atCarol.headers().has(HeaderName.RECORD_ROUTE)).isTrue();
        assertThat(app.seen).containsExactly("INVITE");
        bob.send(bob.answer(atBob, 600));
        carol.send(carol.answer(atCarol, 487));
        server.advance(Duration.ofSeconds(33));
        server.assertEnded();
    }

    @Test
    void anotherTargetIsTriedFromTheErrorCallback() {
        app.on("INVITE", request -> request.getProxy().proxyTo(app.uri(bob.contact())));
        app.onResponse(response -> {
            if (response.getStatus() == 480) {
                response.getProxy().proxyTo(app.uri(carol.contact()));
            }
        });

        invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 480));
        Request atCarol = carol.nextRequest(Method.INVITE);
        assertThat(alice.rest()).isEmpty();
        carol.send(carol.answer(atCarol, 200));

        alice.nextResponse(200);
        assertThat(app.seen).containsExactly("INVITE", "480 INVITE", "200 INVITE");
        server.assertEnded();
    }

    @Test
    void aBranchThatDoesNotAnswerInTimeIsReported() {
        List<String> timeouts = new ArrayList<>();
        app.on("INVITE", request -> {
            Proxy proxy = request.getProxy();
            proxy.setProxyTimeout(10);
            proxy.createProxyBranches(List.of(app.uri(bob.contact())));
            proxy.startProxy(
                    branch -> timeouts.add(branch.getRequest().getRequestURI().toString()));
        });

        Request invite = invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 180));
        server.advance(Duration.ofSeconds(10));
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(atBob, 487));
        alice.nextResponse(180);
        acknowledgeFailure(invite, (Response) alice.next());

        assertThat(timeouts).containsExactly(bob.contact());
        server.assertEnded();
    }

    @Test
    void theApplicationAnswersWhileItsProxyRings() {
        app.on("INVITE", request -> {
            request.getProxy().proxyTo(app.uri(bob.contact()));
            request.createResponse(183).send();
            request.createResponse(200).send();
        });
        app.on("BYE", request -> request.createResponse(200).send());

        Request invite = invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        alice.nextResponse(183);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.send(bob.answer(atBob, 180));
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(atBob, 487));

        server.advance(Duration.ofSeconds(1));
        assertThat(alice.rest()).isEmpty();
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    void aRegistrationPassesWithThePathOfTheProxy() {
        app.on("REGISTER", request -> {
            Proxy proxy = request.getProxy();
            proxy.setAddToPath(true);
            proxy.getPathURI().setParameter("edge", "7");
            proxy.proxyTo(app.uri(bob.contact()));
        });

        alice.send(alice.request(Method.REGISTER, "sip:a.test").add(HeaderName.of("Supported"), "path"));
        Request register = bob.nextRequest(Method.REGISTER);
        bob.send(bob.answer(register, 200));
        alice.nextResponse(200);

        assertThat(register.headers().values(HeaderName.PATH)).hasSize(1);
        assertThat(register.headers().values(HeaderName.PATH).get(0)).contains("192.0.2.1", ";lr", ";edge=7");
        server.assertEnded();
    }

    @Test
    void aFailureThatIsForwardedStaysAFailure() {
        app.on("INVITE", request -> request.getProxy().proxyTo(app.uri(bob.contact())));
        app.onResponse(response -> {
            assertThatThrownBy(() -> response.setStatus(200)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> response.setStatus(183)).isInstanceOf(IllegalStateException.class);
            response.setStatus(603);
        });

        Request invite = invite();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 486));

        acknowledgeFailure(invite, alice.nextResponse(603));
        server.assertEnded();
    }

    @Test
    void recordRouteParametersComeBackWithTheRoute() {
        List<String> popped = new ArrayList<>();
        app.on("INVITE", request -> {
            Proxy proxy = request.getProxy();
            proxy.setRecordRoute(true);
            proxy.getRecordRouteURI().setParameter("leg", "42");
            proxy.proxyTo(app.uri(bob.contact()));
        });
        app.on("INFO", request -> {
            popped.add(request.getPoppedRoute().getURI().getParameter("leg"));
            popped.add(request.getParameter("leg"));
            assertThat(Collections.list(request.getParameterNames())).contains("leg");
            assertThat(request.getParameterMap().get("leg")).containsExactly("42");
            assertThat(request.isInitial()).isFalse();
            assertThat(request.getSession()).isSameAs(app.requests.get(0).getSession());
            assertThatThrownBy(request::getProxy).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> request.createResponse(200)).isInstanceOf(IllegalStateException.class);
            request.setHeader("X-Seen", "yes");
        });

        Request invite = invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        Response ok = bob.send(recordRouted(bob, atBob, 200));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.INFO, invite, success, 2));
        Request info = bob.nextRequest(Method.INFO);
        bob.send(bob.answer(info, 200));
        alice.nextResponse(200);
        bob.send(bob.fromCallee(Method.INFO, atBob, ok, 1));
        Request back = alice.nextRequest(Method.INFO);
        alice.send(alice.answer(back, 200));
        bob.nextResponse(200);

        assertThat(info.headers().all(HeaderName.of("X-Seen"))).containsExactly("yes");
        assertThat(info.headers().has(HeaderName.ROUTE)).isFalse();
        assertThat(popped).containsExactly("42", "42", "42", "42");
        assertThat(app.seen).containsExactly("INVITE", "200 INVITE", "ACK", "INFO", "200 INFO", "INFO", "200 INFO");
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    void aCallOutlivesItsSession() {
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(true);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });
        Request invite = invite();
        Request atBob = bob.nextRequest(Method.INVITE);
        Response ok = bob.send(recordRouted(bob, atBob, 200));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);

        server.advance(Duration.ofHours(2));
        assertThat(server.sessions()).isZero();
        alice.send(alice.inDialog(Method.INVITE, invite, success, 2));
        Request again = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(again, 200));
        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 2));
        bob.nextRequest(Method.ACK);
        bob.send(bob.fromCallee(Method.BYE, atBob, ok, 1));
        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        bob.nextResponse(200);
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 481));
        alice.nextResponse(481);

        assertThat(app.seen).containsExactly("INVITE", "200 INVITE", "ACK");
        server.assertEnded();
    }

    @Test
    void maxForwardsZeroIsTooManyHops() {
        List<Class<?>> thrown = new ArrayList<>();
        app.on("OPTIONS", request -> {
            try {
                request.getProxy();
            } catch (TooManyHopsException e) {
                thrown.add(e.getClass());
            }
        });

        alice.send(alice.request(Method.OPTIONS, "sip:who@a.test").set(HeaderName.MAX_FORWARDS, "0"));

        alice.nextResponse(483);
        assertThat(thrown).containsExactly(TooManyHopsException.class);
        server.assertEnded();
    }

    @Test
    void aProxyAnswersNobodyTwice() {
        app.on("INVITE", request -> {
            request.createResponse(486).send();
            assertThatThrownBy(request::getProxy).isInstanceOf(IllegalStateException.class);
        });

        Request invite = invite();
        acknowledgeFailure(invite, alice.nextResponse(486));

        server.assertEnded();
    }

    @Test
    @Checklist("U4")
    void aProxyForwardsBothOfTwoMergedRequests() {
        app.on("INVITE", request -> request.getProxy().proxyTo(app.uri(bob.contact())));
        Request invite = invite();
        bob.nextRequest(Method.INVITE);

        alice.send(invite.toBuilder().set(HeaderName.VIA, "SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKother"));

        bob.nextRequest(Method.INVITE);
    }

    // ---- without state

    private ScriptedServlet stateless(TestServer other) throws Exception {
        ScriptedServlet forward = new ScriptedServlet();
        ScriptedServlet.Script<SipServletRequest> script = request -> {
            Proxy proxy = request.getProxy();
            proxy.setStateful(false);
            proxy.proxyTo(forward.uri(other.peer("bob").contact()));
        };
        for (String method : List.of("INVITE", "ACK", "CANCEL", "OPTIONS")) {
            forward.on(method, script);
        }
        other.deploy("stateless", Map.of("org.trapezoid.stateless", "true"), forward);
        return forward;
    }

    @Test
    @Checklist("C10")
    void aStatelessProxyForwardsEachMessageOnItsOwn() throws Exception {
        TestServer plain = new TestServer();
        Peer caller = plain.peer("alice");
        Peer callee = plain.peer("bob");
        ScriptedServlet forward = stateless(plain);

        Request invite = caller.send(caller.request(Method.INVITE, "sip:who@a.test"));
        Request first = callee.nextRequest(Method.INVITE);
        caller.send(invite);
        Request second = callee.nextRequest(Method.INVITE);
        plain.advance(Duration.ofSeconds(1));
        assertThat(caller.rest()).isEmpty(); // no 100
        caller.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
        Request cancel = callee.nextRequest(Method.CANCEL);
        callee.send(callee.answer(first, 486));
        Response busy = caller.nextResponse(486);
        caller.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, busy.to().toString()));
        Request ack = callee.nextRequest(Method.ACK);

        assertThat(second.topVia().branch()).isEqualTo(first.topVia().branch());
        assertThat(cancel.topVia().branch()).isEqualTo(first.topVia().branch());
        assertThat(ack.topVia().branch()).isEqualTo(first.topVia().branch());
        assertThat(first.maxForwards()).isEqualTo(69);
        assertThat(forward.seen).containsExactly("INVITE", "INVITE", "CANCEL", "ACK");
        assertThat(plain.sessions()).isZero();
        assertThat(plain.transactions()).isZero();
    }

    @Test
    void statelessModeIsIgnoredByOtherApplications() {
        app.on("OPTIONS", request -> {
            Proxy proxy = request.getProxy();
            proxy.setStateful(false);
            assertThat(proxy.getStateful()).isTrue();
            proxy.proxyTo(app.uri(bob.contact()));
        });

        alice.send(alice.request(Method.OPTIONS, "sip:who@a.test"));
        bob.send(bob.answer(bob.nextRequest(Method.OPTIONS), 200));

        alice.nextResponse(200);
        assertThat(app.seen).containsExactly("OPTIONS", "200 OPTIONS");
        server.assertEnded();
    }
}
