// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

class HeaderValuesTest {

    @Test
    @Rfc(value = 3261, section = "7.3.1")
    @Checklist("E1")
    void knownNamesAreOneObjectInAllSpellings() throws IllegalAccessException {
        assertThat(HeaderName.of("vIA")).isSameAs(HeaderName.VIA);
        assertThat(HeaderName.of("v")).isSameAs(HeaderName.VIA);
        assertThat(HeaderName.of("V")).isSameAs(HeaderName.VIA);
        assertThat(HeaderName.CALL_ID.compact()).contains('i');
        for (var field : HeaderName.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == HeaderName.class) {
                HeaderName name = (HeaderName) field.get(null);
                assertThat(HeaderName.of(name.toString())).isSameAs(name);
                name.compact().ifPresent(letter -> assertThat(HeaderName.of("" + letter))
                        .isSameAs(name));
            }
        }
    }

    @Test
    void unknownNamesAreEqualWithoutRegardToCase() {
        assertThat(HeaderName.of("X-Foo")).isEqualTo(HeaderName.of("x-fOO")).hasSameHashCodeAs(HeaderName.of("x-foo"));
        assertThat(HeaderName.of("X-Foo")).isNotEqualTo(HeaderName.of("X-Fop")).hasToString("X-Foo");
        assertThatThrownBy(() -> HeaderName.of("X Foo")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> HeaderName.of("X:\r\n")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> HeaderName.of("")).isInstanceOf(SyntaxException.class);
    }

    @Test
    @Rfc(value = 3261, section = "20.10")
    @Rfc(value = 8217, section = "3")
    @Checklist("E2")
    void parametersBelongToTheHeaderWithoutAngleBrackets() {
        NameAddr bare = NameAddr.parse("sip:a@b.c;tag=1");
        NameAddr bracketed = NameAddr.parse("<sip:a@b.c;tag=1>");

        assertThat(bare.tag()).contains("1");
        assertThat(((SipUri) bare.uri()).parameters().isEmpty()).isTrue();
        assertThat(bracketed.tag()).isEmpty();
        assertThat(((SipUri) bracketed.uri()).parameters().value("tag")).contains("1");
        assertThat(bare).hasToString("<sip:a@b.c>;tag=1");
    }

    @ParameterizedTest
    @Rfc(value = 8217, section = "3")
    @Checklist("E2")
    @ValueSource(strings = {"sip:a@b.c?subject=x", "sip:a,b@c.d"})
    void aUriWithAQuestionMarkOrACommaNeedsAngleBrackets(String uri) {
        assertThatThrownBy(() -> NameAddr.parse(uri)).isInstanceOf(SyntaxException.class);
        assertThat(NameAddr.parse('<' + uri + '>').uri()).hasToString(uri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:a@b.c?x=y",
                "sip:a,b@c.d",
                "Bell, Alex <sip:a@b.c>",
                "\"open <sip:a@b.c>",
                "\"a\" sip:a@b.c",
                "< sip:a@b.c>",
                "<sip:a@b.c",
                "<sip:a@b.c>x",
                "<sip:a@b.c>;",
                "<sip:a@b.c>;=1",
                "<sip:a@b.c>;a=",
                "<sip:a@b.c>;a=\"x",
                "",
                "<>",
            })
    void malformedAddressesAreRefused(String text) {
        assertThatThrownBy(() -> NameAddr.parse(text)).isInstanceOf(SyntaxException.class);
    }

    @Test
    void displayNamesAreQuotedAndUnquoted() {
        NameAddr address = NameAddr.parse("\"A \\\"B\\\" \\\\\" <sip:a@b.c>;x");

        assertThat(address.displayName()).contains("A \"B\" \\");
        assertThat(address).hasToString("\"A \\\"B\\\" \\\\\" <sip:a@b.c>;x");
        assertThat(NameAddr.parse("caller<sip:a@b.c>").displayName()).contains("caller");
        assertThat(NameAddr.parse("<sip:a@b.c>").displayName()).isEmpty();
        assertThatThrownBy(() -> NameAddr.of("x\r\nVia: y", Uri.parse("sip:a@b.c")))
                .isInstanceOf(SyntaxException.class);
    }

    @Test
    @Rfc(value = 3261, section = "7.3.1")
    void listsAreSplitOutsideQuotationMarksAndAngleBrackets() {
        assertThat(NameAddr.parseList("\"a,b\" <sip:x,1@y>;q=0.5 , <sip:c@d>"))
                .extracting(NameAddr::toString)
                .containsExactly("\"a,b\" <sip:x,1@y>;q=0.5", "<sip:c@d>");
    }

    @Test
    void tagsAreChangedByCopy() {
        NameAddr party = NameAddr.parse("Bob <sip:b@c.d>;x=1");

        assertThat(party.withTag("t").tag()).contains("t");
        assertThat(party.withTag("t").withTag("u").tag()).contains("u");
        assertThat(party.withTag("t").withoutTag()).isEqualTo(party);
        assertThatThrownBy(() -> party.withTag("t\r\nX: y")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> party.withTag("t;y")).isInstanceOf(SyntaxException.class);
        assertThat(NameAddr.isWildcard(" * ")).isTrue();
    }

    @Test
    @Rfc(value = 3261, section = "20.42")
    void viasAreReadWithWhiteSpaceAnywhere() {
        Via via = Via.parse("SIP / 2.0 / UDP first.example.com : 4000 ;ttl=16 ; branch = z9hG4bKa7c6a8dlze.1");

        assertThat(via.transport()).isEqualTo("UDP");
        assertThat(via.sentBy().port()).isEqualTo(4000);
        assertThat(via.branch()).contains("z9hG4bKa7c6a8dlze.1");
        assertThat(via).hasToString("SIP/2.0/UDP first.example.com:4000;ttl=16;branch=z9hG4bKa7c6a8dlze.1");
    }

    @ParameterizedTest
    @CsvSource({"z9hG4bK, false", "z9hG4bK1, true", "Z9HG4BK1, true", "1z9hG4bK, false"})
    @Rfc(value = 3261, section = "8.1.1.7")
    void branchesWithTheCookieAndMoreAreOfThisRfc(String branch, boolean expected) {
        assertThat(Via.parse("SIP/2.0/UDP a;branch=" + branch).isRfc3261()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, SIP/2.0/UDP 192.0.2.1:5060;branch=x, SIP/2.0/UDP 192.0.2.1:5060;branch=x",
        "192.0.2.1, SIP/2.0/UDP 192.0.2.1;rport, SIP/2.0/UDP 192.0.2.1;rport=5099;received=192.0.2.1",
        "192.0.2.1, SIP/2.0/UDP 10.0.0.1;branch=x, SIP/2.0/UDP 10.0.0.1;branch=x;received=192.0.2.1",
        "192.0.2.1, SIP/2.0/UDP a.example, SIP/2.0/UDP a.example;received=192.0.2.1",
        "192.0.2.1, SIP/2.0/UDP 192.0.2.1;received=10.0.0.1, SIP/2.0/UDP 192.0.2.1",
        "2001:db8::1, SIP/2.0/UDP [2001:db8:0::1], SIP/2.0/UDP [2001:db8:0::1]",
        "2001:db8::1, SIP/2.0/UDP [::2], SIP/2.0/UDP [::2];received=2001:db8:0:0:0:0:0:1",
    })
    @Rfc(value = 3261, section = "18.2.1")
    @Rfc(value = 3581, section = "4")
    void viasAreMarkedWithTheirSource(String source, String via, String expected) throws UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(source), 5099);

        assertThat(Via.parse(via).from(address)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SIP/2.0/UDP",
                "SIP/3.0/UDP a",
                "SIP/2.0 UDP a",
                "SIP/2.0/UDP a b",
                "SIP/2.0/UDP a:x",
                "SIP/2.0/UDP a;",
                "SIP/2.0/UDP a;b=\"",
                "SIP/2.0/UDPa",
                ""
            })
    void malformedViasAreRefused(String text) {
        assertThatThrownBy(() -> Via.parse(text)).isInstanceOf(SyntaxException.class);
    }

    @Test
    @Checklist("E6")
    void numbersNeverWrap() {
        assertThat(CSeq.parse("4294967295 INVITE").number()).isEqualTo(4294967295L);
        assertThat(CSeq.parse(" 0009   INVITE ")).isEqualTo(new CSeq(9, "INVITE"));
        for (String text : Arrays.asList(
                "4294967296 A", "36893488147419103232 A", "-1 A", "+1 A", "1", "A", "1A", "1 A B", "0x1 A", "1e3 A")) {
            assertThatThrownBy(() -> CSeq.parse(text)).as(text).isInstanceOf(SyntaxException.class);
        }
        assertThat(RAck.parse("776656 1 INVITE")).isEqualTo(new RAck(776656, 1, "INVITE"));
        assertThatThrownBy(() -> RAck.parse("1 INVITE")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> RAck.parse("1 4294967296 INVITE")).isInstanceOf(SyntaxException.class);
    }
}
