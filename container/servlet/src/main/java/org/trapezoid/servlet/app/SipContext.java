// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.sip.DnsResolver;
import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.SipApplicationConfiguration;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletContext;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.SipWebSocketContext;
import jakarta.servlet.sip.TimerService;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.descriptor.ServletSelection;

/** The context that SIP components are given (JSR 359): that of the HTTP side with what SIP adds. Thread-safe. */
public final class SipContext extends ForwardingContext implements SipServletContext {

    /** Finds flows by their tokens, as long as they are there. */
    public interface Flows {
        Flows NONE = new Flows() {
            @Override
            public Optional<Flow> named(String token) {
                return Optional.empty();
            }

            @Override
            public Optional<SipWebSocketContext> socket(String token) {
                return Optional.empty();
            }
        };

        Optional<Flow> named(String token);

        /** Empty for a flow that is no WebSocket connection, too. */
        Optional<SipWebSocketContext> socket(String token);
    }

    /** What makes objects of the application's classes. */
    interface Maker {
        <T> T make(Class<T> type) throws ServletException;
    }

    private final AppDescriptor descriptor;
    private final Configuration configuration = new Configuration();
    private final Map<String, AddedServlet> added = new LinkedHashMap<>(); // by the thread that deploys
    private volatile boolean started;
    private volatile Optional<String> mainServlet = Optional.empty();
    private volatile Flows flows = Flows.NONE;
    private volatile @Nullable Maker maker;

    public SipContext(ServletContext context, AppDescriptor descriptor) {
        super(context);
        this.descriptor = descriptor;
    }

    /** Once it is known: where flows are found. */
    public void flows(Flows found) {
        flows = found;
    }

    void maker(Maker ofComponents) {
        maker = ofComponents;
    }

    /** The application's servlets are there. */
    void started() {
        started = true;
    }

    /** The servlets that its listeners have added. */
    Map<String, AddedServlet> added() {
        return added;
    }

    /** The one that a listener has chosen, else that of the descriptor. */
    Optional<String> mainServlet() {
        return mainServlet;
    }

    private void requireStarting(String what) {
        if (started) {
            throw new IllegalStateException("application " + descriptor.name() + ": " + what
                    + " while its context is initialised, in contextInitialized of a ServletContextListener");
        }
    }

    @Override
    public @Nullable String getInitParameter(String name) {
        String value = super.getInitParameter(name);
        return value == null ? super.getInitParameter(EitherName.other(name)) : value;
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        Object value = super.getAttribute(name);
        return value == null ? super.getAttribute(EitherName.other(name)) : value;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // published by the container
    private <T> T published(String attribute) {
        return (T) Objects.requireNonNull(getAttribute(attribute), attribute);
    }

    @Override
    public List<String> getSupported() {
        return published(SipServlet.SUPPORTED);
    }

    @Override
    public List<String> getSupportedRfcs() {
        return published(SipServlet.SUPPORTED_RFCs);
    }

    @Override
    public List<SipURI> getOutboundInterfaces() {
        return published(SipServlet.OUTBOUND_INTERFACES);
    }

    @Override
    public List<InetAddress> getOutboundAddresses() {
        return published(SipServlet.OUTBOUND_ADDRESSES);
    }

    @Override
    public SipFactory getSipFactory() {
        return published(SipServlet.SIP_FACTORY);
    }

    @Override
    public SipSessionsUtil getSipSessionsUtil() {
        return published(SipServlet.SIP_SESSIONS_UTIL);
    }

    @Override
    public TimerService getTimerService() {
        return published(SipServlet.TIMER_SERVICE);
    }

    @Override
    public DnsResolver getDnsResolver() {
        return published(SipServlet.DNS_RESOLVER);
    }

    // ---- servlets that are no SipServlet

    @Override
    public ServletRegistration.@Nullable Dynamic addServletPOJO(String servletName, Object servlet) {
        return add(servletName, servlet.getClass(), Optional.of(servlet));
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addServletPOJO(String servletName, Class<?> servletClass) {
        return add(servletName, servletClass, Optional.empty());
    }

    private @Nullable AddedServlet add(String name, Class<?> type, Optional<Object> instance) {
        requireStarting("servlets are added");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a servlet needs a name");
        }
        if (added.containsKey(name) || isDeclared(name)) {
            return null;
        }
        AddedServlet servlet = new AddedServlet(name, type, instance, () -> requireStarting("servlets are set up"));
        added.put(name, servlet);
        return servlet;
    }

    private boolean isDeclared(String name) {
        for (ServletDescriptor each : descriptor.servlets()) {
            if (each.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public <T> T createServletPOJO(Class<T> clazz) throws ServletException {
        return Objects.requireNonNull(maker, "the application's components are not there yet")
                .make(clazz);
    }

    // ---- configuration

    @Override
    public SipApplicationConfiguration getSipApplicationConfiguration() {
        return configuration;
    }

    private final class Configuration implements SipApplicationConfiguration {

        @Override
        public String getApplicationName() {
            return descriptor.name();
        }

        @Override
        public @Nullable String getMainServlet() {
            return mainServlet.or(this::declared).orElse(null);
        }

        private Optional<String> declared() {
            return descriptor.selection() instanceof ServletSelection.MainServlet main
                    ? Optional.of(main.name())
                    : Optional.empty();
        }

        @Override
        public void setMainServlet(String servletName) {
            requireStarting("the main servlet is set");
            if (!isDeclared(servletName) && !added.containsKey(servletName)) {
                throw new IllegalArgumentException(
                        "application " + descriptor.name() + " has no servlet " + servletName);
            }
            mainServlet = Optional.of(servletName);
        }

        @Override
        public int getProxyTimeout() {
            return (int) descriptor.proxyTimeout().toSeconds();
        }

        @Override
        public int getSessionTimeout() {
            return descriptor
                    .sessionTimeout()
                    .map(timeout -> (int) timeout.toMinutes())
                    .orElse(0);
        }

        @Override
        public boolean getDistributable() {
            return descriptor.distributable();
        }
    }

    // ---- flows

    @Override
    public @Nullable Flow getFlow(String flowToken) {
        return flows.named(flowToken).orElse(null);
    }

    @Override
    public void assignWebSocketSipIdentity(HttpServletRequest httpRequest, String sipIdentity) {
        new WebSocketIdentity(descriptor.name()).assign(httpRequest, sipIdentity);
    }

    @Override
    public @Nullable SipWebSocketContext getSipWebSocketContext(String flowToken) {
        return flows.socket(flowToken).orElse(null);
    }
}
