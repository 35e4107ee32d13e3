// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubstitutionTest {

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "${env:A}, one",
        "x${env:A}y${sys:b}z, xoneytwoz",
        "${env:A:-other}, one",
        "${env:NONE:-other}, other",
        "${env:EMPTY:-other}, other",
        "${sys:none:-}., .",
        "${env:NONE:-a:-b}, a:-b",
        "$A {b} $, $A {b} $",
    })
    void replacesVariablesAndFallsBackToDefaults(String text, String expected) {
        Properties properties = new Properties();
        properties.setProperty("b", "two");

        assertThat(new Substitution(Map.of("A", "one", "EMPTY", ""), properties).apply(text))
                .isEqualTo(expected);
    }
}
