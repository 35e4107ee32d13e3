// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.trapezoid.server.Listener;
import org.trapezoid.server.ServerConfigBuilder;
import org.trapezoid.server.SipServer;
import org.trapezoid.server.converged.app.Desk;
import org.trapezoid.server.testing.Sars;

/** A server with the test application, and browsers. */
final class ConvergedSite implements AutoCloseable {

    static final String WEB_XML = """
            <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.1">
              <servlet>
                <servlet-name>page</servlet-name>
                <servlet-class>org.trapezoid.server.converged.app.Desk</servlet-class>
                <init-param>
                  <param-name>colour</param-name>
                  <param-value>green</param-value>
                </init-param>
                <async-supported>true</async-supported>
              </servlet>
              <servlet-mapping>
                <servlet-name>page</servlet-name>
                <url-pattern>/desk</url-pattern>
              </servlet-mapping>
              <env-entry>
                <env-entry-name>greeting</env-entry-name>
                <env-entry-value>hello</env-entry-value>
              </env-entry>
              <env-entry>
                <env-entry-name>limit</env-entry-name>
                <env-entry-type>java.lang.Integer</env-entry-type>
                <env-entry-value>17</env-entry-value>
                <injection-target>
                  <injection-target-class>org.trapezoid.server.converged.app.Console</injection-target-class>
                  <injection-target-name>limit</injection-target-name>
                </injection-target>
              </env-entry>
              <resource-ref>
                <res-ref-name>my/factory</res-ref-name>
                <res-type>jakarta.servlet.sip.SipFactory</res-type>
              </resource-ref>
            </web-app>
            """;

    private final SipServer server;

    private ConvergedSite(SipServer server) {
        this.server = server;
    }

    /** The archive's content; the application is called desk. */
    static Sars archive() throws IOException {
        return Sars.empty()
                .withPackageOf(Desk.class)
                .with("WEB-INF/web.xml", WEB_XML)
                .with("hello.txt", "static");
    }

    static ConvergedSite of(Path archive, Path base) throws IOException {
        return of(archive, base, config -> {});
    }

    /** With what a test changes. */
    static ConvergedSite of(Path archive, Path base, Consumer<ServerConfigBuilder> more) throws IOException {
        Files.createDirectories(base);
        ConvergedSite site = new ConvergedSite(SipServer.create(config -> {
            config.listen(Listener.udp(0))
                    .http(0)
                    .data(base)
                    .stopTimeout(Duration.ofMillis(100))
                    .deploy(archive);
            more.accept(config);
        }));
        site.server.start();
        return site;
    }

    SipServer server() {
        return server;
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.port("http") + "/desk/" + path;
    }

    static HttpClient browser() {
        return HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    }

    HttpResponse<String> get(HttpClient browser, String path) throws IOException, InterruptedException {
        return browser.send(
                HttpRequest.newBuilder(URI.create(path.startsWith("http:") ? path : url(path)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    String ask(HttpClient browser, String path) throws IOException, InterruptedException {
        return get(browser, "console/" + path).body();
    }

    /** Opens a WebSocket connection, and closes it after the first answer. */
    String webSocket(HttpClient browser, String path, String text) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        WebSocket socket = browser.newWebSocketBuilder()
                .buildAsync(URI.create(url(path).replace("http:", "ws:")), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        answer.complete(data.toString());
                        return CompletableFuture.completedFuture(null);
                    }
                })
                .get(30, TimeUnit.SECONDS);
        socket.request(1);
        socket.sendText(text, true).get(30, TimeUnit.SECONDS);
        String got = answer.get(30, TimeUnit.SECONDS);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(30, TimeUnit.SECONDS);
        return got;
    }

    @Override
    public void close() {
        server.stop();
    }
}
