// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class UriTest {

    @ParameterizedTest
    @CsvSource({
        "sip:%61lice@atlanta.com;transport=TCP, sip:alice@AtlanTa.CoM;Transport=tcp",
        "sip:carol@chicago.com, sip:carol@chicago.com;newparam=5",
        "sip:carol@chicago.com, sip:carol@chicago.com;security=on",
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com, "
                + "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent, "
                + "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        "sip:a@[2001:db8::1], sip:a@[2001:0DB8:0:0::0001]",
        "sip:a@[::ffff:192.0.2.1], sip:a@[::ffff:c000:201]",
        "tel:+1-201-555-0123, tel:+12015550123",
        "tel:7042;phone-context=example.com, TEL:7042;Phone-Context=EXAMPLE.com",
        "SIP:a@b.c, sip:a@b.c",
    })
    @Rfc(value = 3261, section = "19.1.4")
    @Rfc(value = 5954, section = "4.2")
    @Rfc(value = 3966, section = "4")
    @Checklist({"E3", "E4"})
    void areEqual(String one, String other) {
        assertThat(Uri.parse(one)).isEqualTo(Uri.parse(other)).hasSameHashCodeAs(Uri.parse(other));
        assertThat(Uri.parse(other)).isEqualTo(Uri.parse(one));
    }

    @ParameterizedTest
    @CsvSource({
        "SIP:ALICE@AtlanTa.CoM;Transport=udp, sip:alice@AtlanTa.CoM;Transport=UDP",
        "sip:bob@biloxi.com, sip:bob@biloxi.com:5060",
        "sip:bob@biloxi.com, sip:bob@biloxi.com;transport=udp",
        "sip:bob@biloxi.com, sip:bob@biloxi.com:6000;transport=tcp",
        "sip:carol@chicago.com, sip:carol@chicago.com?Subject=next%20meeting",
        "sip:bob@phone21.boxesbybob.com, sip:bob@192.0.2.4",
        "sip:carol@chicago.com;security=on, sip:carol@chicago.com;security=off",
        "sip:bob@biloxi.com, sips:bob@biloxi.com",
        "sip:bob@biloxi.com, sip:bob@biloxi.com;user=ip",
        "sip:bob@biloxi.com, sip:bob@biloxi.com;maddr=192.0.2.1",
        "sip:bob@biloxi.com, sip:bob@biloxi.com;ttl=1",
        "sip:bob@biloxi.com, sip:bob@biloxi.com;method=INVITE",
        "sip:bob:secret@biloxi.com, sip:bob:Secret@biloxi.com",
        "sip:bob@biloxi.com, sip:bob:@biloxi.com",
        "sip:a%3Bb@c.d, sip:a;b@c.d",
        "sip:a@c.d?x=1&x=2, sip:a@c.d?x=1&x=1",
        "tel:+12015550123, tel:12015550123",
        "tel:+12015550123, tel:+12015550123;ext=5",
    })
    @Rfc(value = 3261, section = "19.1.4")
    @Checklist("E3")
    void differ(String one, String other) {
        assertThat(Uri.parse(one)).isNotEqualTo(Uri.parse(other));
        assertThat(Uri.parse(other)).isNotEqualTo(Uri.parse(one));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:alice:secret@example.com:5060;transport=tcp;lr?subject=x&a",
                "sips:example.com",
                "sip:a;b=c?d/e@example.com",
                "sip:[2001:db8::1]:5061;maddr=[::1]",
                "sip:*97#@example.com",
                "tel:+1-(201).555;ext=12;phone-context=+1",
                "tel:*21#",
                "urn:service:sos",
                "http://www.example.com/a?b=c#d",
                "sip:user:@host_1",
            })
    void areWrittenAsTheyWereRead(String text) {
        assertThat(Uri.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sip",
                "sip:",
                ":sip",
                "1sip:a@b",
                "sip:@host",
                "sip:user@",
                "sip:a@b@c",
                "sip:a b@c",
                "sip:a%4@c",
                "sip:a%zz@c",
                "sip:a@c:65536",
                "sip:a@c:",
                "sip:a@c:-1",
                "sip:a@c;",
                "sip:a@c;;lr",
                "sip:a@c;lr>",
                "sip:a@c?",
                "sip:[2001:db8::1",
                "sip:2001:db8::1",
                "sip:[2001:db8:::1]",
                "sip:[1:2:3:4:5:6:7:8:9]",
                "sip:[1:2:3:4:5:6:7]",
                "sip:[::1::2]",
                "sip:[12345::]",
                "sip:256.1.1.1",
                "sip:1.2.3",
                "tel:",
                "tel:+",
                "tel:+abc",
                "http:a b",
                "http:a<b>",
                "sip:a\r\nX: y@b",
                "sip:a@b\0",
            })
    @Checklist("E6")
    void areRefused(String text) {
        assertThatThrownBy(() -> Uri.parse(text)).isInstanceOf(SyntaxException.class);
    }

    @Test
    void giveTheirParts() {
        SipUri uri = SipUri.parse("sips:a%20b:p@Host.example:5071;transport=ws;lr;x=1?h=v");

        assertThat(uri.secure()).isTrue();
        assertThat(uri.user()).contains("a%20b");
        assertThat(uri.userDecoded()).isEqualTo("a b");
        assertThat(uri.password()).contains("p");
        assertThat(uri.hostPort()).isEqualTo(new HostPort("host.example", 5071));
        assertThat(uri.transport()).contains("ws");
        assertThat(uri.isLooseRoute()).isTrue();
        assertThat(uri.maddr()).isEmpty();
        assertThat(uri.parameters().value("X")).contains("1");
        assertThat(uri.headers().value("h")).contains("v");
    }

    @Test
    void givePartsOfTelephoneNumbers() {
        TelUri uri = (TelUri) Uri.parse("tel:+1-201;phone-context=x");

        assertThat(uri.isGlobal()).isTrue();
        assertThat(uri.number()).isEqualTo("1-201");
        assertThat(uri.phoneContext()).contains("x");
    }

    @Test
    void areChangedByCopy() {
        SipUri uri = SipUri.of("al ice", "example.com:5062");

        assertThat(uri).hasToString("sip:al%20ice@example.com:5062");
        assertThat(uri.withUser("bob").withPort(-1).withParameter("lr", "").withSecure(true))
                .hasToString("sips:bob@example.com;lr");
        assertThat(uri.withParameter("a", "1").withoutParameter("A")).isEqualTo(uri);
        assertThat(uri).hasToString("sip:al%20ice@example.com:5062");
    }

    @Test
    void refusePartsThatWouldBecomeOtherParts() {
        SipUri uri = SipUri.of("a", "b");

        assertThatThrownBy(() -> uri.withUser("x@evil:1")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> uri.withUser("x:y")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> uri.withParameter("p", "1;maddr=2")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> uri.withParameter("p", "1?h=2")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> uri.withParameter("p", "1\r\nX: y")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> uri.withHost("b;maddr=c")).isInstanceOf(SyntaxException.class);
    }

    @Test
    @Rfc(value = 3261, section = "19.1.2")
    void neverResolveEscapesTwice() {
        assertThat(SipUri.unescape("%2541%00%0D%0A")).isEqualTo("%41\0\r\n");
        assertThat(SipUri.parse("sip:a%0d%0ab@c")).hasToString("sip:a%0d%0ab@c");
    }
}
