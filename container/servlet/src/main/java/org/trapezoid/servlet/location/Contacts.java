// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.api.Binding;
import org.trapezoid.sip.uri.Uri;

/**
 * The bindings of one address-of-record, best first, with their contacts parsed. Immutable; compared by identity, so that a
 * change can tell whether another one came first.
 */
@SuppressWarnings("ReferenceEquality") // a binding that a change left alone is the same object
final class Contacts {

    /** None. */
    static final Contacts NONE = new Contacts(List.of(), List.of(), Instant.MAX);

    private final List<Binding> bindings;
    private final List<Uri> uris;
    private final Instant firstExpiry;
    private final Instant due;

    private Contacts(List<Binding> bindings, List<Uri> uris, Instant due) {
        this.bindings = bindings;
        this.uris = uris;
        this.firstExpiry = firstExpiry(bindings);
        this.due = due.isBefore(firstExpiry) ? due : firstExpiry;
    }

    private static Instant firstExpiry(List<Binding> bindings) {
        Instant first = Instant.MAX;
        for (Binding binding : bindings) {
            first = binding.expiry().isBefore(first) ? binding.expiry() : first;
        }
        return first;
    }

    List<Binding> bindings() {
        return bindings;
    }

    boolean isEmpty() {
        return bindings.isEmpty();
    }

    /** When the table looks at this address-of-record again: not later than the first expiry. */
    Instant due() {
        return due;
    }

    /** Those that have not ended. */
    List<Binding> alive(Instant now) {
        if (firstExpiry.isAfter(now)) {
            return bindings;
        }
        List<Binding> alive = new ArrayList<>(bindings.size());
        for (Binding binding : bindings) {
            if (!binding.isExpired(now)) {
                alive.add(binding);
            }
        }
        return List.copyOf(alive);
    }

    /** The binding of a contact, ended or not. */
    Optional<Binding> of(Uri contact) {
        int at = indexOf(uris, contact);
        return at < 0 ? Optional.empty() : Optional.of(bindings.get(at));
    }

    private static int indexOf(List<Uri> uris, Uri contact) {
        for (int i = uris.size() - 1; i >= 0; i--) {
            if (uris.get(i).equals(contact)) {
                return i;
            }
        }
        return -1;
    }

    /** The one whose place the binding takes, {@link org.trapezoid.api.LocationService#isSame}. */
    private static int indexOf(List<Binding> bindings, List<Uri> uris, Binding binding, Uri uri) {
        for (int i = uris.size() - 1; i >= 0; i--) {
            Binding other = bindings.get(i);
            boolean flows = binding.regId() != 0 && other.regId() != 0;
            boolean same = flows
                    ? (binding.regId() == other.regId() && binding.instance().equals(other.instance()))
                    : uris.get(i).equals(uri);
            if (same) {
                return i;
            }
        }
        return -1;
    }

    /** The binding whose place the given one takes, ended or not. */
    Optional<Binding> of(Binding binding, Uri contact) {
        int at = indexOf(bindings, uris, binding, contact);
        return at < 0 ? Optional.empty() : Optional.of(bindings.get(at));
    }

    /**
     * What these become: those of {@code wanted} that have not ended, of several for one contact the last one. Highest q
     * first, then what is new here, then what was there.
     */
    Contacts replaced(List<Binding> wanted, Instant now) {
        List<Binding> distinct = new ArrayList<>(wanted.size());
        List<Uri> distinctUris = new ArrayList<>(wanted.size());
        for (Binding binding : wanted) {
            Uri uri = uri(binding);
            int same = indexOf(distinct, distinctUris, binding, uri);
            if (same >= 0) {
                distinct.remove(same);
                distinctUris.remove(same);
            }
            distinct.add(binding);
            distinctUris.add(uri);
        }
        List<Binding> next = new ArrayList<>(distinct.size());
        List<Uri> nextUris = new ArrayList<>(distinct.size());
        for (boolean changed : new boolean[] {true, false}) {
            for (int i = 0; i < distinct.size(); i++) {
                Binding binding = distinct.get(i);
                if (!binding.isExpired(now) && isChange(binding) == changed) {
                    insert(binding, distinctUris.get(i), next, nextUris);
                }
            }
        }
        return next.isEmpty() ? NONE : new Contacts(List.copyOf(next), List.copyOf(nextUris), due);
    }

    private Uri uri(Binding binding) {
        for (int i = 0; i < bindings.size(); i++) {
            if (bindings.get(i) == binding) {
                return uris.get(i); // unchanged: parsed already
            }
        }
        return Uri.parse(binding.contact());
    }

    private boolean isChange(Binding binding) {
        for (Binding old : bindings) {
            if (old == binding) {
                return false;
            }
        }
        return true;
    }

    /** Behind all of the same or a higher q. */
    private static void insert(Binding binding, Uri uri, List<Binding> into, List<Uri> uris) {
        int at = into.size();
        while (at > 0 && into.get(at - 1).q() < binding.q()) {
            at--;
        }
        into.add(at, binding);
        uris.add(at, uri);
    }

    /** The same, looked at again at the first expiry. */
    Contacts rescheduled() {
        return isEmpty() ? NONE : new Contacts(bindings, uris, Instant.MAX);
    }

    /** What a change from these to others was, as a listener is told it. */
    void changes(Contacts next, Instant now, List<Change> into) {
        for (int i = 0; i < bindings.size(); i++) {
            Binding old = bindings.get(i);
            if (indexOf(next.bindings, next.uris, old, uris.get(i)) < 0) {
                into.add(old.isExpired(now) ? new Change.Expired(old) : new Change.Unbound(old));
            }
        }
        for (int i = 0; i < next.bindings.size(); i++) {
            Binding binding = next.bindings.get(i);
            int before = indexOf(bindings, uris, binding, next.uris.get(i));
            if (before < 0) {
                into.add(new Change.Bound(binding));
            } else if (bindings.get(before) != binding) {
                Binding old = bindings.get(before);
                if (old.isExpired(now)) {
                    into.add(new Change.Expired(old));
                    into.add(new Change.Bound(binding));
                } else {
                    into.add(new Change.Refreshed(old, binding));
                }
            }
        }
    }
}
