// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindingTest {
    private static final Instant EXPIRY = Instant.parse("2026-01-01T00:00:00Z");
    private final Binding binding = Binding.of("sip:bob@example.com", "sip:bob@192.0.2.4", EXPIRY, "a84b4c76e66710", 7);

    @Test
    void refusesAnOlderOrEqualCSeqOfTheSameCallId() {
        assertThat(binding.mayBeChangedBy("a84b4c76e66710", 6)).isFalse();
        assertThat(binding.mayBeChangedBy("a84b4c76e66710", 7)).isFalse();
        assertThat(binding.mayBeChangedBy("a84b4c76e66710", 8)).isTrue();
    }

    @Test
    void takesAnyCSeqOfAnotherCallId() {
        assertThat(binding.mayBeChangedBy("f81d4fae", 1)).isTrue();
    }

    @Test
    void isExpiredFromItsExpiryOn() {
        assertThat(binding.isExpired(EXPIRY.minusNanos(1))).isFalse();
        assertThat(binding.isExpired(EXPIRY)).isTrue();
    }

    @Test
    void findsParametersInAnyCase() {
        Binding withInstance = binding.withParameters(Map.of("+SIP.Instance", "\"<urn:uuid:1>\""));

        assertThat(withInstance.parameters().get("+sip.instance")).isEqualTo("\"<urn:uuid:1>\"");
    }

    @Test
    void isNotChangedThroughItsCollections() {
        Map<String, String> parameters = new HashMap<>(Map.of("methods", "INVITE"));
        List<String> path = new ArrayList<>(List.of("<sip:edge.example.com;lr>"));
        Binding copied = binding.withParameters(parameters).withPath(path);

        parameters.clear();
        path.clear();

        assertThat(copied.parameters()).containsEntry("methods", "INVITE");
        assertThat(copied.path()).containsExactly("<sip:edge.example.com;lr>");
        assertThatThrownBy(() -> copied.parameters().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void copiesChangeOneComponentOnly() {
        Binding.Source source = new Binding.Source("192.0.2.4", 5062, "udp", "");

        Binding changed =
                binding.withQ(0.5f).withSource(source).withUserAgent("phone/1").withExpiry(EXPIRY.plusSeconds(1));

        assertThat(changed)
                .isEqualTo(new Binding(
                        "sip:bob@example.com",
                        "sip:bob@192.0.2.4",
                        Map.of(),
                        0.5f,
                        EXPIRY.plusSeconds(1),
                        "a84b4c76e66710",
                        7,
                        List.of(),
                        source,
                        "phone/1"));
        assertThat(source.transport()).isEqualTo("UDP");
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.1f, 1.001f, Float.NaN})
    void refusesAPreferenceOutOfRange(float q) {
        assertThatThrownBy(() -> binding.withQ(q)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesValuesOutOfRange() {
        assertThatThrownBy(() -> Binding.of("", "sip:b@h", EXPIRY, "c", 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Binding.of("sip:a@h", "", EXPIRY, "c", 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Binding.of("sip:a@h", "sip:b@h", EXPIRY, "c", -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Binding.of("sip:a@h", "sip:b@h", EXPIRY, "c", 1L << 31))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Binding.Source("h", 65536, "UDP", ""))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
