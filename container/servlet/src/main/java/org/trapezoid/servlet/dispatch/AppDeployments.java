// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import jakarta.enterprise.concurrent.ContextService;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.DnsResolver;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletContext;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TimerService;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.app.AppEnvironment;
import org.trapezoid.servlet.app.AppSource;
import org.trapezoid.servlet.app.Applications;
import org.trapezoid.servlet.app.Beans;
import org.trapezoid.servlet.app.HttpSide;
import org.trapezoid.servlet.app.ListenerTable;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.app.SipContext;
import org.trapezoid.servlet.cdi.CdiSupport;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.facade.AppTimers;
import org.trapezoid.servlet.facade.HttpAttachments;
import org.trapezoid.servlet.facade.Inbound;
import org.trapezoid.servlet.facade.SessionsUtil;
import org.trapezoid.servlet.router.ApplicationSelector;
import org.trapezoid.servlet.tasks.ManagedExecutor;
import org.trapezoid.servlet.tasks.ManagedThreads;
import org.trapezoid.sip.concurrent.CallbackMode;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.TransportLayer;

/** Starts and ends applications. Thread-safe; changed by one thread at a time. */
public final class AppDeployments implements Applications {
    private static final Logger log = LoggerFactory.getLogger(AppDeployments.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    /** How often it is looked whether an application has ended, before it is destroyed all the same. */
    private static final int LOOKS = 50;

    private static final List<String> SUPPORTED = List.of("100rel", "timer");
    private static final List<String> SUPPORTED_RFCS = List.of(
            "2617", "3261", "3262", "3263", "3311", "3326", "3327", "3515", "3581", "3840", "3841", "4028", "5393",
            "5658", "6026", "6228", "7332", "7616", "7989", "8760");

    private final RunningApplications running;
    private final ApplicationSelector selector;
    private final Function<SipApplication, AppRuntime> runtimes;
    private final TransportLayer transports;
    private final Timers timers;
    private final Strands strands;
    private final Map<Class<?>, Object> shared;
    private final DnsResolver resolver;
    private final Guards guards;
    private final Map<String, Deployed> deployed = new ConcurrentHashMap<>();

    private record Deployed(AppEnvironment environment, Inbound inbound) {}

    /**
     * @param runtimes makes what joins an application to this server
     * @param shared what all applications are given, by type; also an attribute of their context under the constant
     *     {@code ATTRIBUTE} of the type
     * @param resolver for telephone numbers
     * @param guards of those with security constraints
     */
    public AppDeployments(
            RunningApplications running,
            ApplicationSelector selector,
            Function<SipApplication, AppRuntime> runtimes,
            TransportLayer transports,
            Timers timers,
            Strands strands,
            Map<Class<?>, Object> shared,
            DnsResolver resolver,
            Guards guards) {
        this.running = running;
        this.selector = selector;
        this.runtimes = runtimes;
        this.transports = transports;
        this.timers = timers;
        this.strands = strands;
        this.shared = shared;
        this.resolver = resolver;
        transports.onFlowClosed(flow -> deployed.values()
                .forEach(each -> each.inbound().runtime().flows().onClosed(flow)));
        this.guards = guards;
    }

    private AppRuntime runtime(SipApplication application) throws ServletException {
        try {
            return runtimes.apply(application);
        } catch (IllegalArgumentException e) { // a context parameter
            throw new ServletException("application " + application + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Prepared prepare(AppSource given) throws ServletException {
        SipContext sipContext = new SipContext(given.servletContext(), given.descriptor());
        AppSource source = given.with(sipContext);
        String name = source.descriptor().name();
        requireFree(name);
        Map<Class<?>, Object> types = new LinkedHashMap<>(shared);
        LateListeners late = new LateListeners();
        SipApplication application = new SipApplication(
                name,
                source.loader(),
                source.servletContext(),
                AppEnvironment.settings(source),
                late::get,
                CallbackMode.proving(name, timers),
                guards.of(source));
        AppRuntime runtime = runtime(application);
        sipContext.flows(runtime.flows());
        AppTimers appTimers = new AppTimers(runtime);
        SessionsUtil sessionsUtil = new SessionsUtil(runtime);
        types.put(SipFactory.class, runtime.factory());
        types.put(TimerService.class, appTimers);
        types.put(SipSessionsUtil.class, sessionsUtil);
        types.put(DnsResolver.class, resolver);
        types.put(SipServletContext.class, sipContext);
        ManagedExecutor executor = new ManagedExecutor(
                runtime.taskContexts(), timers, runtime.services().time());
        ManagedThreads threads = new ManagedThreads(name, source.loader(), runtime.taskContexts());
        types.put(ManagedExecutorService.class, executor);
        types.put(ManagedScheduledExecutorService.class, executor);
        types.put(ContextService.class, executor.getContextService());
        types.put(ManagedThreadFactory.class, threads);
        Map<Class<?>, Object> produced = new LinkedHashMap<>(types);
        produced.put(ServletContext.class, source.servletContext());
        Optional<Beans> beans =
                CdiSupport.start(name, source.loader(), produced, sessionsUtil::getCurrentApplicationSession);
        application.beans(beans);
        AppEnvironment environment = new AppEnvironment(source, types, beans);
        ServletContext context = source.servletContext();
        attribute(context, SipServlet.SIP_FACTORY, runtime.factory());
        attribute(context, SipServlet.TIMER_SERVICE, appTimers);
        attribute(context, SipServlet.SIP_SESSIONS_UTIL, sessionsUtil);
        attribute(context, SipServlet.DNS_RESOLVER, resolver);
        publish(context);
        HttpSide http = environment.http(new HttpAttachments(runtime)).users(guards.users(name, context));
        return new Prepared() {
            @Override
            public HttpSide http() {
                return http;
            }

            @Override
            public void start() throws ServletException {
                AppDeployments.this.start(application, environment, late, new Inbound(runtime));
            }
        };
    }

    private void requireFree(String name) throws ServletException {
        if (deployed.containsKey(name)) {
            throw new ServletException("an application " + name + " is deployed already");
        }
    }

    private void start(SipApplication application, AppEnvironment environment, LateListeners late, Inbound inbound)
            throws ServletException {
        String name = application.name();
        requireFree(name);
        try {
            late.set(environment.create());
            environment.start(application);
        } catch (ServletException | RuntimeException | Error e) {
            environment.destroy();
            throw e;
        }
        deployed.put(name, new Deployed(environment, inbound));
        running.add(inbound);
        selector.deployed(List.of(name));
        log.debug("application {} deployed", name);
    }

    @Override
    public HttpSide httpOnly(String name, ServletContext context, AppSource.Web web) throws ServletException {
        publishShared(context);
        Map<Class<?>, Object> produced = new LinkedHashMap<>(shared);
        produced.put(ServletContext.class, context);
        Optional<Beans> beans = CdiSupport.start(name, context.getClassLoader(), produced, () -> null);
        return AppEnvironment.httpOnly(name, shared, web, beans).users(guards.users(name, context));
    }

    /** The listeners, which are made after the application because they may be given its factory. */
    private static final class LateListeners {
        private volatile ListenerTable table = new ListenerTable(List.of());

        ListenerTable get() {
            return table;
        }

        void set(ListenerTable made) {
            table = made;
        }
    }

    private void publish(ServletContext context) {
        attribute(context, SipServlet.SUPPORTED, SUPPORTED);
        attribute(context, SipServlet.SUPPORTED_RFCs, supportedRfcs());
        attribute(context, "jakarta.servlet.sip.100rel", true);
        List<SipURI> interfaces = new ArrayList<>();
        Set<InetAddress> addresses = new LinkedHashSet<>();
        for (Listener each : transports.listeners()) {
            interfaces.add(AppRuntime.uri(each));
            addresses.add(each.bound().getAddress());
        }
        attribute(context, SipServlet.OUTBOUND_INTERFACES, List.copyOf(interfaces));
        attribute(context, SipServlet.OUTBOUND_ADDRESSES, List.copyOf(addresses));
        publishShared(context);
    }

    /** SIP over WebSocket is there where it is configured; JSR 359 §13 names its draft. */
    private List<String> supportedRfcs() {
        if (transports.listeners().stream().noneMatch(each -> each.protocol().isWebSocket())) {
            return SUPPORTED_RFCS;
        }
        List<String> all = new ArrayList<>(SUPPORTED_RFCS);
        all.add("7118");
        all.add("draft-ietf-sipcore-sip-websocket");
        return List.copyOf(all);
    }

    private void publishShared(ServletContext context) {
        shared.forEach((type, value) -> context.setAttribute(type.getName(), value));
    }

    /** Under the name of today and the one of before 2020: an old archive may put it together at run time. */
    private static void attribute(ServletContext context, String name, Object value) {
        context.setAttribute(name, value);
        context.setAttribute("javax" + name.substring("jakarta".length()), value);
    }

    @Override
    public CompletionStage<Void> undeploy(String name, Duration patience) {
        Deployed ending = deployed.remove(name);
        if (ending == null) {
            return CompletableFuture.completedFuture(null);
        }
        selector.undeployed(List.of(name));
        running.retire(ending.inbound());
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Strand strand = strands.create();
        strand.mode(CallbackMode.worker());
        long deadline = timers.nanoTime() + patience.toNanos();
        strand.run(() -> await(strand, ending, deadline, ended));
        return ended;
    }

    private void await(Strand strand, Deployed ending, long deadline, CompletableFuture<Void> ended) {
        if (ending.inbound().sessions() > 0 && timers.nanoTime() - deadline < 0) {
            timers.schedule(strand, LOOK, () -> await(strand, ending, deadline, ended));
            return;
        }
        strand.callback(() -> {
            ending.inbound().runtime().end(); // tells listeners of tasks
            invalidate(strand, ending, LOOKS, Set.of(), ended);
        });
    }

    /** More than once: a request that was being dispatched may still have made a session. */
    private void invalidate(
            Strand strand, Deployed ending, int looks, Set<Strand> invalidated, CompletableFuture<Void> ended) {
        Set<Strand> strands = new HashSet<>(invalidated);
        strands.addAll(ending.inbound().invalidateAll());
        after(LOOK, strand, () -> {
            if (ending.inbound().sessions() > 0 && looks > 0) {
                invalidate(strand, ending, looks - 1, strands, ended);
            } else {
                awaitCallbacks(strand, ending, strands, ended);
            }
        });
    }

    /** The listeners of the sessions run in the sessions' own queues; the servlets go after them. */
    private void awaitCallbacks(Strand strand, Deployed ending, Set<Strand> sessions, CompletableFuture<Void> ended) {
        AtomicInteger busy = new AtomicInteger();
        for (Strand each : sessions) {
            busy.incrementAndGet();
            if (!each.callback(busy::decrementAndGet)) {
                busy.decrementAndGet(); // full: something blocks there
            }
        }
        destroyOnceIdle(strand, ending, LOOKS, busy, ended);
    }

    private void destroyOnceIdle(
            Strand strand, Deployed ending, int looks, AtomicInteger busy, CompletableFuture<Void> ended) {
        if (busy.get() > 0 && looks > 0) {
            after(LOOK, strand, () -> destroyOnceIdle(strand, ending, looks - 1, busy, ended));
            return;
        }
        SipApplication application = ending.inbound().runtime().application();
        if (busy.get() > 0) {
            log.warn(
                    "application {}: callbacks of {} sessions still run; its servlets are destroyed",
                    application,
                    busy);
        }
        ending.environment().destroy();
        running.remove(ending.inbound());
        log.debug("application {} undeployed", application);
        ended.complete(null);
    }

    private void after(Duration delay, Strand strand, Runnable callback) {
        timers.schedule(strand, delay, () -> strand.callback(callback));
    }

    @Override
    public List<String> names() {
        return running.names();
    }
}
