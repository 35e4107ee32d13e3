// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.sip.SipServletContext;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.annotation.Options;
import java.io.IOException;
import java.util.EventListener;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.message.Method;

/** The context that SIP components are given (JSR 359), and what a listener may still change in it. */
class SipServletContextTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final ScriptedServlet app = new ScriptedServlet();

    private SipServletContext context() {
        return (SipServletContext) app.getServletContext();
    }

    /** A servlet that extends nothing. */
    public static final class Answering {
        @Options
        public void answer(SipServletRequest options) throws IOException {
            options.createResponse(200, "By a POJO").send();
        }
    }

    /** Adds servlets while the application starts. */
    public static final class Adding implements ServletContextListener, EventListener {
        @Override
        public void contextInitialized(ServletContextEvent event) {
            SipServletContext context = (SipServletContext) event.getServletContext();
            try {
                Answering made = context.createServletPOJO(Answering.class);
                ServletRegistration.Dynamic one = context.addServletPOJO("one", made);
                assertThat(one.setInitParameter("a", "b")).isTrue();
                assertThat(one.getClassName()).isEqualTo(Answering.class.getName());
                context.setAttribute("one", one);
            } catch (ServletException e) {
                throw new IllegalStateException(e);
            }
            assertThat(context.addServletPOJO("other", Answering.class)).isNotNull();
            assertThat(context.addServletPOJO("other", Answering.class)).isNull();
            assertThat(context.addServletPOJO("main", Answering.class)).isNull();
            assertThatThrownBy(() -> context.getSipApplicationConfiguration().setMainServlet("nobody"))
                    .isInstanceOf(IllegalArgumentException.class);
            context.getSipApplicationConfiguration().setMainServlet("other");
        }
    }

    @Test
    void givesWhatTheAttributesGive() throws Exception {
        server.deploy("context", app);
        SipServletContext context = context();

        assertThat(context.getSipFactory()).isSameAs(app.factory());
        assertThat(context.getTimerService()).isSameAs(app.timers());
        assertThat(context.getSipSessionsUtil()).isNotNull();
        assertThat(context.getDnsResolver()).isNotNull();
        assertThat(context.getSupported()).contains("100rel", "timer");
        assertThat(context.getSupportedRfcs()).contains("3261");
        assertThat(context.getOutboundInterfaces())
                .extracting(uri -> uri.getHost())
                .contains(TestServer.HOST);
        assertThat(context.getOutboundAddresses()).hasSize(2); // IPv4 and IPv6
        assertThatThrownBy(() -> context.getSupported().add("none")).isInstanceOf(UnsupportedOperationException.class);
        assertThat(app.request("OPTIONS", alice).getSession().getServletContext())
                .isSameAs(context);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SipFactory",
                "TimerService",
                "SipSessionsUtil",
                "DnsResolver",
                "supported",
                "100rel",
                "supportedRfcs",
                "outboundInterfaces",
                "outboundAddresses"
            })
    void attributesHaveTheirOldNamesToo(String name) throws Exception {
        server.deploy("context", app);

        assertThat(context().getAttribute("jakarta.servlet.sip." + name)).isNotNull();
        assertThat(context().getAttribute("javax.servlet.sip." + name))
                .isSameAs(context().getAttribute("jakarta.servlet.sip." + name));
    }

    @Test
    void parametersAndOwnAttributesAnswerUnderBothNames() throws Exception {
        server.deploy("context", Map.of("jakarta.servlet.sip.new", "n", "javax.servlet.sip.old", "o", "own", "x"), app);
        context().setAttribute("javax.servlet.sip.mine", "m");

        assertThat(context().getInitParameter("javax.servlet.sip.new")).isEqualTo("n");
        assertThat(context().getInitParameter("jakarta.servlet.sip.new")).isEqualTo("n");
        assertThat(context().getInitParameter("jakarta.servlet.sip.old")).isEqualTo("o");
        assertThat(context().getInitParameter("own")).isEqualTo("x");
        assertThat(context().getInitParameter("javax.servlet.sip.other")).isNull();
        assertThat(context().getAttribute("jakarta.servlet.sip.mine")).isEqualTo("m");
    }

    @Test
    void tellsTheConfiguration() throws Exception {
        server.deploy("context", app);

        var configuration = context().getSipApplicationConfiguration();

        assertThat(configuration.getApplicationName()).isEqualTo("context");
        assertThat(configuration.getMainServlet()).isEqualTo("main");
        assertThat(configuration.getProxyTimeout()).isEqualTo(180);
        assertThat(configuration.getSessionTimeout()).isEqualTo(3);
        assertThat(configuration.getDistributable()).isFalse();
        assertThatThrownBy(() -> configuration.setMainServlet("main")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> context().addServletPOJO("late", Answering.class))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aListenerAddsServletsAndChoosesTheMainOne() throws Exception {
        server.deploy("context", app, Adding.class);

        alice.send(alice.request(Method.OPTIONS, "sip:context@a.test"));

        assertThat(alice.nextResponse(200).reason()).isEqualTo("By a POJO");
        assertThat(context().getSipApplicationConfiguration().getMainServlet()).isEqualTo("other");
        assertThat(app.seen).isEmpty();
    }

    @Test
    void anAddedServletIsSetUpOnlyWhileTheApplicationStarts() throws Exception {
        server.deploy("context", app, Adding.class);

        var one = (ServletRegistration.Dynamic) context().getAttribute("one");

        assertThat(one.getInitParameters()).containsOnly(Map.entry("a", "b"));
        assertThatThrownBy(() -> one.setInitParameter("c", "d")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> one.setInitParameters(Map.of("c", "d"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> one.setLoadOnStartup(1)).isInstanceOf(IllegalStateException.class);
    }
}
