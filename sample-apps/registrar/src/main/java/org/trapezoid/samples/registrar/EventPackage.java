// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.sip.SipServletRequest;
import java.util.Optional;
import org.trapezoid.samples.Events;
import org.trapezoid.samples.WatcherDocument;

/** The event packages of a registrar: registrations (RFC 3680), and who watches them (RFC 3857). */
enum EventPackage {
    REG("reg", RegistrationDocument.TYPE, 3761),
    WINFO("reg.winfo", WatcherDocument.TYPE, 3600);

    private final String text;
    private final String type;
    private final int duration;

    EventPackage(String text, String type, int duration) {
        this.text = text;
        this.type = type;
        this.duration = duration;
    }

    static Optional<EventPackage> of(SipServletRequest request) {
        String name = Events.packageOf(request);
        for (EventPackage each : values()) {
            if (each.text.equals(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** As in Event. */
    String text() {
        return text;
    }

    /** Of the body of its NOTIFYs. */
    String type() {
        return type;
    }

    /** The seconds of a subscription that does not say: RFC 3680 §4.4, RFC 3857 §4.4. */
    int duration() {
        return duration;
    }
}
