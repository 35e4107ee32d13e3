// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One archive with HTTP and SIP servlets: a browser has two phones talk, and another one watches. */
@Timeout(120)
class ClickToCallIT {

    private static final String OFFER = "v=0\r\no=first 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    private static final String ANSWER = "v=0\r\no=second 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    @TempDir
    private Path base;

    @Test
    void connectsTwoPhonesAndShowsTheProgressToWhoeverHasTheUrl() throws Exception {
        try (Site site = site();
                DatagramPeer first = new DatagramPeer(site.endpoint());
                DatagramPeer second = new DatagramPeer(site.endpoint())) {
            String firstUri = first.endpoint().uri("first");
            String secondUri = second.endpoint().uri("second");
            String page = click(site, firstUri, secondUri);

            Wire invited = first.receive(wire -> wire.method().equals("INVITE"));
            assertThat(invited.text()).endsWith("\r\n\r\n");
            try (BufferedReader events = watch(page)) {
                first.send(invited.answer("180 Ringing", firstUri, ""));
                assertThat(next(events)).isEqualTo("first rings");

                first.send(invited.answer("200 OK", firstUri, OFFER));
                assertThat(next(events)).isEqualTo("first answered");
                Wire asked = second.receive(wire -> wire.method().equals("INVITE"));
                assertThat(asked.text()).endsWith("\r\n\r\n" + OFFER);
                second.send(asked.answer("180 Ringing", secondUri, ""));
                assertThat(next(events)).isEqualTo("second rings");

                second.send(asked.answer("200 OK", secondUri, ANSWER));
                assertThat(first.receive(wire -> wire.method().equals("ACK")).text())
                        .endsWith("\r\n\r\n" + ANSWER);
                assertThat(second.receive(wire -> wire.method().equals("ACK")).text())
                        .endsWith("\r\n\r\n");
                assertThat(next(events)).isEqualTo("talking");

                first.send(bye(invited, firstUri));
                second.accept(second.receive(wire -> wire.method().equals("BYE")));
                assertThat(next(events)).isEqualTo("over");
                assertThat(events.readLine()).isNull();
            }
        }
    }

    /** What a person sees, in a browser: calls, watches, hangs up. */
    @Test
    void aPersonCallsWatchesAndHangsUpInABrowser() throws Exception {
        try (Site site = site();
                DatagramPeer first = new DatagramPeer(site.endpoint());
                DatagramPeer second = new DatagramPeer(site.endpoint());
                Browser browser = Browser.at(site.endpoint().host(), base)) {
            Browser.Page page = browser.page(address(site).toString());
            page.gives("document.querySelector('[name=first]').value = '"
                    + first.endpoint().uri("first") + "'");
            page.gives("document.querySelector('[name=second]').value = '"
                    + second.endpoint().uri("second") + "'");
            page.gives("document.getElementById('call').click()");

            Wire invited = first.receive(wire -> wire.method().equals("INVITE"));
            first.send(invited.answer("200 OK", first.endpoint().uri("first"), OFFER));
            Wire asked = second.receive(wire -> wire.method().equals("INVITE"));
            second.send(asked.answer("180 Ringing", second.endpoint().uri("second"), ""));
            page.shows("#progress", "first answered", "second rings");
            second.send(asked.answer("200 OK", second.endpoint().uri("second"), ANSWER));
            first.receive(wire -> wire.method().equals("ACK"));
            page.shows("#progress", "first answered", "second rings", "talking");

            page.gives("document.getElementById('hang-up').click()");
            first.accept(first.receive(wire -> wire.method().equals("BYE")));
            second.accept(second.receive(wire -> wire.method().equals("BYE")));
            page.shows("#progress", "first answered", "second rings", "talking", "over");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "first=nonsense&second=sip:b@a.test, '', 400",
        "first=mailto:a@a.test&second=sip:b@a.test, '', 400",
        "second=sip:b@a.test, '', 400",
        "first=sip:a@a.test&second=sip:b@elsewhere.test, '', 403",
        "first=sip:a@a.test&second=sip:b@a.test, http://evil.test, 403"
    })
    void refusesWhatMayNotBeCalled(String form, String origin, int status) throws Exception {
        try (Site site = Site.in(base)
                .example("click-to-call.war")
                .setting("click-to-call", "domains", "a.test")
                .starts()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address(site).resolve("call"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form));
            if (!origin.isEmpty()) {
                request.header("Origin", origin);
            }

            assertThat(HttpClient.newHttpClient()
                            .send(request.build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(status);
        }
    }

    private Site site() throws IOException {
        return Site.in(base)
                .example("click-to-call.war")
                .setting("click-to-call", "relay", "true") // the phones of this test are not registered
                .starts();
    }

    private static URI address(Site site) {
        return URI.create(
                "http://" + site.endpoint().host() + ":" + site.server().port("http") + "/click-to-call/");
    }

    /** Gives the URL of the page that shows the call. */
    private static String click(Site site, String first, String second) throws IOException, InterruptedException {
        URI uri = address(site).resolve("call");
        String form = "first=" + encoded(first) + "&second=" + encoded(second);
        HttpResponse<Void> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(form))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
        assertThat(response.statusCode()).isEqualTo(201);
        return response.headers().firstValue("Location").orElseThrow();
    }

    private static String encoded(String uri) {
        return URLEncoder.encode(uri, StandardCharsets.UTF_8);
    }

    /** By a browser without the cookie of the one that called. */
    private static BufferedReader watch(String page) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(page)).build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static String next(BufferedReader events) throws IOException {
        String line = events.readLine();
        assertThat(events.readLine()).isEmpty();
        return line.substring("data: ".length());
    }

    private static String bye(Wire invite, String contact) {
        return """
                BYE %1$s SIP/2.0
                Via: SIP/2.0/UDP %2$s;branch=z9hG4bKbye;rport
                Max-Forwards: 70
                From: %3$s;tag=phone
                To: %4$s
                Call-ID: %5$s
                CSeq: 1 BYE
                Contact: <%6$s>
                """.formatted(
                        invite.contact(),
                        contact.substring(contact.indexOf('@') + 1),
                        invite.header("To"),
                        invite.header("From"),
                        invite.header("Call-ID"),
                        contact);
    }
}
