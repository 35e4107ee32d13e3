// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipURI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** What strangers try against calls of others, and what hostile values try on their way through an application. */
class AttackStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final Peer mallory = server.peer("mallory");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("BYE", request -> request.createResponse(200).send());
        app.on("OPTIONS", request -> request.createResponse(200).send());
        server.deploy("app", app, ScriptedServlet.class);
    }

    @AfterEach
    void stillServes() {
        Peer good = server.peer("good");
        good.send(good.request(Method.OPTIONS, "sip:app@a.test").set(HeaderName.CALL_ID, "at-last"));
        good.nextResponse(200);
        app.assertUnharmed();
    }

    private record Call(Request invite, Response success) {}

    private Call call() {
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        return new Call(invite, success);
    }

    private void hangUp(Call call) {
        alice.send(alice.inDialog(Method.BYE, call.invite, call.success, 2));
        alice.nextResponse(200);
        server.assertEnded();
    }

    // ---- calls of others

    @ParameterizedTest
    @ValueSource(
            strings = {"Call-ID: guessed", "To: <sip:app@a.test>;tag=guessed", "From: <sip:alice@a.test>;tag=guessed"})
    @Rfc(value = 3261, section = "12.2.2")
    void aByeThatGuessesIsRefusedAndTheCallGoesOn(String guess) {
        Call call = call();
        int colon = guess.indexOf(':');

        mallory.send(mallory.inDialog(Method.BYE, call.invite, call.success, 5)
                .set(HeaderName.of(guess.substring(0, colon)), guess.substring(colon + 2)));

        mallory.nextResponse(481);
        assertThat(app.seen).containsExactly("INVITE", "ACK");
        hangUp(call);
    }

    @Test
    @Rfc(value = 3261, section = "19.3")
    void tagsCannotBeGuessed() {
        String tag = call().success.toTag().orElseThrow();

        assertThat(tag).hasSizeGreaterThanOrEqualTo(13); // of 32 characters: 65 bits
    }

    @Test
    @Rfc(value = 3261, section = "9.2")
    void aFloodOfCancelsLeavesNothingAndEndsNoCall() {
        app.on("INVITE", request -> request.createResponse(180).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        alice.nextResponse(180);
        int transactions = server.transactions();

        for (int i = 0; i < 1000; i++) {
            mallory.send(invite.toBuilder()
                    .method(Method.CANCEL)
                    .set(HeaderName.CSEQ, "1 CANCEL")
                    .set(HeaderName.VIA, "SIP/2.0/UDP " + mallory.host() + ":5060;branch=z9hG4bKguess" + i));
            mallory.nextResponse(481);
        }

        assertThat(server.transactions()).isEqualTo(transactions);
        assertThat(app.seen).containsExactly("INVITE");
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "17.1.3")
    void aForgedResponseReachesNobody() {
        app.on("INVITE", request -> request.getProxy().proxyTo(app.uri(bob.contact())));
        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request atBob = bob.nextRequest(Method.INVITE);
        int sessions = server.sessions();
        int transactions = server.transactions();

        for (int i = 0; i < 1000; i++) {
            mallory.send(mallory.answer(atBob, 200)
                    .replaceFirst(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKguess" + i));
            mallory.send(mallory.answer(atBob, 200)
                    .replaceFirst(
                            HeaderName.VIA,
                            "SIP/2.0/UDP 203.0.113.9:5060;branch="
                                    + atBob.topBranch().orElseThrow()));
        }

        assertThat(alice.rest()).isEmpty();
        assertThat(mallory.rest()).isEmpty();
        assertThat(server.sessions()).isEqualTo(sessions);
        assertThat(server.transactions()).isEqualTo(transactions);
        bob.send(bob.answer(atBob, 486));
        bob.nextRequest(Method.ACK);
        alice.nextResponse(486);
    }

    @Test
    @Rfc(value = 3261, section = "13.3.1.4")
    void callsThatNobodyAcknowledgesEnd() {
        app.on("INVITE", request -> request.createResponse(request.getCallId().endsWith("0") ? 486 : 200)
                .send());
        for (int i = 0; i < 1000; i++) {
            mallory.send(mallory.request(Method.INVITE, "sip:app@a.test").set(HeaderName.CALL_ID, "never-" + i));
        }

        server.advance(Duration.ofSeconds(70));

        assertThat(server.transactions()).isZero();
        server.advance(Duration.ofMinutes(4));
        assertThat(server.sessions()).isZero();
        assertThat(server.clock.pendingTimers()).isZero();
    }

    // ---- amplification

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    void answersGoToThePacketsSourceWhateverViaSays() {
        mallory.send(mallory.request(Method.OPTIONS, "sip:app@a.test")
                .set(
                        HeaderName.VIA,
                        "SIP/2.0/UDP " + bob.host() + ":5060;branch=z9hG4bKm;received=" + bob.host() + ";maddr="
                                + bob.host()));

        mallory.nextResponse(200);
        assertThat(bob.rest()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 407})
    @Rfc(value = 3261, section = "26.3.2.4")
    void oneForgedInviteBringsOneChallengeThatIsNoLonger(int status) {
        app.on("INVITE", request -> request.createResponse(status).send());
        Request invite = mallory.send(mallory.request(Method.INVITE, "sip:app@a.test"));
        server.advance(Duration.ofMinutes(4));

        assertThat(mallory.rest()).hasSize(1);
        assertThat(mallory.rest().get(0).encodedLength()).isLessThan(invite.encodedLength() + 50);
    }

    // ---- loops

    @Test
    @Rfc(value = 5393, section = "5")
    void twoDomainsThatForkToEachOtherEndSoon() {
        app.on("OPTIONS", request -> {
            if (request.getFrom().toString().contains("alice")) {
                request.getProxy().proxyTo(List.of(app.uri("sip:one@" + bob.host()), app.uri("sip:two@" + bob.host())));
            } else {
                request.createResponse(200).send();
            }
        });
        int[] returned = {0};
        var network = server.clock.strands().create();
        server.udp.onSent(sent -> {
            if (sent.peer().equals(bob.address()) && sent.message() instanceof Request request) {
                returned[0]++;
                server.clock.schedule( // bob's proxy sends all of it back
                        network,
                        Duration.ofMillis(1),
                        () -> server.udp.receive(
                                bob.address(),
                                request.toBuilder()
                                        .addFirst(
                                                HeaderName.VIA,
                                                "SIP/2.0/UDP " + bob.host() + ":5060;branch=z9hG4bKb" + returned[0])
                                        .build()));
            }
        });

        alice.send(alice.request(Method.OPTIONS, "sip:app@a.test"));
        server.advance(Duration.ofMinutes(4));

        assertThat(returned[0]).isBetween(10, 60 * 70); // breadth times hops, not 2 to the power of hops
        assertThat(server.transactions()).isZero();
    }

    // ---- values

    @Test
    void whatIsEscapedStaysEscaped() {
        app.on("MESSAGE", request -> {
            SipURI uri = (SipURI) request.getRequestURI();
            assertThat(uri.getUser()).isEqualTo("eve\r\nX-Evil: 1");
            request.getProxy().proxyTo(app.uri("sip:" + "x%0d%0aX-Evil%3a1@" + bob.host()));
        });

        alice.send(alice.request(Method.MESSAGE, "sip:eve%0D%0AX-Evil%3A%201@a.test"));
        Request atBob = bob.nextRequest(Method.MESSAGE);

        assertThat(atBob.headers().has(HeaderName.of("X-Evil"))).isFalse();
        assertThat(atBob.uriText()).contains("%0d%0a");
        assertThat(app.seen).contains("MESSAGE");
        bob.send(bob.answer(atBob, 200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b"})
    void anApplicationCannotSetLineEnds(String value) {
        app.on("MESSAGE", request -> {
            assertRefused(request, value);
            var response = request.createResponse(200);
            assertRefused(response, value);
            response.send();
        });

        alice.send(alice.request(Method.MESSAGE, "sip:app@a.test"));
        Response answer = alice.nextResponse(200);

        assertThat(answer.toString()).doesNotContain("X-Evil").doesNotContain("\0");
    }

    private void assertRefused(SipServletMessage message, String value) {
        if (message instanceof jakarta.servlet.sip.SipServletRequest request && value.indexOf('\0') < 0) {
            assertThatThrownBy(() -> request.createResponse(200, value)).isInstanceOf(IllegalArgumentException.class);
        }
        if (value.indexOf('\0') < 0) {
            assertThatThrownBy(() -> message.setHeader("Subject", value)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> message.addHeader("Subject", value)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> message.setHeader("Sub" + value, "x"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        SipURI uri = (SipURI) app.uri("sip:a@b.test");
        uri.setUser(value);
        assertThat(uri.toString()).doesNotContain("\r", "\n", "\0");
        if (value.indexOf('\0') < 0) {
            assertThatThrownBy(() -> app.factory().createAddress(uri, value))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Subject: secret",
                "s: secret",
                "SUBJECT: secret",
                "Subject : secret",
                "s\t: secret",
                "Subject:\\r\\n secret",
                "s:\\r\\n\\tsecret\\r\\nSubject: secret",
            })
    @Rfc(value = 3261, section = "7.3.1")
    void aHeaderThatIsRemovedGoesInEverySpelling(String lines) {
        app.on("MESSAGE", request -> {
            assertThat(request.getHeader("Subject")).isEqualTo("secret");
            request.removeHeader("Subject");
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });
        String message = alice.request(Method.MESSAGE, "sip:app@a.test").build().toString();

        server.udp.receive(
                alice.address(),
                message.replace(
                                "Contact:",
                                lines.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t") + "\r\nContact:")
                        .getBytes(StandardCharsets.UTF_8));
        Request atBob = bob.nextRequest(Method.MESSAGE);

        assertThat(atBob.toString()).doesNotContain("secret");
        bob.send(bob.answer(atBob, 200));
    }

    @Test
    @Rfc(value = 3261, section = "25.1")
    void everyByteInEveryFieldIsRefusedOrPassesWithoutBecomingAnotherField() {
        app.on("MESSAGE", request -> request.getProxy().proxyTo(app.uri(bob.contact())));
        MessageParser parser = new MessageParser(Limits.DEFAULT);
        String[] fields = {"From", "To", "Call-ID", "CSeq", "Via", "Contact", "Max-Forwards", "Subject", "Route"};
        int[] passed = {0};
        server.udp.onSent(sent -> {
            if (sent.peer().equals(bob.address()) && sent.message() instanceof Request request) {
                byte[] bytes = request.toBytes();
                ParseResult again = parser.parseDatagram(bytes, 0, bytes.length);
                assertThat(again).isInstanceOf(ParseResult.Parsed.class);
                assertThat(request.headers().has(HeaderName.of("X-Evil"))).isFalse();
                passed[0]++;
            }
        });
        int sent = 0;
        for (String field : fields) {
            for (int value = 0; value < 256; value++) {
                sent++;
                String text = alice.request(Method.MESSAGE, "sip:app@a.test")
                        .set(HeaderName.CALL_ID, field + value)
                        .add(HeaderName.SUBJECT, "about")
                        .build()
                        .toString();
                int at = text.indexOf("\r\n" + field + ": ") + field.length() + 6;
                byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
                byte[] changed = new byte[bytes.length + 1];
                System.arraycopy(bytes, 0, changed, 0, at);
                changed[at] = (byte) value;
                System.arraycopy(bytes, at, changed, at + 1, bytes.length - at);
                server.udp.receive(alice.address(), changed);
                server.advance(Duration.ZERO);
            }
        }

        assertThat(passed[0]).isBetween(200, sent - 200);
        server.udp.onSent(message -> {});
        server.advance(Duration.ofMinutes(4));
        assertThat(server.transactions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<sip:alice@198.51.10/0.2:5060>", "<sip:", "*, <sip:x>"})
    @Rfc(value = 3261, section = "21.4.1")
    void aDialogIsNotMadeWithAContactThatCannotBeRead(String contact) {
        alice.send(alice.request(Method.INVITE, "sip:app@a.test").set(HeaderName.CONTACT, contact));

        alice.nextResponse(400);
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3261, section = "12.1.1")
    void norWithARouteThatCannotBeRead() {
        alice.send(alice.request(Method.INVITE, "sip:app@a.test")
                .add(HeaderName.RECORD_ROUTE, "<sip:192.0.2.9;transport=;tcp;lr=;=x>"));

        alice.nextResponse(400);
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3261, section = "12.2.2")
    void aReInviteWithAContactThatCannotBeReadChangesNothing() {
        Call call = call();

        alice.send(alice.inDialog(Method.INVITE, call.invite, call.success, 2)
                .set(HeaderName.CONTACT, "<sip:alice@198.51.10/0.2:5060>"));
        alice.nextResponse(400);

        alice.send(alice.inDialog(Method.BYE, call.invite, call.success, 3));
        alice.nextResponse(200);
    }

    @Test
    @Rfc(value = 3261, section = "9.2")
    void aCancelIsAnsweredThoughTheTagIsNoToken() {
        app.on("INVITE", request -> request.createResponse(180).send());
        Request invite = alice.send(
                alice.request(Method.INVITE, "sip:app@a.test").set(HeaderName.TO, "<sip:app@a.test>;tag=a[b"));
        alice.nextResponse(481);

        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));

        alice.nextResponse(200);
    }
}
