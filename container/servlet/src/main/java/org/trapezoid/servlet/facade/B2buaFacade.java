// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.TooManyHopsException;
import jakarta.servlet.sip.UAMode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.b2bua.RequestCopier;
import org.trapezoid.servlet.b2bua.SessionLinks;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.Contacts;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;

/** Helps an application be a back-to-back user agent (JSR 289 §12). Safe for use by any thread. */
final class B2buaFacade implements B2buaHelper {

    private final AppRuntime runtime;

    B2buaFacade(AppRuntime runtime) {
        this.runtime = runtime;
    }

    private SipSessionState state(SipSession session) {
        if (!(Objects.requireNonNull(session, "session") instanceof Session own) || !own.isValid()) {
            throw new IllegalArgumentException(
                    "session " + session + " is not a valid one of application " + runtime.application());
        }
        return own.state();
    }

    /** What the core refuses is told with the application's name. */
    private void named(Runnable step) {
        try {
            step.run();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("application " + runtime.application() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public @Nullable SipSession getLinkedSession(SipSession session) {
        SipSessionState state = state(session);
        return state.strand()
                .call(state::linked)
                .<SipSession>map(other -> Session.of(other, runtime))
                .orElse(null);
    }

    @Override
    public @Nullable SipServletRequest getLinkedSipServletRequest(SipServletRequest req) {
        return ((SipRequest) req).linkedRequest().orElse(null);
    }

    @Override
    public void linkSipSessions(SipSession session1, SipSession session2) {
        SipSessionState one = state(session1);
        SipSessionState other = state(session2);
        one.strand().call(() -> {
            named(() -> SessionLinks.link(one, other));
            return true;
        });
    }

    @Override
    public void unlinkSipSessions(SipSession session) {
        SipSessionState state = state(session);
        state.strand().call(() -> {
            if (state.linked().isEmpty()) {
                throw new IllegalArgumentException(Session.of(state, runtime).describe() + " is not linked");
            }
            state.unlink();
            return true;
        });
    }

    @Override
    public List<SipServletMessage> getPendingMessages(SipSession session, UAMode mode) {
        Session of = Session.of(state(session), runtime);
        return of.state().strand().call(() -> {
            of.requireValid();
            return of.messages().pending(mode);
        });
    }

    @Override
    public SipServletResponse createResponseToOriginalRequest(
            SipSession session, int status, @Nullable String reasonPhrase) {
        SipSessionState begun = state(session);
        SipRequest original = begun.strand()
                .call(() -> Session.of(begun, runtime).messages().first())
                .filter(request -> request.uas().isPresent())
                .orElseThrow(() -> new IllegalStateException(
                        Session.of(begun, runtime).describe() + " did not begin with a request that came in"));
        return isAnotherFork(original, status)
                ? original.createInviteBranch().createResponse(status, reasonPhrase)
                : original.createResponse(status, reasonPhrase);
    }

    /** Each callee of the other leg may answer, in a dialog of its own for the caller (JSR 289 §12.6). */
    private static boolean isAnotherFork(SipRequest original, int status) {
        return original.getMethod().equals("INVITE")
                && status > 100
                && status < 300
                && original.uas()
                        .filter(core ->
                                original.sessionState().strand().call(() -> core.isAnswered() && !core.isRefused()))
                        .isPresent();
    }

    @Override
    public SipServletRequest createRequest(
            SipServletRequest origRequest, boolean linked, @Nullable Map<String, List<String>> headerMap)
            throws TooManyHopsException {
        SipRequest original = (SipRequest) Objects.requireNonNull(origRequest, "original request");
        if (!original.isInitial()) {
            throw new IllegalArgumentException("only an initial request begins another leg: " + original.describe());
        }
        if (original.getMaxForwards() == 0) {
            throw new TooManyHopsException("Max-Forwards of " + original.describe() + " is 0");
        }
        if (headerMap != null) {
            named(() -> RequestCopier.requireReplaceable(headerMap.keySet()));
        }
        SipRequest copy = runtime.factory().copy(original, false);
        if (headerMap != null) {
            original.sessionState().strand().call(() -> {
                apply(copy, headerMap);
                return true;
            });
        }
        if (linked) {
            original.sessionState().strand().call(() -> {
                SessionLinks.link(original.sessionState(), copy.sessionState());
                return true;
            });
            original.link(copy);
        }
        return copy;
    }

    private static void apply(SipRequest copy, Map<String, List<String>> headers) {
        Request.Builder builder = copy.edit();
        RequestCopier.override(builder, headers);
        SipSessionState session = copy.sessionState();
        NameAddr from = session.localParty();
        NameAddr to = session.remoteParty();
        for (Map.Entry<String, List<String>> entry : headers.entrySet()) {
            HeaderName name = HeaderName.of(entry.getKey());
            if (entry.getValue().isEmpty()) {
                continue;
            }
            NameAddr given =
                    name.equals(HeaderName.FROM) || name.equals(HeaderName.TO) || name.equals(HeaderName.CONTACT)
                            ? NameAddr.parse(entry.getValue().get(0))
                            : from;
            if (name.equals(HeaderName.FROM)) {
                from = Factory.party(given).withTag(from.tag().orElseThrow());
                builder.set(name, from.toString());
            } else if (name.equals(HeaderName.TO)) {
                to = Factory.party(given);
                builder.set(name, to.toString());
            } else if (name.equals(HeaderName.CONTACT)) {
                contact(copy, given);
            }
        }
        session.parties(from, to);
    }

    /** Of a given Contact the user part and the header parameters count (JSR 289 §4.1.3). */
    private static void contact(SipRequest copy, NameAddr given) {
        NameAddr own = Contacts.of(copy.runtime().factory().defaultListener());
        SipUri uri = (SipUri) own.uri();
        if (given.uri() instanceof SipUri sip && sip.user().isPresent()) {
            uri = uri.withUser(sip.user().get());
        }
        copy.edit().set(HeaderName.CONTACT, new NameAddr(given.displayName(), uri, given.parameters()).toString());
    }

    @Override
    public SipServletRequest createRequest(SipServletRequest origRequest) {
        return runtime.factory().copy((SipRequest) origRequest, false);
    }

    @Override
    public SipServletRequest createRequest(
            SipSession session, SipServletRequest origRequest, @Nullable Map<String, List<String>> headerMap) {
        SipSessionState target = state(session);
        SipRequest original = (SipRequest) Objects.requireNonNull(origRequest, "original request");
        Method method = Factory.requestMethod(original.getMethod(), runtime);
        SipRequest copy = Session.of(target, runtime).inDialog(method, builder -> {
            RequestCopier.inDialog(original.message(), builder);
            CallTimer.forOtherLeg(runtime, builder);
            if (headerMap != null) {
                RequestCopier.override(builder, headerMap);
            }
        });
        target.strand().call(() -> {
            SessionLinks.link(original.sessionState(), target);
            return true;
        });
        original.link(copy);
        return copy;
    }

    @Override
    public SipServletRequest createCancel(SipSession session) {
        Optional<SipServletRequest> invite = Session.of(state(session), runtime).getActiveRequests(UAMode.UAC).stream()
                .filter(request -> request.getMethod().equals("INVITE"))
                .findFirst();
        return invite.orElseThrow(() -> new IllegalStateException(
                        "session " + session.getId() + " has no INVITE that can be cancelled"))
                .createCancel();
    }
}
