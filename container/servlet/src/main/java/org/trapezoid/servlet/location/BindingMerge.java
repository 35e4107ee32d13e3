// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.trapezoid.api.Binding;

/**
 * A change of the bindings of one address-of-record that does not say what they were before, so that changes of several nodes can be
 * applied one after another: those of others stay. An immutable value with a text form.
 *
 * @param addressOfRecord in canonical form
 * @param put bindings that take the place of those for the same contact or flow
 * @param removed bindings that end, unless they were refreshed since
 */
public record BindingMerge(String addressOfRecord, List<Binding> put, List<Binding> removed) {

    private static final char SEPARATOR = '\n';

    public BindingMerge {
        put = List.copyOf(put);
        removed = List.copyOf(removed);
    }

    /** What leads from some bindings to others. */
    public static BindingMerge between(String addressOfRecord, List<Binding> before, List<Binding> after) {
        List<Binding> put = new ArrayList<>(after);
        put.removeAll(before);
        List<Binding> removed = new ArrayList<>(before);
        removed.removeAll(after);
        return new BindingMerge(addressOfRecord, put, removed);
    }

    /** What the bindings become. */
    public List<Binding> apply(List<Binding> bindings, Instant now) {
        return apply(Contacts.NONE.replaced(bindings, now), now).bindings();
    }

    Contacts apply(Contacts current, Instant now) {
        List<Binding> next = new ArrayList<>(current.bindings());
        next.removeAll(removed);
        next.addAll(put);
        return current.replaced(next, now);
    }

    /** This change and then another one of the same address-of-record. */
    public BindingMerge then(BindingMerge later) {
        List<Binding> all = new ArrayList<>(put);
        all.removeAll(later.removed);
        all.addAll(later.put);
        List<Binding> gone = new ArrayList<>(removed);
        for (Binding each : later.removed) {
            boolean replaced =
                    !later.put.isEmpty() && put.contains(each); // nobody has seen it, or what takes its place ends it
            if (!replaced && !gone.contains(each)) {
                gone.add(each);
            }
        }
        return new BindingMerge(addressOfRecord, all, gone);
    }

    /** For {@link #parse}. */
    public String format() {
        return new BindingLine(addressOfRecord, put).format()
                + SEPARATOR
                + new BindingLine(addressOfRecord, removed).format();
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException if it is anything else; the message says what
     */
    public static BindingMerge parse(String text) {
        int end = text.indexOf(SEPARATOR);
        if (end < 0) {
            throw new IllegalArgumentException("a change has two lines");
        }
        BindingLine put = BindingLine.parse(text.substring(0, end));
        BindingLine removed = BindingLine.parse(text.substring(end + 1));
        return new BindingMerge(put.addressOfRecord(), put.bindings(), removed.bindings());
    }

    /** Bindings as a text. */
    public static String format(String addressOfRecord, List<Binding> bindings) {
        return new BindingLine(addressOfRecord, bindings).format();
    }

    /**
     * The bindings in a text.
     *
     * @throws IllegalArgumentException if {@link #format(String, List)} did not make it
     */
    public static List<Binding> bindings(String text) {
        return BindingLine.parse(text).bindings();
    }
}
