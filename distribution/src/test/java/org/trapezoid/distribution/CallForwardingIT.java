// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.Rfc;

/** The example {@code b2bua} before the sample proxy, both in one server: a busy phone, and one that does not answer. */
@Timeout(120)
class CallForwardingIT {

    private static final String ANSWER = "v=0\r\no=carol 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    @TempDir
    private Path base;

    private Site site() throws Exception {
        return Site.serving(base, "a.test")
                .example("b2bua.sar")
                .setting("b2bua", "domains", "a.test")
                .file("conf/forwarding.properties", """
                        bob@a.test = busy:sip:carol@a.test no-answer:sip:carol@a.test after:1
                        """)
                .routingBeforeProxy("b2bua")
                .starts();
    }

    @Test
    @Rfc(value = 4458, section = "2")
    void aCallToABusyPhoneIsTakenByAnotherOne() throws Exception {
        try (Site site = site();
                DatagramPeer alice = new DatagramPeer(site.endpoint());
                DatagramPeer bob = new DatagramPeer(site.endpoint());
                DatagramPeer carol = new DatagramPeer(site.endpoint())) {
            String invite = calls(alice, bob, carol);
            Wire atBob = bob.receive(wire -> wire.method().equals("INVITE"));
            bob.send(atBob.answer("486 Busy Here", bob.endpoint().uri("bob"), ""));
            alice.receive(wire -> wire.status() == 181);
            talksWith(carol, alice, invite, atBob);
        }
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    void aPhoneThatDoesNotAnswerIsCancelledFirst() throws Exception {
        try (Site site = site();
                DatagramPeer alice = new DatagramPeer(site.endpoint());
                DatagramPeer bob = new DatagramPeer(site.endpoint());
                DatagramPeer carol = new DatagramPeer(site.endpoint())) {
            String invite = calls(alice, bob, carol);
            Wire atBob = bob.receive(wire -> wire.method().equals("INVITE"));
            bob.send(atBob.answer("180 Ringing", bob.endpoint().uri("bob"), ""));
            alice.receive(wire -> wire.status() == 180);
            bob.accept(bob.receive(wire -> wire.method().equals("CANCEL")));
            bob.send(atBob.answer("487 Request Terminated", bob.endpoint().uri("bob"), ""));
            talksWith(carol, alice, invite, atBob);
        }
    }

    /** Alice calls Bob, both phones being there. */
    private static String calls(DatagramPeer alice, DatagramPeer bob, DatagramPeer carol) throws Exception {
        bob.register("sip:bob@a.test", "<" + bob.endpoint().uri("bob") + ">");
        carol.register("sip:carol@a.test", "<" + carol.endpoint().uri("carol") + ">");
        String invite = alice.request("INVITE", "sip:bob@a.test", "sip:bob@a.test");
        alice.send(invite);
        return invite;
    }

    private static void talksWith(DatagramPeer carol, DatagramPeer alice, String invite, Wire before) throws Exception {
        Wire atCarol = carol.receive(wire -> wire.method().equals("INVITE"));
        assertThat(atCarol.header("Call-ID")).isNotEqualTo(before.header("Call-ID"));
        carol.send(atCarol.answer("200 OK", carol.endpoint().uri("carol"), ANSWER));

        Wire success =
                alice.receive(wire -> wire.status() == 200 && wire.method().equals("INVITE"));
        assertThat(success.text()).endsWith("\r\n\r\n" + ANSWER);
        alice.send(inCall("ACK", 1, invite, success));
        carol.receive(wire -> wire.method().equals("ACK"));
        alice.send(inCall("BYE", 2, invite, success));
        alice.receive(wire -> wire.status() == 200 && wire.method().equals("BYE"));
        carol.accept(carol.receive(wire -> wire.method().equals("BYE")));
    }

    private static String inCall(String method, int cseq, String invite, Wire success) {
        return invite.replaceFirst("INVITE \\S+", method + " " + success.contact())
                .replaceFirst("branch=\\S+", "branch=z9hG4bK" + method)
                .replaceFirst("To: .*\n", "To: " + success.header("To") + "\n")
                .replaceFirst("CSeq: .*\n", "CSeq: " + cseq + " " + method + "\n");
    }
}
