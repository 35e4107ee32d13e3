// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.testing.Rfc;

class SessionExpiresTest {

    @ParameterizedTest
    @Rfc(value = 4028, section = "4")
    @CsvSource({
        "1800, 1800",
        "' 90 ;refresher=UAC', 90;refresher=uac",
        "4000;x=y; refresher = uas, 4000;refresher=uas",
        "4000;refresher=both, 4000",
        "4294967295, 4294967295",
    })
    void readsSecondsAndRefresher(String text, String expected) {
        assertThat(SessionExpires.parse(text).map(SessionExpires::toString)).hasValue(expected);
    }

    @ParameterizedTest
    @Rfc(value = 4028, section = "4")
    @ValueSource(strings = {"", "soon", "-1", "1e3", "4294967296", ";refresher=uac", "1800;=", "1800;refresher="})
    void whatCannotBeUnderstoodIsNotThere(String text) {
        assertThat(SessionExpires.parse(text)).isEmpty();
    }

    @Test
    void theCompactFormIsKnown() {
        assertThat(HeaderName.of("x")).isSameAs(HeaderName.SESSION_EXPIRES);
    }
}
