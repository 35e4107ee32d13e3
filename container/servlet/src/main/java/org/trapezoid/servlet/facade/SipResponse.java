// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.sip.InviteBranch;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.ProxyBranch;
import jakarta.servlet.sip.Rel100Exception;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.proxy.ProxyCore;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.sip.auth.DigestChallenge;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transport.Flow;

/**
 * A response as an application sees it: one that it sends, one that came for a request it sent, or one that its proxy
 * forwards. Confined to the application, which synchronises; sending enters the strand.
 */
public final class SipResponse extends SipMessage implements SipServletResponse {

    private final SipRequest request;
    private final @Nullable UasCore uas; // that sends it
    private final boolean received;
    private final @Nullable ProxyFacade proxy;
    private final @Nullable ProxyBranchFacade branch;
    private final boolean branchResponse;
    private Response frozen;
    private Response.@Nullable Builder open;
    private volatile boolean committed;
    private int nonceUses; // of the nonces in this challenge

    private SipResponse(
            SipRequest request,
            SipSessionState session,
            Response response,
            Optional<Flow> flow,
            @Nullable UasCore uas,
            boolean received,
            @Nullable ProxyFacade proxy,
            @Nullable ProxyBranchFacade branch,
            boolean branchResponse) {
        super(request.runtime(), session, flow);
        this.request = request;
        this.uas = uas;
        this.frozen = response;
        this.received = received;
        this.proxy = proxy;
        this.branch = branch;
        this.branchResponse = branchResponse;
    }

    /** A response that the application is going to send. */
    static SipResponse made(SipRequest request, SipSessionState session, UasCore core, Response response) {
        return new SipResponse(request, session, response, Optional.empty(), core, false, null, null, false);
    }

    /** A response that was sent, to be shown. */
    static SipResponse sent(SipRequest request, SipSessionState session, Response response) {
        SipResponse shown =
                new SipResponse(request, session, response, Optional.empty(), null, false, null, null, false);
        shown.committed = true;
        return shown;
    }

    /** A response that was sent or came at another node. */
    static SipResponse restored(SipRequest request, SipSessionState session, Response response, boolean received) {
        SipResponse restored =
                new SipResponse(request, session, response, Optional.empty(), null, received, null, null, false);
        restored.committed = !received;
        return restored;
    }

    /** A response to a request of the application; from a derived session if it has another To tag. */
    static SipResponse received(SipRequest request, SipSessionState session, Response response, Optional<Flow> flow) {
        return new SipResponse(request, session, response, flow, null, true, null, null, false);
    }

    /** A response that the application's proxy is about to forward, or an intermediate one of a branch. */
    static SipResponse proxied(
            SipRequest request,
            SipSessionState session,
            Response response,
            Optional<Flow> flow,
            ProxyBranchFacade branch,
            boolean intermediate) {
        return new SipResponse(request, session, response, flow, null, true, branch.getProxy(), branch, intermediate);
    }

    /** A response to a request in a record-routed call, about to be forwarded. */
    static SipResponse inDialog(
            SipRequest request, SipSessionState session, Response response, Optional<Flow> flow, ProxyFacade proxy) {
        return new SipResponse(request, session, response, flow, null, true, proxy, null, false);
    }

    @Override
    Response message() {
        Response.Builder builder = open;
        if (builder != null) {
            frozen = builder.build();
            open = null;
        }
        return frozen;
    }

    @Override
    Response.Builder edit() {
        if (committed) {
            throw new IllegalStateException("cannot change " + describe() + ": it was sent");
        }
        Response.Builder builder = open;
        if (builder == null) {
            builder = frozen.toBuilder();
            open = builder;
        }
        return builder;
    }

    @Override
    boolean isContactFree() {
        int status = frozen.status();
        String method = frozen.cseq().method();
        return method.equals("REGISTER")
                || (status >= 300 && status < 400)
                || status == 485
                || (status == 200 && method.equals("OPTIONS"));
    }

    @Override
    boolean hasOwnContact() {
        return !received;
    }

    @Override
    void requirePartiesFree() {
        throw new IllegalStateException("From and To of a response are those of the request: " + describe());
    }

    @Override
    String describe() {
        return frozen.status() + " response to " + request.describe();
    }

    // ---- status line

    @Override
    public SipServletRequest getRequest() {
        return request;
    }

    @Override
    public String getMethod() {
        return frozen.cseq().method();
    }

    @Override
    public int getStatus() {
        return message().status();
    }

    @Override
    public void setStatus(int statusCode) {
        setStatus(statusCode, Response.defaultReason(statusCode));
    }

    @Override
    public void setStatus(int statusCode, @Nullable String reasonPhrase) {
        if (statusCode < 100 || statusCode > 699) {
            throw new IllegalArgumentException(
                    "the status of " + describe() + " must be from 100 to 699, not " + statusCode);
        }
        if (received && kind(statusCode) != kind(getStatus())) {
            throw new IllegalStateException("cannot make " + statusCode + " of " + describe()
                    + ": what is forwarded stays a provisional response, a success or a failure");
        }
        edit().status(
                        statusCode,
                        Objects.requireNonNullElseGet(reasonPhrase, () -> Response.defaultReason(statusCode)));
    }

    /** Provisional, success, or failure: a dialog, and the proxy itself, live by it. */
    private static int kind(int status) {
        return Math.min(status / 100, 3);
    }

    @Override
    public String getReasonPhrase() {
        return message().reason();
    }

    // ---- sending

    @Override
    public boolean isCommitted() {
        return committed || (received && proxy == null && !awaitsAcknowledgement());
    }

    /** The request, of a response that is made here. */
    Optional<Request> answered() {
        return received ? Optional.empty() : Optional.of(request.message());
    }

    /** Whether it answers a request of ours, or of somebody we forward it to. */
    boolean isReceived() {
        return received;
    }

    /** A 2xx to our INVITE until its ACK is made, a reliable 1xx until its PRACK is. */
    private boolean awaitsAcknowledgement() {
        return getMethod().equals("INVITE")
                && (isReliableProvisional() || (frozen.status() >= 200 && frozen.status() < 300));
    }

    /** The container has forwarded or consumed it. */
    void committed() {
        committed = true;
    }

    @Override
    public void send() {
        UasCore core = sender();
        sessionState().strand().call(() -> {
            requireUnsent();
            Session.of(sessionState(), runtime()).requireNotAutomatic();
            spell();
            identify();
            Optional<ProxyCore> proxy = request.proxyCore().filter(ProxyCore::isStarted);
            Response ready = proxy.isEmpty() ? timed(message()) : message();
            if (proxy.isEmpty() && Reliable.isDue(runtime(), request.message(), ready)) {
                core.makeReliable(ready);
            } else if (proxy.isEmpty()) {
                core.send(ready);
            } else if (ready.statusClass() == StatusClass.SUCCESS && getMethod().equals("INVITE")) {
                core.sendInsteadOfProxy(ready);
                proxy.get().giveWay();
            } else {
                proxy.get().sendOwn(ready); // competes with the branches (JSR 289 §10.2.4)
            }
            committed = true;
            Session session = Session.of(sessionState(), runtime());
            if (ready.status() >= 200) {
                request.finalResponse(this);
                request.committed();
                session.branch().ifPresent(own -> own.answered(this));
                if (ready.status() < 300 && getMethod().equals("INVITE")) {
                    session.messages().awaitsAck(this);
                }
            }
            return true;
        });
    }

    private void identify() {
        Session.of(sessionState(), runtime()).upkeep().sessionId().ifPresent(value -> edit().set(
                        HeaderName.SESSION_ID, value));
    }

    /** What is answered as a user agent, with the session timer that is granted. */
    private Response timed(Response response) {
        Session session = Session.of(sessionState(), runtime());
        Optional<CallTimer> timer = keepsAlive()
                ? Optional.of(session.upkeep().keepTime())
                : session.upkeep().callTimer();
        if (timer.isEmpty()) {
            return response;
        }
        timer.get().sent(response);
        return response.statusClass() == StatusClass.SUCCESS
                        && CallTimer.isRefresh(request.message().method())
                ? timer.get().grant(request.message(), this)
                : response;
    }

    /** Sends the ACK for a 2xx to an INVITE of the container. In the core section. */
    void acknowledge() {
        ((SipRequest) createAck()).send();
    }

    private UasCore sender() {
        if (received) {
            throw new IllegalStateException("cannot send " + describe() + ": it came from downstream");
        }
        return Objects.requireNonNullElseGet(uas, () -> request.uas().orElseThrow());
    }

    private void requireUnsent() {
        if (committed) {
            throw new IllegalStateException("cannot send " + describe() + ": it was sent");
        }
    }

    @Override
    public void sendReliably() throws Rel100Exception {
        UasCore core = sender();
        if (getStatus() <= 100 || getStatus() >= 200) {
            throw new Unreliable(Rel100Exception.NOT_1XX, this);
        }
        if (!getMethod().equals("INVITE")) {
            throw new Unreliable(Rel100Exception.NOT_INVITE, this);
        }
        if (!asks(HeaderName.SUPPORTED) && !asks(HeaderName.REQUIRE)) {
            throw new Unreliable(Rel100Exception.NO_REQ_SUPPORT, this);
        }
        sessionState().strand().call(() -> {
            requireUnsent();
            spell();
            identify();
            Session session = Session.of(sessionState(), runtime());
            session.requireNotAutomatic();
            frozen = core.sendReliably(message()); // with its number
            session.messages().reliable(this);
            committed = true;
            return true;
        });
    }

    private boolean asks(HeaderName name) {
        return request.message().headers().lists(name, "100rel");
    }

    // ---- what a user agent client does with it

    @Override
    public SipServletRequest createAck() {
        UacCore core = request.uac()
                .orElseThrow(() -> new IllegalStateException(
                        "cannot acknowledge " + describe() + ": the application did not send the request"));
        if (!getMethod().equals("INVITE") || getStatus() < 200 || getStatus() > 299) {
            throw new IllegalStateException("cannot acknowledge " + describe()
                    + ": only a 2xx to INVITE is acknowledged by the application (RFC 3261 §13.2.2.4)");
        }
        if (committed) {
            throw new IllegalStateException("cannot acknowledge " + describe() + ": its ACK was made");
        }
        SipSessionState session = sessionState();
        Request ack = session.strand().call(() -> core.createAck(session));
        committed = true;
        Session.of(session, runtime()).acknowledged(this);
        SipRequest made = SipRequest.made(runtime(), session, ack, new Sending.Ack(core, session));
        made.acknowledges(this);
        return made;
    }

    @Override
    public SipServletRequest createPrack() throws Rel100Exception {
        if (!isReliableProvisional() || !received) {
            throw new Unreliable(Rel100Exception.NOT_100rel, this);
        }
        if (committed) {
            throw new IllegalStateException("cannot create a PRACK for " + describe() + ": one was made");
        }
        SipRequest prack = Session.of(sessionState(), runtime())
                .inDialog(Method.PRACK, builder -> builder.set(HeaderName.RACK, rack()));
        committed = true;
        prack.acknowledges(this);
        SipSessionState session = sessionState();
        session.strand().run(() -> Session.of(session, runtime()).messages().pracked(this));
        return prack;
    }

    private String rack() {
        return getProvisionalResponseId() + ' ' + frozen.cseq().number() + " INVITE";
    }

    /** Sends the PRACK that the application has not made; the answer is not shown. In the core section. */
    void acknowledgeUnseen(Session session) {
        if (!committed && !sessionState().isAutomatic()) {
            committed = true;
            session.messages().pracked(this);
            session.requests()
                    .sendUnseen(Method.PRACK, builder -> builder.set(HeaderName.RACK, rack()), response -> {});
        }
    }

    @Override
    public boolean isReliableProvisional() {
        int status = getStatus();
        return status > 100
                && status < 200
                && message().headers().has(HeaderName.RSEQ)
                && message().headers().lists(HeaderName.REQUIRE, "100rel");
    }

    @Override
    public String getProvisionalResponseId() {
        return message()
                .headers()
                .first(HeaderName.RSEQ)
                .orElseThrow(() -> new IllegalStateException(describe() + " is no reliable provisional response"));
    }

    @Override
    public Iterator<String> getChallengeRealms() {
        return getChallengeRealmSet().iterator();
    }

    @Override
    public Set<String> getChallengeRealmSet() {
        Set<String> realms = new LinkedHashSet<>();
        for (DigestChallenge challenge : challenges()) {
            realms.add(challenge.realm());
        }
        return realms;
    }

    /** How often its challenges were answered, this time included: a nonce may serve several requests (RFC 7616 §3.4). */
    int nextNonceUse() {
        return sessionState().strand().call(() -> ++nonceUses);
    }

    /** The digest challenges of a 401 or 407; other schemes are as if not there. */
    List<DigestChallenge> challenges() {
        return DigestChallenge.of(message());
    }

    // ---- proxy

    @Override
    public @Nullable Proxy getProxy() {
        return proxy;
    }

    @Override
    public @Nullable ProxyBranch getProxyBranch() {
        return branch;
    }

    @Override
    public boolean isBranchResponse() {
        return branchResponse;
    }

    @Override
    public @Nullable InviteBranch getInviteBranch() {
        boolean ofDialog =
                getMethod().equals("INVITE") && request.isInitial() && proxy == null && Dialog.isMadeBy(message());
        Session session = Session.of(sessionState(), runtime());
        return sessionState()
                .strand()
                .call(() -> received && ofDialog ? session.branchOf(this) : session.branch())
                .orElse(null);
    }

    /** The dialog of the session it belongs to. */
    Optional<Dialog> dialog() {
        return sessionState().dialog();
    }

    // ---- jakarta.servlet.ServletResponse

    @Override
    public void setCharacterEncoding(String enc) {
        characterEncoding(enc);
    }

    @Override
    public @Nullable ServletOutputStream getOutputStream() {
        return null;
    }

    @Override
    public @Nullable PrintWriter getWriter() {
        return null;
    }

    @Override
    public void setContentLengthLong(long len) {
        setContentLength(Math.toIntExact(len));
    }

    @Override
    public void setBufferSize(int size) {
        // SIP messages are not streamed
    }

    @Override
    public int getBufferSize() {
        return 0;
    }

    @Override
    public void flushBuffer() {
        // SIP messages are not streamed
    }

    @Override
    public void resetBuffer() {
        reset();
    }

    @Override
    public void reset() {
        requireUncommitted("reset");
    }

    @Override
    public void setLocale(Locale locale) {
        setContentLanguage(locale);
    }

    @Override
    public @Nullable Locale getLocale() {
        return getContentLanguage();
    }
}
