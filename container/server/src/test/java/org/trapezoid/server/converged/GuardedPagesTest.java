// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.Listener;
import org.trapezoid.server.SipServer;
import org.trapezoid.servlet.authentication.UsersFile;
import org.trapezoid.sip.auth.DigestAlgorithm;

/** Pages with security constraints of web.xml ask for the users of the SIP side. */
@Timeout(60)
class GuardedPagesTest {
    private static final String REALM = "a.test";
    private static final String GUARD = """
              <security-constraint>
                <web-resource-collection>
                  <web-resource-name>all</web-resource-name>
                  <url-pattern>/*</url-pattern>
                </web-resource-collection>
                <auth-constraint><role-name>admin</role-name></auth-constraint>
              </security-constraint>
              <login-config><auth-method>%s</auth-method><realm-name>a.test</realm-name></login-config>
              <security-role><role-name>admin</role-name></security-role>
            </web-app>
            """;

    @TempDir
    private Path base;

    private final HttpClient browser = HttpClient.newHttpClient();

    @BeforeEach
    void addUsers() {
        UsersFile users = new UsersFile(base.resolve("users"));
        users.add("alice", REALM, "secret");
        users.roles("alice", REALM, List.of("admin"));
        users.add("bob", REALM, "secret");
    }

    private SipServer serving(String method) throws IOException {
        Path archive = ConvergedSite.archive()
                .with("WEB-INF/web.xml", ConvergedSite.WEB_XML.replace("</web-app>", GUARD.formatted(method)))
                .zip(base.resolve("desk.war"));
        SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                .http(0)
                .data(base.resolve("data"))
                .users(base.resolve("users"))
                .stopTimeout(Duration.ZERO)
                .deploy(archive));
        server.start();
        return server;
    }

    private HttpResponse<String> get(SipServer server, String authorization) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port("http") + "/desk/hello.txt"));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String basic(String text) {
        return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void byBasic() throws Exception {
        try (SipServer server = serving("BASIC")) {
            assertThat(get(server, "").statusCode()).isEqualTo(401);
            assertThat(get(server, basic("alice:guess")).statusCode()).isEqualTo(401);
            assertThat(get(server, basic("carol:secret")).statusCode()).isEqualTo(401);
            assertThat(get(server, basic("bob:secret")).statusCode()).isEqualTo(403);
            assertThat(get(server, basic("alice:secret")).body()).isEqualTo("static");
        }
    }

    @Test
    void byDigest() throws Exception {
        try (SipServer server = serving("DIGEST")) {
            assertThat(get(server, digest(server, "alice", "guess")).statusCode())
                    .isEqualTo(401);
            assertThat(get(server, digest(server, "bob", "secret")).statusCode())
                    .isEqualTo(403);
            assertThat(get(server, digest(server, "alice", "secret")).body()).isEqualTo("static");
        }
    }

    private String digest(SipServer server, String user, String password) throws Exception {
        String challenge =
                get(server, "").headers().firstValue("WWW-Authenticate").orElseThrow();
        DigestAlgorithm algorithm =
                DigestAlgorithm.of(value(challenge, "algorithm")).orElseThrow();
        String nonce = value(challenge, "nonce");
        String ha1 = algorithm.ha1(user, REALM, password);
        String ha2 = algorithm.userhash("GET", "/desk/hello.txt"); // the hash of both with a colon between
        String response = algorithm.userhash(ha1, nonce + ":00000001:cn:auth:" + ha2);
        return "Digest username=\"" + user + "\", realm=\"" + REALM + "\", nonce=\"" + nonce
                + "\", opaque=\"" + value(challenge, "opaque")
                + "\", uri=\"/desk/hello.txt\", qop=auth, nc=00000001, cnonce=\"cn\", algorithm=" + algorithm.token()
                + ", response=\"" + response + "\"";
    }

    private static String value(String challenge, String parameter) {
        Matcher value = Pattern.compile("\\b" + parameter + "=\"?([^\",]*)").matcher(challenge);
        assertThat(value.find()).as(challenge).isTrue();
        return value.group(1);
    }
}
