// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletConnection;
import jakarta.servlet.ServletContext;
import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.AuthInfo;
import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TooManyHopsException;
import jakarta.servlet.sip.URI;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.proxy.ProxyBranch;
import org.trapezoid.servlet.proxy.ProxyCore;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.Uri;

/**
 * A request as an application sees it: one that came in, one that it sends as a user agent, or one of its proxy branches.
 * Confined to the application, which synchronises; sending and answering enter the strand.
 */
public final class SipRequest extends SipMessage implements GeneralRequest {

    private final Optional<Incoming> incoming;
    private final @Nullable UasCore uas;
    private final @Nullable Sending sending;
    private final boolean initial;
    private Request frozen;
    private Request.@Nullable Builder open;
    private @Nullable UriView<?> uri;
    private final RoutingPlace place;
    private volatile boolean committed;
    private @Nullable ProxyBranch branch;
    private @Nullable ProxyFacade proxy;
    private @Nullable B2buaFacade b2bua;
    private @Nullable SipRequest linked;
    private volatile @Nullable SipResponse finalResponse;
    private volatile @Nullable SipResponse acknowledged; // by an ACK or PRACK

    private SipRequest(
            AppRuntime runtime,
            SipSessionState session,
            Request request,
            Optional<Incoming> incoming,
            @Nullable UasCore uas,
            @Nullable Sending sending) {
        super(runtime, session, incoming.map(Incoming::flow));
        this.frozen = request;
        this.incoming = incoming;
        this.uas = uas;
        this.sending = sending;
        this.initial = incoming.map(Incoming::initial).orElse(request.toTag().isEmpty());
        this.place = RoutingPlace.of(incoming);
    }

    /** A request that came in with a server transaction. */
    static SipRequest received(
            AppRuntime runtime, SipSessionState session, Request request, Incoming incoming, UasCore uas) {
        return new SipRequest(runtime, session, request, Optional.of(incoming), uas, null);
    }

    /** An ACK or CANCEL that came in: there is nothing to answer. */
    static SipRequest notice(AppRuntime runtime, SipSessionState session, Request request, Incoming incoming) {
        SipRequest notice = new SipRequest(runtime, session, request, Optional.of(incoming), null, null);
        notice.committed = true;
        return notice;
    }

    /** An initial request as an application router sees it: what it changes in it goes nowhere. */
    static SipRequest routed(
            AppRuntime runtime, SipSessionState session, Request request, Origin origin, RoutingState state) {
        SipRequest routed = new SipRequest(
                runtime,
                session,
                request,
                origin.flow().map(flow -> new Incoming(flow, true, state, origin.poppedRoute())),
                null,
                null);
        routed.committed = true;
        routed.place.shown(state);
        return routed;
    }

    /** A request that the application is going to send. */
    static SipRequest made(AppRuntime runtime, SipSessionState session, Request request, Sending sending) {
        return new SipRequest(runtime, session, request, Optional.empty(), null, sending);
    }

    /** A request that was sent from another node. */
    static SipRequest restored(AppRuntime runtime, SipSessionState session, Request request, RoutingState routing) {
        SipRequest restored = new SipRequest(runtime, session, request, Optional.empty(), null, null);
        restored.place.shown(routing);
        return restored;
    }

    /** Gives a request that another node has begun to proxy its proxy again. */
    ProxyFacade proxied(boolean supervised) {
        ProxyFacade facade = new ProxyFacade(this, null);
        facade.supervise(supervised);
        proxy = facade;
        return facade;
    }

    /** A response to it, the same object if one with these bytes is expected to be acknowledged. In the core section. */
    SipResponse known(SipSessionState of, Response response, boolean received) {
        byte[] bytes = response.toBytes();
        for (SipResponse each : Session.of(of, runtime()).messages().unsettled()) {
            if (Arrays.equals(each.message().toBytes(), bytes)) {
                return each;
            }
        }
        return SipResponse.restored(this, of, response, received);
    }

    /** The request of a proxy branch; until the branch starts, changes go to it. */
    static SipRequest ofBranch(AppRuntime runtime, SipSessionState session, ProxyBranch branch) {
        SipRequest request = new SipRequest(runtime, session, branch.request(), Optional.empty(), null, null);
        request.branch = branch;
        request.committed = branch.isStarted();
        return request;
    }

    @Override
    Request message() {
        Request.Builder builder = open;
        if (builder != null) {
            frozen = builder.build();
            open = null;
        }
        return frozen;
    }

    @Override
    Request.Builder edit() {
        requireUnsent("change");
        Request.Builder builder = open;
        if (builder == null) {
            builder = frozen.toBuilder();
            open = builder;
        }
        return builder;
    }

    @Override
    boolean isContactFree() {
        return frozen.method().equals(Method.REGISTER);
    }

    @Override
    boolean hasOwnContact() {
        return sending != null;
    }

    @Override
    void requirePartiesFree() {
        requireUnsent("change From or To of");
        if (sending == null || !initial) {
            throw new IllegalStateException("From and To of " + describe() + " are the container's");
        }
    }

    /** The flow it came or went by, if that is not one inside this server. In the core section. */
    Optional<org.trapezoid.sip.transport.Flow> way() {
        Optional<org.trapezoid.sip.transport.Flow> way =
                incoming.isPresent() ? incoming.map(Incoming::flow) : uac().flatMap(UacCore::flow);
        return way.filter(flow -> !(flow instanceof org.trapezoid.sip.transport.LoopbackFlow));
    }

    private void requireUnsent(String what) {
        if (committed && (sending != null || branch != null)) {
            throw new IllegalStateException("cannot " + what + " " + describe() + ": it was sent");
        }
    }

    @Override
    String describe() {
        return frozen.method() + " request of Call-ID " + frozen.callId() + " (application "
                + runtime().application() + ")";
    }

    /** That of an initial request; later ones of its dialog come from the same peer if they have its tag. */
    @Override
    Optional<Identity> identity() {
        if (incoming.isEmpty()) {
            return Optional.empty();
        }
        Optional<Identity> proven = incoming.get().sender();
        return proven.isPresent() ? proven : sessionState().sender(frozen.fromTag());
    }

    Optional<UasCore> uas() {
        return Optional.ofNullable(uas);
    }

    Optional<UacCore> uac() {
        return sending == null ? Optional.empty() : sending.uac();
    }

    @Override
    boolean leadsOnward() {
        return initial && incoming.flatMap(Incoming::onward).isPresent();
    }

    Optional<Incoming> incoming() {
        return incoming;
    }

    RoutingState routing() {
        return place.state();
    }

    void continueFrom(SipRequest original) {
        place.continueFrom(original.place);
    }

    /** Another try of a request of ours is routed as the first one was. */
    void continueAs(SipRequest earlier) {
        place.continueAs(earlier.place);
    }

    Optional<ProxyFacade> proxy() {
        return Optional.ofNullable(proxy);
    }

    /** The proxy's core, once the application has made branches. In the core section. */
    Optional<ProxyCore> proxyCore() {
        return proxy == null ? Optional.empty() : proxy.core();
    }

    /** Whether the proxy has taken it over, so that it answers. In the core section. */
    boolean isProxied() {
        return proxyCore().filter(ProxyCore::isStarted).isPresent();
    }

    Optional<SipRequest> linkedRequest() {
        return Optional.ofNullable(linked);
    }

    void link(SipRequest other) {
        linked = other;
        other.linked = this;
    }

    void committed() {
        committed = true;
    }

    void acknowledges(SipResponse response) {
        acknowledged = response;
    }

    void finalResponse(SipResponse response) {
        finalResponse = response;
    }

    // ---- request line and routing

    @Override
    public String getMethod() {
        return frozen.method().name();
    }

    /** Which no change touches. */
    Method method() {
        return frozen.method();
    }

    @Override
    public URI getRequestURI() {
        UriView<?> view = uri;
        if (view == null) {
            view = UriView.of(message().uri(), changed -> edit().uri(changed));
            uri = view;
        }
        return view;
    }

    @Override
    public void setRequestURI(URI newUri) {
        edit().uri(UriView.valueOf(Objects.requireNonNull(newUri, "uri")));
        uri = null;
    }

    @Override
    public void pushRoute(SipURI route) {
        push(UriView.valueOf(route));
    }

    @Override
    public void pushRoute(Address route) {
        if (!route.getURI().isSipURI()) {
            throw new IllegalArgumentException(
                    "a Route of " + describe() + " is a sip or sips URI, not " + route.getURI());
        }
        push(SipAddress.valueOf(route).uri());
    }

    private void push(Uri route) {
        if (!initial) {
            throw new IllegalStateException("the route set of a dialog is the container's: " + describe());
        }
        edit().addFirst(HeaderName.ROUTE, '<' + route.toString() + '>');
    }

    @Override
    public int getMaxForwards() {
        return message().maxForwards();
    }

    @Override
    public void setMaxForwards(int n) {
        if (n < 0 || n > 255) {
            throw new IllegalArgumentException("Max-Forwards of " + describe() + " must be from 0 to 255, not " + n);
        }
        edit().set(HeaderName.MAX_FORWARDS, Integer.toString(n));
    }

    @Override
    public int getMaxBreadth() {
        String value = getHeader("Max-Breadth");
        try {
            return value == null ? -1 : Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public void setMaxBreadth(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("Max-Breadth of " + describe() + " must be positive, not " + n);
        }
        edit().set(HeaderName.of("Max-Breadth"), Integer.toString(n));
    }

    @Override
    public boolean isInitial() {
        return initial;
    }

    @Override
    public @Nullable Address getPoppedRoute() {
        return incoming.flatMap(Incoming::poppedRoute)
                .<Address>map(SipAddress::new)
                .orElse(null);
    }

    @Override
    public @Nullable Address getInitialPoppedRoute() {
        return (isInternallyRouted()
                        ? arrival().flatMap(Arrival::poppedRoute)
                        : incoming.flatMap(Incoming::poppedRoute))
                .<Address>map(SipAddress::new)
                .orElse(null);
    }

    /** The router keeps how an initial request came, a request inside a dialog brings it along. */
    @Override
    Optional<Arrival> arrival() {
        Optional<Origin> origin = incoming.map(in -> in.routing().arrival()).filter(from -> !from.isInternal());
        return origin.isEmpty()
                ? super.arrival()
                : origin.get()
                        .flow()
                        .map(SipMessage::arrival)
                        .map(from -> from.with(origin.get().poppedRoute()));
    }

    @Override
    public boolean isRequestUriInternal() {
        return runtime().factory().isOwn(message().uri());
    }

    @Override
    public void setRoutingDirective(
            SipApplicationRoutingDirective newDirective, @Nullable SipServletRequest origRequest) {
        if (sending == null || committed || !initial) {
            throw new IllegalStateException(
                    "a routing directive is for an initial request that was not sent yet: " + describe());
        }
        if (newDirective == SipApplicationRoutingDirective.NEW) {
            place.beginAnew();
        } else if (origRequest instanceof SipRequest original
                && original.initial
                && original.incoming.isPresent()
                && original.runtime() == runtime()) {
            place.follow(original.place, newDirective);
        } else {
            throw new IllegalStateException(
                    newDirective + " of " + describe() + " needs the initial request that this application received");
        }
    }

    @Override
    public SipApplicationRoutingDirective getRoutingDirective() {
        requireInitial("routing directive");
        return place.directive();
    }

    @Override
    public @Nullable SipApplicationRoutingRegion getRegion() {
        requireInitial("region");
        return place.region();
    }

    @Override
    public @Nullable URI getSubscriberURI() {
        requireInitial("subscriber URI");
        return place.subscriber();
    }

    private void requireInitial(String what) {
        if (!initial) {
            throw new IllegalStateException("only an initial request has a " + what + ": " + describe());
        }
    }

    // ---- sending

    @Override
    public boolean isCommitted() {
        return committed;
    }

    @Override
    public void send() {
        Sending how = sending;
        if (how == null) {
            throw new IllegalStateException(
                    "cannot send " + describe() + ": it was not made by the application as a user agent");
        }
        sessionState().strand().call(() -> {
            requireUnsent("send");
            Departure.of(this, how);
            return true;
        });
    }

    @Override
    public SipServletRequest createCancel() {
        UacCore core = uac().orElseThrow(() -> new IllegalStateException(
                "cannot cancel " + describe() + ": it was not sent by the application as a user agent"));
        if (!getMethod().equals("INVITE")
                || !committed
                || sessionState().strand().call(core::isAnswered)) {
            throw new IllegalStateException("cannot cancel " + describe()
                    + ": only an INVITE that was sent and has no final response can be cancelled");
        }
        Request invite = core.request();
        Request.Builder cancel = Request.builder(Method.CANCEL, invite.uri())
                .add(HeaderName.FROM, invite.headers().first(HeaderName.FROM).orElseThrow())
                .add(HeaderName.TO, invite.headers().first(HeaderName.TO).orElseThrow())
                .add(HeaderName.CALL_ID, invite.callId())
                .add(HeaderName.CSEQ, invite.cseq().number() + " CANCEL")
                .add(HeaderName.MAX_FORWARDS, "70");
        return made(runtime(), sessionState(), cancel.build(), new Sending.Cancel(core));
    }

    // ---- answering

    @Override
    public SipServletResponse createResponse(int statusCode) {
        return answer(statusCode, Optional.empty());
    }

    @Override
    public SipServletResponse createResponse(int statusCode, @Nullable String reasonPhrase) {
        return answer(statusCode, Optional.ofNullable(reasonPhrase));
    }

    private SipResponse answer(int status, Optional<String> reason) {
        UasCore core = uas;
        if (core == null) {
            throw new IllegalStateException(
                    "cannot answer " + describe() + ": it is no request that came in and waits for an answer");
        }
        return answer(core, status, reason, sessionState());
    }

    /** A response in the dialog of a session: that of the request, or of one of its branches. */
    SipResponse answer(UasCore core, int status, Optional<String> reason, SipSessionState session) {
        if (status < 100 || status > 699) {
            throw new IllegalArgumentException(
                    "cannot answer " + describe() + ": a status is from 100 to 699, not " + status);
        }
        return sessionState().strand().call(() -> {
            if (core.isAnswered()) {
                throw new IllegalStateException("cannot answer " + describe() + ": a final response was sent");
            }
            Response.Builder response = core.respond(status, reason);
            if (status > 100 && status < 300) {
                runtime().offerPackages(frozen.method(), response);
            }
            return SipResponse.made(this, session, core, response.build());
        });
    }

    @Override
    public Proxy getProxy() throws TooManyHopsException {
        ProxyFacade facade = getProxy(true);
        return Objects.requireNonNull(facade);
    }

    @Override
    public @Nullable ProxyFacade getProxy(boolean create) throws TooManyHopsException {
        if (proxy != null || !create) {
            return proxy;
        }
        UasCore core = uas;
        if (core == null && initial && runtime().application().settings().stateless()) {
            ProxyFacade forward = new ProxyFacade(this); // an ACK or CANCEL that a stateless proxy passes on
            proxy = forward;
            return forward;
        }
        if (core == null || !initial) {
            throw new IllegalStateException("cannot proxy " + describe()
                    + ": only an initial request that came in can be proxied; the container forwards those in"
                    + " a dialog");
        }
        if (b2bua != null) {
            throw new IllegalStateException("cannot proxy " + describe() + ": the application is its B2BUA");
        }
        if (sessionState().strand().call(core::isAnswered)) {
            throw new IllegalStateException("cannot proxy " + describe() + ": a final response was sent");
        }
        if (getMaxForwards() == 0) {
            try {
                createResponse(SipServletResponse.SC_TOO_MANY_HOPS).send();
            } catch (IOException e) {
                throw new TooManyHopsException("Max-Forwards of " + describe() + " is 0", e);
            }
            throw new TooManyHopsException("Max-Forwards of " + describe() + " is 0; 483 was sent");
        }
        ProxyFacade facade = new ProxyFacade(this, core);
        proxy = facade;
        return facade;
    }

    @Override
    public B2buaHelper getB2buaHelper() {
        if (proxy != null) {
            throw new IllegalStateException("cannot be a B2BUA for " + describe() + ": the application proxies it");
        }
        B2buaFacade helper = b2bua;
        if (helper == null) {
            helper = new B2buaFacade(runtime());
            b2bua = helper;
        }
        return helper;
    }

    // ---- credentials

    @Override
    public void addAuthHeader(SipServletResponse challengeResponse, AuthInfo authInfo) {
        Credentials.of(authInfo).answer((SipResponse) challengeResponse, this);
    }

    @Override
    public void addAuthHeader(SipServletResponse challengeResponse, String username, String password) {
        Credentials any = new Credentials();
        challengeResponse
                .getChallengeRealms()
                .forEachRemaining(realm -> any.addAuthInfo(challengeResponse.getStatus(), realm, username, password));
        any.answer((SipResponse) challengeResponse, this);
    }

    // ---- JSR 359

    @Override
    public String getId() {
        return Long.toString(message().cseq().number());
    }

    @Override
    public @Nullable SipServletResponse getFinalResponse() {
        return finalResponse;
    }

    @Override
    public @Nullable SipServletResponse getAcknowledgedResponse() {
        if (!getMethod().equals("ACK") && !getMethod().equals("PRACK")) {
            throw new IllegalStateException("only ACK and PRACK acknowledge a response, not " + describe());
        }
        return acknowledged;
    }

    @Override
    public CallBranch createInviteBranch() {
        UasCore core = uas;
        if (core == null || !initial || !getMethod().equals("INVITE") || proxy != null) {
            throw new IllegalStateException("cannot make a branch of " + describe()
                    + ": only an initial INVITE that came in, and is not proxied, has branches");
        }
        AppRuntime runtime = runtime();
        return sessionState().strand().call(() -> {
            if (core.isRefused()) {
                throw new IllegalStateException(
                        "cannot make a branch of " + describe() + ": a final response was sent");
            }
            Session session = DialogFamily.branch(sessionState(), this, runtime);
            UasEvents events = new UasEvents(runtime, session.state(), true);
            events.request(this);
            CallBranch branch = new CallBranch(this, session, core.branch(session.state(), events));
            session.branch(branch);
            return branch;
        });
    }

    // ---- jakarta.servlet.ServletRequest

    @Override
    public void setCharacterEncoding(String enc) throws java.io.UnsupportedEncodingException {
        try {
            characterEncoding(enc);
        } catch (IllegalArgumentException e) {
            throw (java.io.UnsupportedEncodingException) new java.io.UnsupportedEncodingException(enc).initCause(e);
        }
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(String path) {
        return runtime()
                .application()
                .servlets()
                .servlet(path)
                .<RequestDispatcher>map(ServletDispatcher::new)
                .orElse(null);
    }

    @Override
    public ServletContext getServletContext() {
        return runtime().application().context();
    }

    @Override
    public String getRequestId() {
        return sessionState().id() + "/" + getId() + "/" + getMethod();
    }

    @Override
    public ServletConnection getServletConnection() {
        return new SipConnection(this);
    }
}
