// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.PushService.Target;

/** Notifications that go to a push server over HTTP. */
@SuppressWarnings("NullAway.Init") // start() makes it
class PushGatewayTest {

    private final List<String> received = new CopyOnWriteArrayList<>();
    private volatile int status = 204;
    private HttpServer provider;

    @BeforeEach
    void start() throws Exception {
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/push", exchange -> {
            received.add(exchange.getRequestMethod()
                    + ' '
                    + exchange.getRequestHeaders().getFirst("Content-Type")
                    + ' '
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        provider.start();
    }

    @AfterEach
    void stop() {
        provider.stop(0);
    }

    private PushGateway gateway() {
        return new PushGateway("http://127.0.0.1:" + provider.getAddress().getPort() + "/push", Set.of("acme"));
    }

    private static void push(PushGateway gateway, Target target) throws Exception {
        gateway.push(target).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void postsWhatTheClientIsKnownBy() throws Exception {
        PushGateway gateway = gateway();

        push(gateway, new Target("acme", "ZK6cWJ5x", Optional.of("app")));
        push(gateway, new Target("acme", "a\"b\\c\u0001é", Optional.empty()));

        assertThat(received)
                .containsExactly(
                        "POST application/json {\"provider\":\"acme\",\"prid\":\"ZK6cWJ5x\",\"param\":\"app\"}",
                        "POST application/json {\"provider\":\"acme\",\"prid\":\"a\\\"b\\\\c\\u0001é\"}");
    }

    @Test
    void failsWhenTheServerDoesNotTakeIt() {
        status = 410;

        assertThatThrownBy(() -> push(gateway(), new Target("acme", "gone", Optional.empty())))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("410");
    }

    @Test
    void failsWhenThereIsNoServer() {
        PushGateway gateway = gateway();
        provider.stop(0);

        assertThatThrownBy(() -> push(gateway, new Target("acme", "1", Optional.empty())))
                .isInstanceOf(ExecutionException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ftp://a", "a b", "/push"})
    void wantsAUrl(String url) {
        assertThatThrownBy(() -> new PushGateway(url, Set.of("acme")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("url of push");
    }
}
