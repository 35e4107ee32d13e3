// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSessionsUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.UserStore;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.testing.Constrained;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.ChallengeResponder;
import org.trapezoid.sip.auth.DigestChallenge;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Application sessions with keys ({@code @SipApplicationKey}) in a cluster: there is one of each, wherever its requests arrive. */
class KeyedStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final HeaderName CONFERENCE = HeaderName.of("Conference");
    private static final Duration SOON = Duration.ofMillis(20);

    private final Site site = new Site(FIRST, SECOND);
    private final ScriptedServlet app = new ScriptedServlet();
    private final List<Peer> atFirst = phones(FIRST);
    private final List<Peer> atSecond = phones(SECOND); // the same ones, which that node sees
    private final Peer alice = atFirst.get(0);
    private final Peer aliceLater = atSecond.get(0);
    private final Peer bob = atSecond.get(1);
    private final Peer carol = atFirst.get(2);
    private final Peer dave = atSecond.get(3);
    private final List<String> sessions = new ArrayList<>();
    private final Set<SipServletRequest> held = new HashSet<>();

    private List<Peer> phones(String host) {
        return Stream.of("alice", "bob", "carol", "dave")
                .map(site.node(host)::peer)
                .toList();
    }

    static @Nullable String conference(SipServletRequest request) {
        return request.getHeader("Conference");
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy() throws Exception {
        site.cluster.answersAfter(() -> Duration.ofMillis(2));
        app.on("INVITE", invite -> {
            sessions.add(invite.getApplicationSession().getId());
            if (invite.getHeader("Hold") == null) {
                invite.createResponse(200).send();
            } else {
                held.add(invite);
            }
        });
        app.on("CANCEL", cancel -> {});
        app.on("MESSAGE", message -> {
            sessions.add(message.getApplicationSession().getId());
            message.createResponse(200).send();
        });
        app.on("BYE", bye -> bye.createResponse(200).send());
        site.deployKeyed("conference", app, KeyedStoriesTest.class, "conference");
    }

    private static Request.Builder invite(Peer peer, String conference) {
        return peer.request(Method.INVITE, "sip:app@a.test")
                .set(HeaderName.CALL_ID, peer.host() + conference)
                .add(CONFERENCE, conference);
    }

    private Request call(Peer peer, String conference) {
        Request invite = peer.send(invite(peer, conference));
        site.clock.advance(SOON);
        return invite;
    }

    private Response answered(Peer peer, Request invite) {
        Response success = peer.nextResponse(200);
        peer.send(peer.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(SOON);
        return success;
    }

    private void hangUp(Peer peer, Request invite, Response success) {
        peer.send(peer.inDialog(Method.BYE, invite, success, 2));
        site.clock.advance(SOON);
        peer.nextResponse(200);
    }

    /** Nothing that the first node saves gets anywhere. */
    private MemoryCluster.Fate lostAtFirst(Snapshot snapshot) {
        return snapshot.owner().equals(site.node(FIRST).member().self())
                ? MemoryCluster.Fate.LOST
                : MemoryCluster.Fate.ANSWERED;
    }

    private int sessionsAt(String host) {
        return site.node(host).server().sessions();
    }

    private static SipSessionsUtil util(ScriptedServlet servlet) {
        return (SipSessionsUtil) servlet.getServletContext().getAttribute(SipServlet.SIP_SESSIONS_UTIL);
    }

    @Test
    void aNodeThatWasMissedLeavesNoKeyWithASessionThatItDrops() throws Exception {
        deploy();
        site.clock.advance(Duration.ofSeconds(1));
        site.cluster.onSave(this::lostAtFirst);
        call(alice, "red");
        assertThat(site.cluster.keys()).hasSize(1);
        site.node(FIRST).member().known(false);
        site.node(FIRST).timers().stopFor(Duration.ofSeconds(6));
        site.clock.advance(Duration.ofSeconds(1));
        site.cluster.onSave(snapshot -> MemoryCluster.Fate.ANSWERED);
        site.node(FIRST).member().known(true);

        site.clock.advance(Duration.ofSeconds(3));

        assertThat(alice.rest()).noneMatch(message -> message.toString().contains("200 OK"));
        site.assertEnded(); // nor is there a key
    }

    /** The second one has just come, and does not know whom the others have missed. */
    @Test
    void aSessionThatItsNodeHasToldNobodyOfKeepsItsKey() throws Exception {
        deploy();
        site.cluster.onSave(this::lostAtFirst);
        site.node(SECOND).member().doubtful(true);
        Request ofAlice = call(alice, "red");

        bob.send(bob.request(Method.MESSAGE, "sip:app@a.test").add(CONFERENCE, "red"));
        site.clock.advance(SOON);
        assertThat(sessions).hasSize(2);
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        var asked = site.node(SECOND).server().layer().elsewhere(sessions.get(0));
        assertThat(site.cluster.await(asked)).hasValue(site.node(FIRST).member().self());

        site.cluster.onSave(snapshot -> MemoryCluster.Fate.ANSWERED);
        site.clock.advance(Duration.ofSeconds(1));
        hangUp(alice, ofAlice, answered(alice, ofAlice));
        site.assertEnded();
    }

    @Test
    void callsWithOneKeyMeetThoughTheyReachDifferentNodes() throws Exception {
        deploy();

        Request ofAlice = call(alice, "red");
        Response toAlice = answered(alice, ofAlice);
        Request ofBob = call(bob, "red");
        Response toBob = answered(bob, ofBob);
        Request ofDave = call(dave, "blue");
        Response toDave = answered(dave, ofDave);

        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(sessions.get(2)).isNotEqualTo(sessions.get(0));
        assertThat(sessionsAt(FIRST)).isOne();
        assertThat(sessionsAt(SECOND)).isOne();
        hangUp(alice, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        hangUp(dave, ofDave, toDave);
        site.assertEnded();
    }

    @Test
    void ofTwoNodesThatBeginASessionAtTheSameMomentOneDoes() throws Exception {
        deploy();

        Request ofAlice = alice.send(invite(alice, "red"));
        Request ofBob = bob.send(invite(bob, "red"));
        Request ofCarol = carol.send(invite(carol, "red"));
        Request ofDave = dave.send(invite(dave, "red"));
        site.clock.advance(SOON);
        Response toAlice = answered(alice, ofAlice);
        Response toBob = answered(bob, ofBob);
        Response toCarol = answered(carol, ofCarol);
        Response toDave = answered(dave, ofDave);

        assertThat(sessions).hasSize(4);
        assertThat(Set.copyOf(sessions)).hasSize(1);
        assertThat(sessionsAt(FIRST) + sessionsAt(SECOND)).isOne();
        hangUp(alice, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        hangUp(carol, ofCarol, toCarol);
        hangUp(dave, ofDave, toDave);
        site.assertEnded();
    }

    @Test
    void aRequestOutsideADialogIsRelayedToo() throws Exception {
        deploy();
        Request ofAlice = call(alice, "red");
        Response toAlice = answered(alice, ofAlice);

        Request message = bob.send(bob.request(Method.MESSAGE, "sip:app@a.test").add(CONFERENCE, "red"));
        site.clock.advance(SOON);
        bob.nextResponse(200);
        bob.send(message); // its 200 was lost
        site.clock.advance(SOON);
        bob.nextResponse(200);

        assertThat(sessions).hasSize(2);
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(sessionsAt(SECOND)).isZero();
        hangUp(alice, ofAlice, toAlice);
        site.assertEnded();
    }

    @Test
    void aRetransmittedInviteIsNoSecondCall() throws Exception {
        deploy();
        Request ofAlice = call(alice, "red");
        Response toAlice = answered(alice, ofAlice);
        Request ofBob = call(bob, "red");
        Response toBob = bob.nextResponse(200);

        bob.send(ofBob);
        site.clock.advance(SOON);
        bob.send(bob.inDialog(Method.ACK, ofBob, toBob, 1));
        site.clock.advance(SOON);

        assertThat(sessions).hasSize(2);
        bob.rest().forEach(each -> assertThat(each.toString()).startsWith("SIP/2.0 200"));
        hangUp(alice, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        site.assertEnded();
    }

    @Test
    void aCancelFollowsItsInviteAtOnce() throws Exception {
        deploy();
        Request ofAlice = call(alice, "red");
        Response toAlice = answered(alice, ofAlice);
        Request ofBob = bob.send(invite(bob, "red").add(HeaderName.of("Hold"), "yes"));
        site.clock.advance(Duration.ofMillis(5)); // relayed, and nobody else has heard of it yet

        bob.send(Peer.cancel(ofBob));
        site.clock.advance(SOON);

        bob.nextResponse(200);
        Response terminated = bob.nextResponse(487);
        bob.send(Peer.ack(ofBob, terminated));
        assertThat(app.seen).contains("CANCEL");
        hangUp(alice, ofAlice, toAlice);
        site.clock.advance(Duration.ofSeconds(40));
        site.assertEnded();
    }

    @Test
    void aCancelThatComesBeforeTheInviteWasRelayedEndsIt() throws Exception {
        deploy();
        Request ofAlice = call(alice, "red");
        Response toAlice = answered(alice, ofAlice);
        site.cluster.answersAfter(() -> Duration.ofSeconds(1));
        Request ofBob = bob.send(invite(bob, "red"));
        site.clock.advance(Duration.ofMillis(100));

        bob.send(Peer.cancel(ofBob));
        site.clock.advance(Duration.ofSeconds(2));

        bob.nextResponse(200);
        last(bob, 487);
        bob.send(Peer.ack(ofBob, Response.to(ofBob, 487).build()));
        assertThat(sessions).hasSize(1);
        site.cluster.answersAfter(() -> Duration.ofMillis(2));
        hangUp(alice, ofAlice, toAlice);
        site.assertEnded();
    }

    private static void last(Peer peer, int status) {
        assertThat(peer.rest().stream().anyMatch(each -> each instanceof Response last && last.status() == status))
                .isTrue();
    }

    @Test
    void aKeyWhoseSessionHasEndedGetsANewOneAtTheOtherNode() throws Exception {
        deploy();
        Request ofAlice = call(alice, "red");
        hangUp(alice, ofAlice, answered(alice, ofAlice));
        site.assertEnded();

        Request ofBob = call(bob, "red");
        Response toBob = answered(bob, ofBob);

        assertThat(sessions.get(1)).isNotEqualTo(sessions.get(0));
        assertThat(sessionsAt(SECOND)).isOne();
        hangUp(bob, ofBob, toBob);
        site.assertEnded();
    }

    @Test
    void aSessionWhoseNodeHasDiedIsTakenOverForARequestWithItsKey() throws Exception {
        deploy();
        Request ofAlice = call(alice, "red");
        Response toAlice = answered(alice, ofAlice);
        site.clock.advance(Duration.ofMillis(100));
        site.cluster.detectsDeathAfter(Duration.ofMillis(1));
        site.node(SECOND).member().close(); // takes nothing over in the background
        site.kill(FIRST);
        site.clock.advance(Duration.ofMillis(10));

        Request ofBob = call(bob, "red");
        Response toBob = answered(bob, ofBob);

        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        hangUp(aliceLater, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        site.assertEnded();
    }

    @Test
    void aRequestThatANodeTookWithItWhenItDiedBeginsTheSessionAtTheNextOne() throws Exception {
        deploy();
        site.cluster.onSave(this::lostAtFirst);
        Request ofAlice = call(alice, "red");
        site.kill(FIRST);
        Request ofBob = call(bob, "red"); // relayed: nobody knows yet
        site.clock.advance(Duration.ofSeconds(1));

        Response toBob = answered(bob, ofBob);

        assertThat(sessions.get(sessions.size() - 1)).isNotEqualTo(sessions.get(0));
        assertThat(ofAlice.callId()).isNotEqualTo(ofBob.callId());
        hangUp(bob, ofBob, toBob);
        site.assertEnded();
    }

    @Test
    void whenNobodyCanSayWhoHasTheKeyTheCallerTriesAgain() throws Exception {
        deploy();
        site.cluster.refuseKeys(true);

        Request ofBob = bob.send(invite(bob, "red"));
        site.clock.advance(Duration.ofSeconds(10));

        Response busy = bob.rest().stream()
                .filter(each -> each instanceof Response last && last.status() == 503)
                .map(Response.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(busy.headers().first(HeaderName.RETRY_AFTER)).isPresent();
        bob.send(Peer.ack(ofBob, busy));
        assertThat(sessions).isEmpty();
        site.cluster.refuseKeys(false);
        site.clock.advance(Duration.ofSeconds(1));
        assertThat(sessionsAt(SECOND)).isZero();
    }

    @Test
    @Rfc(value = 7616, section = "3.3")
    void whoHasProvenAtOneNodeWhoItIsNeedNotAtTheOther() throws Exception {
        site.cluster.answersAfter(() -> Duration.ofMillis(2));
        UserStore users = (name, realm) -> Optional.of(UserStore.User.withPassword("secret", Set.of("user")));
        ScriptedServlet[] servlets = {new ScriptedServlet(), new ScriptedServlet()};
        String[] hosts = {FIRST, SECOND};
        for (int i = 0; i < 2; i++) {
            servlets[i].on("MESSAGE", message -> message.createResponse(200).send());
            AppDescriptor descriptor = new Constrained("rooms", ScriptedServlet.class, "a.test")
                    .declares("user")
                    .only(List.of("MESSAGE"), false, "user")
                    .keyed(KeyedStoriesTest.class, "conference")
                    .descriptor();
            site.node(hosts[i]).server().deploy(descriptor, getClass().getClassLoader(), Map.of("main", servlets[i]));
            servlets[i].getServletContext().setAttribute(UserStore.ATTRIBUTE, users);
        }
        assertThat(util(servlets[0]).getApplicationSessionByKey("red", true)).isNotNull();
        site.clock.advance(SOON);
        Request.Builder message = bob.request(Method.MESSAGE, "sip:app@a.test").add(CONFERENCE, "red");
        bob.send(message);
        Response challenged = bob.nextResponse(401);

        Request.Builder again = bob.request(Method.MESSAGE, "sip:app@a.test")
                .set(HeaderName.CSEQ, "2 MESSAGE")
                .add(CONFERENCE, "red");
        bob.send(again.add(
                HeaderName.AUTHORIZATION,
                new ChallengeResponder(new SplittableRandom(1))
                        .answer(DigestChallenge.of(challenged).get(0), new Account("bob", "secret"), again.build(), 1)
                        .toString()));
        site.clock.advance(SOON);

        bob.nextResponse(200);
        assertThat(servlets[0].seen).containsExactly("MESSAGE");
        assertThat(servlets[1].seen).isEmpty();
        site.assertEnded();
    }

    // ---- what an application asks for on its own

    private ScriptedServlet[] deployOnEach() throws Exception {
        site.cluster.answersAfter(() -> Duration.ofMillis(2));
        ScriptedServlet[] servlets = {new ScriptedServlet(), new ScriptedServlet()};
        site.node(FIRST).server().deploy("rooms", servlets[0]);
        site.node(SECOND).server().deploy("rooms", servlets[1]);
        return servlets;
    }

    @Test
    void anApplicationIsToldWhichNodeHasTheSessionOfAKey() throws Exception {
        ScriptedServlet[] servlets = deployOnEach();
        SipApplicationSession room = util(servlets[0]).getApplicationSessionByKey("red", true);
        site.clock.advance(SOON);

        assertThat(util(servlets[0]).getApplicationSessionByKey("red", true)).isSameAs(room);
        assertThat(util(servlets[1]).getApplicationSessionByKey("red", false)).isNull();
        assertThatThrownBy(() -> util(servlets[1]).getApplicationSessionByKey("red", true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("red")
                .hasMessageContaining(site.node(FIRST).member().self());
        assertThatThrownBy(() -> servlets[1].factory().createApplicationSessionByKey("red"))
                .isInstanceOf(IllegalStateException.class);

        room.invalidate();
        site.clock.advance(SOON);
        SipApplicationSession next = servlets[1].factory().createApplicationSessionByKey("red");
        assertThat(next.getId()).isNotEqualTo(room.getId());
        next.invalidate();
        site.assertEnded();
    }

    @Test
    void aSessionThatAnApplicationHasGivenAKeyIsFoundByRequests() throws Exception {
        deploy();
        SipApplicationSession room = util(app).getApplicationSessionByKey("red", true); // of the node deployed last
        site.clock.advance(SOON);
        assertThat(sessionsAt(SECOND)).isOne();

        Request ofAlice = call(alice, "red");
        Response toAlice = answered(alice, ofAlice);

        assertThat(sessions).containsExactly(room.getId());
        hangUp(alice, ofAlice, toAlice);
        site.assertEnded();
    }

    @Test
    void aSessionWhoseNodeHasDiedComesWhenAnApplicationAsksForItsKeyTwice() throws Exception {
        ScriptedServlet[] servlets = deployOnEach();
        SipApplicationSession room = util(servlets[0]).getApplicationSessionByKey("red", true);
        room.setAttribute("topic", "tea");
        site.clock.advance(Duration.ofMillis(100));
        site.node(SECOND).member().close(); // takes nothing over in the background
        site.killAndNotice(FIRST);

        assertThatThrownBy(() -> util(servlets[1]).getApplicationSessionByKey("red", true))
                .isInstanceOf(IllegalStateException.class);
        site.clock.advance(SOON);

        SipApplicationSession here = util(servlets[1]).getApplicationSessionByKey("red", true);
        assertThat(here.getAttribute("topic")).isEqualTo("tea");
        here.invalidate();
        site.assertEnded();
    }

    @Test
    void aKeyOfASessionThatDiedWithItsNodeIsFreeWhenAnApplicationAsksForItTwice() throws Exception {
        ScriptedServlet[] servlets = deployOnEach();
        site.cluster.onSave(this::lostAtFirst);
        util(servlets[0]).getApplicationSessionByKey("red", true);
        site.clock.advance(SOON);
        site.killAndNotice(FIRST);

        assertThatThrownBy(() -> util(servlets[1]).getApplicationSessionByKey("red", true))
                .isInstanceOf(IllegalStateException.class);
        site.clock.advance(SOON);

        util(servlets[1]).getApplicationSessionByKey("red", true).invalidate();
        site.assertEnded();
    }

    @Test
    void ofTwoNodesWhoseApplicationsBeginASessionAtTheSameMomentBothKeepIt() throws Exception {
        ScriptedServlet[] servlets = deployOnEach();

        SipApplicationSession one = util(servlets[0]).getApplicationSessionByKey("red", true);
        SipApplicationSession two = util(servlets[1]).getApplicationSessionByKey("red", true);
        site.clock.advance(SOON);

        assertThat(one.isValid()).isTrue();
        assertThat(two.isValid()).isTrue();
        assertThat(site.cluster.keys()).hasSize(1);
        one.invalidate();
        two.invalidate();
        site.assertEnded();
    }
}
