// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipURI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.app.Beans;
import org.trapezoid.servlet.app.Packages;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.proxy.ProxyEnvironment;
import org.trapezoid.servlet.proxy.RecordRoute;
import org.trapezoid.servlet.proxy.RouteSeal;
import org.trapezoid.servlet.proxy.StatelessForwarder;
import org.trapezoid.servlet.replication.AttributeClasses;
import org.trapezoid.servlet.replication.KeySearch;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.session.Acknowledged;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionId;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.tasks.TaskContext;
import org.trapezoid.servlet.ua.UaServices;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.sip.auth.ChallengeResponder;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Traffic;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;

/** One application together with the server it runs in: makes its sessions and queues its callbacks. Safe for use by any thread. */
public final class AppRuntime {
    /** The parameter of our Record-Route value that names the session. */
    public static final String SESSION_PARAMETER = "sid";

    /** The parameter of an encoded URI that names the application session. */
    public static final String ENCODED_ID = "org.trapezoid.session";

    private static final Logger log = LoggerFactory.getLogger(AppRuntime.class);

    private static final AtomicLong DEPLOYMENTS = new AtomicLong();

    private final long deployment = DEPLOYMENTS.incrementAndGet();
    private final SipApplication application;
    private final UaServices services;
    private final Strands strands;
    private final TransportLayer transports;
    private final ProxyEnvironment proxies;
    private final StatelessForwarder stateless;
    private final RouteSeal seal;
    private final ChallengeResponder responder;
    private final Packages packages;
    private final WatchedFlows flows;
    private final AppTasks tasks;

    @SuppressWarnings("ThreadLocalUsage") // one for an application, and gone with it
    private final ThreadLocal<@Nullable AppSessionState> current = new ThreadLocal<>();

    private volatile boolean ending;
    private final Factory factory = new Factory(this);
    private final SessionSnapshots snapshots = new SessionSnapshots(this);
    private final TransactionLayer transactions;
    private final Optional<Replication> replication;
    private final KeyedSessions keyed;

    public AppRuntime(
            SipApplication application,
            UaServices services,
            Strands strands,
            TransportLayer transports,
            ProxyEnvironment proxies,
            StatelessForwarder stateless,
            RouteSeal seal,
            TransactionLayer transactions,
            Optional<Replication> replication,
            Optional<KeySearch> keys) {
        this.keyed = new KeyedSessions(this, keys);
        this.transactions = transactions;
        this.replication = replication;
        this.application = application;
        this.services = services;
        this.strands = strands;
        this.transports = transports;
        this.proxies = proxies;
        this.stateless = stateless;
        this.seal = seal;
        this.responder = new ChallengeResponder(services.random());
        this.flows = new WatchedFlows(application, services.sender().flows(), strands);
        this.tasks = new AppTasks(this, strands);
        this.packages = Packages.of(application.context()::getInitParameter);
    }

    ChallengeResponder responder() {
        return responder;
    }

    public WatchedFlows flows() {
        return flows;
    }

    Packages packages() {
        return packages;
    }

    /** Says which INFO packages the application takes, in what begins or refreshes a call, or answers it (RFC 6086 §4.2.2). */
    void offerPackages(Method method, Message.Builder<?> message) {
        if (packages.infos().isPresent() && (method.equals(Method.INVITE) || method.equals(Method.UPDATE))) {
            message.set(HeaderName.RECV_INFO, packages.recvInfo().orElse(""));
        }
    }

    /** What proxies of a session work with. */
    ProxyEnvironment proxies(SipSessionState session) {
        return actor(session).map(proxies::as).orElse(proxies);
    }

    /** What user agent clients of a session work with. */
    UaServices services(SipSessionState session) {
        return actor(session).map(services::as).orElse(services);
    }

    /** As whom the servlet of a session sends. */
    private Optional<Actor> actor(SipSessionState session) {
        return application.settings().runAs().of(session.handler());
    }

    StatelessForwarder stateless() {
        return stateless;
    }

    /** The value by which later requests of the session's call come back to it. */
    RecordRoute recordRoute(SipSessionState session) {
        return new RecordRoute(
                Parameters.of(SESSION_PARAMETER, seal.sealed(session.id().value(), session.callId())));
    }

    /** Whether a parameter of our Route value names the session, or the one that it was derived from. */
    boolean isOfFamily(String sealed, SipSessionState session) {
        String id = RouteSeal.sessionId(sealed);
        return id.equals(session.id().value()) || id.equals(session.routeId().value());
    }

    public SipApplication application() {
        return application;
    }

    /** Unique among all deployments of this server. */
    public long deployment() {
        return deployment;
    }

    public UaServices services() {
        return services;
    }

    TransportLayer transports() {
        return transports;
    }

    public Factory factory() {
        return factory;
    }

    long now() {
        return services.time().millis();
    }

    /** A listener as applications see it. */
    public static SipURI uri(Listener listener) {
        SipUri uri = SipUri.of(listener.advertised())
                .withParameter("transport", listener.protocol().parameter());
        return new SipUriView(uri, Owner.none());
    }

    /** By what other nodes are to know a session that begins here; empty without a cluster. */
    public String newToken() {
        return replication.map(Replication::freshToken).orElse("");
    }

    /** A new application session on the strand, which becomes the application's. */
    public AppSessionState newAppSession(Strand strand, Optional<String> key) {
        return newAppSession(strand, key, newToken());
    }

    /** The same with a token that was made before. */
    public AppSessionState newAppSession(Strand strand, Optional<String> key, String token) {
        strand.mode(application.mode());
        strand.token(token);
        AppSessionState session = appSession(strand, key);
        services.sessions().add(session);
        if (replicates()) {
            replication.get().begin(session, () -> snapshots.write(session));
        }
        return session;
    }

    /** Forgets a new session of which nobody was told. In its core section. */
    public void discard(AppSessionState session) {
        session.invalidated();
        services.sessions().remove(session);
    }

    /** Whether the sessions of the application are kept at other nodes too. */
    public boolean replicates() {
        return replication.isPresent() && application.settings().distributable();
    }

    /** Whether an object of the application whose class this is can be written down and read again. */
    boolean isReadable(Class<?> type) {
        return classes().allows(type, application.loader());
    }

    /** Of which its objects in sessions may be. */
    AttributeClasses classes() {
        return replication.map(Replication::classes).orElse(AttributeClasses.DEFAULT);
    }

    /** The cluster, if there is one. */
    Optional<Replication> replication() {
        return replication;
    }

    /** Those of its sessions that have keys. */
    KeyedSessions keyed() {
        return keyed;
    }

    SessionSnapshots snapshots() {
        return snapshots;
    }

    /** One that others may look for is named again: a node may have come after it was named, or may not have heard. */
    ServerTransaction restore(Strand strand, ServerTransaction.Memento memento) {
        ServerTransaction transaction = transactions.restore(strand, memento);
        if (isForOthers(transaction.request())) {
            replication.ifPresent(
                    cluster -> cluster.store().name(TransactionLayer.serverKey(transaction.request()), strand.token()));
        }
        return transaction;
    }

    /** Whether a CANCEL, an ACK or a repetition that names no session may come for it to any node. */
    static boolean isForOthers(Request request) {
        return request.method().equals(Method.INVITE) && request.toTag().isEmpty();
    }

    /** An id of something in the session. */
    SessionId newId(AppSessionState session) {
        return new SessionId(session.identifier(services.identifiers()));
    }

    /**
     * Lets another node have the session when its callbacks are over; the application is told before. In no core section.
     *
     * @param done called when the session has left, or cannot
     * @return false if it stays: it is not kept elsewhere, or too many callbacks wait
     */
    public boolean handOver(AppSessionState session, Runnable done) {
        return session.strand().call(() -> {
            if (!replicates() || !session.isValid()) {
                return false;
            }
            boolean atOnce = !session.hasCallbacks()
                    && new Activation(this, session).passivation().isEmpty();
            return atOnce ? session.handOver(done) : session.strand().callback(() -> handOverInCallback(session, done));
        });
    }

    /** Behind the callbacks that ran or waited; others may have come. */
    private void handOverInCallback(AppSessionState session, Runnable done) {
        Activation activation = new Activation(this, session);
        List<Runnable> told = session.strand()
                .call(() ->
                        session.isValid() && !session.hasCallbacks() ? activation.passivation() : List.<Runnable>of());
        if (!told.isEmpty()) {
            inSession(session, () -> told.forEach(Runnable::run));
        }
        if (session.strand().call(() -> session.isValid() && session.handOver(done))) {
            return;
        }
        if (!session.strand().call(() -> session.isValid() && session.hasCallbacks())) {
            done.run();
            return;
        }
        if (!told.isEmpty()) { // it stays for a while
            inSession(
                    session, () -> session.strand().call(activation::activation).forEach(Runnable::run));
        }
        if (!session.strand().callback(() -> handOverInCallback(session, done))) {
            done.run();
        }
    }

    /** A session goes on at another node: its timers and transactions end here. In its core section, while it is valid. */
    public void left(AppSessionState session) {
        for (SipSessionState each : session.sipSessions()) {
            if (each.facade() instanceof Session facade) {
                facade.upkeep().stopTimer();
                facade.messages().left();
            }
            for (Acknowledged waiting : List.copyOf(each.unacknowledged())) {
                if (waiting instanceof UasCore core) {
                    core.onLeft();
                }
            }
        }
        tasks.ended(session);
    }

    /** Goes on with a session that another node has written down. In no core section. */
    public AppSessionState restore(Snapshot snapshot) {
        Strand strand = strands.create();
        strand.mode(application.mode());
        strand.token(snapshot.token());
        return strand.call(() -> {
            AppSessionState session = snapshots.read(snapshot.state(), strand);
            replication.ifPresent(cluster -> cluster.resume(session, snapshot, () -> snapshots.write(session)));
            if (!session.isValid()) {
                session.invalidated(); // what goes on with it may have ended it already, and the store has it still
            }
            return session;
        });
    }

    /** One that nobody else knows. */
    private AppSessionState appSession(Strand strand, Optional<String> key) {
        return new AppSessionState(
                new SessionId(strand.token() + services.identifiers().tag()),
                application.name(),
                deployment,
                key,
                strand,
                now(),
                application.settings().invalidateWhenReady());
    }

    AppTasks tasks() {
        return tasks;
    }

    /** Where tasks of the application run. */
    public TaskContext.Source taskContexts() {
        return tasks;
    }

    /** From now on the application cannot make sessions: those it has are ended. In no core section. */
    public void end() {
        ending = true;
        tasks.end();
    }

    AppSessionState newAppSession(Optional<String> key) {
        if (ending) {
            throw new IllegalStateException("application " + application + " is undeployed; it can make no session");
        }
        AppSessionState session = newAppSession(strands.create(), key);
        session.strand().run(() -> Lifecycle.begin(this, session));
        return session;
    }

    /** A new SIP session, announced to the listeners. In the core section. */
    public SipSessionState newSipSession(
            AppSessionState appSession, String callId, NameAddr local, NameAddr remote, String handler) {
        SipSessionState session = sipSession(appSession, callId, local, remote, handler);
        services.sessions().add(session);
        Lifecycle.created(this, session);
        return session;
    }

    /** A session for the time before it is known which one a request belongs to: nobody else sees it. */
    SipSessionState provisionalSession(Strand strand, Request request) {
        return sipSession(
                appSession(strand, Optional.empty()),
                request.callId(),
                request.to(),
                request.from(),
                application.settings().selection().initial());
    }

    private SipSessionState sipSession(
            AppSessionState appSession, String callId, NameAddr local, NameAddr remote, String handler) {
        return new SipSessionState(
                newId(appSession),
                appSession,
                callId,
                local,
                remote,
                handler,
                application.settings().invalidateWhenReady(),
                now());
    }

    /**
     * Queues an application callback; after it, sessions that have become ready are ended. In the core section.
     *
     * @return false if too many are waiting; the caller does without it
     */
    boolean callback(AppSessionState session, Runnable callback) {
        session.callbackQueued();
        boolean queued = session.strand().callback(() -> {
            try {
                inSession(session, callback);
            } finally { // whatever throws after the application did
                session.strand().run(() -> {
                    session.callbackEnded();
                    settle(session);
                });
            }
        });
        if (!queued) {
            session.callbackEnded();
            transports.traffic().dropped(Traffic.Drop.CALLBACK_QUEUE);
            log.warn("application {}: callback queue of session {} is full, event dropped", application, session.id());
        }
        return queued;
    }

    /** Runs application code of a session on this thread. In its callback queue. */
    void inSession(AppSessionState session, Runnable code) {
        AppSessionState outer = current.get();
        current.set(session);
        try {
            Optional<Beans> beans = application.beans();
            if (beans.isPresent()) {
                beans.get().invoke(code);
            } else {
                code.run();
            }
        } finally {
            current.set(outer);
        }
    }

    /** The session whose callback or task runs on this thread. */
    Optional<AppSessionState> current() {
        return Optional.ofNullable(current.get());
    }

    /** Ends sessions that have become ready, unless the application is being called: then after that. In the core section. */
    void settle(AppSessionState session) {
        if (!session.hasCallbacks()) {
            Lifecycle.settle(this, session);
        }
    }

    Duration proxyTimeout() {
        return application.settings().proxyTimeout();
    }
}
