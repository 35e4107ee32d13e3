// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
        alice.send(
                alices,
                "ACK"
                        + call.sent
                                .substring("INVITE".length())
                                .replace("1 INVITE", "1 ACK")
                                .replaceFirst("To: .*\n", "To: " + terminated.header("To") + "\n"));
        bob.receive(call.received.header("Call-ID"), "ACK");
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
