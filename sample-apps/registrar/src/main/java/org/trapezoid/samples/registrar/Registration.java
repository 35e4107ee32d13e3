// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;

/**
 * What one REGISTER does to the bindings of its address-of-record, RFC 3261 §10.3 steps 6 and 7: all of it or nothing. An
 * immutable value; it may be applied more than once.
 */
final class Registration implements UnaryOperator<List<Binding>> {

    /** It came after a later one of the same Call-ID: 500. */
    static final class OutOfOrder extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutOfOrder() {
            super("REGISTER out of order", null, false, false);
        }
    }

    /** There would be more contacts than are kept: 403. */
    static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMany() {
            super("too many contacts", null, false, false);
        }
    }

    private final LocationService locations;
    private final String callId;
    private final long cseq;
    private final boolean all;
    private final List<Binding> contacts;
    private final int maxContacts;
    private final Instant now;

    /**
     * @param all whether it removes every contact ({@code Contact: *})
     * @param contacts what it binds; those that have ended are removed
     */
    Registration(
            LocationService locations,
            String callId,
            long cseq,
            boolean all,
            List<Binding> contacts,
            int maxContacts,
            Instant now) {
        this.locations = locations;
        this.callId = callId;
        this.cseq = cseq;
        this.all = all;
        this.contacts = List.copyOf(contacts);
        this.maxContacts = maxContacts;
        this.now = now;
    }

    /** Whether it is there to remove contacts. */
    boolean removes() {
        if (all) {
            return true;
        }
        for (Binding contact : contacts) {
            if (contact.isExpired(now)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<Binding> apply(List<Binding> current) {
        List<Binding> next = new ArrayList<>(current.size() + contacts.size());
        for (Binding old : current) {
            if (!all && !isNamed(old)) {
                next.add(old);
            } else if (!old.mayBeChangedBy(callId, cseq)) {
                throw new OutOfOrder();
            }
        }
        for (Binding contact : contacts) {
            if (!contact.isExpired(now)) {
                next.add(contact);
            }
        }
        if (next.size() > maxContacts && next.size() > current.size()) {
            throw new TooMany();
        }
        return next;
    }

    private boolean isNamed(Binding old) {
        for (Binding contact : contacts) {
            if (locations.isSame(old, contact)) {
                return true;
            }
        }
        return false;
    }
}
