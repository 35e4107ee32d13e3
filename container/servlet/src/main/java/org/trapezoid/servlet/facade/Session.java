// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.AutomaticProcessingListener;
import jakarta.servlet.sip.Flow;
import jakarta.servlet.sip.ForkingContext;
import jakarta.servlet.sip.InviteBranch;
import jakarta.servlet.sip.SessionKeepAlive;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
import jakarta.servlet.sip.URI;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.OfferAnswer;
import org.trapezoid.servlet.session.SessionId;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.Contacts;
import org.trapezoid.servlet.ua.EventAnswer;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** A SIP session (JSR 289 §6.2). Safe for use by any thread: enters the core section of its strand. */
final class Session implements SipSession {
    private static final int MOST_RELIABLE = 32;

    private final SipSessionState state;
    private final AppRuntime runtime;
    private final Binding<SipSession> binding;
    private @Nullable SipRequest first; // the request that made the session
    private List<SipRequest> received = List.of(); // without final response
    private List<SipRequest> sent = List.of(); // without final response
    private List<SipResponse> unacknowledged = List.of(); // 2xx to our INVITE without ACK
    private List<SipResponse> reliable = List.of(); // provisional responses of either side without PRACK
    private long callerCSeq; // in a proxied dialog
    private long calleeCSeq;
    private @Nullable ClientConnection flow; // when the application has chosen it
    private @Nullable SipResponse accepted; // our 2xx to an INVITE without ACK
    private @Nullable CallBranch branch; // when the application has asked for it
    private @Nullable AutomaticProcessing automatic; // when the application has left its dialog to the container
    private @Nullable SessionIdentifier identifier; // when the application has the container send it
    private @Nullable CallTimer callTimer; // when the application has the container keep one
    private @Nullable KeepAliveView keepAlive;

    private Session(SipSessionState state, AppRuntime runtime) {
        this.state = state;
        this.runtime = runtime;
        this.binding =
                new Binding<>(runtime, this, state.attributes(), state.id().value(), state::isValid);
    }

    /** The facade of the state, always the same one. */
    static Session of(SipSessionState state, AppRuntime runtime) {
        return state.strand().call(() -> {
            if (!(state.facade() instanceof Session)) {
                state.facade(new Session(state, runtime));
            }
            return (Session) Objects.requireNonNull(state.facade());
        });
    }

    SipSessionState state() {
        return state;
    }

    void unbindAll() {
        binding.unbindAll();
    }

    private <T> T valid(Supplier<T> core) {
        return state.strand().call(() -> {
            requireValid();
            return core.get();
        });
    }

    /** For messages of errors. */
    String describe() {
        return "session " + state.id() + " (application " + runtime.application() + ")";
    }

    void requireValid() {
        if (!state.isValid()) {
            throw new IllegalStateException(describe() + " was invalidated");
        }
    }

    /** What Session-ID tells of the call, if the application has the container send it. In the core section. */
    Optional<SessionIdentifier> identifier() {
        if (identifier == null && runtime.application().settings().extensions().sessionId()) {
            identifier = new SessionIdentifier(runtime.services().random());
        }
        return Optional.ofNullable(identifier);
    }

    /** The value for a message that is about to be sent. In the core section. */
    Optional<String> sessionId() {
        return identifier()
                .map(own -> own.value(state.linked()
                        .flatMap(linked -> Session.of(linked, runtime).identifier())));
    }

    /** The session timer, if the application has the container keep one. In the core section. */
    Optional<CallTimer> callTimer() {
        if (callTimer == null) {
            runtime.application()
                    .settings()
                    .extensions()
                    .sessionTimer()
                    .ifPresent(policy -> callTimer = new CallTimer(this, runtime, policy));
        }
        return Optional.ofNullable(callTimer);
    }

    /** The timer that messages of the application ask for. In the core section. */
    CallTimer keepTime() {
        CallTimer timer = callTimer().orElse(null);
        if (timer == null) {
            timer = CallTimer.manual(this, runtime);
            callTimer = timer;
        }
        return timer;
    }

    KeepAliveView keepAlive() {
        return state.strand().call(() -> {
            KeepAliveView view = keepAlive;
            if (view == null) {
                view = new KeepAliveView(this);
                keepAlive = view;
            }
            return view;
        });
    }

    long now() {
        return runtime.now();
    }

    /** The session ended. In the core section. */
    void stopTimer() {
        if (callTimer != null) {
            callTimer.stop();
        }
    }

    /** Whether an INVITE, UPDATE or offer of either side waits for its answer. */
    boolean isNegotiating() {
        OfferAnswer offers = state.offers();
        return isAsking(Method.INVITE)
                || isAnswering(Method.INVITE)
                || isAsking(Method.UPDATE)
                || isAnswering(Method.UPDATE)
                || offers.isOursPending()
                || offers.isTheirsPending();
    }

    // ---- messages of the session; in the core section

    void received(SipRequest request) {
        if (first == null) {
            first = request;
        }
        received = with(received, request);
    }

    void answered(SipRequest request) {
        received = without(received, request);
    }

    /** Answers for the application what it has not answered. */
    void answerPending(int status) {
        for (SipRequest each : received) {
            each.uas().filter(core -> !each.isProxied()).ifPresent(core -> {
                core.refuse(status);
                each.committed();
            });
        }
    }

    /** Whether the peer has a request of the method here that is not answered. */
    boolean isAnswering(Method method) {
        return has(received, method);
    }

    /** Whether a request of the method that was sent here is not answered. */
    boolean isAsking(Method method) {
        return has(sent, method);
    }

    private static boolean has(List<SipRequest> requests, Method method) {
        for (SipRequest each : requests) {
            if (each.getMethod().equals(method.name())) {
                return true;
            }
        }
        return false;
    }

    /** The session ends: what waits for an answer of the application gets one, what it calls is called off. */
    void abandon() {
        answerPending(SipServletResponse.SC_REQUEST_TIMEOUT);
        for (SipRequest each : sent) {
            if (each.getMethod().equals("INVITE")) {
                each.uac().ifPresent(core -> core.cancel(List.of()));
            }
        }
    }

    /** @throws IllegalStateException for an INVITE or UPDATE that may not be sent now */
    void sent(SipRequest request) {
        if (request.getMethod().equals("INVITE")) {
            requireFree("an INVITE", invitesOverlap());
        } else if (request.getMethod().equals("UPDATE")) {
            requireFree("an UPDATE", updatesOverlap(request.message()));
        }
        if (first == null) {
            first = request;
        }
        sent = with(sent, request);
    }

    private void requireFree(String what, boolean overlaps) {
        if (overlaps) {
            throw new IllegalStateException("cannot send " + what + " in " + describe()
                    + ": another INVITE, UPDATE or offer is not answered yet");
        }
    }

    /** RFC 3261 §14.1; an offer in an UPDATE counts too (RFC 3264 §4). */
    private boolean invitesOverlap() {
        OfferAnswer offers = state.offers();
        return isAsking(Method.INVITE)
                || isAnswering(Method.INVITE)
                || (offers.isOursPending() && isAsking(Method.UPDATE))
                || (offers.isTheirsPending() && isAnswering(Method.UPDATE));
    }

    /** RFC 3311 §5.1. */
    private boolean updatesOverlap(Request update) {
        OfferAnswer offers = state.offers();
        return isAsking(Method.UPDATE)
                || (OfferAnswer.isDescribed(update) && (offers.isOursPending() || offers.isTheirsPending()));
    }

    /** The status that refuses an INVITE or UPDATE of the peer which crosses another one; empty for one that comes alone. */
    OptionalInt glare(Request request) {
        OfferAnswer offers = state.offers();
        if (request.method().equals(Method.INVITE)) {
            if (isAsking(Method.INVITE) || (offers.isOursPending() && isAsking(Method.UPDATE))) {
                return OptionalInt.of(SipServletResponse.SC_REQUEST_PENDING); // RFC 3261 §14.2
            }
            if (isAnswering(Method.INVITE) || (offers.isTheirsPending() && isAnswering(Method.UPDATE))) {
                return OptionalInt.of(SipServletResponse.SC_SERVER_INTERNAL_ERROR);
            }
        } else if (request.method().equals(Method.UPDATE)) { // RFC 3311 §5.2
            boolean offer = OfferAnswer.isDescribed(request);
            if (isAnswering(Method.UPDATE) || (offer && offers.isTheirsPending())) {
                return OptionalInt.of(SipServletResponse.SC_SERVER_INTERNAL_ERROR);
            }
            if (offer && offers.isOursPending()) {
                return OptionalInt.of(SipServletResponse.SC_REQUEST_PENDING);
            }
        }
        return OptionalInt.empty();
    }

    /** A derived session goes back to the same request. */
    void begunBy(SipRequest request) {
        if (first == null) {
            first = request;
        }
    }

    void completed(SipRequest request) {
        sent = without(sent, request);
    }

    void unacknowledged(SipResponse success) {
        unacknowledged = with(unacknowledged, success);
    }

    void acknowledged(SipResponse success) {
        state.strand().run(() -> {
            unacknowledged = without(unacknowledged, success);
            if (branch != null) {
                branch.acknowledged();
            }
        });
    }

    /** A request in the proxied dialog passes. In the core section. */
    void passes(Request request) {
        boolean ofCaller = request.fromTag().equals(state.localParty().tag());
        if (ofCaller) {
            callerCSeq = request.cseq().number();
        } else {
            calleeCSeq = request.cseq().number();
        }
    }

    /** The highest number of the caller in a proxied dialog, 0 before its first request. */
    long callerCSeq() {
        return callerCSeq;
    }

    long calleeCSeq() {
        return calleeCSeq;
    }

    List<SipRequest> received() {
        return received;
    }

    List<SipResponse> unacknowledged() {
        return unacknowledged;
    }

    /** A reliable provisional response came or was sent. */
    void reliable(SipResponse provisional) {
        if (reliable.size() < MOST_RELIABLE) { // a peer may send any number of them
            reliable = with(reliable, provisional);
        }
    }

    /** The PRACK for it was made. */
    void pracked(SipResponse provisional) {
        state.strand().run(() -> reliable = without(reliable, provisional));
    }

    /** The PRACK for our response came. */
    void pracked(Response provisional) {
        for (SipResponse each : reliable) {
            if (each.message()
                    .headers()
                    .first(HeaderName.RSEQ)
                    .equals(provisional.headers().first(HeaderName.RSEQ))) {
                reliable = without(reliable, each);
                return;
            }
        }
    }

    /** Our 2xx to an INVITE was sent. */
    void awaitsAck(SipResponse success) {
        accepted = success;
    }

    /** The ACK for it came. */
    void acknowledgedBy(SipRequest ack) {
        SipResponse success = accepted;
        if (success != null) {
            accepted = null;
            ack.acknowledges(success);
        }
        if (branch != null) {
            branch.acknowledged();
        }
    }

    Optional<CallBranch> branch() {
        return Optional.ofNullable(branch);
    }

    void branch(CallBranch answered) {
        branch = answered;
    }

    /** The branch of our INVITE that a response belongs to. */
    Optional<CallBranch> branchOf(SipResponse response) {
        CallBranch present = branch;
        if (present == null) {
            present = new CallBranch((SipRequest) response.getRequest(), this, null);
            branch = present;
        }
        if (response.getStatus() >= 200) {
            present.answered(response);
        }
        return Optional.of(present);
    }

    // ---- left to the container

    @Nullable
    AutomaticProcessing automatic() {
        return automatic;
    }

    void automatic(AutomaticProcessing processing) {
        automatic = processing;
    }

    /** @throws IllegalStateException if the dialog was left to the container, and it is not the container that sends */
    void requireNotAutomatic() {
        if (state.isAutomatic() && (automatic == null || !automatic.isActing())) {
            throw new IllegalStateException(
                    "nothing can be sent in session " + state.id() + ": the application has had its dialog terminated");
        }
    }

    boolean hasOwnDialog() {
        return state.strand().call(() -> state.isValid() && !state.isProxying() && makesDialogs());
    }

    private boolean makesDialogs() {
        SipRequest begun = first;
        return state.dialog().isPresent()
                || (begun != null && Contacts.makesDialog(begun.message().method()));
    }

    /** @throws IllegalStateException if there is no dialog that can be left to the container */
    void requireOwnDialog() {
        requireValid();
        if (state.isAutomatic()) {
            throw new IllegalStateException("the dialog of session " + state.id() + " is being terminated already");
        }
        if (state.isProxying()) {
            throw new IllegalStateException("session " + state.id()
                    + " is one of a proxy: terminateProxiedDialog ends the dialog that it passes on");
        }
        if (!makesDialogs()) {
            throw new IllegalStateException("session " + state.id() + " has no dialog, and none to come");
        }
    }

    /** The INVITE that we have sent outside a dialog, if it was one that made the session. */
    @Nullable
    SipRequest initialInvite() {
        SipRequest begun = first;
        return begun != null
                        && begun.getMethod().equals("INVITE")
                        && begun.isCommitted()
                        && begun.uac().isPresent()
                ? begun
                : null;
    }

    /** A NOTIFY that makes another dialog of the SUBSCRIBE that made this session (RFC 6665 §4.1.4). In the core section. */
    SipRequest anotherNotify() {
        SipRequest subscribe = first;
        UasCore core = subscribe == null ? null : subscribe.uas().orElse(null);
        if (subscribe == null || core == null || !subscribe.getMethod().equals("SUBSCRIBE")) {
            throw new IllegalStateException("session " + state.id() + " did not begin with a SUBSCRIBE that came in");
        }
        SipSessionState derived =
                state.branch(new SessionId(runtime.services().identifiers().tag()), runtime.now());
        runtime.services().sessions().add(derived);
        Lifecycle.created(runtime, derived);
        Session other = Session.of(derived, runtime);
        other.begunBy(subscribe);
        String tag = runtime.services().identifiers().tag();
        Dialog dialog = Dialog.uas(
                subscribe.message(),
                Response.to(subscribe.message(), 200).toTag(tag).build());
        core.follow(dialog);
        derived.dialog(dialog);
        derived.state(SessionState.CONFIRMED);
        runtime.services().sessions().localTag(tag, derived);
        UasEvents events = new UasEvents(runtime, derived, true);
        events.request(subscribe);
        EventAnswer.notifies(derived, subscribe.message(), runtime.services(), events);
        DialogFamily.joined(state, derived, runtime);
        return other.inDialog(Method.NOTIFY, notify -> subscribe
                .message()
                .headers()
                .first(HeaderName.EVENT)
                .ifPresent(event -> notify.set(HeaderName.EVENT, event)));
    }

    /** The request that made the session. */
    Optional<SipRequest> first() {
        return Optional.ofNullable(first);
    }

    /** The messages that wait for the application, in order of sequence number. */
    List<SipServletMessage> pending(UAMode mode) {
        return valid(() -> {
            List<SipMessage> messages = new ArrayList<>(mode == UAMode.UAS ? received : sent);
            if (mode == UAMode.UAC) {
                messages.addAll(unacknowledged);
            }
            messages.sort(Comparator.comparingLong(each -> each.message().cseq().number()));
            return List.copyOf(messages);
        });
    }

    private static <T> List<T> with(List<T> list, T element) {
        List<T> longer = new ArrayList<>(list.size() + 1);
        longer.addAll(list);
        longer.add(element);
        return longer;
    }

    private static <T> List<T> without(List<T> list, T element) {
        if (!list.contains(element)) {
            return list;
        }
        List<T> shorter = new ArrayList<>(list);
        shorter.remove(element);
        return shorter;
    }

    // ---- requests

    @Override
    public SipServletRequest createRequest(String method) {
        Method wanted = Factory.requestMethod(method, runtime);
        return valid(() -> {
            requireNotAutomatic();
            if (state.isProxying()) {
                throw new IllegalStateException(describe() + " is one of a proxy, it makes no requests");
            }
            return switch (state.state()) {
                case TERMINATED -> throw new IllegalStateException(describe() + " is TERMINATED; it makes no requests");
                case INITIAL -> again(wanted);
                case EARLY -> early(wanted);
                case CONFIRMED -> inDialog(wanted, builder -> {});
            };
        });
    }

    private SipRequest early(Method method) {
        if (method.equals(Method.BYE)
                && state.dialog().filter(Dialog::isInitiator).isEmpty()) {
            throw new IllegalStateException(
                    describe() + " is EARLY: who was called answers the INVITE, it sends no BYE (RFC 3261 §15)");
        }
        return inDialog(method, builder -> {});
    }

    /** A request of the session's dialog. In or outside the core section. */
    SipRequest inDialog(Method method, Consumer<Request.Builder> more) {
        return state.strand().call(() -> {
            return outgoing(dialogRequest(method, more));
        });
    }

    private Request dialogRequest(Method method, Consumer<Request.Builder> more) {
        Dialog dialog = state.dialog().orElseThrow(() -> new IllegalStateException(describe() + " has no dialog"));
        if (flow != null) {
            dialog.flowRoute(flowRoute());
        }
        Request.Builder builder = dialog.createRequest(method);
        if (Dialog.refreshesTarget(method)) {
            builder.set(
                    HeaderName.CONTACT,
                    Contacts.of(runtime.factory().defaultListener()).toString());
        }
        runtime.offerPackages(method, builder);
        more.accept(builder);
        return builder.build();
    }

    /** Sends a request of the container in the session's dialog; the application does not see its responses. In the core section. */
    void sendUnseen(Method method, Consumer<Request.Builder> more, Consumer<SipResponse> responses) {
        outgoing(dialogRequest(method, more), UacEvents.unseen(runtime, responses))
                .send();
    }

    /** Another request outside a dialog: same Call-ID and From tag, next CSeq (after a challenge, RFC 3261 §8.1.3.5). */
    private SipRequest again(Method method) {
        if (state.hasTransactions()) {
            throw new IllegalStateException(describe() + " is INITIAL with a request that is not answered");
        }
        SipRequest earlier = Objects.requireNonNull(first, "a session in INITIAL was made by a request");
        if (earlier.incoming().isPresent()) {
            throw new IllegalStateException(describe() + " has no dialog to send " + method + " in");
        }
        Request previous = earlier.message();
        Request.Builder builder = Request.builder(method, previous.uri())
                .add(HeaderName.FROM, state.localParty().toString())
                .add(HeaderName.TO, state.remoteParty().withoutTag().toString())
                .add(HeaderName.CALL_ID, state.callId())
                .add(HeaderName.CSEQ, state.nextCSeq() + " " + method.name())
                .add(HeaderName.MAX_FORWARDS, "70");
        previous.headers().all(HeaderName.ROUTE).forEach(route -> builder.add(HeaderName.ROUTE, route));
        if (!method.equals(Method.REGISTER)) {
            builder.add(
                    HeaderName.CONTACT,
                    Contacts.of(runtime.factory().defaultListener()).toString());
        }
        SipRequest request = outgoing(builder.build());
        request.continueAs(earlier);
        return request;
    }

    /** The facade and the core of a request that this session is going to send. In the core section. */
    SipRequest outgoing(Request request) {
        return outgoing(request, new UacEvents(runtime));
    }

    private SipRequest outgoing(Request request, UacEvents events) {
        UacCore core = new UacCore(state, request, runtime.services(), events);
        SipRequest facade = SipRequest.made(runtime, state, request, new Sending.Transaction(core));
        events.request(facade);
        return facade;
    }

    @Override
    public void setHandler(String name) throws ServletException {
        requireValid();
        if (runtime.application().servlets().servlet(name).isEmpty()) {
            throw new ServletException("application " + runtime.application() + " has no servlet " + name);
        }
        state.handler(name);
    }

    // ---- state

    @Override
    public State getState() {
        requireValid();
        return switch (state.state()) {
            case INITIAL -> State.INITIAL;
            case EARLY -> State.EARLY;
            case CONFIRMED -> State.CONFIRMED;
            case TERMINATED -> State.TERMINATED;
        };
    }

    @Override
    public long getCreationTime() {
        requireValid();
        return state.createdAt();
    }

    @Override
    public String getId() {
        return state.id().value();
    }

    @Override
    public long getLastAccessedTime() {
        requireValid();
        return state.lastAccessedAt();
    }

    @Override
    public void invalidate() {
        valid(() -> {
            Lifecycle.invalidate(runtime, state);
            runtime.settle(state.appSession());
            return true;
        });
    }

    @Override
    public boolean isReadyToInvalidate() {
        return valid(state::isReady);
    }

    @Override
    public void setInvalidateWhenReady(boolean invalidateWhenReady) {
        valid(() -> {
            state.invalidateWhenReady(invalidateWhenReady);
            return true;
        });
    }

    @Override
    public boolean getInvalidateWhenReady() {
        requireValid();
        return state.invalidateWhenReady();
    }

    @Override
    public boolean isValid() {
        return state.isValid();
    }

    @Override
    public SipApplicationSession getApplicationSession() {
        return AppSession.of(state.appSession(), runtime);
    }

    @Override
    public String getCallId() {
        return state.callId();
    }

    @Override
    public Address getLocalParty() {
        return new SipAddress(state.localParty(), Session::readOnly);
    }

    @Override
    public Address getRemoteParty() {
        return new SipAddress(state.remoteParty(), Session::readOnly);
    }

    private static void readOnly(Object changed) {
        throw new IllegalStateException("the parties of a session cannot be changed; clone the address");
    }

    @Override
    public ServletContext getServletContext() {
        return runtime.application().context();
    }

    // ---- application routing

    @Override
    public @Nullable SipApplicationRoutingRegion getRegion() {
        return region(routing());
    }

    @Override
    public @Nullable URI getSubscriberURI() {
        return routing().subscriber().<URI>map(UriView::of).orElse(null);
    }

    private RoutingState routing() {
        return valid(this::first)
                .flatMap(SipRequest::incoming)
                .map(Incoming::routing)
                .orElseThrow(() -> new IllegalStateException(
                        "session " + state.id() + " did not begin with an initial request that came in"));
    }

    /** The region of the API; the three standard ones by identity. */
    static @Nullable SipApplicationRoutingRegion region(RoutingState routing) {
        return routing.region().map(Regions::of).orElse(null);
    }

    // ---- interfaces and flows

    @Override
    public void setOutboundInterface(InetSocketAddress address) {
        valid(() -> runtime.factory().requireInterface(address));
    }

    @Override
    public void setOutboundInterface(InetAddress address) {
        valid(() -> runtime.factory().requireInterface(address));
    }

    // ---- attributes

    @Override
    public @Nullable Object getAttribute(String name) {
        return binding.get(name);
    }

    @Override
    public void setAttribute(String name, Object attribute) {
        binding.set(name, attribute);
    }

    @Override
    public void removeAttribute(String name) {
        binding.remove(name);
    }

    @Override
    @Deprecated
    public Enumeration<String> getAttributeNames() {
        return Collections.enumeration(binding.names());
    }

    @Override
    public Set<String> getAttributeNameSet() {
        return binding.names();
    }

    @Override
    public void clearAttributes() {
        binding.clear();
    }

    // ---- JSR 359

    @Override
    public @Nullable SipServletRequest getActiveRequest(String requestId) {
        return valid(() -> {
                    List<SipRequest> active = new ArrayList<>(received);
                    active.addAll(sent);
                    return active.stream()
                            .filter(each -> each.getId().equals(requestId))
                            .findFirst();
                })
                .orElse(null);
    }

    @Override
    public Collection<SipServletRequest> getActiveRequests(UAMode mode) {
        return valid(() -> List.copyOf(mode == UAMode.UAS ? received : sent));
    }

    @Override
    public @Nullable SipServletRequest getActiveInvite(UAMode mode) {
        return getActiveRequests(mode).stream()
                .filter(each -> each.getMethod().equals("INVITE"))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void terminateDialog() {
        terminateDialog(null);
    }

    @Override
    public void terminateDialog(@Nullable AutomaticProcessingListener listener) {
        AutomaticProcessing.terminate(this, runtime, listener, false);
    }

    @Override
    public void terminateProxiedDialog() {
        terminateProxied(List.of(UAMode.UAC, UAMode.UAS), null);
    }

    @Override
    public void terminateProxiedDialog(@Nullable AutomaticProcessingListener listener) {
        terminateProxied(List.of(UAMode.UAC, UAMode.UAS), listener);
    }

    @Override
    public void terminateProxiedDialog(UAMode direction) {
        terminateProxied(List.of(direction), null);
    }

    @Override
    public void terminateProxiedDialog(UAMode direction, @Nullable AutomaticProcessingListener listener) {
        terminateProxied(List.of(direction), listener);
    }

    private void terminateProxied(List<UAMode> directions, @Nullable AutomaticProcessingListener listener) {
        ProxiedTermination.terminate(this, runtime, listener, directions);
    }

    @Override
    public ForkingContext getForkingContext() {
        return valid(() -> DialogFamily.of(state, runtime));
    }

    @Override
    public void setFlow(Flow newFlow) {
        ClientConnection connection = WatchedFlows.require(newFlow);
        valid(() -> {
            flow = connection;
            return true;
        });
    }

    @Override
    public @Nullable Flow getFlow() {
        return valid(() -> {
                    if (flow != null) {
                        return Optional.of(flow);
                    }
                    return first().flatMap(SipRequest::way).map(runtime.flows()::of);
                })
                .orElse(null);
    }

    /** The Route value of the flow that the application has its requests sent over. In the core section. */
    Optional<String> flowRoute() {
        return flow == null ? Optional.empty() : Optional.of(flow.route());
    }

    @Override
    public SessionKeepAlive getKeepAlive() {
        return valid(this::keepAlive);
    }

    @Override
    public @Nullable SipServletResponse getUnacknowledgedProvisionalResponse(String provisionalResponseId) {
        for (SipServletResponse each : valid(() -> List.copyOf(reliable))) {
            if (each.getProvisionalResponseId().equals(provisionalResponseId)) {
                return each;
            }
        }
        return null;
    }

    @Override
    public Collection<SipServletResponse> getUnacknowledgedProvisionalResponses(UAMode mode) {
        List<SipServletResponse> ofSide = new ArrayList<>();
        for (SipResponse each : valid(() -> List.copyOf(reliable))) {
            if (each.isReceived() == (mode == UAMode.UAC)) {
                ofSide.add(each);
            }
        }
        return List.copyOf(ofSide);
    }

    @Override
    public @Nullable InviteBranch getActiveInviteBranch() {
        return valid(() -> {
                    SipRequest invite = initialInvite();
                    boolean ofCaller = invite != null
                            && state.dialog().isPresent()
                            && (state.state() == SessionState.EARLY || !unacknowledged.isEmpty());
                    if (branch == null && ofCaller) {
                        branch = new CallBranch(Objects.requireNonNull(invite), this, null);
                    }
                    return branch().filter(CallBranch::isActive);
                })
                .orElse(null);
    }

    @Override
    public String toString() {
        return state.toString();
    }
}
