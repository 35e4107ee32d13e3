// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.PushService.Target;

class PushServiceTest {

    @Test
    void aTargetIsWhatTheContactSays() {
        assertThat(Target.of(
                        Map.of("pn-provider", "APNS", "pn-prid", "00fc13adff78512", "pn-param", "team.app", "ob", "")))
                .contains(new Target("apns", "00fc13adff78512", Optional.of("team.app")));
        assertThat(Target.of(Map.of("pn-provider", "fcm", "pn-prid", "1", "pn-param", "")))
                .contains(new Target("fcm", "1", Optional.empty()));
    }

    @Test
    void aContactWithoutProviderOrPridIsNotWoken() {
        assertThat(Target.of(Map.of("transport", "tcp"))).isEmpty();
        assertThat(Target.of(Map.of("pn-provider", "", "pn-prid", "1"))).isEmpty();
        assertThat(Target.of(Map.of("pn-provider", "apns"))).isEmpty();
        assertThatThrownBy(() -> new Target("", "1", Optional.empty())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProviderIsNamedInUpperOrLowerCase() {
        PushService service = new PushService() {
            @Override
            public Set<String> providers() {
                return Set.of("apns");
            }

            @Override
            public CompletionStage<Void> push(Target target) {
                return CompletableFuture.completedFuture(null);
            }
        };

        assertThat(service.supports("Apns")).isTrue();
        assertThat(service.supports("fcm")).isFalse();
    }
}
