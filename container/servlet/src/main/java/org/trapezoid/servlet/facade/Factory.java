// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Address;
import jakarta.servlet.sip.AuthInfo;
import jakarta.servlet.sip.Parameterable;
import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.URI;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.trapezoid.servlet.b2bua.RequestCopier;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.Contacts;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/** The factory of one application (JSR 289 §4.2.2). Safe for use by any thread. */
public final class Factory implements SipFactory {

    private final AppRuntime runtime;

    Factory(AppRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public URI createURI(String uri) throws ServletParseException {
        return parse("URI", uri, () -> UriView.of(Uri.parse(uri)));
    }

    @Override
    public SipURI createSipURI(String user, String host) {
        SipUri uri = SipUri.of("", host);
        return new SipUriView(
                user == null || user.isEmpty() ? uri.withoutUser() : uri.withUser(SipUri.escapeUser(user)),
                Owner.none());
    }

    @Override
    public Address createAddress(String addr) throws ServletParseException {
        return parse("address", addr, () -> SipAddress.parse(addr, Owner.none()));
    }

    @Override
    public Address createAddress(URI uri) {
        return new SipAddress(new NameAddr(Optional.empty(), UriView.valueOf(uri), Parameters.EMPTY));
    }

    @Override
    public Address createAddress(URI uri, String displayName) {
        return new SipAddress(new NameAddr(Optional.ofNullable(displayName), UriView.valueOf(uri), Parameters.EMPTY));
    }

    @Override
    public Parameterable createParameterable(String s) throws ServletParseException {
        return parse("parameterable", s, () -> SipParameterable.parse(s, Owner.none()));
    }

    private static <T> T parse(String what, String text, Supplier<T> parser) throws ServletParseException {
        Objects.requireNonNull(text, what);
        try {
            return parser.get();
        } catch (SyntaxException e) {
            throw new ServletParseException("no " + what + ": " + e.getMessage(), e);
        }
    }

    // ---- requests

    /** @throws IllegalArgumentException for ACK and CANCEL, and what is no token */
    static Method requestMethod(String name, AppRuntime runtime) {
        if (name.equals("ACK") || name.equals("CANCEL")) {
            throw new IllegalArgumentException("application " + runtime.application() + " cannot create " + name
                    + ": the container makes those (createAck, createCancel)");
        }
        if (name.isEmpty()
                || name.chars().anyMatch(c -> c <= ' ' || c >= 127 || "()<>@,;:\\\"/[]?={}".indexOf(c) >= 0)) {
            throw new IllegalArgumentException("application " + runtime.application()
                    + ": a method is a token (RFC 3261 §25.1), not '" + name + "'");
        }
        return Method.of(name);
    }

    @Override
    public SipServletRequest createRequest(SipApplicationSession appSession, String method, Address from, Address to) {
        return create(appSession, method, SipAddress.valueOf(from), SipAddress.valueOf(to));
    }

    @Override
    public SipServletRequest createRequest(SipApplicationSession appSession, String method, URI from, URI to) {
        return create(
                appSession,
                method,
                new NameAddr(Optional.empty(), UriView.valueOf(from), Parameters.EMPTY),
                new NameAddr(Optional.empty(), UriView.valueOf(to), Parameters.EMPTY));
    }

    @Override
    public SipServletRequest createRequest(SipApplicationSession appSession, String method, String from, String to)
            throws ServletParseException {
        NameAddr fromValue = parse("From", from, () -> NameAddr.parse(from));
        NameAddr toValue = parse("To", to, () -> NameAddr.parse(to));
        return create(appSession, method, fromValue, toValue);
    }

    private SipRequest create(SipApplicationSession appSession, String method, NameAddr from, NameAddr to) {
        Method wanted = requestMethod(method, runtime);
        AppSessionState session = own(appSession);
        Identifiers identifiers = runtime.services().identifiers();
        NameAddr local = party(from).withTag(session.identifier(identifiers));
        NameAddr remote = party(to);
        String callId = identifiers.callId();
        return session.strand().call(() -> {
            own(appSession); // it may have ended meanwhile
            SipSessionState sip = runtime.newSipSession(
                    session,
                    callId,
                    local,
                    remote,
                    runtime.application().settings().selection().initial());
            Request.Builder request = Request.builder(wanted, requestUri(to.uri()))
                    .add(HeaderName.MAX_FORWARDS, "70")
                    .add(HeaderName.FROM, local.toString())
                    .add(HeaderName.TO, remote.toString())
                    .add(HeaderName.CALL_ID, callId)
                    .add(HeaderName.CSEQ, sip.nextCSeq() + " " + wanted.name());
            if (hasContact(wanted)) {
                request.add(HeaderName.CONTACT, Contacts.of(defaultListener()).toString());
            }
            runtime.offerPackages(wanted, request);
            return Session.of(sip, runtime).requests().outgoing(request.build(), new UacEvents(runtime));
        });
    }

    private AppSessionState own(SipApplicationSession appSession) {
        if (!(appSession instanceof AppSession session) || session.runtime() != runtime || !session.isValid()) {
            throw new IllegalArgumentException("application session " + appSession
                    + " is not a valid one of application " + runtime.application());
        }
        return session.state();
    }

    /** What From and To may not have: tag, and of the URI port, method, maddr, ttl, transport, lr, headers (§19.1.1). */
    static NameAddr party(NameAddr address) {
        Uri uri = address.uri();
        if (uri instanceof SipUri sip) {
            Parameters parameters = sip.parameters();
            for (String name : List.of("method", "maddr", "ttl", "transport", "lr")) {
                parameters = parameters.without(name);
            }
            uri = sip.withParameters(parameters).withHeaders(Parameters.EMPTY);
        }
        return new NameAddr(address.displayName(), uri, address.parameters().without("tag"));
    }

    private static Uri requestUri(Uri to) {
        return to instanceof SipUri sip
                ? sip.withHeaders(Parameters.EMPTY)
                        .withParameters(sip.parameters().without("method"))
                : to;
    }

    @Override
    @Deprecated
    public SipServletRequest createRequest(SipServletRequest origRequest, boolean sameCallId) {
        SipRequest original = (SipRequest) origRequest;
        return copy(original, sameCallId);
    }

    /** The second leg of a B2BUA: a new session in the same application session (JSR 289 §12). */
    SipRequest copy(SipRequest original, boolean sameCallId) {
        Identifiers identifiers = runtime.services().identifiers();
        Request incoming = original.message();
        if (incoming.maxForwards() == 0) {
            throw new IllegalArgumentException("Max-Forwards of " + original.describe() + " is 0");
        }
        AppSessionState session = original.sessionState().appSession();
        NameAddr local = incoming.from().withTag(session.identifier(identifiers));
        NameAddr remote = incoming.to().withoutTag();
        String callId = sameCallId ? incoming.callId() : identifiers.callId();
        return session.strand().call(() -> {
            SipSessionState sip = runtime.newSipSession(
                    session, callId, local, remote, original.sessionState().handler());
            Request.Builder request = RequestCopier.initial(incoming, local, remote, callId, sip.nextCSeq());
            CallTimer.forOtherLeg(runtime, request);
            if (hasContact(incoming.method())) {
                request.set(HeaderName.CONTACT, Contacts.of(defaultListener()).toString());
            }
            runtime.offerPackages(incoming.method(), request);
            SipRequest copy = Session.of(sip, runtime).requests().outgoing(request.build(), new UacEvents(runtime));
            copy.continueFrom(original);
            return copy;
        });
    }

    // ---- sessions

    @Override
    public SipApplicationSession createApplicationSession() {
        return AppSession.of(runtime.newAppSession(Optional.empty()), runtime);
    }

    @Override
    public SipApplicationSession createApplicationSessionByKey(String sipApplicationKey) {
        Objects.requireNonNull(sipApplicationKey, "key");
        return AppSession.of(runtime.keyed().findOrBegin(sipApplicationKey), runtime);
    }

    @Override
    public AuthInfo createAuthInfo() {
        return new Credentials();
    }

    // ---- this server's addresses

    /** The listener whose address stands in Contact until the flow is known: UDP first, else the first one. */
    Listener defaultListener() {
        List<Listener> listeners = runtime.transports().listeners();
        for (Listener each : listeners) {
            if (each.protocol() == Protocol.UDP) {
                return each;
            }
        }
        return listeners.get(0);
    }

    SipUri localUri() {
        return (SipUri) Contacts.of(defaultListener()).uri();
    }

    boolean isOwn(Uri uri) {
        if (uri instanceof TelUri || !(uri instanceof SipUri sip)) {
            return false;
        }
        return OwnUris.isOwn(runtime.transports(), sip);
    }

    boolean requireInterface(InetSocketAddress address) {
        for (Listener each : runtime.transports().listeners()) {
            if (each.bound().equals(address)) {
                return true;
            }
        }
        throw new IllegalArgumentException(
                address + " is none of the outbound interfaces of application " + runtime.application());
    }

    boolean requireInterface(InetAddress address) {
        for (Listener each : runtime.transports().listeners()) {
            if (each.bound().getAddress().equals(address)) {
                return true;
            }
        }
        throw new IllegalArgumentException(
                address + " is none of the outbound interfaces of application " + runtime.application());
    }

    /** A REGISTER names what the application registers; a MESSAGE has no Contact, RFC 3428 §4. */
    private static boolean hasContact(Method method) {
        return !method.equals(Method.REGISTER) && !method.equals(Method.MESSAGE);
    }
}
