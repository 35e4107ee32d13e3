// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.Listener;
import org.trapezoid.server.SipServer;
import org.trapezoid.server.guestbook.Page;
import org.trapezoid.server.testing.Sars;

/** An archive without SIP servlets that brings Weld. */
@Timeout(60)
class CdiWithoutSipTest {

    @TempDir
    private Path base;

    /** Weld, and the APIs of CDI. */
    private Path archive() throws Exception {
        Sars archive = Sars.empty().withPackageOf(Page.class);
        for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            String name = Path.of(each).getFileName().toString();
            if (name.endsWith(".jar")
                    && (name.startsWith("weld-")
                            || name.startsWith("jboss-")
                            || name.startsWith("jakarta.enterprise.cdi")
                            || name.startsWith("jakarta.enterprise.lang")
                            || name.startsWith("jakarta.inject")
                            || name.startsWith("jakarta.interceptor")
                            || name.startsWith("jakarta.el"))) {
                archive.with("WEB-INF/lib/" + name, Path.of(each));
            }
        }
        archive.with("WEB-INF/classes/META-INF/beans.xml", """
                <beans xmlns="https://jakarta.ee/xml/ns/jakartaee" version="4.0" bean-discovery-mode="annotated"/>
                """);
        return archive.zip(base.resolve("guest.war"));
    }

    private static String get(SipServer server) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port("http") + "/guest/sign"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void servletsAreGivenBeansWhichEndWithTheArchive() throws Exception {
        Path archive = archive();
        Path farewell = base.resolve("farewell");
        Files.createDirectories(base.resolve("apps"));
        Files.writeString(base.resolve("apps/guest.properties"), "farewell = " + farewell);
        try (SipServer server = SipServer.create(config -> config.listen(Listener.udp(0))
                .http(0)
                .applicationSettings(base.resolve("apps"))
                .data(base.resolve("data"))
                .stopTimeout(Duration.ZERO)
                .deploy(archive))) {
            server.start();

            assertThat(get(server)).isEqualTo("guest 1 true");
            assertThat(get(server)).isEqualTo("guest 2 true");
            assertThat(farewell).doesNotExist();
        }

        assertThat(farewell).hasContent("guests 2");
    }
}
