// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.SyntaxException;

class EventValuesTest {

    @Test
    @Rfc(value = 6665, section = "8.2.1")
    void anEventIsItsPackageAndItsId() {
        assertThat(Event.parse(" presence.winfo ; max=3;id=7 "))
                .isEqualTo(new Event("presence.winfo", Optional.of("7")));
        assertThat(Event.parse("refer")).isNotEqualTo(Event.parse("refer;id=1"));
        assertThat(Event.parse("Presence")).isNotEqualTo(Event.parse("presence"));
        assertThat(Event.parse("a;id=2")).hasToString("a;id=2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";id=1", "a b", "a;=", "\"a\""})
    @Rfc(value = 6665, section = "8.2.1")
    void refusesWhatIsNoEvent(String text) {
        assertThatThrownBy(() -> Event.parse(text)).isInstanceOf(SyntaxException.class);
    }

    @Test
    @Rfc(value = 6665, section = "8.2.3")
    void aSubscriptionStateHasTimeAndReason() {
        SubscriptionState active = SubscriptionState.parse("Active;expires=600");
        SubscriptionState terminated = SubscriptionState.parse("terminated;reason=noresource;retry-after=5");

        assertThat(active).isEqualTo(new SubscriptionState("active", OptionalLong.of(600), Optional.empty()));
        assertThat(active.isTerminated()).isFalse();
        assertThat(terminated.isTerminated()).isTrue();
        assertThat(terminated.reason()).contains("noresource");
        assertThat(terminated).hasToString("terminated;reason=noresource");
        assertThat(SubscriptionState.parse("waiting").isTerminated()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "3600, 3600", "4294967295, 4294967295", "99999999999999999999999, 4294967295"})
    @Rfc(value = 3261, section = "20.19")
    void secondsNeverOverflow(String text, long seconds) {
        assertThat(SubscriptionState.seconds(text)).hasValue(seconds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1e3", "0x10", "12 3"})
    @Rfc(value = 3261, section = "20.19")
    void whatIsNoNumberOfSecondsIsNone(String text) {
        assertThat(SubscriptionState.seconds(text)).isEmpty();
    }

    @Test
    @Rfc(value = 3891, section = "6.1")
    @Rfc(value = 3911, section = "7.1")
    void aReferenceNamesADialogAsItsReceiverDoes() {
        assertThat(DialogReference.parse("98732@sip.example.com ;from-tag=r33th4x0r ;to-tag=ff87ff;early-only"))
                .isEqualTo(new DialogReference("98732@sip.example.com", "ff87ff", "r33th4x0r", true));
    }

    @Test
    @Rfc(value = 4538, section = "7")
    void aTargetDialogHasTheTagsOfItsSender() {
        assertThat(DialogReference.parseTargetDialog("fa77as7dad8@host.example.com;local-tag=kkaz-;remote-tag=6544"))
                .isEqualTo(new DialogReference("fa77as7dad8@host.example.com", "6544", "kkaz-", false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a@b",
                "a@b;to-tag=1",
                "a@b;from-tag=1",
                ";to-tag=1;from-tag=2",
                "a b;to-tag=1;from-tag=2",
                "a@b;to-tag=;from-tag=2",
                "a@b;to-tag;from-tag=2"
            })
    @Rfc(value = 3891, section = "6.1")
    void refusesWhatIsNoReference(String text) {
        assertThatThrownBy(() -> DialogReference.parse(text)).isInstanceOf(SyntaxException.class);
    }
}
