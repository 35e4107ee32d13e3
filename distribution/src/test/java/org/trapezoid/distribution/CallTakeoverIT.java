// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Three nodes, each a process with an address of its own, and calls that outlive the first one or reach it by the others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallTakeoverIT {
    private static final String PROXIED = "proxied.test";
    private static final String CHAINED = "chained.test";

    /** What the calls go through. */
    enum Way {
        PROXY("sip:bob@" + PROXIED),
        /** Two legs, the second one straight to the phone. */
        B2BUA(""),
        /** Two legs, the second one through the proxy: a session of each application. */
        B2BUA_AND_PROXY("sip:bob@" + CHAINED);

        private final String callee;

        Way(String callee) {
            this.callee = callee;
        }

        String callee(RovingPhone bob) {
            return callee.isEmpty() ? bob.contact() : callee;
        }
    }

    /** Where a call stands when its node dies. */
    enum Moment {
        RINGING,
        /** The caller has its 200, and has not acknowledged it. */
        ANSWERED,
        /** The callee has its ACK, and repeats its 200 all the same. */
        ACKNOWLEDGED,
        /** The callee has a re-INVITE. */
        HELD,
        /** The callee has the CANCEL. */
        CANCELLED,
        /** The callee has the BYE. */
        HUNG_UP
    }

    private final List<Endpoint> members = List.of(Endpoint.free(), Endpoint.free(), Endpoint.free());
    private final List<Site> nodes = new ArrayList<>();

    @TempDir
    private static Path base;

    private RovingPhone alice;
    private RovingPhone bob;
    private Endpoint one;
    private Endpoint two;
    private Endpoint three;
    private int calls;

    /** One call as each side sees it. */
    private record Talk(String caller, String sent, Wire invite, Wire received, Wire answered, Wire success) {}

    /** One that was not answered yet. */
    private record Ringing(String caller, String sent, Wire received) {
        Wire invite() {
            return new Wire(true, sent);
        }
    }

    @BeforeAll
    void start() throws IOException {
        for (int i = 0; i < members.size(); i++) {
            nodes.add(Site.serving(base.resolve("node" + i), PROXIED + " " + CHAINED)
                    .sample("b2bua")
                    .setting("b2bua", "domains", CHAINED)
                    .setting("b2bua", "relay", "true")
                    .file("conf/dar.properties", """
                            REGISTER: ("registrar", "DAR:To", "NEUTRAL", "", "NO_ROUTE", "0")
                            ALL: ("b2bua", "DAR:To", "TERMINATING", "", "NO_ROUTE", "0", "HOST=127."), \\
                                 ("b2bua", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1", "HOST=chained.test"), \\
                                 ("proxy", "DAR:To", "NEUTRAL", "", "NO_ROUTE", "2", "HOST=.test")
                            """)
                    .node("node" + i, members.get(i), members)
                    .starts());
        }
        one = nodes.get(0).endpoint();
        two = nodes.get(1).endpoint();
        three = nodes.get(2).endpoint();
    }

    @BeforeEach
    void phones() throws IOException {
        for (Site each : nodes) {
            if (!each.isRunning()) {
                each.starts();
            }
        }
        alice = new RovingPhone("alice");
        bob = new RovingPhone("bob");
        bob.register(two, "sip:bob@" + PROXIED, 600);
        bob.register(two, "sip:bob@" + CHAINED, 600);
    }

    @AfterEach
    void leave() throws IOException {
        bob.register(two, "sip:bob@" + PROXIED, 0);
        bob.register(two, "sip:bob@" + CHAINED, 0);
        alice.close();
        bob.close();
    }

    @AfterAll
    void stop() throws InterruptedException {
        for (Site each : nodes) {
            each.close();
        }
    }

    // ---- the calls

    private Ringing ring(Way way) throws IOException {
        String caller = "caller" + ++calls;
        String invite = alice.request("INVITE", way.callee(bob), caller);
        alice.send(one, invite);
        Wire received = bob.receiveFrom(caller, "INVITE");
        bob.send(one, bob.answer(received, "180 Ringing").text());
        alice.receive(callId(invite), "180 INVITE");
        return new Ringing(caller, invite, received);
    }

    private Talk talk(Way way) throws IOException {
        return answer(ring(way), one, one);
    }

    /** Bob sends his 200 to one node until the ACK comes, alice her ACK to another one. */
    private Talk answer(Ringing call, Endpoint bobs, Endpoint alices) throws IOException {
        Wire answer = bob.answer(call.received, "200 OK");
        Optional<Wire> came = Optional.empty();
        for (int i = 0; i < 20 && came.isEmpty(); i++) {
            bob.send(bobs, answer.text());
            came = alice.receiveSoon(callId(call.sent), "200 INVITE");
        }
        assertThat(came).as("200 for " + call.caller).isPresent();
        Wire success = came.orElseThrow();
        alice.send(alices, alice.inDialog("ACK", 1, call.invite(), success));
        bob.receive(call.received.header("Call-ID"), "ACK");
        return new Talk(call.caller, call.sent, call.invite(), call.received, answer, success);
    }

    private static String callId(String head) {
        return new Wire(true, head).header("Call-ID");
    }

    /** Alice holds the call by one node; bob accepts that by another. */
    private void hold(Talk call, Endpoint alices, Endpoint bobs) throws IOException {
        String reinvite = alice.inDialog("INVITE", 2, call.invite, call.success);
        alice.send(alices, reinvite);
        Wire received = bob.receiveAsking(alice, alices, reinvite, call.received.header("Call-ID"), "INVITE");
        bob.send(bobs, bob.answer(received, "200 OK").text());
        Wire success = alice.receive(callId(reinvite), "200 INVITE");
        alice.send(alices, alice.inDialog("ACK", 2, call.invite, success.withRecordRoute(call.success)));
        bob.receive(call.received.header("Call-ID"), "ACK");
    }

    private void aliceHangsUp(Talk call, Endpoint alices, Endpoint bobs) throws IOException {
        String bye = alice.inDialog("BYE", 3, call.invite, call.success);
        alice.send(alices, bye);
        Wire received = bob.receiveAsking(alice, alices, bye, call.received.header("Call-ID"), "BYE");
        bob.send(bobs, bob.answer(received, "200 OK").text());
        alice.receive(callId(bye), "200 BYE");
    }

    private void bobHangsUp(Talk call, Endpoint bobs, Endpoint alices) throws IOException {
        String bye = bob.fromCallee("BYE", 1, call.received, call.answered);
        bob.send(bobs, bye);
        Wire received = alice.receiveAsking(bob, bobs, bye, callId(call.sent), "BYE");
        alice.send(alices, alice.answer(received, "200 OK").text());
        bob.receive(callId(bye), "200 BYE");
    }

    private void aliceGivesUp(Ringing call, Endpoint alices, Endpoint bobs) throws IOException {
        String cancel = "CANCEL" + call.sent.substring("INVITE".length()).replace("1 INVITE", "1 CANCEL");
        alice.send(alices, cancel);
        Wire received = bob.receiveAsking(alice, alices, cancel, call.received.header("Call-ID"), "CANCEL");
        bob.send(bobs, bob.answer(received, "200 OK").text());
        bob.send(bobs, bob.answer(call.received, "487 Request Terminated").text());
        Wire terminated = alice.receive(callId(call.sent), "487 INVITE");
        alice.send(alices, ack(call, terminated));
        bob.receive(call.received.header("Call-ID"), "ACK");
    }

    private static String ack(Ringing call, Wire refusal) {
        return "ACK"
                + call.sent
                        .substring("INVITE".length())
                        .replace("1 INVITE", "1 ACK")
                        .replaceFirst("To: .*\n", "To: " + refusal.header("To") + "\n");
    }

    // ---- the stories

    @ParameterizedTest
    @EnumSource
    void callsOfANodeThatIsKilledGoOnAtTheOthers(Way way) throws Exception {
        Talk heldAndHungUp = talk(way);
        Talk hungUpByBob = talk(way);
        Talk later = talk(way);
        Ringing answered = ring(way);
        Ringing cancelled = ring(way);

        nodes.get(0).kill();

        hold(heldAndHungUp, two, three);
        aliceHangsUp(heldAndHungUp, two, three);
        bobHangsUp(hungUpByBob, three, two);
        aliceGivesUp(cancelled, three, two);
        alice.send(two, answered.sent); // as if she had heard nothing yet
        Talk talk = answer(answered, three, two);
        aliceHangsUp(talk, three, three);
        assertThat(bob.inviteBranches(answered.caller))
                .as("INVITEs for one call")
                .isSubsetOf(answered.received.branches().get(0));
        nodes.get(0).starts();
        aliceHangsUp(later, three, one);
    }

    static Stream<Arguments> deaths() {
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(Moment.values()).map(moment -> Arguments.of(way, moment)));
    }

    /** With those of the other story, a death of each kind: some twenty. */
    @ParameterizedTest
    @MethodSource("deaths")
    void aCallGoesOnFromWhereItStoodWhenItsNodeDied(Way way, Moment moment) throws Exception {
        Ringing ringing = ring(way);
        switch (moment) {
            case RINGING -> nodes.get(0).kill();
            case ANSWERED -> {
                bob.send(one, bob.answer(ringing.received, "200 OK").text());
                alice.receive(callId(ringing.sent), "200 INVITE");
                nodes.get(0).kill();
            }
            case CANCELLED -> {
                cancelled(ringing);
                return;
            }
            case ACKNOWLEDGED, HELD, HUNG_UP -> {
                talked(answer(ringing, one, one), moment);
                return;
            }
        }
        aliceHangsUp(answer(ringing, two, three), three, two);
    }

    private void talked(Talk talk, Moment moment) throws Exception {
        String callId = talk.received.header("Call-ID");
        if (moment == Moment.ACKNOWLEDGED) {
            nodes.get(0).kill();
            boolean acknowledged = false;
            for (int i = 0; i < 20 && !acknowledged; i++) {
                bob.send(two, talk.answered.text());
                Optional<Wire> repeated = alice.receiveSoon(callId(talk.sent), "200 INVITE");
                if (repeated.isPresent()) { // by a proxy, or by an application that has not kept her ACK
                    alice.send(three, alice.inDialog("ACK", 1, talk.invite, talk.success));
                }
                acknowledged = bob.receiveSoon(callId, "ACK").isPresent();
            }
            assertThat(acknowledged).as("ACK for " + talk.caller).isTrue();
            bobHangsUp(talk, three, two);
            return;
        }
        String method = moment == Moment.HELD ? "INVITE" : "BYE";
        String request = alice.inDialog(method, 2, talk.invite, talk.success);
        alice.send(one, request);
        Wire received = bob.receive(callId, method);
        nodes.get(0).kill();
        Wire answer = answerUntilHeard(talk, received, request, method);
        if (moment == Moment.HELD) {
            alice.send(three, alice.inDialog("ACK", 2, talk.invite, answer.withRecordRoute(talk.success)));
            bob.receive(callId, "ACK");
            aliceHangsUp(talk, two, three);
        }
    }

    /** The caller repeats its request, and the callee its answer, each at a node of its own. */
    private Wire answerUntilHeard(Talk talk, Wire received, String request, String method) throws IOException {
        String callId = received.header("Call-ID");
        Wire last = received;
        for (int i = 0; i < 20; i++) {
            bob.send(two, bob.answer(last, "200 OK").text());
            Optional<Wire> answer = alice.receiveSoon(callId(request), "200 " + method);
            if (answer.isPresent() && answer.get().header("CSeq").startsWith("2 ")) {
                return answer.get();
            }
            boolean repeated = answer.isPresent(); // of an application that has not kept her ACK
            alice.send(three, repeated ? alice.inDialog("ACK", 1, talk.invite, talk.success) : request);
            last = bob.receiveSoon(callId, method).orElse(last);
        }
        throw new AssertionError("no answer to\n" + request);
    }

    private void cancelled(Ringing call) throws Exception {
        String callId = call.received.header("Call-ID");
        String cancel = "CANCEL" + call.sent.substring("INVITE".length()).replace("1 INVITE", "1 CANCEL");
        alice.send(one, cancel);
        Wire received = bob.receive(callId, "CANCEL");
        nodes.get(0).kill();
        bob.send(two, bob.answer(received, "200 OK").text());
        Optional<Wire> terminated = Optional.empty();
        for (int i = 0; i < 20 && terminated.isEmpty(); i++) {
            bob.send(two, bob.answer(call.received, "487 Request Terminated").text());
            terminated = alice.receiveSoon(callId(call.sent), "487 INVITE");
            alice.send(three, terminated.isPresent() ? ack(call, terminated.get()) : cancel);
        }
        assertThat(terminated).as("487 for " + call.caller).isPresent();
        bob.receive(callId, "ACK");
    }

    @ParameterizedTest
    @EnumSource
    void messagesThatComeToOtherNodesReachTheOwner(Way way) throws Exception {
        Talk hungUp = talk(way);
        Talk hungUpByBob = talk(way);
        Ringing cancelled = ring(way);
        Ringing answered = ring(way);

        aliceHangsUp(hungUp, two, three);
        bobHangsUp(hungUpByBob, three, two);
        aliceGivesUp(cancelled, three, two);
        Talk talk = answer(answered, three, two);
        bob.send(three, talk.answered.text()); // as if the ACK had been lost
        aliceHangsUp(talk, three, two);
    }
}
