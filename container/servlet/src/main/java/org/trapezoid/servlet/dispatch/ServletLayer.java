// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ar.SipApplicationRouter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.app.AppEnvironment;
import org.trapezoid.servlet.app.AppSettings;
import org.trapezoid.servlet.app.AppSource;
import org.trapezoid.servlet.app.Applications;
import org.trapezoid.servlet.app.ListenerTable;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.facade.ApiRouter;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.facade.Inbound;
import org.trapezoid.servlet.facade.NumberResolver;
import org.trapezoid.servlet.facade.OwnUris;
import org.trapezoid.servlet.facade.SessionSnapshots;
import org.trapezoid.servlet.proxy.DialogForwarder;
import org.trapezoid.servlet.proxy.Gruu;
import org.trapezoid.servlet.proxy.LoopDetector;
import org.trapezoid.servlet.proxy.ProxyEnvironment;
import org.trapezoid.servlet.proxy.RouteSeal;
import org.trapezoid.servlet.proxy.StatelessForwarder;
import org.trapezoid.servlet.replication.KeySearch;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.servlet.router.ApplicationChain;
import org.trapezoid.servlet.router.ApplicationSelector;
import org.trapezoid.servlet.router.LoadedRouter;
import org.trapezoid.servlet.security.Realms;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.MergedRequests;
import org.trapezoid.servlet.ua.UaServices;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.concurrent.CallbackMode;
import org.trapezoid.sip.concurrent.PostedInOrder;
import org.trapezoid.sip.concurrent.Strand;
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
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.transport.PrivacyService;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** The servlet layer over one SIP stack, wired. Thread-safe. */
public final class ServletLayer {

    /** Nodes with the same one can go on with each other's sessions. */
    public static final int SNAPSHOT_MAJOR = SessionSnapshots.MAJOR;

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
            InstantSource time,
            Executor workers) {}

    /**
     * @param unrouted the answer to requests that no application takes
     * @param admission how many requests are taken
     * @param users of the server, for security constraints; empty: there are none
     * @param replication of the sessions; empty: they end with this server
     */
    public record Options(
            Unrouted unrouted,
            AdmissionControl.Limits admission,
            Optional<Realms> users,
            Optional<Replication> replication) {
        public static final Options DEFAULT =
                new Options(Unrouted.NOT_FOUND, AdmissionControl.Limits.DEFAULT, Optional.empty());

        /** Without a cluster. */
        public Options(Unrouted unrouted, AdmissionControl.Limits admission, Optional<Realms> users) {
            this(unrouted, admission, users, Optional.empty());
        }

        /** Without users. */
        public Options(Unrouted unrouted, AdmissionControl.Limits admission) {
            this(unrouted, admission, Optional.empty());
        }
    }

    /** A status and its reason. */
    public record Unrouted(int status, String reason) {
        public static final Unrouted NOT_FOUND = new Unrouted(404, "No Application Takes This Request");
    }

    private final SessionRegistry sessions = new SessionRegistry();
    private final AppDeployments applications;
    private final AdmissionControl admission;
    private final RunningApplications running = new RunningApplications();
    private final Function<SipApplication, AppRuntime> runtimes;
    private final Strands strands;
    private final TransactionLayer transactions;
    private final Optional<OwnerRouting> routing;
    private final Optional<KeySearch> search;
    private final Optional<OwnerSearch> owners;

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
        ApplicationChain chain = new ApplicationChain(selector, isOwn, running::isDeployed);
        RouteBack routeBack = new RouteBack(stack.identifiers(), stack.timers()::nanoTime, () -> transports
                .listeners()
                .get(0));
        OutboundRouting outbound = new OutboundRouting(
                chain,
                stack.sender(),
                routeBack,
                handover -> new LoopbackFlow(transports.listeners().get(0), messages(), new PostedInOrder(), handover),
                gruus(shared),
                uri -> uri instanceof SipUri sip && OwnUris.isOfThisNode(transports, sip));
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
                transports.trust().isPrivacyService() ? Set.of(PrivacyService.OPTION) : Set.of(),
                stack.sender().flows());
        RouteSeal seal = options.replication()
                .map(replication -> new RouteSeal(replication.tokens().key("seal")))
                .orElseGet(() -> new RouteSeal(stack.random()));
        StatelessForwarder stateless = new StatelessForwarder(stack.sender(), transports);
        admission = new AdmissionControl(
                stack.transactions()::pendingCount,
                stack.transactions()::serverCount,
                options.admission(),
                new NamedSessions(sessions)::isNamedBy,
                stack.timers()::nanoTime);
        TakeoverLog takeovers = new TakeoverLog(stack.timers(), stack.strands().create());
        Restoration restoration = new Restoration(
                running,
                sessions,
                snapshot -> options.replication()
                        .ifPresent(cluster -> cluster.store().giveUp(snapshot)),
                takeovers);
        search = options.replication()
                .map(replication -> new KeySearch(
                        replication,
                        sessions,
                        restoration::takeOver,
                        stack.workers(),
                        stack.strands().create()));
        owners = options.replication()
                .map(replication -> new OwnerSearch(replication, sessions, restoration, stack.workers()));
        NonceStore nonces = options.replication()
                .map(replication -> new NonceStore(
                        stack.time(), stack.random(), replication.tokens().key("nonce")))
                .orElseGet(() -> new NonceStore(stack.time(), stack.random()));
        runtimes = application -> new AppRuntime(
                application,
                services,
                stack.strands(),
                transports,
                proxies,
                stateless,
                seal,
                stack.transactions(),
                options.replication(),
                search);
        strands = stack.strands();
        applications = new AppDeployments(
                running,
                selector,
                runtimes,
                transports,
                stack.timers(),
                stack.strands(),
                shared,
                new NumberResolver(new TelephoneNumbers(dns), isOwn),
                new Guards(options.users(), transports.trust(), stack.time(), nonces));
        transactions = stack.transactions();
        Optional<KeyedRequests> keyed = options.replication()
                .map(replication -> new KeyedRequests(
                        search.orElseThrow(),
                        replication,
                        transactions,
                        stack.workers(),
                        stack.strands().create()));
        routing = options.replication()
                .map(replication -> new OwnerRouting(
                        transactions,
                        transports,
                        sessions,
                        restoration,
                        replication,
                        keyed.orElseThrow(),
                        stateless,
                        new LostCalls(stack.sender()),
                        takeovers,
                        stack.workers(),
                        stack.strands().create()));
        options.replication().ifPresent(replication -> {
            replication.onLeft(this::forget);
            replication.onDoubt(() -> stack.workers().execute(this::doubt));
            replication.watch(stack.strands().create());
        });
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
                        new KeyTargeting(sessions, keyed),
                        stack.strands(),
                        isOwn,
                        options.unrouted()));
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

    /** Sessions that send nothing are asked for too. */
    private void doubt() {
        sessions.appSessions().forEach(session -> Strand.run(session, session::doubted));
    }

    private void forget(AppSessionState session) {
        running.of(session).ifPresent(application -> application.runtime().left(session));
        for (SipSessionState each : List.copyOf(session.sipSessions())) {
            sessions.remove(each);
        }
        session.left();
        sessions.remove(session);
    }

    /**
     * Lets other nodes have the sessions that are kept there. Takes as long as the application needs that is being called, and the others to
     * answer; see {@link #abandon}.
     *
     * @return the number of sessions that were handed over, when each has been
     */
    public CompletionStage<Integer> handOver() {
        routing.ifPresent(OwnerRouting::stop);
        search.ifPresent(KeySearch::stop);
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (AppSessionState session : List.copyOf(sessions.appSessions())) {
            CompletableFuture<Boolean> left = new CompletableFuture<>();
            Optional<Inbound> application = running.of(session);
            if (application.isPresent() && application.get().runtime().handOver(session, () -> left.complete(true))) {
                all.add(left);
            }
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenApply(done -> all.size());
    }

    /**
     * Leaves to the other nodes, as they were last kept, those sessions that are kept there and are here still; what their applications do with
     * them from now on tells nobody anything.
     *
     * @return how many
     */
    public int abandon() {
        int count = 0;
        for (AppSessionState session : List.copyOf(sessions.appSessions())) {
            if (session.strand().call(session::abandon)) {
                count++;
            }
        }
        return count;
    }

    /** What messages pass before the transactions see them; the transactions themselves without a cluster. */
    public MessageHandler messages() {
        return routing.<MessageHandler>map(owners -> owners).orElse(transactions);
    }

    /** The applications are there: from now on sessions of nodes that die are taken over. */
    public void takeOver() {
        routing.ifPresent(OwnerRouting::start);
    }

    public Applications applications() {
        return applications;
    }

    /**
     * An application router of the API, for this layer.
     *
     * @param loader under which it is called
     * @param context of nobody; the requests that it sees belong to no application
     */
    public LoadedRouter router(SipApplicationRouter router, ClassLoader loader, ServletContext context) {
        String name = "application router";
        AppDescriptor descriptor = AppDescriptor.of(name, ServletDescriptor.of("none", "none"));
        AppSettings settings;
        try {
            settings = AppEnvironment.settings(new AppSource(descriptor, loader, context, Map.of(), Map.of()));
        } catch (ServletException impossible) { // it declares nothing
            throw new IllegalStateException(impossible);
        }
        SipApplication nobody = new SipApplication(
                name,
                loader,
                context,
                settings,
                () -> new ListenerTable(List.of()),
                CallbackMode.worker(),
                Optional.empty());
        return new ApiRouter(router, runtimes.apply(nobody), strands);
    }

    /**
     * Which other node has an application session, by its incarnation; empty if it is here or nowhere. One whose node has gone is taken over.
     * Does not wait; fails when nobody can say.
     *
     * @param id as {@code SipApplicationSession.getId} gives it
     */
    public CompletionStage<Optional<String>> elsewhere(String id) {
        return owners.map(search -> search.elsewhere(id))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    /** Application sessions at present. */
    public int sessions() {
        return sessions.size();
    }

    /** What the layer holds; looks at every session. */
    public Load load() {
        return Load.of(sessions, running.all());
    }

    /** From now on only requests of calls in progress are taken; new ones get 503. */
    public void drain() {
        admission.drain();
    }
}
