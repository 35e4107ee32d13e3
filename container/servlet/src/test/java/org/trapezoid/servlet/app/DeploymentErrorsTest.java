// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.TimerListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.ArchiveReader;
import org.trapezoid.servlet.testing.FakeServletContext;
import org.trapezoid.sip.concurrent.CallbackMode;

/** What keeps an application from being deployed is told with its name, the line of its descriptor, and the rule. */
class DeploymentErrorsTest {

    @TempDir
    private Path base;

    /** A servlet that does not start. */
    public static final class Failing extends SipServlet {
        private static final long serialVersionUID = 1L;

        @Override
        public void init() throws ServletException {
            throw new ServletException("no database");
        }
    }

    /** A class that is nothing of SIP. */
    public static final class Plain {}

    /** A listener without a constructor for the container. */
    public static final class Closed implements TimerListener {
        private Closed() {}

        @Override
        public void timeout(jakarta.servlet.sip.ServletTimer timer) {}
    }

    private AppSource source(String servlet, String listener) throws Exception {
        String text = """
                <sip-app xmlns="http://www.jcp.org/xml/ns/sipservlet"
                         xmlns:javaee="http://java.sun.com/xml/ns/javaee" version="1.1">
                  <app-name>shop</app-name>
                  <servlet>
                    <javaee:servlet-name>main</javaee:servlet-name>
                    <javaee:servlet-class>%s</javaee:servlet-class>
                  </servlet>
                  <listener>
                    <javaee:listener-class>
                      %s
                    </javaee:listener-class>
                  </listener>
                </sip-app>
                """.formatted(name(servlet), name(listener));
        Files.writeString(Files.createDirectories(base.resolve("WEB-INF")).resolve("sip.xml"), text);
        AppDescriptor descriptor = new ArchiveReader().read(base, "shop.sar").orElseThrow();
        return new AppSource(
                descriptor,
                DeploymentErrorsTest.class.getClassLoader(),
                FakeServletContext.of(Map.of(), Map.of("/WEB-INF/sip.xml", text)),
                Map.of(),
                Map.of());
    }

    private static String name(String type) {
        return type.startsWith("app.") ? type : DeploymentErrorsTest.class.getName() + "$" + type;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app.Missing | Closed | application shop: servlet main (WEB-INF/sip.xml:6): class app.Missing is not"
                        + " in the archive",
                "Failing | app.Missing | application shop: listener (WEB-INF/sip.xml:10): class app.Missing is not in"
                        + " the archive",
                "Failing | Plain | application shop: listener (WEB-INF/sip.xml:10): class"
                        + " org.trapezoid.servlet.app.DeploymentErrorsTest$Plain is no java.util.EventListener",
                "Plain | Closed | application shop: servlet main (WEB-INF/sip.xml:6): class"
                        + " org.trapezoid.servlet.app.DeploymentErrorsTest$Plain is no servlet: it does not extend"
                        + " SipServlet, and no method has an annotation such as @Invite",
                "Failing | Closed | application shop: listener (WEB-INF/sip.xml:10): class"
                        + " org.trapezoid.servlet.app.DeploymentErrorsTest$Closed has no public constructor without"
                        + " parameters"
            })
    void namesWhatCannotBeMade(String servlet, String listener, String message) throws Exception {
        AppEnvironment environment = new AppEnvironment(source(servlet, listener), Map.of(), Optional.empty());

        assertThatThrownBy(environment::create)
                .isInstanceOf(ServletException.class)
                .hasMessage(message);
    }

    @Test
    void namesTheServletThatDoesNotStart() throws Exception {
        AppSource source = source("Failing", "Failing");
        AppEnvironment environment = new AppEnvironment(
                new AppSource(
                        AppDescriptor.of("shop", source.descriptor().servlets().get(0)),
                        source.loader(),
                        source.servletContext(),
                        Map.of(),
                        Map.of()),
                Map.of(),
                Optional.empty());
        environment.create();
        SipApplication application = new SipApplication(
                "shop",
                source.loader(),
                source.servletContext(),
                AppEnvironment.settings(source),
                () -> new ListenerTable(List.of()),
                CallbackMode.worker(),
                Optional.empty());

        assertThatThrownBy(() -> environment.start(application))
                .hasMessage("application shop: servlet main (" + Failing.class.getName()
                        + ") did not start: jakarta.servlet.ServletException: no database");
    }

    @Test
    void aServletFindsItsParametersUnderBothNames() {
        AppServletConfig config = new AppServletConfig(
                "main",
                FakeServletContext.of(Map.of()),
                Map.of("jakarta.servlet.sip.new", "n", "javax.servlet.sip.old", "o"));

        org.assertj.core.api.Assertions.assertThat(config.getInitParameter("javax.servlet.sip.new"))
                .isEqualTo("n");
        org.assertj.core.api.Assertions.assertThat(config.getInitParameter("jakarta.servlet.sip.old"))
                .isEqualTo("o");
        org.assertj.core.api.Assertions.assertThat(config.getInitParameter("none"))
                .isNull();
    }

    @Test
    void findsNoLineWhereThereIsNoDescriptor() {
        org.assertj.core.api.Assertions.assertThat(DescriptorPlace.of(FakeServletContext.of(Map.of()), "a.Main"))
                .isEqualTo(Optional.empty());
    }
}
