// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.InsufficientBreadthException;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.URI;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.proxy.DialogForwarder;
import org.trapezoid.servlet.proxy.InsufficientBreadth;
import org.trapezoid.servlet.proxy.ProxyBranch;
import org.trapezoid.servlet.proxy.ProxyCore;
import org.trapezoid.servlet.proxy.ProxySettings;
import org.trapezoid.servlet.proxy.RecordRoute;
import org.trapezoid.servlet.proxy.Target;
import org.trapezoid.servlet.session.ProxiedDialog;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.uri.Uri;

/** The proxy of one request (JSR 289 §10). Safe for use by any thread: enters the core section of the session's strand. */
final class ProxyFacade implements Proxy {

    private final SipRequest request;
    private final @Nullable UasCore uas; // null for what a stateless proxy passes on without transaction
    private final AppRuntime runtime;
    private final SipSessionState session;
    private final ProxySettings settings = new ProxySettings();
    private @Nullable ProxyCore core;
    private List<ProxyBranchFacade> facades = List.of();
    private @Nullable ClientConnection flow; // of branches that are not made yet
    private boolean supervised = true;
    private boolean stateful = true;
    private jakarta.servlet.sip.ProxyBranch.@Nullable Callback timeoutCallback;

    /** For an ACK or CANCEL that a stateless application passes on. */
    ProxyFacade(SipRequest request) {
        this(request, null);
    }

    ProxyFacade(SipRequest request, @Nullable UasCore uas) {
        this.request = request;
        this.uas = uas;
        this.runtime = request.runtime();
        this.session = request.sessionState();
        settings.timeout(runtime.proxyTimeout());
        settings.tellingEarlyEnds(runtime.application().settings().extensions().earlyDialogTerminated());
        if (runtime.application().settings().extensions().historyInfo()) {
            Uri called = request.message().uri();
            settings.history(Optional.of(target -> isRegistered(called, target)));
        }
    }

    private boolean isRegistered(Uri called, Uri target) {
        Object service = runtime.application().context().getAttribute(LocationService.ATTRIBUTE);
        if (service instanceof LocationService locations) {
            for (Binding binding : locations.lookup(locations.addressOfRecord(called.toString()))) {
                if (locations.sameContact(binding.contact(), target.toString())) {
                    return true;
                }
            }
        }
        return false;
    }

    private <T> T inCore(Supplier<T> action) {
        return session.strand().call(action);
    }

    private void change(Runnable action) {
        session.strand().call(() -> {
            action.run();
            return true;
        });
    }

    /** The core; it exists once there are branches. In the core section. */
    Optional<ProxyCore> core() {
        return Optional.ofNullable(core);
    }

    /** Goes on with the proxying that another node has begun. In the core section. */
    void restore(FieldReader in, Function<ServerTransaction.Memento, ServerTransaction> transactions) {
        if (session.isRecordRouted()) {
            settings.recordRoute(ownRecordRoute());
            settings.sessionTimer(runtime.application().settings().extensions().proxiedSessionTimer());
        }
        core = ProxyCore.restored(
                in,
                transactions,
                request.routing(),
                runtime.proxies(session),
                settings,
                new ProxyEvents(this, runtime, session));
    }

    void supervise(boolean newSupervised) {
        supervised = newSupervised;
    }

    private ProxyCore openCore() {
        ProxyCore present = core;
        request.spell();
        Request current = request.message();
        if (present == null) {
            UasCore answering = uas;
            if (answering == null || answering.isAnswered()) {
                throw new IllegalStateException("cannot proxy " + request.describe()
                        + (answering == null
                                ? ": it can only be forwarded statelessly"
                                : ": a final response was sent"));
            }
            present = new ProxyCore(
                    answering.transaction(),
                    current,
                    request.routing(),
                    runtime.proxies(session),
                    settings,
                    new ProxyEvents(this, runtime, session));
            core = present;
        } else {
            present.original(current);
        }
        return present;
    }

    private void start(ProxyCore proxy) {
        if (settings.recordRoute().isPresent()) { // who does not stay does not see the refreshes
            settings.sessionTimer(runtime.application().settings().extensions().proxiedSessionTimer());
        }
        facades.forEach(ProxyBranchFacade::handOver);
        try {
            boolean takesOver = !proxy.isStarted();
            proxy.start();
            session.proxying(settings.recordRoute().isPresent());
            if (takesOver && uas != null) {
                uas.release();
            }
        } catch (InsufficientBreadth e) {
            throw new InsufficientBreadthException(e.getMessage(), e);
        }
    }

    SipRequest request() {
        return request;
    }

    void timeoutCallback(jakarta.servlet.sip.ProxyBranch.Callback callback) {
        timeoutCallback = callback;
        if (callback instanceof Serializable) {
            session.appSession().gotObjects();
        }
    }

    Optional<jakarta.servlet.sip.ProxyBranch.Callback> timeoutCallback() {
        return Optional.ofNullable(timeoutCallback);
    }

    /** The facade of the branch, always the same one. In the core section. */
    ProxyBranchFacade facade(ProxyBranch branch) {
        for (ProxyBranchFacade each : facades) {
            if (each.branch() == branch) {
                return each;
            }
        }
        ProxyBranchFacade facade = new ProxyBranchFacade(this, branch, runtime, session);
        List<ProxyBranchFacade> more = new ArrayList<>(facades);
        more.add(facade);
        facades = more;
        return facade;
    }

    private List<jakarta.servlet.sip.ProxyBranch> facades(List<ProxyBranch> branches) {
        List<jakarta.servlet.sip.ProxyBranch> all = new ArrayList<>(branches.size());
        for (ProxyBranch each : branches) {
            all.add(facade(each));
        }
        return all;
    }

    /**
     * The session of a response that is forwarded, and what becomes of it: a further To tag makes a derived one. In the core
     * section.
     */
    SipSessionState follow(Response response) {
        Method method = request.message().method();
        if (!method.equals(Method.INVITE) && !method.equals(Method.SUBSCRIBE)) {
            return session;
        }
        int status = response.status();
        if (status > 100 && status < 300) {
            session.strand().protect();
        }
        if (status >= 300) {
            if (session.state() != SessionState.CONFIRMED) {
                session.state(SessionState.TERMINATED);
            }
            return session;
        }
        SipSessionState member = Dialog.isMadeBy(response) ? member(response) : session;
        if (status >= 200) {
            member.state(SessionState.CONFIRMED);
            member.parties(request.message().from(), response.to());
            if (member.isRecordRouted() && method.equals(Method.INVITE)) {
                member.proxied()
                        .accepted(new ProxiedDialog.Accepted(
                                response.headers()
                                        .first(HeaderName.CONTACT)
                                        .orElse(response.to().toString()),
                                response.headers().all(HeaderName.RECORD_ROUTE)));
            }
        } else if (status == 199) {
            endEarly(member); // RFC 6228 §4
        } else if (status > 100 && member.state() == SessionState.INITIAL) {
            member.state(SessionState.EARLY);
        }
        return member;
    }

    private SipSessionState member(Response response) {
        String tag = response.toTag().orElse("");
        Optional<SipSessionState> known = session.member(tag);
        if (known.isPresent()) {
            return known.get();
        }
        SipSessionState member = session;
        if (session.calleeTag().isPresent()) {
            if (!session.isValid()) {
                return session;
            }
            member = session.derive(runtime.newId(session.appSession()), runtime.now());
            runtime.services().sessions().add(member);
            DialogFamily.joined(session, member, runtime).messages().begunBy(request);
        }
        member.proxied().calleeTag(tag);
        return member;
    }

    private static void endEarly(SipSessionState member) {
        if (member.state() == SessionState.EARLY) {
            member.state(SessionState.TERMINATED);
        }
    }

    /** No response makes a dialog any more, unless it is a late 2xx. In the core section. */
    void completed() {
        if (session.wasForked()) {
            session.family().forEach(ProxyFacade::endEarly);
        }
    }

    // ---- targets

    @Override
    public SipServletRequest getOriginalRequest() {
        return request;
    }

    @Override
    public void proxyTo(URI uri) {
        proxyTo(List.of(Objects.requireNonNull(uri, "uri")));
    }

    @Override
    public void proxyTo(List<? extends URI> uris) {
        List<Uri> targets = targets(uris);
        change(() -> {
            if (!stateful) {
                forwardStateless(targets);
                return;
            }
            ProxyCore proxy = openCore();
            create(proxy, targets);
            start(proxy);
        });
    }

    private List<Uri> targets(List<? extends URI> uris) {
        List<Uri> targets = new ArrayList<>(uris.size());
        for (URI uri : uris) {
            targets.add(UriView.valueOf(Objects.requireNonNull(uri, "uri")));
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException(
                    "cannot proxy " + request.describe() + ": there must be at least one target");
        }
        return targets;
    }

    /** Transaction and session are dropped; each retransmission is a new request (docs/applications.md). */
    private void forwardStateless(List<Uri> targets) {
        if (targets.size() != 1) {
            throw new IllegalArgumentException(
                    "cannot proxy " + request.describe() + ": a stateless proxy has one target, not " + targets.size());
        }
        Request received = request.message();
        Request forwarded = Target.address(received, targets.get(0), received);
        if (uas != null) {
            uas.transaction().abandon();
        }
        request.committed();
        Session.of(session, runtime).messages().answered(request);
        runtime.stateless().forward(request.flow().orElseThrow(), forwarded);
        Lifecycle.invalidate(runtime, session.appSession());
    }

    @Override
    public List<jakarta.servlet.sip.ProxyBranch> createProxyBranches(List<? extends URI> targets) {
        List<Uri> uris = targets(targets);
        return inCore(() -> facades(create(openCore(), uris)));
    }

    private List<ProxyBranch> create(ProxyCore proxy, List<Uri> uris) {
        List<ProxyBranch> branches = proxy.createBranches(uris);
        ClientConnection connection = flow;
        if (connection != null) {
            branches.forEach(branch -> facade(branch).overFlow(connection));
        }
        Optional<String> onward = request.incoming().flatMap(Incoming::onward);
        if (onward.isPresent()) {
            for (ProxyBranch branch : branches) {
                Request sent = branch.request();
                if (sent.uri().equals(request.message().uri())
                        && !sent.headers().has(HeaderName.ROUTE)) {
                    branch.request(DialogForwarder.onward(sent, onward)); // RFC 5626 §5.3.1
                }
            }
        }
        return branches;
    }

    @Override
    public jakarta.servlet.sip.@Nullable ProxyBranch getProxyBranch(URI uri) {
        Uri target = UriView.valueOf(uri);
        for (jakarta.servlet.sip.ProxyBranch each : getProxyBranches()) {
            if (((ProxyBranchFacade) each).branch().target().equals(target)) {
                return each;
            }
        }
        return null;
    }

    @Override
    public List<jakarta.servlet.sip.ProxyBranch> getProxyBranches() {
        return inCore(() -> core == null ? List.of() : facades(core.branches()));
    }

    @Override
    public void startProxy() {
        change(() -> start(openCore()));
    }

    @Override
    public void startProxy(jakarta.servlet.sip.ProxyBranch.Callback callback) {
        timeoutCallback(callback);
        startProxy();
    }

    @Override
    public void cancel() {
        cancel(List.of());
    }

    @Override
    public void cancel(String[] protocol, int[] reasonCode, String[] reasonText) {
        cancel(reasons(protocol, reasonCode, reasonText));
    }

    private void cancel(List<String> reasons) {
        change(() -> {
            ProxyCore proxy = core;
            if (proxy == null || proxy.isComplete()) {
                throw new IllegalStateException("cannot cancel the proxy of " + request.describe()
                        + (proxy == null ? ": it was not started" : ": it is complete"));
            }
            proxy.cancel(reasons);
        });
    }

    /** Reason values (RFC 3326). */
    static List<String> reasons(String[] protocols, int[] codes, String[] texts) {
        List<String> reasons = new ArrayList<>(protocols.length);
        for (int i = 0; i < protocols.length; i++) {
            String text = i < texts.length && texts[i] != null ? ";text=" + AddressText.quote(texts[i]) : "";
            reasons.add(protocols[i] + ";cause=" + codes[i] + text);
        }
        return reasons;
    }

    // ---- settings

    @Override
    public boolean getRecurse() {
        return settings.recurse();
    }

    @Override
    public void setRecurse(boolean recurse) {
        change(() -> settings.recurse(recurse));
    }

    @Override
    public boolean getRecordRoute() {
        return settings.recordRoute().isPresent();
    }

    @Override
    public void setRecordRoute(boolean rr) {
        change(() -> {
            if (core != null && session.isProxying()) {
                throw new IllegalStateException(
                        "record-routing of " + request.describe() + " cannot be changed: the proxy has started");
            }
            if (rr) {
                settings.recordRoute(ownRecordRoute());
            } else {
                settings.withoutRecordRoute();
            }
        });
    }

    private RecordRoute ownRecordRoute() {
        return runtime.recordRoute(session);
    }

    @Override
    public boolean getParallel() {
        return settings.parallel();
    }

    @Override
    public void setParallel(boolean parallel) {
        change(() -> settings.parallel(parallel));
    }

    @Override
    @Deprecated
    public boolean getStateful() {
        return stateful;
    }

    @Override
    @Deprecated
    public void setStateful(boolean newStateful) {
        if (runtime.application().settings().stateless()) { // else ignored, as JSR 289 has it
            stateful = newStateful;
        }
    }

    @Override
    public boolean getSupervised() {
        return supervised;
    }

    @Override
    public void setSupervised(boolean newSupervised) {
        change(() -> supervised = newSupervised);
    }

    @Override
    public int getProxyTimeout() {
        return (int) settings.timeout().orElse(Duration.ZERO).toSeconds();
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // the API's own deprecation
    public int getSequentialSearchTimeout() {
        return getProxyTimeout();
    }

    @Override
    public void setProxyTimeout(int seconds) {
        if (seconds <= 0) {
            throw new IllegalArgumentException(
                    "the proxy timeout of " + request.describe() + " must be positive, not " + seconds + " s");
        }
        change(() -> settings.timeout(Duration.ofSeconds(seconds)));
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // the API's own deprecation
    public void setSequentialSearchTimeout(int seconds) {
        setProxyTimeout(seconds);
    }

    @Override
    public SipURI getRecordRouteURI() {
        return routeUri(settings.recordRoute(), "record-routing", settings::recordRoute);
    }

    @Override
    public boolean getAddToPath() {
        return settings.path().isPresent();
    }

    @Override
    public void setAddToPath(boolean add) {
        change(() -> {
            if (add) {
                settings.path(ownRecordRoute());
            } else {
                settings.withoutPath();
            }
        });
    }

    @Override
    public SipURI getPathURI() {
        return routeUri(settings.path(), "adding to Path", settings::path);
    }

    /** A URI whose parameters the application may add to; what it adds comes back with the popped Route. */
    SipURI routeUri(Optional<RecordRoute> route, String what, java.util.function.Consumer<RecordRoute> setter) {
        RecordRoute present =
                route.orElseThrow(() -> new IllegalStateException(what + " is not on for " + request.describe()));
        return new SipUriView(
                present.uri(request.flow().orElseThrow().listener(), false),
                changed -> change(() -> setter.accept(new RecordRoute(((org.trapezoid.sip.uri.SipUri) changed)
                        .parameters()
                        .without("lr")
                        .without("transport")))));
    }

    @Override
    public void setOutboundInterface(InetSocketAddress address) {
        runtime.factory().requireInterface(Objects.requireNonNull(address, "address"));
    }

    @Override
    public void setOutboundInterface(InetAddress address) {
        runtime.factory().requireInterface(Objects.requireNonNull(address, "address"));
    }

    @Override
    public void setFlow(Flow newFlow) {
        ClientConnection connection = WatchedFlows.require(newFlow);
        change(() -> flow = connection);
    }

    @Override
    public @Nullable Flow getFlow() {
        return inCore(() -> Optional.ofNullable(flow)).orElse(null);
    }

    @Override
    public void setNoCancel(boolean noCancel) {
        change(() -> settings.noCancel(noCancel));
    }

    @Override
    public boolean getNoCancel() {
        return settings.noCancel();
    }
}
