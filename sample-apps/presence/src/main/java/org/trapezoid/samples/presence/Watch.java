// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.presence;

import java.time.Instant;

/** A subscription. Its fields are confined to the callbacks and tasks of its session, which never overlap. */
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
    Instant end = Instant.MIN;
    /** Of the document sent last (RFC 5839). */
    String tag = "";
    /** Of the watcher information sent next (RFC 3858 §3). */
    int version;
    /** A NOTIFY was sent so lately that the next one waits. */
    boolean isQuiet;

    boolean hasNews;

    Watch(
            String sessionId,
            String applicationSessionId,
            String event,
            String presentity,
            String watcher,
            boolean isWinfo) {
        this.sessionId = sessionId;
        this.applicationSessionId = applicationSessionId;
        this.event = event;
        this.presentity = presentity;
        this.watcher = watcher;
        this.isWinfo = isWinfo;
    }
}
