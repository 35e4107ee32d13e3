// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.presence;

import jakarta.servlet.sip.SipSession;
import java.time.Instant;
import org.trapezoid.samples.Fingerprint;
import org.trapezoid.samples.WatcherDocument;

/** A subscription. Confined to the callbacks and tasks of its session, which never overlap, but for {@link #entry}. */
final class Watch {
    final String sessionId;
    final String applicationSessionId;
    /** The Event header, with its id. */
    final String event;
    /** Whose state it is about. */
    final String presentity;
    /** Who watches. */
    final String watcher;

    final boolean isWinfo;
    private final Instant since;
    volatile Instant end;
    /** Of the document sent last (RFC 5839). */
    String tag = "";
    /** Of the watcher information sent next (RFC 3858 §3). */
    int version;
    /** A NOTIFY was sent so lately that the next one waits. */
    boolean isQuiet;

    boolean hasNews;

    Watch(SipSession session, String event, String presentity, String watcher, boolean isWinfo, Instant since) {
        this.sessionId = session.getId();
        this.applicationSessionId = session.getApplicationSession().getId();
        this.event = event;
        this.presentity = presentity;
        this.watcher = watcher;
        this.isWinfo = isWinfo;
        this.since = since;
        this.end = since;
    }

    /** As the watched one sees it; any thread may ask. */
    WatcherDocument.Entry entry() {
        return new WatcherDocument.Entry(Fingerprint.of(sessionId + event), watcher, true, since, end);
    }
}
