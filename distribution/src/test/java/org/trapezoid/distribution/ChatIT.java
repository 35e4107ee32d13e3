// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.Rfc;

/** The example {@code chat}: a phone and a page write to each other. */
@Timeout(120)
class ChatIT {
    private static final String CAROL = "sip:carol@chat.a.test";
    private static final String KEY = "0123456789abcdef";

    @TempDir
    private Path base;

    private Site site() throws IOException {
        return Site.serving(base, "a.test")
                .example("chat.war")
                .setting("chat", "domains", "a.test")
                .file(
                        "conf/dar.properties",
                        "REGISTER: (\"registrar\", \"DAR:To\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\")\n"
                                + "MESSAGE: (\"chat\", \"DAR:To\", \"TERMINATING\", \"\", \"NO_ROUTE\", \"0\","
                                + " \"HOST=chat.\"), (\"proxy\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"1\")\n")
                .starts();
    }

    /** A page without a browser. */
    private static final class Client implements WebSocket.Listener, AutoCloseable {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        Client(Site site, String origin) {
            String authority = site.endpoint().host() + ":" + site.server().port("http");
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .header("Origin", origin.isEmpty() ? "http://" + authority : origin)
                    .buildAsync(URI.create("ws://" + authority + "/chat/talk"), this)
                    .join();
        }

        void sends(String... lines) {
            socket.sendText(String.join("\n", lines), true).join();
        }

        String next() throws InterruptedException {
            String frame = received.poll(10, TimeUnit.SECONDS);
            assertThat(frame).as("a message to the page").isNotNull();
            return frame;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            received.add(text.toString());
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            received.add("closed " + code);
            return null;
        }

        @Override
        public void close() {
            if (!socket.isOutputClosed()) {
                socket.sendClose(WebSocket.NORMAL_CLOSURE, "")
                        .exceptionally(closedMeanwhile -> socket)
                        .join();
            }
        }
    }

    private static Wire says(DatagramPeer phone, String text) throws IOException {
        String request = phone.request("MESSAGE", CAROL, CAROL).replaceFirst("Contact: .*\n", "")
                + "Content-Type: text/plain\nContent-Length: "
                + text.length();
        phone.send((request.replace("\n", "\r\n") + "\r\n\r\n" + text).getBytes(StandardCharsets.US_ASCII));
        return phone.receive(wire -> wire.status() >= 200);
    }

    @Test
    @Rfc(value = 3428, section = "7")
    void aPhoneAndAPageWriteToEachOther() throws Exception {
        try (Site site = site();
                DatagramPeer bob = new DatagramPeer(site.endpoint())) {
            bob.register("sip:bob@a.test", "<" + bob.endpoint().uri("bob") + ">");
            try (Client page = new Client(site, "")) {
                page.sends("carol", KEY);
                assertThat(page.next()).isEqualTo("you\n" + CAROL);

                page.sends("1", "sip:bob@a.test", "hello\nBob");
                Wire message = bob.receive(wire -> wire.name().equals("MESSAGE"));
                bob.accept(message);
                assertThat(page.next()).isEqualTo("outcome\n1\n200");
                Wire taken = says(bob, "hello Carol");

                assertThat(message.text()).endsWith("\r\n\r\nhello\nBob");
                assertThat(message.header("From")).startsWith("<" + CAROL + ">");
                assertThat(page.next()).isEqualTo("message\nsip:tester@tests.test\nhello Carol");
                assertThat(taken.status()).isEqualTo(200);
            }
            Awaiting.until(
                    "a message that waits", () -> says(bob, "are you there?").status() == 202);
            try (Client again = new Client(site, "")) {
                again.sends("carol", KEY);
                assertThat(again.next()).isEqualTo("you\n" + CAROL);
                assertThat(again.next()).isEqualTo("message\nsip:tester@tests.test\nare you there?");
            }
        }
    }

    @Test
    void aPageOfAnotherSiteIsClosed() throws Exception {
        try (Site site = site();
                Client page = new Client(site, "http://evil.test")) {
            assertThat(page.next()).isEqualTo("closed 1008");
        }
    }

    /** What a person sees, in a browser. */
    @Test
    void aPersonChatsInABrowser() throws Exception {
        try (Site site = site();
                DatagramPeer bob = new DatagramPeer(site.endpoint());
                Browser browser = Browser.at(site.endpoint().host(), base)) {
            bob.register("sip:bob@a.test", "<" + bob.endpoint().uri("bob") + ">");
            Browser.Page page = browser.page(
                    "http://" + site.endpoint().host() + ":" + site.server().port("http") + "/chat/");
            page.gives("document.querySelector('[name=name]').value = 'carol'");
            page.gives("document.querySelector('#enter button').click()");
            await().untilAsserted(() -> assertThat(page.gives("document.getElementById('you').textContent"))
                    .isEqualTo(CAROL));
            assertThat(says(bob, "hello Carol").status()).isEqualTo(200);
            page.shows("#messages", "sip:tester@tests.test: hello Carol");

            page.gives("document.querySelector('[name=to]').value = 'sip:bob@a.test'");
            page.gives("document.querySelector('[name=text]').value = 'hello Bob'");
            page.gives("document.querySelector('#say button').click()");
            Wire message = bob.receive(wire -> wire.name().equals("MESSAGE"));
            bob.accept(message);

            page.shows("#messages", "sip:tester@tests.test: hello Carol", "to sip:bob@a.test: hello Bob (delivered)");
            assertThat(message.text()).endsWith("\r\n\r\nhello Bob");
        }
    }
}
