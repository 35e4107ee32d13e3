// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.session.Identity;

/**
 * As whom the servlets of one application act on the other applications of the server, whoever called them: {@code run-as}, Jakarta
 * Servlet §15.3.1 and JSR 289 §14.3. Immutable.
 */
public final class RunAs {

    private final Map<String, String> declared = new HashMap<>();
    private final Function<String, Optional<String>> added;
    private final String realm;

    private RunAs(AppDescriptor descriptor, Function<String, Optional<String>> added) {
        for (ServletDescriptor each : descriptor.servlets()) {
            each.runAs().ifPresent(role -> declared.put(each.name(), role));
        }
        this.added = added;
        this.realm = Login.of(descriptor).realm();
    }

    /** @param added the role of a servlet that its descriptor does not name */
    public static RunAs of(AppDescriptor descriptor, Function<String, Optional<String>> added) {
        return new RunAs(descriptor, added);
    }

    /** Somebody who is named as the role, and has no other; empty for a servlet that acts as nobody. */
    public Optional<Actor> of(String servlet) {
        return Optional.ofNullable(declared.get(servlet))
                .or(() -> added.apply(servlet))
                .map(role -> new Actor(new Identity(role, Set.of(role)), realm));
    }

    /** Whose users the senders of the application are. */
    public String realm() {
        return realm;
    }
}
