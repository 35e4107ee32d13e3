// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** A node that stood still and runs again: what lay in its sockets meanwhile, others may have handled. */
class WakingNodeStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final Duration LONG = Duration.ofSeconds(6);
    private static final Duration SOON = Duration.ofMillis(400);

    private final Site site = new Site(FIRST, SECOND);
    private final Site.Node first = site.node(FIRST);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer alice = first.peer("alice");
    private final Peer aliceElsewhere = site.node(SECOND).peer("alice");
    private final Request options =
            alice.request(Method.OPTIONS, "sip:bob@a.test").build();

    @BeforeEach
    void deploy() throws Exception {
        app.on("OPTIONS", request -> request.createResponse(200).send());
        site.deploy("app", app);
        site.clock.advance(Duration.ofSeconds(1));
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @Test
    void whatLayInTheSocketsOfANodeThatWasMissedIsHandledByAnotherOneOnly() throws Exception {
        first.member().known(false);
        aliceElsewhere.send(options);
        aliceElsewhere.nextResponse(200);
        first.timers().stopFor(LONG);

        alice.send(options);
        site.clock.advance(LONG);

        assertThat(alice.rest()).isEmpty();
        assertThat(app.seen).containsExactly("OPTIONS");
    }

    /** Nobody was told of it: who waited for that has found another node. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSessionThatWasKeptNowhereElseIsDroppedByANodeThatWasMissed(boolean said) throws Exception {
        app.on("INVITE", invite -> invite.createResponse(200).send());
        site.cluster.onSave(snapshot -> MemoryCluster.Fate.LOST);
        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        site.clock.advance(Duration.ofMillis(50));
        first.member().known(!said);
        first.timers().stopFor(LONG);
        site.clock.advance(SOON);
        first.member().doubt(); // it has lost them, or met them again
        site.clock.advance(SOON);
        site.cluster.onSave(snapshot -> MemoryCluster.Fate.ANSWERED);
        first.member().known(true);

        site.clock.advance(Duration.ofSeconds(3));

        assertThat(alice.rest()).isEmpty();
        assertThat(first.server().sessions()).isZero();
        assertThat(site.cluster.stored()).isEmpty();
    }

    /** Nobody has missed it. */
    @Test
    void aSessionThatWasKeptNowhereElseGoesOnAfterALongCollectionOfGarbage() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(200).send());
        site.cluster.onSave(snapshot -> MemoryCluster.Fate.LOST);
        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        site.clock.advance(Duration.ofMillis(50));
        first.timers().stopFor(LONG);
        site.cluster.onSave(snapshot -> MemoryCluster.Fate.ANSWERED);

        site.clock.advance(SOON);

        alice.nextResponse(200);
    }

    @Test
    void aNodeThatIsNotMetAgainTakesNewRequests() throws Exception {
        first.member().known(false);
        first.timers().stopFor(LONG);
        site.clock.advance(LONG);

        alice.send(options);
        site.clock.advance(SOON);

        alice.nextResponse(200);
    }

    /** It has its connection to this node only. */
    @Test
    void whoIsConnectedIsServedByANodeThatWasMissed() throws Exception {
        Peer connected = first.server().connected("carol");
        first.member().known(false);
        first.timers().stopFor(LONG);

        connected.send(connected.request(Method.OPTIONS, "sip:bob@a.test"));
        site.clock.advance(Duration.ofMillis(900));
        assertThat(connected.rest()).isEmpty();
        site.clock.advance(SOON);

        connected.nextResponse(200);
    }

    @Test
    void whatWasHeldIsHandledInItsOrder() throws Exception {
        first.timers().stopFor(LONG);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            requests.add(
                    alice.request(Method.OPTIONS, "sip:bob" + i + "@a.test").build());
        }
        List<String> order = new ArrayList<>();
        app.on("OPTIONS", request -> order.add(request.getRequestURI().toString()));

        requests.subList(0, 10).forEach(alice::send);
        site.clock.advance(Duration.ofMillis(1));
        requests.subList(10, 20).forEach(alice::send);
        site.clock.advance(SOON);

        assertThat(order)
                .containsExactlyElementsOf(requests.stream()
                        .map(request -> request.uri().toString())
                        .toList());
    }

    /** As after a long collection of garbage. */
    @Test
    void aNodeThatWasNotMissedTakesWhatLayInItsSockets() throws Exception {
        first.timers().stopFor(LONG);

        alice.send(options);
        site.clock.advance(SOON);

        alice.nextResponse(200);
    }

    /** A copy that came another way is a request of its own, once nobody here answers the first one (RFC 3261 §8.2.2.2). */
    @Test
    void whatAnotherNodeAnswersNowIsForgottenWhenItIsRepeated() throws Exception {
        app.on("INVITE", invite -> {
            invite.getApplicationSession().setInvalidateWhenReady(false);
            invite.createResponse(180).send();
            invite.createResponse(486).send();
        });
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        alice.nextResponse(180);
        alice.nextResponse(486);
        site.clock.advance(SOON);
        first.member().hang();
        site.clock.advance(SOON.multipliedBy(2));
        first.member().wake();
        site.clock.advance(Duration.ofSeconds(5));
        assertThat(first.server().sessions()).isZero();
        alice.rest();

        alice.send(invite);
        site.clock.advance(SOON);
        alice.rest();
        Request other = alice.request(Method.INVITE, "sip:bob@a.test").build();
        alice.send(invite.toBuilder().set(HeaderName.VIA, other.topVia().toString()));
        site.clock.advance(SOON);

        assertThat(alice.rest())
                .extracting(message -> ((Response) message).status())
                .contains(486)
                .doesNotContain(482);
    }
}
