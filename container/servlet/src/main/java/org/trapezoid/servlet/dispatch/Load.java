// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;

/**
 * What the servlet layer holds at one moment. Immutable. Made by looking at every session, for a reader that comes every few seconds.
 *
 * @param applications one entry for each deployed application, by name
 * @param earlyDialogs dialogs without a final response, of user agents and record-routing proxies
 * @param confirmedDialogs dialogs with one
 */
public record Load(List<Application> applications, int earlyDialogs, int confirmedDialogs) {

    /**
     * One application.
     *
     * @param sessions its application sessions
     * @param sipSessions its SIP sessions
     * @param callbacks how many of its callbacks have ended since it was deployed
     * @param callbackNanos the sum of their time, in nanoseconds
     * @param inline whether they run on the threads that read messages at present
     */
    public record Application(
            String name, int sessions, int sipSessions, long callbacks, long callbackNanos, boolean inline) {}

    /** Counts of one application. */
    private static final class Count {
        private int sessions;
        private int sipSessions;
    }

    static Load of(SessionRegistry sessions, Collection<SipApplication> deployed) {
        Map<String, Count> counts = new HashMap<>();
        sessions.appSessions().forEach(session -> count(counts, session.application()).sessions++);
        int early = 0;
        int confirmed = 0;
        for (SipSessionState session : sessions.sipSessions()) {
            count(counts, session.appSession().application()).sipSessions++;
            early += session.state() == SessionState.EARLY ? 1 : 0;
            confirmed += session.state() == SessionState.CONFIRMED ? 1 : 0;
        }
        List<Application> applications = deployed.stream()
                .map(application -> {
                    Count count = count(counts, application.name());
                    return new Application(
                            application.name(),
                            count.sessions,
                            count.sipSessions,
                            application.mode().callbacks(),
                            application.mode().nanos(),
                            application.mode().isInline());
                })
                .toList();
        return new Load(applications, early, confirmed);
    }

    private static Count count(Map<String, Count> counts, String application) {
        return counts.computeIfAbsent(application, name -> new Count());
    }
}
