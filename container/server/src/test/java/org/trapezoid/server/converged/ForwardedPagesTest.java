// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.Cluster;

/** HTTP requests whose URL names an application session, at a node of a cluster that does not have it. */
@Timeout(120)
class ForwardedPagesTest {
    private static final String PARAMETER = ";org.trapezoid.session=";

    @TempDir
    private static Path base;

    private static ConvergedSite owner;
    private static ConvergedSite other;

    private final HttpClient browser = ConvergedSite.browser();

    @BeforeAll
    static void start() throws IOException {
        Path archive = ConvergedSite.archive().zip(base.resolve("desk.war"));
        List<String> members = new ArrayList<>();
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            members.add("127.0.0.1:" + one.getLocalPort());
            members.add("127.0.0.1:" + two.getLocalPort());
        }
        owner = node(archive, "one", members, 0);
        other = node(archive, "two", members, 1);
    }

    private static ConvergedSite node(Path archive, String name, List<String> members, int index) throws IOException {
        int port = Integer.parseInt(members.get(index).substring("127.0.0.1:".length()));
        return ConvergedSite.of(
                archive,
                base.resolve(name),
                config -> config.cluster(new Cluster("pages", "", name, "127.0.0.1", port, members)));
    }

    @AfterAll
    static void stop() {
        other.close();
        owner.close();
    }

    private static String get(String path, String header) {
        return "GET " + path + " HTTP/1.1\r\nHost: phone.test\r\nConnection: close\r\n" + header + "\r\n";
    }

    private static String answer(ConvergedSite site, String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), site.server().port("http"))) {
            String sent = request.replace("{port}", Integer.toString(socket.getLocalPort()));
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.replace(Integer.toString(socket.getLocalPort()), "{port}");
        }
    }

    @Test
    void aRequestIsForwardedToTheNodeThatHasTheSession() throws Exception {
        String id = owner.ask(browser, "make");
        String count = other.ask(ConvergedSite.browser(), "count");

        String joined = other.ask(ConvergedSite.browser(), "application" + PARAMETER + id);

        assertThat(joined).isEqualTo(id);
        assertThat(other.ask(ConvergedSite.browser(), "count")).isEqualTo(count);
        assertThat(owner.ask(ConvergedSite.browser(), "application" + PARAMETER + id))
                .isEqualTo(id);
    }

    @Test
    void aWebSocketConnectionGoesToTheNodeThatHasTheSession() throws Exception {
        String elsewhere = other.ask(ConvergedSite.browser(), "count");
        String id;
        String sessions;
        do { // so that the answer says which of the two it is
            id = owner.ask(ConvergedSite.browser(), "make");
            sessions = owner.ask(browser, "count");
        } while (sessions.equals(elsewhere));

        assertThat(other.webSocket(ConvergedSite.browser(), "socket/bob" + PARAMETER + id, "hi"))
                .isEqualTo("bob: hi " + sessions);
    }

    @Test
    void theApplicationSeesWhoHasSentIt() throws Exception {
        String id = owner.ask(browser, "make");

        String answer = answer(other, get("/desk/console/peer" + PARAMETER + id, ""));

        assertThat(answer).startsWith("HTTP/1.1 200").contains("http phone.test {port} null");
    }

    @Test
    void nobodyElseCanSayWhoHasSentIt() throws Exception {
        String answer = answer(owner, get("/desk/console/peer", "Trapezoid-Forwarded: 00 https 192.0.2.1 4711\r\n"));

        assertThat(answer).contains("http phone.test {port} 00 https 192.0.2.1 4711");
    }

    @Test
    void aSessionThatIsNowhereIsNobodysElse() throws Exception {
        String id = owner.ask(browser, "make");
        owner.ask(browser, "invalidate-application?x=" + id);

        String joined = other.ask(ConvergedSite.browser(), "application" + PARAMETER + id);
        String foreign = other.ask(ConvergedSite.browser(), "application" + PARAMETER + "a".repeat(60));

        assertThat(joined).isNotEqualTo(id).isNotEmpty();
        assertThat(foreign).isNotEmpty();
    }
}
