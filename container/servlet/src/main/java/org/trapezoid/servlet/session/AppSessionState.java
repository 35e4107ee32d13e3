// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.message.Identifiers;

/** State of an application session (JSR 289 §6.1). Confined to its strand, unless a method says otherwise. */
public final class AppSessionState implements Stranded {

    /** The expiry of a session that never expires. */
    public static final long NEVER = 0;

    private final SessionId id;
    private final String application;
    private final long deployment;
    private final Optional<String> key;
    private final Strand strand;
    private final Attributes attributes = new Attributes();
    private final long createdAt;
    private final List<SipSessionState> sipSessions = new ArrayList<>(2);
    private @Nullable Map<String, TimerState> timers; // most sessions have none
    private volatile long lastAccessedAt;
    private volatile long expiresAt = NEVER;
    private Timer expiry = Timer.NONE;
    private volatile boolean valid = true;
    private volatile boolean invalidateWhenReady;
    private List<Object> httpSessions = List.of(); // most have none
    private volatile boolean objects; // of the application, in attributes or timers
    private boolean left;
    private boolean hadSession;
    private int callbacks;
    private Set<String> indexKeys = Set.of();
    private @Nullable Object facade;
    private @Nullable Replica replica; // of a distributable application in a cluster
    private byte[] unread = {}; // what a node of a later version has written down

    public AppSessionState(
            SessionId id,
            String application,
            long deployment,
            Optional<String> key,
            Strand strand,
            long createdAt,
            boolean invalidateWhenReady) {
        this.id = id;
        this.application = application;
        this.deployment = deployment;
        this.key = key;
        this.strand = strand;
        this.createdAt = createdAt;
        this.lastAccessedAt = createdAt;
        this.invalidateWhenReady = invalidateWhenReady;
    }

    @Override
    public Strand strand() {
        return strand;
    }

    public SessionId id() {
        return id;
    }

    /**
     * By what other nodes know it, of which its ids and tags begin; empty without a cluster. It is not the id: peers see it.
     */
    public String token() {
        return strand.token();
    }

    /** A tag or an id of something in the session, by which other nodes find it. */
    public String identifier(Identifiers identifiers) {
        return token() + identifiers.tag();
    }

    /** From now on the session is kept elsewhere too. In the core section. */
    public void replica(Replica newReplica) {
        replica = newReplica;
        strand.outbox(newReplica);
    }

    /** Something has changed that outlives this node. In the core section. */
    public void changed() {
        if (replica != null) {
            replica.changed();
        }
    }

    /** Another node may have it: that is found out. In the core section. */
    public void doubted() {
        if (replica != null) {
            replica.doubted();
        }
    }

    /** Does something once it is known that the session is here, at once as a rule; never if another node has it. In the core section. */
    public void whenHere(Runnable task) {
        if (replica != null && replica.isDoubted()) {
            strand().hold(() -> whenHere(task));
        } else {
            task.run();
        }
    }

    /** A transaction that belongs to the session, as {@code TransactionLayer.serverKey} names it. In the core section. */
    public void names(String transaction) {
        if (replica != null) {
            replica.names(transaction);
        }
    }

    /** What a later version has written down, to be written down again. */
    public byte[] unread() {
        return unread;
    }

    public void unread(byte[] fields) {
        unread = fields;
    }

    public String application() {
        return application;
    }

    /** Which deployment of the application it belongs to: after a redeployment, calls in progress stay with the old one. */
    public long deployment() {
        return deployment;
    }

    /** The session key it was made for, if any ({@code @SipApplicationKey}). */
    public Optional<String> key() {
        return key;
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

    /** In the core section. */
    public void accessed(long now) {
        lastAccessedAt = now;
        changed();
    }

    /** Milliseconds since the epoch, {@link #NEVER} for none; any thread. */
    public long expiresAt() {
        return expiresAt;
    }

    /** Sets when the session ends, with the timer that will end it. */
    public void expiresAt(long time, Timer timer) {
        expiry.cancel();
        expiresAt = time;
        expiry = timer;
        changed();
    }

    /** Any thread. */
    public boolean isValid() {
        return valid;
    }

    /** Ends the session's validity; its timers are cancelled. */
    public void invalidated() {
        valid = false;
        expiry.cancel();
        if (timers != null) {
            List.copyOf(timers.values()).forEach(TimerState::cancel);
            timers = null;
        }
        httpSessions = List.of();
        if (replica != null) {
            replica.ended();
        }
    }

    /** Lets another node have it, if it is kept elsewhere; see {@link Replica#handOver}. In the core section. */
    public boolean handOver(Runnable done) {
        return replica != null && replica.handOver(done);
    }

    /** Makes way for what is stored in a later epoch; false if this is as late. In the core section. */
    public boolean yields(long epoch) {
        return replica != null && replica.yields(epoch);
    }

    /** Leaves it to the other nodes if it is kept there; false if it is not. In the core section. */
    public boolean abandon() {
        if (replica != null) {
            replica.abandon();
        }
        return replica != null;
    }

    /** It keeps objects of the application from now on, whose code runs when it is written down. Any thread. */
    public void gotObjects() {
        objects = true;
    }

    /** Whether code of the application runs when it is written down. Any thread. */
    public boolean hasObjects() {
        return objects;
    }

    /** It goes on at another node: nobody is told here, and nothing of it leaves this one any more. */
    public void left() {
        left = true;
        strand.left();
        List.copyOf(sipSessions).forEach(SipSessionState::invalidated);
        invalidated();
    }

    /** Whether it went on at another node. */
    public boolean hasLeft() {
        return left;
    }

    public boolean invalidateWhenReady() {
        return invalidateWhenReady;
    }

    public void invalidateWhenReady(boolean value) {
        invalidateWhenReady = value;
        changed();
    }

    /** The SIP sessions that are valid, in order of creation; a view. */
    public List<SipSessionState> sipSessions() {
        return sipSessions;
    }

    /** Whether a session of some kind was ever there. */
    boolean hadSession() {
        return hadSession;
    }

    void hadSession(boolean had) {
        hadSession = had;
    }

    void add(SipSessionState session) {
        hadSession = true;
        sipSessions.add(session);
    }

    void remove(SipSessionState session) {
        sipSessions.remove(session);
    }

    /** The HTTP sessions that belong to it, as applications see them; a value. */
    public List<Object> httpSessions() {
        return httpSessions;
    }

    /** Adds an HTTP session, once. */
    public void attach(Object httpSession) {
        if (!httpSessions.contains(httpSession)) {
            hadSession = true;
            httpSessions =
                    Stream.concat(httpSessions.stream(), Stream.of(httpSession)).toList();
        }
    }

    public void detach(Object httpSession) {
        httpSessions = httpSessions.stream().filter(each -> each != httpSession).toList();
    }

    /** The active application timers, by id; a copy. */
    public List<TimerState> timers() {
        return timers == null ? List.of() : List.copyOf(timers.values());
    }

    public Optional<TimerState> timer(String timerId) {
        return timers == null ? Optional.empty() : Optional.ofNullable(timers.get(timerId));
    }

    public void add(TimerState timer) {
        if (timers == null) {
            timers = new LinkedHashMap<>(4);
        }
        timers.put(timer.id(), timer);
        changed();
    }

    public void remove(TimerState timer) {
        if (timers != null) {
            timers.remove(timer.id());
            changed();
        }
    }

    /** A callback was queued; {@link #callbackEnded} will follow. */
    public void callbackQueued() {
        callbacks++;
    }

    public void callbackEnded() {
        callbacks--;
        if (replica != null) {
            replica.changed();
            if (callbacks == 0) {
                replica.idle();
            }
        }
    }

    /** Whether the application is being called, or is about to be: what it holds must not end under its hands. */
    public boolean hasCallbacks() {
        return callbacks > 0;
    }

    /** JSR 289 §6.1.2: each SIP session ready or gone, no HTTP session, no active timer; at least one session had been there. */
    public boolean isReady() {
        if (!hadSession || !httpSessions.isEmpty() || (timers != null && !timers.isEmpty())) {
            return false;
        }
        for (SipSessionState session : sipSessions) {
            if (!session.isReady()) {
                return false;
            }
        }
        return true;
    }

    /** The keys of the secondary index (JSR 359). */
    public Set<String> indexKeys() {
        return indexKeys;
    }

    void indexKeys(Set<String> keys) {
        indexKeys = keys;
        changed();
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
        return application + '/' + id;
    }
}
