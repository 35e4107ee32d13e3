// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.ServletContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Of which addresses-of-record a REGISTER is removing contacts just now: a contact that goes at another time was taken away by
 * the server, and its owner may want it back. Thread-safe.
 */
final class Unregistering {
    private static final String ATTRIBUTE = Unregistering.class.getName();

    private final Map<String, Integer> running = new ConcurrentHashMap<>();

    /** The one that the servlets of an application share; that of nobody else if the registrar is not among them. */
    static Unregistering of(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) instanceof Unregistering shared ? shared : new Unregistering();
    }

    void share(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
    }

    <T> T during(String addressOfRecord, Supplier<T> removal) {
        running.merge(addressOfRecord, 1, Integer::sum);
        try {
            return removal.get();
        } finally {
            running.computeIfPresent(addressOfRecord, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    boolean isRunning(String addressOfRecord) {
        return running.containsKey(addressOfRecord);
    }
}
