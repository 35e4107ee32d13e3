// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.dialog.SubscriptionUsage;
import org.trapezoid.sip.header.Event;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;

/** State of a SIP session (JSR 289 §6.2). Confined to the strand of its application session, unless a method says otherwise. */
public final class SipSessionState implements Stranded {

    private final SessionId id;
    private SessionId routeId;
    private final AppSessionState appSession;
    private final String callId;
    private final Attributes attributes = new Attributes();
    private final long createdAt;
    private volatile long lastAccessedAt;
    private volatile NameAddr localParty;
    private volatile NameAddr remoteParty;
    private volatile SessionState state = SessionState.INITIAL;
    private volatile boolean valid = true;
    private volatile boolean invalidateWhenReady;
    private volatile String handler;
    private @Nullable Dialog dialog;
    private long localCSeq;
    private boolean proxying;
    private boolean recordRouted;
    private boolean used;
    private int transactions;
    private List<Acknowledged> unacknowledged = List.of();
    private @Nullable OfferAnswer offers; // of user agents
    private @Nullable ProxiedDialog proxied; // of proxies
    private @Nullable SipSessionState linked;
    private @Nullable List<SipSessionState> family; // the sessions of one local tag: forked responses (RFC 3261 §12.1)
    private boolean calling; // the dialog has an INVITE usage
    private boolean callOver;
    private List<SubscriptionUsage> subscriptions = List.of();
    private @Nullable Forking forking; // of the family
    private @Nullable List<SipSessionState>
            siblings; // the dialogs of one request that were answered here, each with a local tag
    private volatile boolean automatic;
    private volatile @Nullable Sender sender;
    private @Nullable Object facade;
    private @Nullable Object forkingFacade;

    /** Who was proven to have sent the request that began the session, and the tag of its From. */
    record Sender(Identity identity, Optional<String> tag) {}

    /** Makes a session and adds it to its application session. */
    public SipSessionState(
            SessionId id,
            AppSessionState appSession,
            String callId,
            NameAddr localParty,
            NameAddr remoteParty,
            String handler,
            boolean invalidateWhenReady,
            long createdAt) {
        this.id = id;
        this.routeId = id;
        this.appSession = appSession;
        this.callId = callId;
        this.localParty = localParty;
        this.remoteParty = remoteParty;
        this.handler = handler;
        this.invalidateWhenReady = invalidateWhenReady;
        this.createdAt = createdAt;
        this.lastAccessedAt = createdAt;
        appSession.add(this);
    }

    /** A session for a further To tag in answers to one request; attributes are shared by reference (JSR 289 §6.2.3.2). */
    public SipSessionState derive(SessionId derivedId, long now) {
        SipSessionState derived = copy(derivedId, now);
        derived.proxying = proxying;
        derived.recordRouted = recordRouted;
        derived.routeId = routeId;
        derived.localCSeq = localCSeq;
        derived.used = used;
        derived.forking = forking;
        List<SipSessionState> members = family;
        if (members == null) {
            members = new ArrayList<>(2);
            members.add(this);
            family = members;
        }
        members.add(derived);
        derived.family = members;
        return derived;
    }

    /** A session for another dialog that is made here of one request: it will have a local tag of its own. */
    public SipSessionState branch(SessionId branchId, long now) {
        SipSessionState branch = copy(branchId, now);
        List<SipSessionState> all = siblings;
        if (all == null) {
            all = new ArrayList<>(2);
            all.add(this);
            siblings = all;
        }
        all.add(branch);
        branch.siblings = all;
        return branch;
    }

    private SipSessionState copy(SessionId copyId, long now) {
        SipSessionState copy = new SipSessionState(
                copyId, appSession, callId, localParty, remoteParty, handler, invalidateWhenReady, now);
        copy.attributes.copyFrom(attributes);
        copy.forkingFacade = forkingFacade;
        copy.sender = sender;
        return copy;
    }

    @Override
    public Strand strand() {
        return appSession.strand();
    }

    public SessionId id() {
        return id;
    }

    public AppSessionState appSession() {
        return appSession;
    }

    public String callId() {
        return callId;
    }

    /** Safe for any thread. */
    public Attributes attributes() {
        return attributes;
    }

    /** Milliseconds since the epoch. */
    public long createdAt() {
        return createdAt;
    }

    /** Milliseconds since the epoch; any thread. */
    public long lastAccessedAt() {
        return lastAccessedAt;
    }

    /** A message of this session came from outside. */
    public void accessed(long now) {
        lastAccessedAt = now;
        appSession.accessed(now);
    }

    Optional<Sender> provenSender() {
        return Optional.ofNullable(sender);
    }

    /** Who was proven to have sent the request that begins it, with that tag in From. */
    public void sender(Identity identity, Optional<String> tag) {
        sender = new Sender(identity, tag);
    }

    /** The same for requests with that tag in From, if it was proven; any thread. */
    public Optional<Identity> sender(Optional<String> tag) {
        Sender known = sender;
        return known != null && known.tag().equals(tag) ? Optional.of(known.identity()) : Optional.empty();
    }

    public NameAddr localParty() {
        return localParty;
    }

    public NameAddr remoteParty() {
        return remoteParty;
    }

    /** The parties as an application set them before the first request left. */
    public void parties(NameAddr local, NameAddr remote) {
        localParty = local;
        remoteParty = remote;
    }

    /** Any thread. */
    public SessionState state() {
        return state;
    }

    public void state(SessionState newState) {
        state = newState;
    }

    public Optional<Dialog> dialog() {
        return Optional.ofNullable(dialog);
    }

    /** The dialog that a response made; its parties carry both tags. */
    public void dialog(Dialog newDialog) {
        dialog = newDialog;
        localParty = newDialog.localParty();
        remoteParty = newDialog.remoteParty();
    }

    /** An early dialog that ended without a 2xx: the UAC may use the session for another request (JSR 289 §6.2.1). */
    public void dropDialog() {
        calling = false;
        dropSubscriptions();
        dialog = null;
        remoteParty = remoteParty.withoutTag();
        state = SessionState.INITIAL;
    }

    // ---- the usages of the dialog (RFC 5057)

    /** An INVITE made the dialog, or was accepted in it. */
    public void callBegan() {
        calling = true;
        callOver = false;
    }

    /** Whether there is a call in the dialog, early or not. */
    public boolean hasCall() {
        return calling;
    }

    /** Whether there was a call in the dialog, which has ended. */
    public boolean isCallOver() {
        return callOver;
    }

    /** The call ended; the session does with its last subscription (RFC 5057 §4.1). */
    public void callEnded() {
        callOver = true;
        calling = false;
        endUnused();
    }

    /** Subscriptions in the dialog, of either end; safe to iterate while they end. */
    public List<SubscriptionUsage> subscriptions() {
        return subscriptions;
    }

    /** The subscription that a NOTIFY or SUBSCRIBE with this Event is of. */
    public Optional<SubscriptionUsage> subscription(SubscriptionUsage.Role role, Event event) {
        for (SubscriptionUsage each : subscriptions) {
            if (each.role() == role && each.matches(event)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    public void add(SubscriptionUsage subscription) {
        subscriptions = new ArrayList<>(subscriptions);
        subscriptions.add(subscription);
    }

    /** A subscription ended; the session does with its last usage. */
    public void remove(SubscriptionUsage subscription) {
        if (subscriptions.contains(subscription)) {
            subscriptions = new ArrayList<>(subscriptions);
            subscriptions.remove(subscription);
            endUnused();
        }
    }

    private void endUnused() {
        if (!calling && subscriptions.isEmpty()) {
            terminated();
        }
    }

    /** The dialog ended with all its usages. */
    public void terminated() {
        calling = false;
        callOver = true;
        dropSubscriptions();
        if (dialog != null) {
            dialog.terminate();
        }
        state = SessionState.TERMINATED;
    }

    private void dropSubscriptions() {
        subscriptions.forEach(SubscriptionUsage::cancel);
        subscriptions = List.of();
    }

    /** The SUBSCRIBE or REFER of this family to which NOTIFYs may still make dialogs (RFC 6665 §4.1.4). */
    public Optional<Forking> forking() {
        return Optional.ofNullable(forking);
    }

    public void forking(Forking newForking) {
        forking = newForking;
    }

    /** A request outside a dialog that each element it reached may answer with a NOTIFY in a dialog of its own. */
    public interface Forking {

        /** The session in which the NOTIFY is a request, a new one if need be; empty if it is of another subscription. */
        Optional<SipSessionState> notified(Request notify);
    }

    /** The next sequence number for a request outside a dialog. */
    public long nextCSeq() {
        return dialog == null ? ++localCSeq : dialog.localCSeq() + 1;
    }

    long localCSeq() {
        return localCSeq;
    }

    boolean wasUsed() {
        return used;
    }

    boolean hasSiblings() {
        return siblings != null;
    }

    Optional<OfferAnswer> presentOffers() {
        return Optional.ofNullable(offers);
    }

    /** What a proxy keeps of its dialog, if it keeps anything. */
    public Optional<ProxiedDialog> presentProxied() {
        return Optional.ofNullable(proxied);
    }

    /** Goes on where another node has left it; the dialog was given before. */
    void restore(
            SessionId route,
            SessionState newState,
            long newLocalCSeq,
            boolean isProxying,
            boolean isRecordRouted,
            boolean wasUsed,
            boolean hasCall,
            boolean isCallOver,
            long accessedAt) {
        routeId = route;
        state = newState;
        localCSeq = newLocalCSeq;
        proxying = isProxying;
        recordRouted = isRecordRouted;
        used = wasUsed;
        calling = hasCall;
        callOver = isCallOver;
        lastAccessedAt = accessedAt;
    }

    /** Its relatives, which one request made; empty lists for one that has none. */
    void relate(List<SipSessionState> ofFamily, List<SipSessionState> ofFork) {
        if (!ofFamily.isEmpty() && family == null) {
            List<SipSessionState> members = new ArrayList<>(ofFamily);
            ofFamily.forEach(each -> each.family = members);
        }
        if (!ofFork.isEmpty() && siblings == null) {
            List<SipSessionState> all = new ArrayList<>(ofFork);
            ofFork.forEach(each -> each.siblings = all);
        }
    }

    /** Who waits for an answer to an offer in the dialog. */
    public OfferAnswer offers() {
        OfferAnswer present = offers;
        if (present == null) {
            present = new OfferAnswer();
            offers = present;
        }
        return present;
    }

    /** The dialog that it passes on, of a proxy. */
    public ProxiedDialog proxied() {
        ProxiedDialog present = proxied;
        if (present == null) {
            present = new ProxiedDialog();
            proxied = present;
        }
        return present;
    }

    /** The callee's tag in the dialog that a proxied request made. */
    public Optional<String> calleeTag() {
        return proxied == null ? Optional.empty() : proxied.calleeTag();
    }

    /** The name of the servlet that gets this session's messages; any thread. */
    public String handler() {
        return handler;
    }

    public void handler(String servletName) {
        handler = servletName;
    }

    /** Whether the application proxies this session's requests. */
    public boolean isProxying() {
        return proxying;
    }

    public void proxying(boolean withRecordRoute) {
        proxying = true;
        recordRouted = withRecordRoute;
    }

    /** The application answers by itself after all. */
    public void answering() {
        proxying = false;
        recordRouted = false;
    }

    public boolean isRecordRouted() {
        return recordRouted;
    }

    /** Any thread. */
    public boolean isValid() {
        return valid;
    }

    public void invalidated() {
        valid = false;
        dropSubscriptions();
        appSession.remove(this);
        unlink();
        if (family != null) {
            family.remove(this);
        }
        if (siblings != null) {
            siblings.remove(this);
        }
    }

    public boolean invalidateWhenReady() {
        return invalidateWhenReady;
    }

    public void invalidateWhenReady(boolean value) {
        invalidateWhenReady = value;
    }

    /** A transaction of this session began; {@link #transactionEnded} will follow. */
    public void transactionBegan() {
        used = true;
        transactions++;
    }

    public void transactionEnded() {
        transactions--;
    }

    public boolean hasTransactions() {
        return transactions > 0;
    }

    /** JSR 289 §6.2.4.2: terminated, or used and back (or still) in INITIAL with nothing pending. */
    public boolean isReady() {
        if (!valid) {
            return true;
        }
        if (!used || transactions > 0) {
            return false;
        }
        return switch (state) {
            case TERMINATED, INITIAL -> true;
            case EARLY, CONFIRMED -> proxying && !recordRouted;
        };
    }

    /** The user waits for ACK or PRACK of this session's peer, until {@link #settled}. */
    public void awaits(Acknowledged user) {
        if (!unacknowledged.contains(user)) {
            unacknowledged = new ArrayList<>(unacknowledged);
            unacknowledged.add(user);
        }
    }

    /** Whether the BYE has to wait for an ACK (RFC 3261 §15); then it is sent later. */
    public boolean holdUntilAck(Runnable bye) {
        for (Acknowledged each : unacknowledged) {
            if (each.holdUntilAck(bye)) {
                return true;
            }
        }
        return false;
    }

    public void settled(Acknowledged user) {
        if (unacknowledged.contains(user)) {
            unacknowledged = new ArrayList<>(unacknowledged);
            unacknowledged.remove(user);
        }
    }

    /** Who waits for ACK or PRACK; safe to iterate while they settle. */
    public List<Acknowledged> unacknowledged() {
        return unacknowledged;
    }

    public Optional<SipSessionState> linked() {
        return Optional.ofNullable(linked);
    }

    /** Links the two with each other; both are in one application session. */
    public void link(SipSessionState other) {
        linked = other;
        other.linked = this;
    }

    public void unlink() {
        SipSessionState other = linked;
        if (other != null) {
            other.linked = null;
            linked = null;
        }
    }

    /** Whether further sessions were derived, be they alive or not. */
    public boolean wasForked() {
        return family != null;
    }

    /** The session that our Route value in this call names: the one that this one was derived from. */
    public SessionId routeId() {
        return routeId;
    }

    /** All sessions whose local tag and Call-ID are the same, this one first unless it was derived. */
    public List<SipSessionState> family() {
        return family == null ? List.of(this) : Collections.unmodifiableList(family);
    }

    /** All sessions that one request made, be it forked on its way or answered in several dialogs here; in their order. */
    public List<SipSessionState> fork() {
        return siblings == null ? family() : List.copyOf(siblings);
    }

    /** The member of the family whose dialog has the remote tag; this one while it has no dialog. */
    public Optional<SipSessionState> member(String remoteTag) {
        if (family == null) {
            return hasRemoteTag(remoteTag) ? Optional.of(this) : Optional.empty();
        }
        for (SipSessionState each : family) {
            if (each.hasRemoteTag(remoteTag)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private boolean hasRemoteTag(String remoteTag) {
        return dialog != null ? dialog.id().remoteTag().equals(remoteTag) : proxied != null && proxied.isTo(remoteTag);
    }

    /** Whether the application has left the rest of the dialog to the container; any thread. */
    public boolean isAutomatic() {
        return automatic;
    }

    public void automatic() {
        automatic = true;
    }

    /** What the facade layer keeps for all sessions that one request made. */
    public @Nullable Object forkingFacade() {
        return forkingFacade;
    }

    public void forkingFacade(Object shared) {
        for (SipSessionState each : fork()) {
            each.forkingFacade = shared;
        }
    }

    /** What the facade layer keeps with the session, so that the same object is given out each time. */
    public @Nullable Object facade() {
        return facade;
    }

    public void facade(Object newFacade) {
        facade = newFacade;
    }

    @Override
    public String toString() {
        return appSession + "/" + id;
    }
}
