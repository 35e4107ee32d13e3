// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Rfc;

class TelephoneNumbersTest {

    private static final String DOMAIN = "8.4.1.0.6.4.9.7.0.2.4.4.e164.arpa";

    private static List<String> uris(String service, DnsRecord... records) {
        return new TelephoneNumbers(question -> {
                    assertThat(question).isEqualTo(new DnsQuestion(DnsQuestion.Type.NAPTR, DOMAIN));
                    return CompletableFuture.completedFuture(new DnsAnswer(List.of(records), Duration.ofMinutes(1)));
                })
                .uris("+44-207-946-0148", service)
                .toCompletableFuture()
                .join();
    }

    private static DnsRecord naptr(int order, int preference, String service, String regexp) {
        return new DnsRecord.Naptr(order, preference, "u", service, regexp, ".");
    }

    @Test
    @Rfc(value = 6116, section = "3.2")
    void turnsTheDigitsAround() {
        assertThat(TelephoneNumbers.domain("+442079460148")).isEqualTo(DOMAIN);
        assertThat(TelephoneNumbers.domain("+44(207)946.01-48")).isEqualTo(DOMAIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"442079460148", "+", "+44x", "", "+1234567890123456"})
    void refusesWhatIsNoGlobalNumber(String number) {
        assertThatThrownBy(() -> TelephoneNumbers.domain(number)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Rfc(value = 6116, section = "3.3")
    void ordersByOrderAndPreference() {
        assertThat(uris(
                        "E2U+sip",
                        naptr(100, 20, "E2U+sip", "!^.*$!sip:third@example.com!"),
                        naptr(100, 10, "e2u+SIP", "!^.*$!sip:second@example.com!"),
                        naptr(10, 90, "E2U+email:mailto+sip", "!^.*$!sip:first@example.com!"),
                        naptr(5, 5, "E2U+h323", "!^.*$!h323:no@example.com!"),
                        naptr(5, 5, "E2U+sipx", "!^.*$!sip:no@example.com!")))
                .containsExactly("sip:first@example.com", "sip:second@example.com", "sip:third@example.com");
    }

    @ParameterizedTest
    @CsvSource({
        "'!^\\+44(.*)$!sip:0\\1@example.com!', sip:02079460148@example.com",
        "'/^.*$/sip:a!b@example.com/i', sip:a!b@example.com",
        "'!^(\\+442079460148)$!sip:\\1@a.test!', sip:+442079460148@a.test"
    })
    @Rfc(value = 6116, section = "3.4.2")
    void substitutes(String expression, String expected) {
        assertThat(uris("E2U+sip", naptr(1, 1, "E2U+sip", expression))).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "!^.*$!sip:a@b", "!(!sip:a@b!", "!^\\+1!sip:a@b!", "!^.*$!\\1!"})
    void passesOverExpressionsThatAreNoneOrDoNotMatch(String expression) {
        assertThat(uris("E2U+sip", naptr(1, 1, "E2U+sip", expression))).isEmpty();
    }

    @Test
    void failsWithTheDns() {
        CompletableFuture<List<String>> answer = new TelephoneNumbers(
                        question -> CompletableFuture.failedFuture(new IOException("no server")))
                .uris("+1", "E2U+sip")
                .toCompletableFuture();

        assertThat(answer).isCompletedExceptionally();
    }
}
