// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

class MessageBuilderTest {
    private static final HeaderName UNKNOWN = HeaderName.of("X-Unknown");

    private final Request invite = parse("""
            INVITE sip:bob@biloxi.example SIP/2.0
            v : SIP/2.0/UDP b;branch=z9hG4bK2 , SIP/2.0/UDP a;branch=z9hG4bK1
            Route: <sip:p1;lr>,
             <sip:p2;lr>
            Max-Forwards: 70
            x-unKNOWN:  a,b
            t: Bob
             <sip:bob@biloxi.example>
            From: Alice <sip:alice@atlanta.example>;tag=1928301774
            Call-ID: a84b4c76e66710
            Timestamp: 54
            CSeq: 314159 INVITE
            l: 4

            body""");

    private static Request parse(String text) {
        byte[] bytes = MessageParserTest.wire(text);
        ParseResult result = new MessageParser(Limits.DEFAULT).parseDatagram(bytes, 0, bytes.length);
        return (Request) ((ParseResult.Parsed) result).message();
    }

    private static void assertWire(Message message, String expected) {
        assertThat(message.toString()).isEqualTo(expected.replace("\n", "\r\n"));
    }

    @Test
    @Rfc(value = 3261, section = "16.6")
    @Checklist({"P1", "P8"})
    void forwardsWithEverythingElseUntouched() {
        Request forwarded = invite.toBuilder()
                .uri(Uri.parse("sip:bob@192.0.2.4"))
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP p;branch=z9hG4bK3")
                .removeFirst(HeaderName.ROUTE)
                .set(HeaderName.MAX_FORWARDS, "69")
                .build();

        assertWire(forwarded, """
                INVITE sip:bob@192.0.2.4 SIP/2.0
                Via: SIP/2.0/UDP p;branch=z9hG4bK3
                v : SIP/2.0/UDP b;branch=z9hG4bK2 , SIP/2.0/UDP a;branch=z9hG4bK1
                Route: <sip:p2;lr>
                Max-Forwards: 69
                x-unKNOWN:  a,b
                t: Bob
                 <sip:bob@biloxi.example>
                From: Alice <sip:alice@atlanta.example>;tag=1928301774
                Call-ID: a84b4c76e66710
                Timestamp: 54
                CSeq: 314159 INVITE
                l: 4

                body""");
        assertThat(forwarded.viaCount()).isEqualTo(3);
        assertThat(forwarded.uriText()).isEqualTo("sip:bob@192.0.2.4");
        assertThat(forwarded.encodedLength()).isEqualTo(forwarded.toBytes().length);
    }

    @Test
    void readsTheSameFromACompactResponse() {
        Response ok = Response.to(invite, 200)
                .toTag("here")
                .add(HeaderName.CONTACT, "<sip:bob@192.0.2.4>")
                .body("answer".getBytes(StandardCharsets.UTF_8))
                .build();

        Response compact = ok.compact();

        assertThat(compact.toString()).isEqualTo(ok.toString());
        assertThat(compact.encodedLength()).isEqualTo(ok.encodedLength());
        assertThat(compact.status()).isEqualTo(200);
        assertThat(compact.reason()).isEqualTo("OK");
        assertThat(compact.toTag()).hasValue("here");
        assertThat(compact.viaCount()).isEqualTo(2);
        assertThat(compact.headers().values(HeaderName.VIA))
                .isEqualTo(ok.headers().values(HeaderName.VIA));
        assertThat(compact.body()).isEqualTo(ok.body());
        assertThat(compact.toBuilder().removeFirst(HeaderName.VIA).build().toString())
                .isEqualTo(ok.toBuilder().removeFirst(HeaderName.VIA).build().toString());
    }

    @Test
    void leavesTheOriginalAlone() {
        byte[] before = invite.toBytes();

        Request.Builder builder = invite.toBuilder();
        builder.remove(HeaderName.VIA).set(HeaderName.TO, "<sip:x@y>").body("other".getBytes(StandardCharsets.UTF_8));
        Request first = builder.build();
        byte[] wire = first.toBytes();
        builder.add(UNKNOWN, "c").method(Method.BYE);

        assertThat(invite.toBytes()).isEqualTo(before);
        assertThat(first.toBytes()).isEqualTo(wire);
    }

    @Test
    void putsFieldsWhereTheyBelong() {
        Request changed = invite.toBuilder()
                .add(HeaderName.VIA, "SIP/2.0/TCP z")
                .add(UNKNOWN, "c")
                .addFirst(HeaderName.RECORD_ROUTE, "<sip:us;lr>")
                .add(HeaderName.SUBJECT, "new")
                .build();

        assertThat(changed.headers().names().subList(0, 3))
                .containsExactly(HeaderName.VIA, HeaderName.RECORD_ROUTE, HeaderName.ROUTE);
        assertThat(changed.headers().values(HeaderName.VIA)).hasSize(3).last().isEqualTo("SIP/2.0/TCP z");
        assertThat(changed.headers().all(UNKNOWN)).containsExactly("a,b", "c");
        assertThat(changed.toString()).contains("Subject: new\r\n\r\nbody");
    }

    @Test
    void changesFirstValuesInLists() {
        Request.Builder builder = invite.toBuilder().replaceFirst(HeaderName.VIA, "SIP/2.0/UDP n;branch=z9hG4bK9");

        assertThat(builder.headers().values(HeaderName.VIA))
                .containsExactly("SIP/2.0/UDP n;branch=z9hG4bK9", "SIP/2.0/UDP a;branch=z9hG4bK1");
        builder.removeFirst(HeaderName.VIA).removeFirst(HeaderName.VIA);
        assertThat(builder.headers().has(HeaderName.VIA)).isFalse();
        assertThat(builder.removeFirst(HeaderName.VIA).build().viaCount()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "20.14")
    void keepsContentLengthRight() {
        assertThat(invite.toBuilder().body(new byte[10]).build().toString()).contains("\r\nContent-Length: 10\r\n");
        assertThat(invite.toBuilder()
                        .set(HeaderName.CONTENT_LENGTH, "99")
                        .build()
                        .toString())
                .contains("\r\nContent-Length: 4\r\n");
        assertThat(invite.toBuilder().remove(HeaderName.CONTENT_LENGTH).build().toString())
                .contains("\r\nContent-Length: 4\r\n");
        assertThat(invite.toBuilder().build().toString()).contains("\r\nl: 4\r\n");
    }

    @Test
    void refusesLineEndsInValues() {
        Request.Builder builder = invite.toBuilder();

        assertThatThrownBy(() -> builder.set(UNKNOWN, "a\r\nVia: b")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> builder.add(UNKNOWN, "a\nb")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> builder.addFirst(UNKNOWN, "a\rb")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> builder.replaceFirst(UNKNOWN, "a\rb")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> Response.to(invite, 200, "OK\r\nX: y")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> Response.to(invite, 200).toTag("a\r\nb")).isInstanceOf(SyntaxException.class);
        assertThat(builder.build().toBytes()).isEqualTo(invite.toBytes());
    }

    @Test
    @Rfc(value = 3261, section = "8.2.6.2")
    void answersWithTheFieldsOfTheRequest() {
        Response response =
                Response.to(invite, 180).toTag("abc").toTag("ignored").build();

        assertWire(response, """
                SIP/2.0 180 Ringing
                v : SIP/2.0/UDP b;branch=z9hG4bK2 , SIP/2.0/UDP a;branch=z9hG4bK1
                t: Bob
                 <sip:bob@biloxi.example>;tag=abc
                From: Alice <sip:alice@atlanta.example>;tag=1928301774
                Call-ID: a84b4c76e66710
                CSeq: 314159 INVITE
                Content-Length: 0

                """);
        assertThat(response.toTag()).contains("abc");
        assertThat(response.to().displayName()).contains("Bob");
        assertThat(response.reason()).isEqualTo("Ringing");
    }

    @Test
    @Rfc(value = 3261, section = "8.2.6.1")
    void copiesTheTimestampIntoTryingOnly() {
        assertThat(Response.to(invite, 100).build().headers().first(HeaderName.TIMESTAMP))
                .contains("54");
        assertThat(Response.to(invite, 200).build().headers().has(HeaderName.TIMESTAMP))
                .isFalse();
    }

    @Test
    void buildsFromNothing() {
        Request request = Request.builder(Method.of("PING"), Uri.parse("sip:example.com"))
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP a;branch=z9hG4bK1")
                .set(HeaderName.of("f"), "<sip:a@b>;tag=1")
                .set(HeaderName.TO, "<sip:c@d>")
                .set(HeaderName.CALL_ID, "x")
                .set(HeaderName.CSEQ, "1 PING")
                .build();

        byte[] wire = request.toBytes();
        ParseResult again = new MessageParser(Limits.DEFAULT).parseDatagram(wire, 0, wire.length);
        assertThat(((ParseResult.Parsed) again).message().toBytes()).isEqualTo(wire);
        assertThat(request.fromTag()).contains("1");
        assertThat(request.callId()).isEqualTo("x");
        assertThatThrownBy(
                        () -> Request.builder(Method.BYE, request.uri()).build().callId())
                .isInstanceOf(SyntaxException.class)
                .hasMessageContaining("Call-ID");
    }

    @Test
    void changesTheStatusOfAResponse() {
        Response response = Response.to(invite, 200).build();

        Response changed = response.toBuilder().status(486, "Busy Here").build();

        assertThat(changed.status()).isEqualTo(486);
        assertThat(changed.statusClass()).isEqualTo(StatusClass.CLIENT_ERROR);
        assertThat(changed.toString()).startsWith("SIP/2.0 486 Busy Here\r\n");
        assertThat(response.toString()).startsWith("SIP/2.0 200 OK\r\n");
    }

    @Test
    @Rfc(value = 3261, section = "8.2.6.2")
    void theTagOfAPeerStaysThoughItIsNoToken() {
        Request request = Request.builder(Method.BYE, Uri.parse("sip:b@a.test"))
                .add(HeaderName.TO, "<sip:b@a.test>;tag=a[b")
                .build();

        Response response = Response.to(request, 481).toTag("a[b").build();

        assertThat(response.toTag()).contains("a[b");
    }
}
