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
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
import jakarta.servlet.sip.URI;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.FlowTokens;

/** A SIP session (JSR 289 §6.2). Safe for use by any thread: enters the core section of its strand. */
final class Session implements SipSession, BoundAttributes {
    private final SipSessionState state;
    private static final byte[] NOTHING = {};

    private final AppRuntime runtime;
    private final Binding<SipSession> binding;
    private final SessionMessages messages = new SessionMessages();
    private final SessionUpkeep upkeep;
    private @Nullable ClientConnection flow; // when the application has chosen it
    private Optional<String> flowToken = Optional.empty(); // of that flow, which may have been chosen on another node
    private @Nullable CallBranch branch; // when the application has asked for it
    private @Nullable AutomaticProcessing automatic; // when the application has left its dialog to the container
    private byte[] unread = NOTHING;

    private Session(SipSessionState state, AppRuntime runtime) {
        this.state = state;
        this.runtime = runtime;
        this.upkeep = new SessionUpkeep(this, runtime);
        this.binding = new Binding<>(
                runtime,
                this,
                state.appSession(),
                state.attributes(),
                state.id().value(),
                state::isValid);
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

    /** In the core section. */
    SessionMessages messages() {
        return messages;
    }

    /** In the core section. */
    SessionUpkeep upkeep() {
        return upkeep;
    }

    /** In the core section. */
    SessionRequests requests() {
        return new SessionRequests(this, runtime);
    }

    /** It was invalidated; its listeners, who are told now, may still read it. In its callback queue. */
    void end(Runnable listeners) {
        binding.end(listeners);
    }

    private void requireReadable() {
        if (!binding.isEnding()) {
            requireValid();
        }
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

    long now() {
        return runtime.now();
    }

    // ---- calls of the session; in the core section

    void acknowledged(SipResponse success) {
        state.strand().run(() -> {
            messages.acknowledged(success);
            if (branch != null) {
                branch.acknowledged();
            }
        });
    }

    /** The ACK for our 2xx came. */
    void acknowledgedBy(SipRequest ack) {
        messages.acknowledgedBy(ack);
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
                    "nothing can be sent in " + describe() + ": the application has had its dialog terminated");
        }
    }

    // ---- requests

    @Override
    public SipServletRequest createRequest(String method) {
        Method wanted = Factory.requestMethod(method, runtime);
        return valid(() -> requests().create(wanted));
    }

    /** A request of the session's dialog. In or outside the core section. */
    SipRequest inDialog(Method method, Consumer<Request.Builder> more) {
        return state.strand().call(() -> requests().inDialog(method, more));
    }

    @Override
    public void setHandler(String name) throws ServletException {
        requireValid();
        if (runtime.application().servlets().servlet(name).isEmpty()) {
            throw new ServletException("application " + runtime.application() + " has no servlet " + name);
        }
        valid(() -> {
            state.handler(name);
            state.appSession().changed();
            return true;
        });
    }

    // ---- state

    @Override
    public State getState() {
        requireReadable();
        return switch (state.state()) {
            case INITIAL -> State.INITIAL;
            case EARLY -> State.EARLY;
            case CONFIRMED -> State.CONFIRMED;
            case TERMINATED -> State.TERMINATED;
        };
    }

    @Override
    public long getCreationTime() {
        requireReadable();
        return state.createdAt();
    }

    @Override
    public String getId() {
        return state.id().value();
    }

    @Override
    public long getLastAccessedTime() {
        requireReadable();
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
            state.appSession().changed();
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
        return valid(messages::first)
                .flatMap(SipRequest::incoming)
                .map(Incoming::routing)
                .orElseThrow(() ->
                        new IllegalStateException(describe() + " did not begin with an initial request that came in"));
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
    public Binding<SipSession> binding() {
        return binding;
    }

    @Override
    @Deprecated
    public Enumeration<String> getAttributeNames() {
        return Collections.enumeration(binding.names());
    }

    // ---- JSR 359

    @Override
    public @Nullable SipServletRequest getActiveRequest(String requestId) {
        return valid(() -> messages.active(requestId)).orElse(null);
    }

    @Override
    public Collection<SipServletRequest> getActiveRequests(UAMode mode) {
        return valid(() -> messages.active(mode));
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
            flowToken = Optional.of(connection.getToken());
            state.appSession().changed();
            return true;
        });
    }

    @Override
    public @Nullable Flow getFlow() {
        return valid(() -> {
                    if (flow != null) {
                        return Optional.<Flow>of(flow);
                    }
                    Optional<Flow> chosen = flowToken.flatMap(runtime.flows()::named);
                    if (chosen.isPresent()) {
                        return chosen;
                    }
                    return messages.first().flatMap(SipRequest::way).<Flow>map(runtime.flows()::of);
                })
                .orElse(null);
    }

    /** What a node of a later version has written down of the session. In the core section. */
    byte[] unread() {
        return unread;
    }

    void unread(byte[] fields) {
        unread = fields;
    }

    /** The Route value of the flow that the application has its requests sent over. In the core section. */
    Optional<String> flowRoute() {
        return flowToken.map(FlowTokens::targetRoute);
    }

    /** What names the flow that the application has its requests sent over. In the core section. */
    Optional<String> flowToken() {
        return flowToken;
    }

    /** That of a session of another node. In the core section. */
    void flowToken(Optional<String> chosen) {
        flowToken = chosen;
    }

    @Override
    public SessionKeepAlive getKeepAlive() {
        return valid(upkeep::keepAlive);
    }

    @Override
    public @Nullable SipServletResponse getUnacknowledgedProvisionalResponse(String provisionalResponseId) {
        for (SipServletResponse each : valid(() -> List.copyOf(messages.reliable()))) {
            if (each.getProvisionalResponseId().equals(provisionalResponseId)) {
                return each;
            }
        }
        return null;
    }

    @Override
    public Collection<SipServletResponse> getUnacknowledgedProvisionalResponses(UAMode mode) {
        return valid(() -> messages.reliable(mode));
    }

    @Override
    public @Nullable InviteBranch getActiveInviteBranch() {
        return valid(() -> {
                    SipRequest invite = messages.initialInvite().orElse(null);
                    boolean ofCaller = invite != null
                            && state.dialog().isPresent()
                            && (state.state() == SessionState.EARLY
                                    || !messages.unacknowledged().isEmpty());
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
