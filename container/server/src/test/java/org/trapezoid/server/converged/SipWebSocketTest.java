// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.server.HttpConfig;
import org.trapezoid.server.Listener;
import org.trapezoid.server.SipServer;
import org.trapezoid.server.lounge.Lounge;
import org.trapezoid.server.testing.Sars;
import org.trapezoid.servlet.authentication.UsersFile;
import org.trapezoid.sip.testing.Rfc;

/** SIP over WebSocket at a path of an application (JSR 359 §13.2): who connects, and as whom. */
@Timeout(60)
class SipWebSocketTest {
    private static final String WEB_XML = """
            <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.1">
              <security-constraint>
                <web-resource-collection>
                  <web-resource-name>connections</web-resource-name>
                  <url-pattern>/sip</url-pattern>
                </web-resource-collection>
                <auth-constraint><role-name>web</role-name></auth-constraint>
              </security-constraint>
              <login-config><auth-method>BASIC</auth-method><realm-name>a.test</realm-name></login-config>
              <security-role><role-name>web</role-name></security-role>
            </web-app>
            """;
    private static final String ALICE = basic("alice:secret");

    @TempDir
    private Path base;

    private SipServer server = SipServer.create(config -> config.listen(Listener.udp(0)));
    private final HttpClient browser = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        UsersFile users = new UsersFile(base.resolve("users"));
        users.add("alice", "a.test", "secret");
        users.roles("alice", "a.test", List.of("web"));
        users.add("carol", "a.test", "other");
        users.roles("carol", "a.test", List.of("member"));
        Path archive = Sars.empty()
                .withPackageOf(Lounge.class)
                .with("WEB-INF/web.xml", WEB_XML)
                .zip(base.resolve("room.war"));
        HttpConfig http = new HttpConfig(
                "127.0.0.1",
                OptionalInt.of(0),
                Optional.empty(),
                Optional.of(new HttpConfig.WebSocket(
                        "/sip", List.of("http://pages.test"), Duration.ofSeconds(30), List.of("X-Realm"))),
                Optional.empty(),
                List.of());
        server = SipServer.create(config -> config.listen(Listener.udp(0))
                .http(http)
                .data(base.resolve("data"))
                .users(base.resolve("users"))
                .stopTimeout(Duration.ZERO)
                .deploy(archive));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private static String basic(String text) {
        return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String origin() {
        return "127.0.0.1:" + server.port("http");
    }

    /** A connection of a client that speaks SIP. */
    private static final class Client implements WebSocket.Listener {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                messages.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }

        String next() throws InterruptedException {
            String message = messages.poll(20, TimeUnit.SECONDS);
            assertThat(message).as("no answer").isNotNull();
            return message;
        }
    }

    private record Connection(WebSocket socket, Client client) {

        String ask(String method) throws Exception {
            String call = method + System.identityHashCode(this);
            socket.sendText("""
                    %1$s sip:lounge@a.test SIP/2.0
                    Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK%2$s
                    Max-Forwards: 70
                    From: <sip:anybody@a.test>;tag=a1
                    To: <sip:lounge@a.test>
                    Call-ID: %2$s
                    CSeq: 1 %1$s
                    Content-Length: 0

                    """.formatted(method, call).replace("\n", "\r\n"), true)
                    .join();
            return client.next();
        }
    }

    private Connection connect(String path, String... fields) {
        Client client = new Client();
        WebSocket.Builder builder = browser.newWebSocketBuilder().subprotocols("sip");
        for (int i = 0; i < fields.length; i += 2) {
            builder.header(fields[i], fields[i + 1]);
        }
        return new Connection(
                builder.buildAsync(URI.create("ws://" + origin() + path), client)
                        .join(),
                client);
    }

    private HttpResponse<String> refusal(String path, String... fields) {
        try {
            connect(path, fields);
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException handshake) {
                @SuppressWarnings("unchecked")
                HttpResponse<String> response = (HttpResponse<String>) handshake.getResponse();
                return response;
            }
            throw e;
        }
        throw new AssertionError("connected");
    }

    private static String header(String message, String name) {
        Matcher value =
                Pattern.compile("^" + name + ": ([^\r]*)", Pattern.MULTILINE).matcher(message);
        assertThat(value.find()).as("%s in %s", name, message).isTrue();
        return value.group(1);
    }

    @Test
    @Rfc(value = 7118, section = "7")
    void theIdentityThatTheApplicationAssignedIsTheSender() throws Exception {
        Connection connection = connect(
                "/room/sip?identity=sip:carol@a.test", "Authorization", ALICE, "X-Realm", "desk", "X-Other", "x");

        String message = connection.ask("MESSAGE");

        assertThat(message).startsWith("SIP/2.0 200");
        assertThat(header(message, "X-Sender")).isEqualTo("carol member true");
        assertThat(header(message, "X-Web")).isEqualTo("alice");
        assertThat(header(message, "X-Url")).isEqualTo("ws://" + origin() + "/room/sip?identity=sip:carol@a.test true");
        assertThat(header(message, "X-Kept")).isEqualTo("desk null");
    }

    @Test
    void itIsTheSenderOfWhatNoConstraintCoversToo() throws Exception {
        Connection connection = connect("/room/sip?identity=sip:carol@a.test", "Authorization", ALICE);

        assertThat(header(connection.ask("OPTIONS"), "X-Sender")).isEqualTo("carol member false");
    }

    @Test
    void rolesAreThoseOfTheAssignedIdentity() throws Exception {
        Connection connection = connect("/room/sip?identity=sip:alice@a.test", "Authorization", ALICE);

        assertThat(connection.ask("MESSAGE")).startsWith("SIP/2.0 403");
    }

    @Test
    void whoWasGivenNoneIsAskedByDigest() throws Exception {
        Connection connection = connect("/room/sip", "Authorization", ALICE);

        assertThat(connection.ask("MESSAGE")).startsWith("SIP/2.0 401");
        assertThat(header(connection.ask("OPTIONS"), "X-Sender")).isEqualTo("null member false");
    }

    @Test
    void theServersOwnPathKnowsNobody() throws Exception {
        Connection connection = connect("/sip?identity=sip:carol@a.test", "Authorization", ALICE);

        assertThat(connection.ask("MESSAGE")).startsWith("SIP/2.0 401");
        assertThat(header(connection.ask("OPTIONS"), "X-Web")).isEqualTo("nobody");
    }

    @Test
    void constraintsAndFiltersOfTheApplicationTurnAway() {
        assertThat(refusal("/room/sip").statusCode()).isEqualTo(401);
        assertThat(refusal("/room/sip", "Authorization", basic("carol:other")).statusCode())
                .isEqualTo(403);
        assertThat(refusal("/room/sip?door=closed", "Authorization", ALICE).statusCode())
                .isEqualTo(410);
    }

    @Test
    @Rfc(value = 6455, section = "10.2")
    void pagesOfOtherOriginsMayNotConnectHereEither() throws Exception {
        assertThat(refusal("/room/sip", "Authorization", ALICE, "Origin", "http://evil.test")
                        .statusCode())
                .isEqualTo(403);
        assertThat(connect("/room/sip", "Authorization", ALICE, "Origin", "http://pages.test")
                        .ask("OPTIONS"))
                .startsWith("SIP/2.0 200");
    }

    @ParameterizedTest
    @CsvSource({
        "/room/sip?identity=none, IllegalArgumentException, the identity is null",
        "/room/sip?identity=carol, IllegalArgumentException, carol",
        "/room/sip?identity=sip:a.test, IllegalArgumentException, is no SIP URI with a user",
        "/room/other?identity=sip:carol@a.test, IllegalStateException, it is not authenticated",
    })
    void whatCannotBeAssignedIsRefused(String path, String type, String reason) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + origin() + path))
                .header("Authorization", path.contains("other") ? "" : ALICE)
                .build();

        assertThat(browser.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .contains(type, "application lounge: cannot assign a SIP identity to GET /room/", reason);
    }

    @Test
    void aRequestThatOpensNoConnectionHasNoIdentity() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + origin() + "/room/sip?identity=sip:carol@a.test"))
                .header("Authorization", ALICE)
                .build();

        assertThat(browser.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .contains("IllegalStateException", "it opens no WebSocket connection with subprotocol sip");
    }

    @Test
    void anIdentityThatComesTooLateIsRefused() throws Exception {
        Connection connection = connect("/room/sip?identity=late", "Authorization", ALICE);

        assertThat(connection.ask("MESSAGE")).startsWith("SIP/2.0 401");
        HttpRequest refused = HttpRequest.newBuilder(URI.create("http://" + origin() + "/room/refused"))
                .build();
        await().untilAsserted(() -> assertThat(browser.send(refused, HttpResponse.BodyHandlers.ofString())
                        .body())
                .contains("its connection is open already"));
    }

    @Test
    void pagesAtThePathAreServedAsBefore() throws Exception {
        HttpRequest page = HttpRequest.newBuilder(URI.create("http://" + origin() + "/room/sip"))
                .header("Authorization", ALICE)
                .build();

        assertThat(browser.send(page, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("a page");
        assertThatThrownBy(() -> browser.newWebSocketBuilder()
                        .header("Authorization", ALICE)
                        .buildAsync(URI.create("ws://" + origin() + "/room/sip"), new Client())
                        .join())
                .hasCauseInstanceOf(WebSocketHandshakeException.class); // without the subprotocol
    }
}
