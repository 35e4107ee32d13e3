// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathParameterTest {

    @ParameterizedTest
    @CsvSource({
        "http://a.test/x, http://a.test/x;p=1",
        "http://a.test/x?q=1, http://a.test/x;p=1?q=1",
        "http://a.test/x#f?g, http://a.test/x;p=1#f?g",
        "http://a.test, http://a.test/;p=1",
        "http://a.test?q=a/b, http://a.test/;p=1?q=a/b",
        "http://a.test/x;p=0;o=2?q, http://a.test/x;o=2;p=1?q",
        "/x, /x;p=1"
    })
    void goesToTheEndOfThePath(String url, String expected) {
        assertThat(PathParameter.add(url, "p", "1")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"/x;p=1, 1", "http://a.test/x;o=2;p=1;q=3?p=4, 1", "/a;p=1/b, 1", "/x;p=, ''"})
    void isFoundInThePath(String url, String expected) {
        assertThat(PathParameter.value(url, "p")).contains(expected);
    }

    @Test
    void isNotFoundElsewhere() {
        assertThat(PathParameter.value("/x?a;p=1", "p")).isEmpty();
        assertThat(PathParameter.value("/x;pp=1", "p")).isEmpty();
        assertThat(PathParameter.value("/x", "p")).isEmpty();
    }
}
