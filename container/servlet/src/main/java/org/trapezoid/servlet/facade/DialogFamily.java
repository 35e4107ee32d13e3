// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.AutomaticProcessingListener;
import jakarta.servlet.sip.ForkingContext;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.Attributes;
import org.trapezoid.servlet.session.SipSessionState;

/** All sessions that one request made, for it was forked or answered in several dialogs (JSR 359). Safe for use by any thread. */
final class DialogFamily implements ForkingContext, BoundAttributes {

    private final SipSessionState root;
    private final AppRuntime runtime;
    private final Attributes attributes = new Attributes();
    private final Binding<ForkingContext> binding;
    private volatile List<SipSessionState> members; // as long as they are valid
    private @Nullable AutomaticProcessing later; // of sessions that are derived from now on; in the core section

    private DialogFamily(SipSessionState root, AppRuntime runtime) {
        this.root = root;
        this.runtime = runtime;
        this.members = List.copyOf(root.fork());
        this.binding = new Binding<>(
                runtime, this, root.appSession(), attributes, root.id().value(), this::isValid);
    }

    Attributes attributes() {
        return attributes;
    }

    /** What the session keeps for all of them, if it is the one that keeps it. In the core section. */
    static Optional<Attributes> attributes(SipSessionState session) {
        return session.forkingFacade() instanceof DialogFamily family && family.root == session
                ? Optional.of(family.attributes)
                : Optional.empty();
    }

    /** The one of the session and of all that were derived with it. In the core section. */
    static DialogFamily of(SipSessionState session, AppRuntime runtime) {
        if (!(session.forkingFacade() instanceof DialogFamily)) {
            session.forkingFacade(new DialogFamily(session, runtime));
        }
        DialogFamily family = (DialogFamily) Objects.requireNonNull(session.forkingFacade());
        family.members = List.copyOf(session.fork());
        return family;
    }

    /** A session for another dialog that is made here of the request that began the first one. In the core section. */
    static Session branch(SipSessionState root, SipRequest begun, AppRuntime runtime) {
        SipSessionState branch = root.branch(runtime.newId(root.appSession()), runtime.now());
        runtime.services().sessions().add(branch);
        Session session = joined(root, branch, runtime);
        session.messages().begunBy(begun);
        return session;
    }

    /** A session was derived. In the core section. */
    static Session joined(SipSessionState root, SipSessionState derived, AppRuntime runtime) {
        Lifecycle.created(runtime, derived);
        Session session = Session.of(derived, runtime);
        if (!runtime.application().settings().sharesAttributes()) {
            derived.attributes().names().forEach(derived.attributes()::remove);
        }
        if (derived.forkingFacade() instanceof DialogFamily family) {
            family.members = List.copyOf(derived.fork());
            if (family.later != null) {
                AutomaticProcessing.inherit(session, runtime, family.later);
            }
        }
        if (root.isAutomatic() && !derived.isAutomatic()) {
            AutomaticProcessing processing = Session.of(root, runtime).automatic();
            if (processing != null && processing.isWhole()) {
                AutomaticProcessing.inherit(session, runtime, processing);
            }
        }
        return session;
    }

    private void requireValid() {
        if (!isValid()) {
            throw new IllegalStateException("the sessions of call " + root.callId() + " (application "
                    + runtime.application() + ") were invalidated");
        }
    }

    @Override
    public boolean isValid() {
        for (SipSessionState each : members) {
            if (each.isValid()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Set<SipSession> getSipSessions() {
        requireValid();
        Set<SipSession> sessions = new LinkedHashSet<>();
        for (SipSessionState each : members) {
            if (each.isValid()) {
                sessions.add(Session.of(each, runtime));
            }
        }
        return Collections.unmodifiableSet(sessions);
    }

    private void requireUserAgent() {
        requireValid();
        if (root.strand().call(root::isProxying)) {
            throw new IllegalStateException("the sessions of call " + root.callId() + " (application "
                    + runtime.application() + ") are those of a proxy");
        }
    }

    @Override
    public void terminateDialogs(AutomaticProcessingListener listener, SipSession... exclude) {
        requireUserAgent();
        Set<SipSession> spared = Set.of(exclude);
        Session last = null;
        for (SipSession each : getSipSessions()) {
            Session member = (Session) each;
            if (!spared.contains(each) && !member.state().isAutomatic() && AutomaticProcessing.isPossible(member)) {
                AutomaticProcessing.terminate(member, runtime, listener, spared.isEmpty());
                last = member;
            }
        }
        Session any = last;
        if (any != null) {
            root.strand().run(() -> later = any.automatic());
        }
    }

    @Override
    public SipServletRequest createRequest(String method) {
        if (!method.equals("NOTIFY")) {
            throw new IllegalArgumentException("application " + runtime.application()
                    + ": only NOTIFY makes another dialog of a request that was forked (RFC 6665 §4.1.4), not "
                    + method);
        }
        requireUserAgent();
        return root.strand().call(() -> {
            Session first = (Session) getSipSessions().iterator().next();
            return first.requests().anotherNotify();
        });
    }

    // ---- attributes

    @Override
    public Binding<ForkingContext> binding() {
        return binding;
    }
}
