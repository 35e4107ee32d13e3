// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.TimerService;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.trapezoid.samples.Fingerprint;
import org.trapezoid.samples.WatcherDocument;

/**
 * Tells one subscriber of one address-of-record, RFC 6665 §4.2: all there is after each SUBSCRIBE, then what changes, at most once
 * in five seconds (RFC 3680 §4.10, RFC 3857 §4.10). {@link #changed} is thread-safe; the rest is confined to the callbacks of its session.
 *
 * @param <C> what changes
 */
final class Subscription<C> {
    private static final Duration REST = Duration.ofSeconds(5);

    /** What it tells. */
    interface Content<C> {

        byte[] full(long version, Instant now);

        byte[] partial(long version, List<C> changes, Instant now);
    }

    /** What a timer is for. */
    record Due(String session, boolean last) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private final SipSession session;
    private final String event;
    private final EventPackage kind;
    private final String addressOfRecord;
    private final String subscriber;
    private final Content<C> content;
    private final TimerService timers;
    private final InstantSource clock;
    private final Instant since;
    private final Map<String, C> changes = new ConcurrentHashMap<>();
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile Instant restsUntil;
    private volatile Instant expiry;
    private @Nullable ServletTimer end;
    private long version;

    Subscription(
            SipServletRequest subscribe,
            EventPackage kind,
            String addressOfRecord,
            Content<C> content,
            TimerService timers,
            InstantSource clock) {
        this.session = subscribe.getSession();
        this.event = subscribe.getHeader("Event");
        this.kind = kind;
        this.addressOfRecord = addressOfRecord;
        this.subscriber = subscribe.getFrom().getURI().toString();
        this.content = content;
        this.timers = timers;
        this.clock = clock;
        this.since = clock.instant();
        this.restsUntil = since;
        this.expiry = since;
    }

    String addressOfRecord() {
        return addressOfRecord;
    }

    EventPackage kind() {
        return kind;
    }

    String sessionId() {
        return session.getId();
    }

    /** Whether a SUBSCRIBE with this Event refreshes it. */
    boolean isOf(String otherEvent) {
        return event.equals(otherEvent);
    }

    /** As others see it. */
    WatcherDocument.Entry entry(boolean active) {
        return new WatcherDocument.Entry(Fingerprint.of(session.getId()), subscriber, active, since, expiry);
    }

    /** A SUBSCRIBE gave it so many seconds more; 0: the NOTIFY for it is the last one. */
    void granted(int seconds) throws IOException {
        Instant now = clock.instant();
        expiry = now.plusSeconds(seconds);
        cancelEnd();
        if (seconds > 0) {
            end = timers.createTimer(
                    session.getApplicationSession(), seconds * 1000L, false, new Due(session.getId(), true));
        }
        changes.clear();
        notifyOf(content.full(version, now), now);
    }

    /** Its time is over. */
    void expired() throws IOException {
        Instant now = clock.instant();
        expiry = now;
        cancelEnd();
        changes.clear();
        notifyOf(content.full(version, now), now);
    }

    /** Something changed; what is known under this id from earlier is not told any more. */
    void changed(String id, C change) {
        changes.put(id, change);
        if (due.compareAndSet(false, true)) {
            Duration rest = Duration.between(clock.instant(), restsUntil);
            try {
                timers.createTimer(
                        session.getApplicationSession(),
                        Math.max(0, rest.toMillis()),
                        false,
                        new Due(session.getId(), false));
            } catch (IllegalStateException e) {
                due.set(false); // the subscription has just ended
            }
        }
    }

    /** Tells what has changed. */
    void tell() throws IOException {
        due.set(false);
        List<C> told = new ArrayList<>();
        for (Iterator<C> each = changes.values().iterator(); each.hasNext(); ) {
            told.add(each.next());
            each.remove();
        }
        Instant now = clock.instant();
        if (!told.isEmpty() && session.isValid() && expiry.isAfter(now)) {
            notifyOf(content.partial(version, told, now), now);
        }
    }

    private void notifyOf(byte[] document, Instant now) throws IOException {
        SipServletRequest request = session.createRequest("NOTIFY");
        long left = Duration.between(now, expiry).plusMillis(999).toSeconds(); // rounded up: it has not ended
        request.setHeader("Event", event);
        request.setHeader("Subscription-State", left > 0 ? "active;expires=" + left : "terminated;reason=timeout");
        request.setContent(document, kind.type());
        request.send();
        version++;
        restsUntil = now.plus(REST);
    }

    /** It is over, or gets another end: no timer keeps its application session. */
    void cancelEnd() {
        if (end != null) {
            end.cancel();
            end = null;
        }
    }
}
