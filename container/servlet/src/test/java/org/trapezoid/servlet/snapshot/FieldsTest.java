// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {

    @ParameterizedTest
    @ValueSource(longs = {1, -1, 63, 64, -64, -65, 8191, 8192, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE})
    void numbersComeBack(long value) {
        assertThat(new FieldReader(new FieldWriter().number(3, value).toBytes()).number(3))
                .isEqualTo(value);
    }

    @Test
    void absentFieldsAreTheirDefaults() {
        FieldReader in = new FieldReader(new FieldWriter()
                .number(1, 0)
                .flag(2, false)
                .text(3, Optional.empty())
                .toBytes());

        assertThat(in.number(1)).isZero();
        assertThat(in.flag(2)).isFalse();
        assertThat(in.text(3)).isEmpty();
        assertThat(in.part(4)).isEmpty();
        assertThat(in.texts(5)).isEmpty();
        assertThatThrownBy(() -> in.requiredText(6))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("6");
    }

    @Test
    void fieldsAreRepeatedInTheirOrder() {
        FieldReader in = new FieldReader(new FieldWriter()
                .texts(1, List.of("a", "", "ü"))
                .flag(200, true)
                .part(7, part -> part.text(1, "inner"))
                .toBytes());

        assertThat(in.texts(1)).containsExactly("a", "", "ü");
        assertThat(in.flag(200)).isTrue();
        assertThat(in.part(7).flatMap(part -> part.text(1))).hasValue("inner");
    }

    @Test
    void whatALaterVersionHasWrittenIsKept() {
        byte[] later =
                new FieldWriter().text(1, "known").text(9, "new").number(10, 77).toBytes();

        byte[] again = new FieldWriter()
                .text(1, "changed")
                .rest(new FieldReader(later).rest(number -> number > 1))
                .toBytes();

        FieldReader in = new FieldReader(again);
        assertThat(in.text(1)).hasValue("changed");
        assertThat(in.text(9)).hasValue("new");
        assertThat(in.number(10)).isEqualTo(77);
    }

    @Test
    void whatIsCutOffIsRefused() {
        byte[] whole = new FieldWriter().text(1, "text").number(2, 300).toBytes();
        for (int length = 1; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            if (length != 6) { // exactly the first field
                assertThatThrownBy(() -> new FieldReader(cut)).isInstanceOf(SnapshotException.class);
            }
        }
        assertThatThrownBy(() -> new FieldReader(new byte[] {0, 0})).isInstanceOf(SnapshotException.class);
        assertThatThrownBy(() -> new FieldReader(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}))
                .isInstanceOf(SnapshotException.class);
    }
}
