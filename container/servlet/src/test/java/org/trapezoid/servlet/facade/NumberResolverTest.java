// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.locate.DnsAnswer;
import org.trapezoid.sip.locate.DnsRecord;
import org.trapezoid.sip.locate.TelephoneNumbers;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

class NumberResolverTest {

    private final NumberResolver resolver = new NumberResolver(
            new TelephoneNumbers(question -> question.name().startsWith("9.")
                    ? CompletableFuture.failedFuture(new IOException("no server"))
                    : CompletableFuture.completedFuture(new DnsAnswer(
                            question.name().startsWith("1.")
                                    ? List.of(
                                            naptr(2, "E2U+sip", "sip:b@example.com"),
                                            naptr(1, "E2U+sip", "sip:a@example.com"),
                                            naptr(1, "E2U+sip", "not a uri"),
                                            naptr(1, "E2U+email", "mailto:a@example.com"))
                                    : List.of(),
                            Duration.ZERO))),
            uri -> uri.equals(Uri.parse("sip:a@here.test")));

    private static DnsRecord naptr(int order, String service, String uri) {
        return new DnsRecord.Naptr(order, 1, "u", service, "!^.*$!" + uri + '!', ".");
    }

    private static URI uri(String text) {
        return UriView.of(Uri.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tel:+441", "sip:+441@gateway.test;user=phone", "sip:+441;ext=5@gateway.test;user=phone"})
    @Rfc(value = 6116, section = "3.2")
    void findsTheSipUrisOfANumber(String number) throws IOException {
        assertThat(resolver.toEnum(uri(number))).isEqualTo("1.4.4.e164.arpa");
        assertThat(resolver.resolveToSipURI(uri(number))).hasToString("sip:a@example.com");
        assertThat(resolver.resolveToSipURIs(uri(number)))
                .extracting(Object::toString)
                .containsExactly("sip:a@example.com", "sip:b@example.com");
        assertThat(resolver.resolveToStrings(uri(number), "E2U+email")).containsExactly("mailto:a@example.com");
    }

    @Test
    void findsNothingForANumberWithoutRecords() throws IOException {
        assertThat(resolver.resolveToSipURI(uri("tel:+442"))).isNull();
        assertThat(resolver.resolveToSipURIs(uri("tel:+442"))).isEmpty();
    }

    @Test
    void saysThatTheDnsFailed() {
        assertThatThrownBy(() -> resolver.resolveToSipURI(uri("tel:+449"))).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tel:911;phone-context=example.com", "sip:+441@a.test", "sip:bob@a.test;user=phone"})
    void refusesAUriWithoutGlobalNumber(String uri) {
        assertThatThrownBy(() -> resolver.resolveToSipURIs(uri(uri))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void knowsItsOwnUris() {
        assertThat(resolver.resolvesInternally((SipURI) uri("sip:a@here.test"))).isTrue();
        assertThat(resolver.resolvesInternally((SipURI) uri("sip:a@there.test")))
                .isFalse();
    }
}
