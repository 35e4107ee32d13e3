// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.app.Applications;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.facade.NumberResolver;
import org.trapezoid.servlet.facade.OwnUris;
import org.trapezoid.servlet.proxy.DialogForwarder;
import org.trapezoid.servlet.proxy.Gruu;
import org.trapezoid.servlet.proxy.LoopDetector;
import org.trapezoid.servlet.proxy.ProxyEnvironment;
import org.trapezoid.servlet.proxy.RouteSeal;
import org.trapezoid.servlet.proxy.StatelessForwarder;
import org.trapezoid.servlet.router.ApplicationChain;
import org.trapezoid.servlet.router.ApplicationSelector;
import org.trapezoid.servlet.security.Realms;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.ua.MergedRequests;
import org.trapezoid.servlet.ua.UaServices;
import org.trapezoid.sip.concurrent.PostedInOrder;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.locate.Dns;
import org.trapezoid.sip.locate.DnsAnswer;
import org.trapezoid.sip.locate.TelephoneNumbers;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transaction.Timing;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** The servlet layer over one SIP stack, wired. Thread-safe. */
public final class ServletLayer {

    /** The stack below. */
    public record Stack(
            TransportLayer transports,
            TransactionLayer transactions,
            RequestSender sender,
            Strands strands,
            Timers timers,
            Timing timing,
            Identifiers identifiers,
            RandomGenerator random,
            InstantSource time) {}

    /**
     * @param unknownApplicationStatus the answer to requests that no application takes
     * @param admission how many requests are taken
     * @param users of the server, for security constraints; empty: there are none
     */
    public record Options(int unknownApplicationStatus, AdmissionControl.Limits admission, Optional<Realms> users) {
        public static final Options DEFAULT = new Options(404, AdmissionControl.Limits.DEFAULT);

        /** Without users. */
        public Options(int unknownApplicationStatus, AdmissionControl.Limits admission) {
            this(unknownApplicationStatus, admission, Optional.empty());
        }
    }

    private final SessionRegistry sessions = new SessionRegistry();
    private final AppDeployments applications;
    private final AdmissionControl admission;

    /** A layer whose applications find no telephone numbers in the DNS. */
    public ServletLayer(Stack stack, ApplicationSelector selector, Map<Class<?>, Object> shared, Options options) {
        this(stack, selector, shared, options, question -> CompletableFuture.completedFuture(DnsAnswer.NOTHING));
    }

    /**
     * Registers itself with the transaction layer.
     *
     * @param selector the application router
     * @param shared services that every application is given, by type
     * @param dns for telephone numbers
     */
    public ServletLayer(
            Stack stack, ApplicationSelector selector, Map<Class<?>, Object> shared, Options options, Dns dns) {
        TransportLayer transports = stack.transports();
        Predicate<Uri> isOwn = uri -> uri instanceof SipUri sip && OwnUris.isOwn(transports, sip);
        RunningApplications running = new RunningApplications();
        ApplicationChain chain = new ApplicationChain(selector, isOwn, running::isDeployed);
        RouteBack routeBack = new RouteBack(stack.identifiers(), stack.timers()::nanoTime, () -> transports
                .listeners()
                .get(0));
        OutboundRouting outbound = new OutboundRouting(
                chain,
                stack.sender(),
                routeBack,
                handover -> new LoopbackFlow(
                        transports.listeners().get(0), stack.transactions(), new PostedInOrder(), handover),
                gruus(shared));
        MergedRequests merged = new MergedRequests();
        UaServices services = new UaServices(
                outbound,
                stack.sender(),
                sessions,
                stack.timers(),
                stack.timing(),
                stack.identifiers(),
                stack.random(),
                merged,
                stack.time());
        ProxyEnvironment proxies = new ProxyEnvironment(
                outbound,
                stack.timers(),
                new LoopDetector(stack.random().nextLong()),
                isOwn,
                Set.of(),
                stack.sender().flows());
        RouteSeal seal = new RouteSeal(stack.random());
        StatelessForwarder stateless = new StatelessForwarder(stack.sender(), transports);
        admission = new AdmissionControl(
                stack.transactions()::pendingCount,
                stack.transactions()::serverCount,
                options.admission(),
                stack.timers()::nanoTime);
        applications = new AppDeployments(
                running,
                selector,
                application ->
                        new AppRuntime(application, services, stack.strands(), transports, proxies, stateless, seal),
                transports,
                stack.timers(),
                stack.strands(),
                shared,
                new NumberResolver(new TelephoneNumbers(dns), isOwn),
                new Guards(options.users(), transports.trust(), stack.time(), stack.random()));
        stack.transactions()
                .handler(new Dispatcher(
                        running,
                        chain,
                        new SessionTargeting(sessions, seal),
                        outbound,
                        routeBack,
                        new DialogForwarder(proxies),
                        stateless,
                        admission,
                        merged,
                        stack.strands(),
                        isOwn,
                        options.unknownApplicationStatus()));
    }

    private static Gruu.Lookup gruus(Map<Class<?>, Object> shared) {
        return shared.get(LocationService.class) instanceof LocationService locations
                ? uri -> locations
                        .instance(uri.toString())
                        .flatMap(
                                bindings -> locations.targets(bindings).stream().findFirst())
                        .map(Uri::parse)
                : Gruu.Lookup.NONE;
    }

    public Applications applications() {
        return applications;
    }

    /** Application sessions at present. */
    public int sessions() {
        return sessions.size();
    }

    /** From now on only requests of calls in progress are taken; new ones get 503. */
    public void drain() {
        admission.drain();
    }
}
