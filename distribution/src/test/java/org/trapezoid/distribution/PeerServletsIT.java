// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.distribution.apps.marconi.MarconiServlet;
import org.trapezoid.distribution.apps.tesla.TeslaServlet;

/** A user agent client on one server calls a user agent server on another, with nobody between them. */
class PeerServletsIT {

    private static final String MARCONI = "sip:marconi@radio.test";

    @TempDir
    private static Path base;

    private static Site tesla;
    private static Site marconi;
    private static Tap tapTesla;
    private static Tap tapMarconi;

    @BeforeAll
    static void start() throws IOException {
        marconi = Site.in(base.resolve("marconi"));
        tapMarconi = Tap.before("Marconi", marconi.endpoint());
        marconi.application("marconi", MarconiServlet.class)
                .routing("INVITE", "marconi")
                .advertising(tapMarconi.endpoint())
                .starts();
        tesla = Site.in(base.resolve("tesla"));
        tapTesla = Tap.before("Tesla", tesla.endpoint());
        tesla.application("tesla", TeslaServlet.class)
                .routing("MESSAGE", "tesla")
                .advertising(tapTesla.endpoint())
                .route("radio.test", tapMarconi.endpoint())
                .starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        tesla.close();
        marconi.close();
        tapTesla.close();
        tapMarconi.close();
    }

    @Test
    void writeEveryFieldAsRfc3261HasIt() throws Exception {
        try (DatagramPeer starter = new DatagramPeer(tesla.endpoint())) {
            Wire answer =
                    starter.ask(starter.request("MESSAGE", "sip:" + tesla.endpoint(), "sip:tesla@high-voltage.test")
                            + "Subject: " + MARCONI + "\n");
            assertThat(answer.status()).isEqualTo(202);
        }
        Awaitility.await().until(() -> tapTesla.transcript().sent().contains("200 BYE"));

        Transcript toMarconi = tapMarconi.transcript();
        Transcript toTesla = tapTesla.transcript();
        assertThat(toMarconi.received()).containsExactly("INVITE", "ACK");
        assertThat(toMarconi.sent()).containsSubsequence("180 INVITE", "200 INVITE");
        assertThat(toTesla.received()).containsExactly("BYE");
        assertThat(toTesla.sent()).containsExactly("200 BYE");
        Wire invite = toMarconi.received("INVITE");
        Wire ok = toMarconi.sent("200 INVITE");
        invite(invite);
        answer(invite, toMarconi.sent("180 INVITE"));
        answer(invite, ok);
        assertThat(toMarconi.sent("180 INVITE").toTag()).isEqualTo(ok.toTag());
        body(ok, "v=0\r\no=marconi 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");
        ack(invite, ok, toMarconi.received("ACK"));
        bye(invite, ok, toTesla.received("BYE"));
        Wire bye = toTesla.received("BYE");
        Wire gone = toTesla.sent("200 BYE");
        for (String header : List.of("From", "To", "Call-ID", "CSeq")) {
            assertThat(gone.header(header)).isEqualTo(bye.header(header));
        }
        assertThat(gone.branches()).isEqualTo(bye.branches());
    }

    /** RFC 3261 §8.1.1. */
    private static void invite(Wire invite) {
        assertThat(invite.startLine()).isEqualTo("INVITE " + MARCONI + " SIP/2.0");
        via(invite, tapTesla);
        assertThat(invite.headers("Max-Forwards")).containsExactly("70");
        assertThat(invite.header("From")).startsWith("\"Nikola Tesla\" <sip:tesla@high-voltage.test>;tag=");
        assertThat(invite.fromTag()).hasSizeGreaterThanOrEqualTo(8);
        assertThat(invite.header("To")).isEqualTo("\"Guglielmo Marconi\" <" + MARCONI + ">");
        assertThat(invite.headers("Call-ID")).singleElement().asString().isNotEmpty();
        assertThat(number(invite)).isBetween(0L, (1L << 31) - 1);
        assertThat(invite.header("CSeq")).endsWith(" INVITE");
        assertThat(invite.headers("Contact")).hasSize(1);
        assertThat(invite.contact())
                .startsWith("sip:")
                .contains(tapTesla.endpoint().toString());
        assertThat(invite.headers("Subject")).containsExactly("Radio");
        assertThat(invite.headers("Route")).isEmpty();
        assertThat(invite.headers("Record-Route")).isEmpty();
        body(invite, "v=0\r\no=tesla 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");
    }

    /** RFC 3261 §8.2.6.2 and §12.1.1. */
    private static void answer(Wire invite, Wire response) {
        for (String header : List.of("From", "Call-ID", "CSeq")) {
            assertThat(response.header(header)).isEqualTo(invite.header(header));
        }
        assertThat(response.header("To")).isEqualTo(invite.header("To") + ";tag=" + response.toTag());
        assertThat(response.toTag()).hasSizeGreaterThanOrEqualTo(8).isNotEqualTo(invite.fromTag());
        assertThat(response.path()).isEqualTo(invite.path());
        assertThat(response.branches()).isEqualTo(invite.branches());
        assertThat(response.header("Via"))
                .contains(";received=" + tapMarconi.endpoint().host())
                .contains(";rport=" + tapMarconi.endpoint().port());
        assertThat(response.headers("Contact")).hasSize(1);
        assertThat(response.contact()).contains(tapMarconi.endpoint().toString());
    }

    /** RFC 3261 §13.2.2.4. */
    private static void ack(Wire invite, Wire ok, Wire ack) {
        assertThat(ack.requestUri()).isEqualTo(ok.contact());
        via(ack, tapTesla);
        assertThat(ack.branches()).doesNotContainAnyElementsOf(invite.branches());
        assertThat(ack.header("From")).isEqualTo(invite.header("From"));
        assertThat(ack.header("To")).isEqualTo(ok.header("To"));
        assertThat(ack.header("Call-ID")).isEqualTo(invite.header("Call-ID"));
        assertThat(ack.header("CSeq")).isEqualTo(number(invite) + " ACK");
        assertThat(ack.header("Max-Forwards")).isEqualTo("70");
        body(ack, "");
    }

    /** RFC 3261 §12.2.1.1 and §15.1: the callee has a CSeq of its own. */
    private static void bye(Wire invite, Wire ok, Wire bye) {
        assertThat(bye.requestUri()).isEqualTo(invite.contact());
        via(bye, tapMarconi);
        assertThat(bye.header("From")).isEqualTo(ok.header("To"));
        assertThat(bye.header("To")).isEqualTo(invite.header("From"));
        assertThat(bye.header("Call-ID")).isEqualTo(invite.header("Call-ID"));
        assertThat(bye.header("CSeq")).endsWith(" BYE");
        assertThat(number(bye)).isBetween(0L, (1L << 31) - 1);
        assertThat(bye.header("Max-Forwards")).isEqualTo("70");
        body(bye, "");
    }

    private static void via(Wire request, Tap sentBy) {
        assertThat(request.path()).containsExactly(sentBy.endpoint().toString());
        assertThat(request.header("Via")).startsWith("SIP/2.0/UDP ");
        assertThat(request.branches())
                .singleElement()
                .asString()
                .startsWith("z9hG4bK")
                .hasSizeGreaterThan(15);
    }

    private static void body(Wire message, String body) {
        String length = String.valueOf(body.getBytes(StandardCharsets.UTF_8).length);
        assertThat(message.headers("Content-Length")).containsExactly(length);
        assertThat(message.text()).endsWith("\r\n\r\n" + body);
        assertThat(message.headers("Content-Type")).isEqualTo(body.isEmpty() ? List.of() : List.of("application/sdp"));
    }

    private static long number(Wire message) {
        String cseq = message.header("CSeq");
        return Long.parseLong(cseq.substring(0, cseq.indexOf(' ')));
    }
}
