// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * Who calls the API, for the errors of values that belong to no message and no session. Only an error asks: by the callback that runs, or the
 * class loader of an HTTP thread, and by the stack.
 */
final class Caller {
    private static final String FACADES = Caller.class.getPackageName() + '.';

    private Caller() {}

    /** As {@code application chat (com.example.Relay.doMessage)}. */
    static String name() {
        String application = application();
        String method = StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().startsWith(FACADES))
                        .findFirst()
                        .map(frame -> frame.getClassName() + '.' + frame.getMethodName())
                        .orElse("-"));
        return (application == null ? "an application" : "application " + application) + " (" + method + ')';
    }

    private static @Nullable String application() {
        String running = MDC.get("app");
        if (running != null) {
            return running;
        }
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return loader == null ? null : loader.getName();
    }

    /** What the grammar refuses in a change of a value. */
    static IllegalArgumentException refused(Object value, SyntaxException why) {
        return new IllegalArgumentException(
                name() + ": cannot change " + Objects.toString(value) + ": " + why.getMessage(), why);
    }
}
