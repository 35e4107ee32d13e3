// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerConfigTest {

    private final ServerConfigBuilder builder = ServerConfig.builder();

    @ParameterizedTest
    @ValueSource(strings = {"", "User Agent", "Cookie:", "Ü"})
    void refusesHeadersThatAreNone(String header) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HttpConfig.WebSocket("/", List.of(), Duration.ZERO, List.of(header)))
                .withMessageContaining("websocket-headers");
    }

    @Test
    void needsAListener() {
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessage("no listener that is always open; expected at least one");
    }

    @Test
    void takesPortZeroMoreThanOnce() {
        builder.listen(Listener.udp(0)).listen(Listener.udp(0));

        assertThat(builder.build().sip().listeners()).hasSize(2);
    }

    @Test
    void doesNotChangeWithItsBuilder() {
        ServerConfig config = builder.listen(Listener.udp(5060)).build();

        builder.listen(Listener.tcp(5060)).name("later.test");

        assertThat(config.sip().listeners()).containsExactly(Listener.udp(5060));
        assertThat(config.sip().names()).isEmpty();
    }

    @Test
    void refusesTwoRoutesForADomain() {
        builder.listen(Listener.udp(0)).route("b.test", "sip:127.0.0.2").route("b.test", "sip:127.0.0.3");

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessage("route for domain b.test is there twice");
    }

    @Test
    void refusesAStatusThatIsNoFailure() {
        builder.listen(Listener.udp(0)).unroutedStatus(200);

        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("unrouted-status is 200");
    }

    @Test
    void refusesToScanWithoutPause() {
        builder.listen(Listener.udp(0)).scanInterval(Duration.ZERO);

        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("scan-interval");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sip", "/a b", "/sip?x", "/sip#x"})
    void speaksWebSocketAtAPathOnly(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HttpConfig.WebSocket(path, List.of(), Duration.ZERO))
                .withMessageStartingWith("websocket-path is \"" + path + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "www.example.com", "https://", "https://www.example.com/page"})
    void allowsOriginsOnly(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HttpConfig.WebSocket("/", List.of(origin), Duration.ZERO))
                .withMessageStartingWith("websocket-origins has \"" + origin + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sip.example.net", "sip.example.net:5060", "192.0.2.1:1", "[2001:db8::1]", "[::1]:5060"})
    void advertisesAHostWithOrWithoutPort(String hostPort) {
        assertThat(Listener.udp(0).advertise(hostPort).advertise()).contains(hostPort);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "host:65536", "host:", "[::1]:x", "sip:host@x"})
    void advertisesNothingElse(String hostPort) {
        assertThatIllegalArgumentException().isThrownBy(() -> Listener.udp(0).advertise(hostPort));
    }
}
