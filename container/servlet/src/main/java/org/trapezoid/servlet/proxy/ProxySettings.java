// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.Uri;

/** How a request is proxied; a branch starts with a copy of its own. Confined to the strand of the call. */
public final class ProxySettings {
    private boolean parallel = true;
    private boolean recurse = true;
    private boolean noCancel;
    private boolean tellingEarlyEnds;
    private Optional<RecordRoute> recordRoute = Optional.empty();
    private Optional<RecordRoute> path = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private Optional<ProxiedSessionTimer> sessionTimer = Optional.empty();
    private Optional<Predicate<Uri>> history = Optional.empty();

    public ProxySettings copy() {
        return new ProxySettings()
                .parallel(parallel)
                .recurse(recurse)
                .noCancel(noCancel)
                .tellingEarlyEnds(tellingEarlyEnds)
                .recordRoute(recordRoute)
                .path(path)
                .timeout(timeout)
                .sessionTimer(sessionTimer)
                .history(history);
    }

    private static final int SEQUENTIAL = 1;
    private static final int NO_RECURSION = 2;
    private static final int NO_CANCEL = 3;
    private static final int TIMEOUT = 4;
    private static final int RECORD_ROUTE = 5;
    private static final int PATH = 6;
    private static final int NO_RECORD_ROUTE = 7;

    /** Writes down what applications choose; the rest comes from their configuration. */
    void write(FieldWriter out) {
        out.flag(SEQUENTIAL, !parallel).flag(NO_RECURSION, !recurse).flag(NO_CANCEL, noCancel);
        timeout.ifPresent(time -> out.number(TIMEOUT, time.toMillis()));
        recordRoute
                .filter(route -> route.parameters().size() > 1) // more than names the session
                .ifPresent(route -> out.text(RECORD_ROUTE, route.parameters().toString()));
        path.ifPresent(route -> out.text(PATH, route.parameters().toString()));
        out.flag(NO_RECORD_ROUTE, recordRoute.isEmpty());
    }

    /** Whether both say the same of what is written down. */
    boolean isLike(ProxySettings other) {
        return recurse == other.recurse
                && noCancel == other.noCancel
                && timeout.equals(other.timeout)
                && recordRoute.equals(other.recordRoute)
                && path.equals(other.path);
    }

    void read(FieldReader in) {
        parallel = !in.flag(SEQUENTIAL);
        recurse = !in.flag(NO_RECURSION);
        noCancel = in.flag(NO_CANCEL);
        if (in.number(TIMEOUT) > 0) {
            timeout = Optional.of(Duration.ofMillis(in.number(TIMEOUT)));
        }
        if (in.flag(NO_RECORD_ROUTE)) {
            recordRoute = Optional.empty();
        }
        in.text(RECORD_ROUTE).map(ProxySettings::route).ifPresent(this::recordRoute);
        in.text(PATH).map(ProxySettings::route).ifPresent(this::path);
    }

    private static RecordRoute route(String parameters) {
        return new RecordRoute(Parameters.parse(parameters));
    }

    /** All targets at once, or one after another. */
    public boolean parallel() {
        return parallel;
    }

    public ProxySettings parallel(boolean value) {
        parallel = value;
        return this;
    }

    /** Whether the Contacts of a redirection become targets. */
    public boolean recurse() {
        return recurse;
    }

    public ProxySettings recurse(boolean value) {
        recurse = value;
        return this;
    }

    /** Whether other branches go on after a 2xx (RFC 3841 §9.1). */
    public boolean noCancel() {
        return noCancel;
    }

    public ProxySettings noCancel(boolean value) {
        noCancel = value;
        return this;
    }

    /** Whether the caller hears by a 199 that an early dialog has ended (RFC 6228). */
    public boolean tellsEarlyEnds() {
        return tellingEarlyEnds;
    }

    public ProxySettings tellingEarlyEnds(boolean value) {
        tellingEarlyEnds = value;
        return this;
    }

    /** What makes later requests of the call come back. */
    public Optional<RecordRoute> recordRoute() {
        return recordRoute;
    }

    public ProxySettings recordRoute(RecordRoute value) {
        return recordRoute(Optional.of(value));
    }

    public ProxySettings withoutRecordRoute() {
        return recordRoute(Optional.empty());
    }

    private ProxySettings recordRoute(Optional<RecordRoute> value) {
        recordRoute = value;
        return this;
    }

    /** What a REGISTER gets on top of its Path (RFC 3327). */
    public Optional<RecordRoute> path() {
        return path;
    }

    public ProxySettings path(RecordRoute value) {
        return path(Optional.of(value));
    }

    public ProxySettings withoutPath() {
        return path(Optional.empty());
    }

    private ProxySettings path(Optional<RecordRoute> value) {
        path = value;
        return this;
    }

    /** What is wanted of the session timers of the call (RFC 4028 §8). */
    public Optional<ProxiedSessionTimer> sessionTimer() {
        return sessionTimer;
    }

    public ProxySettings sessionTimer(Optional<ProxiedSessionTimer> value) {
        sessionTimer = value;
        return this;
    }

    /** Whether History-Info is written (RFC 7044): it tells whether a target is a registered contact of who is called. */
    public Optional<Predicate<Uri>> history() {
        return history;
    }

    public ProxySettings history(Optional<Predicate<Uri>> value) {
        history = value;
        return this;
    }

    /**
     * The time for a final response: parallel for the whole search, sequential for each target. Absent: Timer C alone limits
     * an INVITE (RFC 3261 §16.6 step 11).
     */
    public Optional<Duration> timeout() {
        return timeout;
    }

    public ProxySettings timeout(Duration value) {
        return timeout(Optional.of(value));
    }

    private ProxySettings timeout(Optional<Duration> value) {
        timeout = value;
        return this;
    }
}
