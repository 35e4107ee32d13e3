// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.trapezoid.servlet.security.Realms;

/**
 * What the HTTP side of an application is given. Immutable.
 *
 * @param components of both sides
 * @param environment what is bound below {@code java:comp/env}, by relative name; or in {@code java:comp}, by whole name
 * @param sessions where its HTTP sessions belong; none without a SIP side
 * @param users who may prove who they are
 * @param ended run when nothing of it is left
 */
public record HttpSide(
        Components components,
        Map<String, Object> environment,
        Optional<ApplicationSessions> sessions,
        Optional<Supplier<Realms>> users,
        Runnable ended) {

    public HttpSide(Components components, Map<String, Object> environment, Optional<ApplicationSessions> sessions) {
        this(components, environment, sessions, Optional.empty(), () -> {});
    }

    /** The same with users. */
    public HttpSide users(Supplier<Realms> those) {
        return new HttpSide(components, environment, sessions, Optional.of(those), ended);
    }
}
