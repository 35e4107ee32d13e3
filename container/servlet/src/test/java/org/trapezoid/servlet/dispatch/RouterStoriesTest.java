// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.ar.SipApplicationRouter;
import jakarta.servlet.sip.ar.SipApplicationRouterInfo;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import jakarta.servlet.sip.ar.SipRouteModifier;
import jakarta.servlet.sip.ar.SipTargetedRequestInfo;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.servlet.router.ApplicationSelector;
import org.trapezoid.servlet.router.CurrentRouter;
import org.trapezoid.servlet.router.DefaultApplicationRouter;
import org.trapezoid.servlet.router.LoadedRouter;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.router.Selection;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;

/** An application router of the operator (JSR 289 §15.4). */
class RouterStoriesTest {

    private static final SipApplicationRoutingRegion OWN_REGION = new SipApplicationRoutingRegion("HOME", null);
    private static final String[] NOWHERE = {};

    private final CurrentRouter current = new CurrentRouter(new DefaultApplicationRouter());
    private final TestServer server = TestServer.routedBy(current).loopingBack();
    private final Scripted router = new Scripted();
    private final LoadedRouter loaded = server.router(router);
    private final ScriptedServlet first = new ScriptedServlet();
    private final ScriptedServlet second = new ScriptedServlet();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");

    /** What it was asked, and an answer for each question. */
    private static final class Scripted implements SipApplicationRouter {
        private final List<String> told = new CopyOnWriteArrayList<>();
        private final List<Asked> asked = new CopyOnWriteArrayList<>();
        private final List<Answer> answers = new ArrayList<>();

        private interface Answer {
            @Nullable
            SipApplicationRouterInfo to(SipServletRequest request);
        }

        private record Asked(
                @Nullable SipApplicationRoutingRegion region,
                SipApplicationRoutingDirective directive,
                @Nullable SipTargetedRequestInfo targeted,
                @Nullable Serializable state) {}

        void answer(Answer... next) {
            answers.addAll(List.of(next));
        }

        @Override
        public void init() {
            told.add("init");
        }

        @Override
        public void init(Properties properties) {
            told.add("init " + properties);
        }

        @Override
        public void destroy() {
            told.add("destroy");
        }

        @Override
        public void applicationDeployed(List<String> names) {
            told.add("deployed " + names);
        }

        @Override
        public void applicationUndeployed(List<String> names) {
            told.add("undeployed " + names);
        }

        @Override
        public @Nullable SipApplicationRouterInfo getNextApplication(
                SipServletRequest request,
                @Nullable SipApplicationRoutingRegion region,
                SipApplicationRoutingDirective directive,
                @Nullable SipTargetedRequestInfo targeted,
                @Nullable Serializable state) {
            asked.add(new Asked(region, directive, targeted, state));
            return answers.isEmpty() ? null : answers.remove(0).to(request);
        }
    }

    private static SipApplicationRouterInfo to(String application, SipApplicationRoutingRegion region, String state) {
        return new SipApplicationRouterInfo(
                application, region, "sip:carol@example.com", NOWHERE, SipRouteModifier.NO_ROUTE, state);
    }

    private static SipApplicationRouterInfo to(String application) {
        return to(application, SipApplicationRoutingRegion.NEUTRAL_REGION, "");
    }

    private static ScriptedServlet.Script<SipServletRequest> answering(int status) {
        return request -> request.createResponse(status).send();
    }

    private static ScriptedServlet.Script<SipServletRequest> onward() {
        return request -> request.getProxy().proxyTo(request.getRequestURI());
    }

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("first", first, ScriptedServlet.class);
        server.deploy("second", second, ScriptedServlet.class);
        loaded.init();
        current.replace(loaded);
    }

    @Test
    void isToldOfEveryApplicationBeforeItIsAsked() throws Exception {
        server.deploy("third", new ScriptedServlet(), ScriptedServlet.class);
        server.layer().applications().undeploy("first", java.time.Duration.ZERO);

        assertThat(router.told)
                .containsExactly("init", "deployed [first, second]", "deployed [third]", "undeployed [first]");
    }

    @Test
    void getsItsStateAndRegionBackFromAProxyButNotFromAFreshRequest() throws Exception {
        router.answer(
                request -> to("first", OWN_REGION, "one"), request -> to("second", OWN_REGION, "two"), request -> null);
        first.on("OPTIONS", onward());
        second.on("OPTIONS", request -> {
            second.factory()
                    .createRequest(
                            second.factory().createApplicationSession(), "MESSAGE", "sip:x@a.test", bob.contact())
                    .send();
            request.createResponse(200).send();
        });

        alice.send(alice.request(Method.OPTIONS, bob.contact()));
        alice.nextResponse(200);
        bob.nextRequest(Method.of("MESSAGE"));

        assertThat(router.asked)
                .containsExactly(
                        new Scripted.Asked(null, SipApplicationRoutingDirective.NEW, null, null),
                        new Scripted.Asked(OWN_REGION, SipApplicationRoutingDirective.CONTINUE, null, "one"),
                        new Scripted.Asked(null, SipApplicationRoutingDirective.NEW, null, null));
        SipApplicationRoutingRegion seen = first.requests.get(0).getRegion();
        assertThat(seen.getLabel()).isEqualTo("HOME");
        assertThat(first.requests.get(0).getSubscriberURI()).hasToString("sip:carol@example.com");
    }

    @Test
    void goesOnForTheOtherLegOfAB2buaAndForAReversedDirective() throws Exception {
        router.answer(
                request -> to("first", SipApplicationRoutingRegion.ORIGINATING_REGION, "one"),
                request -> null,
                request -> null);
        first.on("OPTIONS", request -> {
            SipServletRequest leg = request.getB2buaHelper().createRequest(request);
            leg.send();
            SipServletRequest reversed = first.factory()
                    .createRequest(request.getApplicationSession(), "OPTIONS", "sip:x@a.test", bob.contact());
            reversed.setRoutingDirective(SipApplicationRoutingDirective.REVERSE, request);
            reversed.send();
            request.createResponse(200).send();
        });

        alice.send(alice.request(Method.OPTIONS, bob.contact()));
        alice.nextResponse(200);

        assertThat(router.asked.subList(1, 3))
                .containsExactly(
                        new Scripted.Asked(
                                SipApplicationRoutingRegion.ORIGINATING_REGION,
                                SipApplicationRoutingDirective.CONTINUE,
                                null,
                                "one"),
                        new Scripted.Asked(
                                SipApplicationRoutingRegion.TERMINATING_REGION,
                                SipApplicationRoutingDirective.REVERSE,
                                null,
                                "one"));
    }

    @Test
    void theSameApplicationTwiceInAChainIsTwoSessions() throws Exception {
        router.answer(
                request -> to("first", SipApplicationRoutingRegion.ORIGINATING_REGION, "one"),
                request -> to("first", SipApplicationRoutingRegion.TERMINATING_REGION, "two"),
                request -> null);
        first.on("OPTIONS", request -> {
            Proxy proxy = request.getProxy();
            proxy.proxyTo(request.getRequestURI());
        });

        alice.send(alice.request(Method.OPTIONS, bob.contact()));
        Request received = bob.nextRequest(Method.OPTIONS);
        bob.send(bob.answer(received, 200));
        alice.nextResponse(200);

        assertThat(received.viaCount()).isEqualTo(3);
        assertThat(first.requests)
                .extracting(SipServletRequest::getRegion)
                .containsExactly(
                        SipApplicationRoutingRegion.ORIGINATING_REGION, SipApplicationRoutingRegion.TERMINATING_REGION);
        assertThat(first.seen).containsExactly("OPTIONS", "OPTIONS", "200 OPTIONS", "200 OPTIONS");
        server.assertEnded();
    }

    @Test
    void seesTheRequestAndTheRouteThatWasPoppedAndChangesNothing() throws Exception {
        List<String> seen = new ArrayList<>();
        router.answer(request -> {
            seen.add(request.getMethod() + " " + request.getRequestURI() + " " + request.getPoppedRoute() + " "
                    + request.isInitial() + " " + request.getHeader("Subject"));
            request.setHeader("Subject", "changed");
            assertThatThrownBy(() -> request.createResponse(486)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(request::getProxy).isInstanceOf(IllegalStateException.class);
            return to("first");
        });
        first.on("OPTIONS", answering(200));

        alice.send(alice.request(Method.OPTIONS, "sip:bob@b.test")
                .add(HeaderName.ROUTE, "<sip:192.0.2.1;lr;orig>")
                .add(HeaderName.SUBJECT, "lunch"));
        alice.nextResponse(200);

        assertThat(seen).containsExactly("OPTIONS sip:bob@b.test <sip:192.0.2.1;lr;orig> true lunch");
        assertThat(first.requests.get(0).getHeader("Subject")).isEqualTo("lunch");
        assertThat(server.sessions()).isZero();
    }

    @Test
    @SuppressWarnings("deprecation") // encodeURI is deprecated by JSR 289, not gone
    void learnsWhichApplicationARequestIsAimedAt() throws Exception {
        router.answer(request -> to("second"));
        second.on("OPTIONS", answering(200));
        jakarta.servlet.sip.SipApplicationSession room = first.factory().createApplicationSession();
        jakarta.servlet.sip.URI uri = first.uri("sip:room@192.0.2.1");
        room.encodeURI(uri);

        alice.send(alice.request(Method.OPTIONS, uri.toString()));
        alice.nextResponse(200);

        SipTargetedRequestInfo targeted =
                Objects.requireNonNull(router.asked.get(0).targeted());
        assertThat(targeted.getType()).hasToString("ENCODED_URI");
        assertThat(targeted.getApplicationName()).isEqualTo("first");
        assertThat(second.requests.get(0).getApplicationSession()).isNotSameAs(room); // the router may ignore it
    }

    @ParameterizedTest
    @CsvSource({"Join, JOIN", "Replaces, REPLACES"})
    void learnsWhichApplicationsCallAnInviteIsAimedAt(String header, String type) throws Exception {
        router.answer(request -> to("first"), request -> to("first"));
        first.on("INVITE", answering(200));
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@192.0.2.1"));
        var success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        bob.send(bob.request(Method.INVITE, "sip:app@192.0.2.1")
                .add(
                        HeaderName.of(header),
                        invite.callId() + ";to-tag=" + success.toTag().orElseThrow() + ";from-tag="
                                + invite.fromTag().orElseThrow()));
        bob.nextResponse(200);

        assertThat(router.asked.get(0).targeted()).isNull();
        SipTargetedRequestInfo targeted =
                Objects.requireNonNull(router.asked.get(1).targeted());
        assertThat(targeted.getType()).hasToString(type);
        assertThat(targeted.getApplicationName()).isEqualTo("first");
    }

    @Test
    void mayNameRoutesWithoutAnApplication() throws Exception {
        router.answer(
                request -> to("first"),
                request -> new SipApplicationRouterInfo(
                        null,
                        null,
                        null,
                        new String[] {"sip:198.51.100.2;lr", "<sip:198.51.100.9;lr>"},
                        SipRouteModifier.ROUTE,
                        null));
        first.on("OPTIONS", onward());

        alice.send(alice.request(Method.OPTIONS, "sip:carol@c.test"));
        Request routed = bob.nextRequest(Method.OPTIONS);
        bob.send(bob.answer(routed, 200));
        alice.nextResponse(200);

        assertThat(routed.headers().all(HeaderName.ROUTE))
                .containsExactly("<sip:198.51.100.2;lr>", "<sip:198.51.100.9;lr>");
    }

    @Test
    void mayLookAtTheSessionOfWhatAnApplicationSends() throws Exception {
        List<Object> seen = new ArrayList<>();
        router.answer(request -> to("first"), request -> {
            seen.add(request.getApplicationSession().isReadyToInvalidate());
            seen.add(request.getApplicationSession().getExpirationTime());
            return null;
        });
        first.on("OPTIONS", onward());

        alice.send(alice.request(Method.OPTIONS, bob.contact()));
        bob.send(bob.answer(bob.nextRequest(Method.OPTIONS), 200));
        alice.nextResponse(200);

        assertThat(seen).hasSize(2);
        server.assertEnded();
    }

    // ---- what it does wrong

    @Test
    void itsFailuresAre500() {
        router.answer(
                request -> {
                    throw new IllegalArgumentException("no database");
                },
                request -> {
                    throw new NoClassDefFoundError("com/example/Database");
                },
                request -> to("nobody"),
                request -> new SipApplicationRouterInfo(
                        "first", null, "not a URI", NOWHERE, SipRouteModifier.NO_ROUTE, null),
                request -> new SipApplicationRouterInfo("first", null, null, NOWHERE, SipRouteModifier.ROUTE, null));

        for (int i = 1; i <= 5; i++) {
            alice.send(alice.request(Method.OPTIONS, "sip:bob@b.test").set(HeaderName.CSEQ, i + " OPTIONS"));
            alice.nextResponse(500);
        }

        assertThat(router.asked).hasSize(5);
        assertThat(first.seen).isEmpty();
        server.assertEnded();
    }

    @Test
    void nothingToSayIsNotFoundFromOutside() {
        router.answer(request -> null, request -> to("", SipApplicationRoutingRegion.NEUTRAL_REGION, ""));

        alice.send(alice.request(Method.OPTIONS, "sip:bob@b.test"));
        assertThat(alice.nextResponse(404).reason()).isEqualTo("No Application Takes This Request");
        alice.send(alice.request(Method.OPTIONS, "sip:bob@192.0.2.1").set(HeaderName.CSEQ, "2 OPTIONS"));
        alice.nextResponse(404);
    }

    @Test
    void anAckThatNobodyTakesIsNotAnswered() {
        alice.send(alice.request(Method.ACK, "sip:bob@192.0.2.1"));
        server.advance(java.time.Duration.ofSeconds(1));

        assertThat(alice.rest()).isEmpty();
    }

    // ---- its successor

    @Test
    void isDestroyedOnceNobodyIsInItAndItsSuccessorTakesNewRequests() throws Exception {
        Scripted successor = new Scripted();
        LoadedRouter next = server.router(successor);
        List<Runnable> later = new ArrayList<>();
        List<String> toldInside = new ArrayList<>();
        router.answer(request -> {
            next.init();
            current.replace(next);
            loaded.retire(later::add, () -> router.told.add("closed"));
            toldInside.addAll(router.told);
            assertThat(later).isEmpty();
            return to("first");
        });
        successor.answer(request -> to("second"));
        first.on("OPTIONS", answering(200));
        second.on("OPTIONS", answering(200));

        alice.send(alice.request(Method.OPTIONS, "sip:bob@b.test"));
        alice.nextResponse(200);
        alice.send(alice.request(Method.OPTIONS, "sip:bob@b.test").set(HeaderName.CSEQ, "2 OPTIONS"));
        alice.nextResponse(200);
        later.forEach(Runnable::run);

        assertThat(first.seen).containsExactly("OPTIONS");
        assertThat(second.seen).containsExactly("OPTIONS");
        assertThat(toldInside).doesNotContain("destroy");
        assertThat(router.told).endsWith("destroy", "closed");
        assertThat(successor.told).containsExactly("init", "deployed [first, second]");
    }

    @Test
    void aRequestThatMeetsItsEndIsGivenToItsSuccessor() {
        Scripted successor = new Scripted();
        successor.answer(request -> to("second"));
        LoadedRouter next = server.router(successor);
        current.replace(
                new ApplicationSelector() { // it ends between the choice of the router and the question
                    @Override
                    public Selection next(Request request, Origin origin, RoutingState state) {
                        loaded.retire(Runnable::run, () -> current.replace(next));
                        return loaded.next(request, origin, state);
                    }

                    @Override
                    public void deployed(List<String> names) {}

                    @Override
                    public void undeployed(List<String> names) {}
                });
        second.on("OPTIONS", answering(200));

        alice.send(alice.request(Method.OPTIONS, "sip:bob@b.test"));
        alice.nextResponse(200);

        assertThat(router.asked).isEmpty();
        assertThat(successor.asked).hasSize(1);
    }
}
