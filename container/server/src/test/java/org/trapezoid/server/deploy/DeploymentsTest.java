// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.trapezoid.http.HttpPort;
import org.trapezoid.http.HttpServer;
import org.trapezoid.server.testing.FakeApplications;
import org.trapezoid.server.testing.Sars;
import org.trapezoid.servlet.app.AppSource;
import org.trapezoid.servlet.router.CurrentRouter;
import org.trapezoid.servlet.router.DefaultApplicationRouter;

class DeploymentsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path base;

    private Path directory;
    private final FakeApplications applications = new FakeApplications();
    private final HttpServer http =
            new HttpServer(Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private Deployments deployments;

    @BeforeEach
    void open() throws IOException {
        directory = Files.createDirectory(base.resolve("deploy"));
        http.start();
        http.open();
        deployments = new Deployments(
                new Deployments.Plan(
                        Map.of(),
                        List.of(),
                        Optional.of(directory),
                        base.resolve("data"),
                        Duration.ofMillis(20),
                        PATIENCE),
                http,
                applications,
                new ContextParameters(Optional.of(base.resolve("apps")), text -> text.replace("${x}", "blue")),
                (application, parameters, loader) -> Optional.empty(),
                new RouterWatch(
                        new CurrentRouter(new DefaultApplicationRouter()),
                        (router, loader) -> {
                            throw new AssertionError("there is no router");
                        },
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        base.resolve("routers")));
        logged.start();
        ((Logger) LoggerFactory.getLogger(Deployer.class)).addAppender(logged);
    }

    @AfterEach
    void close() throws IOException {
        deployments.close();
        http.close();
        ((Logger) LoggerFactory.getLogger(Deployer.class)).detachAppender(logged);
    }

    @Test
    void givesAnApplicationItsLoaderContextAndParameters() throws Exception {
        sar("one").zip(directory.resolve("one.sar"));

        deployments.start();

        AppSource source = applications.source("one");
        assertThat(source.loader().loadClass("app.Main").getClassLoader()).isSameAs(source.loader());
        assertThat(source.contextParameters()).containsEntry("colour", "red");
        assertThat(source.servletContext().getInitParameter("colour")).isEqualTo("red");
        assertThat(source.servletContext().getResource("/WEB-INF/sip.xml")).isNotNull();
        assertThat(source.servletContext().getClassLoader()).isSameAs(source.loader());
        assertThat(source.servletContext().getAttribute("jakarta.servlet.context.tempdir"))
                .isInstanceOfSatisfying(
                        java.io.File.class, file -> assertThat(file).isDirectory());
    }

    @Test
    void letsTheOperatorOverrideContextParameters() throws Exception {
        Files.createDirectory(base.resolve("apps"));
        Files.writeString(base.resolve("apps/one.properties"), "colour=${x}\nsize=5\n");
        sar("one").zip(directory.resolve("one.sar"));

        deployments.start();

        assertThat(applications.source("one").contextParameters())
                .containsEntry("colour", "blue")
                .containsEntry("size", "5");
        assertThat(applications.source("one").servletContext().getInitParameter("colour"))
                .isEqualTo("blue");
    }

    @Test
    void reportsABrokenArchiveAndDeploysTheOthers() throws Exception {
        Path broken = sar("broken")
                .with("WEB-INF/sip.xml", "<sip-app>\n<app-name>x</app-nam>")
                .zip(directory.resolve("a.sar"));
        sar("one").zip(directory.resolve("one.sar"));

        deployments.start();

        assertThat(applications.names()).containsExactly("one");
        assertThat(logged.list).extracting(ILoggingEvent::getFormattedMessage).anySatisfy(line -> assertThat(line)
                .contains(broken.toString())
                .contains("sip.xml")
                .contains("2"));
    }

    @Test
    void refusesANameThatIsTaken() throws Exception {
        sar("one").zip(directory.resolve("a.sar"));
        Path second = sar("one").zip(directory.resolve("b.sar"));

        deployments.start();

        assertThat(logged.list).extracting(ILoggingEvent::getFormattedMessage).anySatisfy(line -> assertThat(line)
                .contains(second.toString(), "application name one is taken"));
        assertThat(applications.names()).containsExactly("one");
    }

    @Test
    void deploysWhatArrivesLater() throws Exception {
        deployments.start();

        sar("late").zip(directory.resolve("late.sar"));

        await().until(() -> applications.names().contains("late"));
    }

    @Test
    void keepsTheLoaderWhileCallsRunAndLetsItGoAfterwards() throws Exception {
        Path file = sar("one").zip(directory.resolve("one.sar"));
        deployments.start();
        WeakReference<ClassLoader> loader =
                new WeakReference<>(applications.source("one").loader());

        Files.delete(file);
        await().until(() -> applications.names().isEmpty());
        assertThat(applications.patience("one")).isEqualTo(PATIENCE);
        assertThat(contextClassOf(loader, "app.Main")).isNotNull();

        applications.endCalls();
        await().until(() -> {
            System.gc();
            return loader.get() == null;
        });
        assertThat(base.resolve("data/apps")).isEmptyDirectory();
    }

    @Test
    void runsTheNewVersionBesideTheCallsOfTheOld() throws Exception {
        Path file = sar("one").zip(directory.resolve("one.sar"));
        deployments.start();
        ClassLoader old = applications.source("one").loader();

        sar("one").with("WEB-INF/classes/new.txt", "").zip(file);

        await().until(() -> applications.names().contains("one")
                && applications.source("one").loader() != old);
        assertThat(applications.source("one").loader().getResource("new.txt")).isNotNull();
        assertThat(old.getResource("app/Main.class")).isNotNull();
    }

    @Test
    void servesAWebApplicationUntilItIsRemoved() throws Exception {
        Path file = sar("web")
                .with("WEB-INF/web.xml", "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.1'/>")
                .with("index.html", "hello")
                .zip(directory.resolve("site.war"));
        deployments.start();

        assertThat(get("/site/index.html").body()).isEqualTo("hello");
        assertThat(get("/site/WEB-INF/sip.xml").statusCode()).isEqualTo(404);
        assertThat(get("/").statusCode()).isEqualTo(404);

        Files.delete(file);
        await().until(() -> get("/site/index.html").statusCode() == 404);
    }

    @Test
    void doesNotServeASipArchiveByHttp() throws Exception {
        sar("one").with("index.html", "hello").zip(directory.resolve("one.sar"));

        deployments.start();

        assertThat(get("/one/index.html").statusCode()).isEqualTo(404);
        assertThat(get("/index.html").statusCode()).isEqualTo(404);
    }

    private static Sars sar(String application) {
        return Sars.named(application).withClass("app/Main", "jakarta/servlet/sip/SipServlet");
    }

    private static Class<?> contextClassOf(WeakReference<ClassLoader> reference, String name)
            throws ClassNotFoundException {
        ClassLoader loader = reference.get();
        assertThat(loader).isNotNull();
        return Class.forName(name, true, loader);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        int port = http.port().flatMap(HttpPort::bound).orElseThrow().getPort();
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
