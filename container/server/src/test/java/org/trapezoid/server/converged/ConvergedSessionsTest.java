// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTP sessions and application sessions (JSR 289 §13.4). */
@Timeout(60)
class ConvergedSessionsTest {

    @TempDir
    private static Path base;

    private static ConvergedSite site;

    private final HttpClient browser = ConvergedSite.browser();

    @BeforeAll
    static void start() throws IOException {
        site = ConvergedSite.of(ConvergedSite.archive().zip(base.resolve("desk.war")), base.resolve("data"));
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    @Test
    void makesNoApplicationSessionForPlainTraffic() throws Exception {
        String before = site.ask(browser, "count");

        site.ask(browser, "session");
        site.get(browser, "hello.txt");

        assertThat(site.ask(browser, "count")).isEqualTo(before);
    }

    @Test
    void givesAnHttpSessionOneApplicationSession() throws Exception {
        String id = site.ask(browser, "application");

        assertThat(site.ask(browser, "application")).isEqualTo(id);
        assertThat(site.ask(browser, "holds?x=" + id)).isEqualTo("true");
        assertThat(site.ask(ConvergedSite.browser(), "application")).isNotEqualTo(id);
    }

    @Test
    void letsTheApplicationSessionEndWithItsLastHttpSession() throws Exception {
        String id = site.ask(browser, "application");

        site.ask(browser, "invalidate");

        await().until(() -> site.ask(browser, "valid?x=" + id).equals("false"));
    }

    @Test
    void letsTheApplicationSessionEndWhenTheHttpSessionExpires() throws Exception {
        String id = site.ask(browser, "application");

        site.ask(browser, "expire");

        HttpClient other = ConvergedSite.browser();
        await().until(() -> site.ask(other, "valid?x=" + id).equals("false"));
    }

    @Test
    void keepsTheHttpSessionWhenTheApplicationSessionEnds() throws Exception {
        String id = site.ask(browser, "application");
        String http = site.ask(browser, "session");

        site.ask(browser, "invalidate-application?x=" + id);

        assertThat(site.ask(browser, "session")).isEqualTo(http);
        assertThat(site.ask(browser, "application")).isNotEqualTo(id);
    }

    @Test
    void tiesTheBrowserToTheApplicationSessionOfAnEncodedUrl() throws Exception {
        String made = site.ask(browser, "make");
        String encoded = encoded(made);
        assertThat(encoded).endsWith(";org.trapezoid.session=" + made + "?a=b");

        assertThat(site.get(browser, encoded).body()).isEqualTo(made);
        assertThat(site.ask(browser, "holds?x=" + made)).isEqualTo("true");
    }

    @Test
    void tiesASessionThatBelongsToAnotherOneAnew() throws Exception {
        String first = site.ask(browser, "application");
        String second = site.ask(browser, "make");

        assertThat(site.get(browser, encoded(second)).body()).isEqualTo(second);

        await().until(() -> site.ask(browser, "valid?x=" + first).equals("false"));
        assertThat(site.ask(browser, "application")).isEqualTo(second);
    }

    @Test
    void passesOverTheIdOfNoSession() throws Exception {
        String encoded = encoded(site.ask(browser, "make")).replaceFirst("session=[^?]*", "session=none");

        assertThat(site.get(browser, encoded).body()).isNotEqualTo("none").isEqualTo(site.ask(browser, "application"));
    }

    @Test
    void putsTheIdOfTheHttpSessionIntoAUrl() throws Exception {
        String id = site.ask(browser, "session");

        String page = site.ask(browser, "page");

        assertThat(page).startsWith(site.url("console/session;jsessionid=" + id));
        assertThat(site.get(HttpClient.newHttpClient(), page).body()).isEqualTo(id);
    }

    @Test
    void refusesAUrlOfASchemeWithoutPort() throws Exception {
        assertThat(site.ask(browser, "secure"))
                .contains("IllegalArgumentException")
                .contains("https");
    }

    @Test
    void keepsTheCookieOfANewSessionWhenTheResponseIsReset() throws Exception {
        String id = site.ask(browser, "reset");

        assertThat(site.ask(browser, "session")).isEqualTo(id);
    }

    private String encoded(String application) throws IOException, InterruptedException {
        return site.ask(browser, "encoded?x=" + application)
                .replace("http://127.0.0.1/", site.url("").replace("desk/", ""));
    }
}
