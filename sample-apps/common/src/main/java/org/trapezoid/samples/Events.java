// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.sip.SipServletRequest;
import java.util.Iterator;

/** Reads what a SUBSCRIBE or PUBLISH says of events. */
public final class Events {

    private Events() {}

    /** The event package, which is the same in its own case alone (RFC 6665 §8.2.1); empty: it names none. */
    public static String packageOf(SipServletRequest request) {
        String event = request.getHeader("Event");
        return event == null ? "" : beforeParameters(event);
    }

    /** Whether the subscriber takes documents of a type; if it does not say, it takes the package's own (RFC 6665 §3.1.3). */
    public static boolean accepts(SipServletRequest subscribe, String type) {
        Iterator<String> accepted = subscribe.getHeaders("Accept");
        if (!accepted.hasNext()) {
            return true;
        }
        String all = type.substring(0, type.indexOf('/') + 1) + '*';
        while (accepted.hasNext()) {
            String range = beforeParameters(accepted.next());
            if (range.equalsIgnoreCase(type) || range.equals("*/*") || range.equalsIgnoreCase(all)) {
                return true;
            }
        }
        return false;
    }

    private static String beforeParameters(String value) {
        int end = value.indexOf(';');
        return (end < 0 ? value : value.substring(0, end)).strip();
    }
}
