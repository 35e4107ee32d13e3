// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.ServletException;
import org.trapezoid.samples.Settings;

/**
 * How long bindings last, RFC 3261 §10.3 step 7. Immutable.
 *
 * @param min shorter ones are refused
 * @param max longer ones are cut
 * @param otherwise when the client does not say
 */
record Expiry(int min, int max, int otherwise) {
    /** A registrar must not refuse an hour, RFC 3261 §10.3 step 7. */
    private static final int ALWAYS_ENOUGH = 3600;

    static Expiry of(Settings settings) throws ServletException {
        Expiry expiry = new Expiry(
                settings.number("min-expires", 60),
                settings.number("max-expires", 7200),
                settings.number("default-expires", 3600));
        if (expiry.min > expiry.max || expiry.otherwise < expiry.min || expiry.otherwise > expiry.max) {
            throw new ServletException("default-expires is " + expiry.otherwise + "; expected between min-expires, "
                    + expiry.min + ", and max-expires, " + expiry.max);
        }
        return expiry;
    }

    /** How long subscriptions to a package last. */
    static Expiry of(Settings settings, EventPackage kind) throws ServletException {
        int min = settings.number("min-subscription", 60);
        int max = settings.number("max-subscription", 7200);
        if (min > max) {
            throw new ServletException("min-subscription is " + min + "; expected up to max-subscription, " + max);
        }
        return new Expiry(min, max, Math.min(max, Math.max(min, kind.duration())));
    }

    /**
     * The seconds to grant, 0 to remove.
     *
     * @param contact the {@code expires} parameter of the contact, negative without one
     * @param header the Expires header field, negative without one
     * @throws TooBrief if the client asks for less than is granted
     */
    int grant(int contact, int header) {
        int asked = contact >= 0 ? contact : header >= 0 ? header : otherwise;
        if (asked > 0 && asked < min && asked < ALWAYS_ENOUGH) {
            throw new TooBrief();
        }
        return Math.min(asked, max);
    }

    /** The client asks for less than is granted: 423. */
    static final class TooBrief extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooBrief() {
            super("expiry too brief", null, false, false);
        }
    }
}
