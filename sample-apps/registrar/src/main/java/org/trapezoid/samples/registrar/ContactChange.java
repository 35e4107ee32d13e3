// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import java.util.Locale;
import org.trapezoid.api.Binding;
import org.trapezoid.samples.Fingerprint;

/**
 * What happened to a contact, RFC 3680 §4.7.1. An immutable value.
 *
 * @param binding the contact as it is now, or was when it ended
 * @param event what happened last
 */
record ContactChange(Binding binding, Event event) {
    /** The events a location service has; probation and rejection are for who bars subscribers. */
    enum Event {
        REGISTERED(true),
        CREATED(true),
        REFRESHED(true),
        SHORTENED(true),
        EXPIRED(false),
        UNREGISTERED(false),
        DEACTIVATED(false);

        private final boolean active;

        Event(boolean active) {
            this.active = active;
        }

        /** Whether the contact is bound after it. */
        boolean isActive() {
            return active;
        }

        /** As in a document. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A contact that is there: a REGISTER made it, or something else did. */
    static ContactChange present(Binding binding) {
        boolean unknown = binding.source().equals(Binding.Source.UNKNOWN);
        return new ContactChange(binding, unknown ? Event.CREATED : Event.REGISTERED);
    }

    /** Another binding of the same contact; without a new REGISTER somebody else has set its end. */
    static ContactChange replaced(Binding before, Binding now) {
        boolean shortened = now.expiry().isBefore(before.expiry())
                && now.callId().equals(before.callId())
                && now.cseq() == before.cseq();
        return new ContactChange(now, shortened ? Event.SHORTENED : Event.REFRESHED);
    }

    /** Identifies the contact, and the flow if it is one of several to the same URI (RFC 5626). */
    String id() {
        return Fingerprint.of(binding.contact() + '\n' + binding.instance() + '\n' + binding.regId());
    }
}
