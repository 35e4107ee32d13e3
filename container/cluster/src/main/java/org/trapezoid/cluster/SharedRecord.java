// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.Binding;
import org.trapezoid.servlet.location.BindingMerge;

/**
 * What the cluster has agreed on for one address-of-record. An immutable value with a text form.
 *
 * @param version rises with each change
 */
record SharedRecord(long version, List<Binding> bindings) {
    static final SharedRecord NONE = new SharedRecord(0, List.of());

    private static final Duration GRACE = Duration.ofMinutes(1);
    private static final char SEPARATOR = ' ';

    /** How long it is stored: a while longer than the last binding, in which every node learns of its end, whatever its clock. */
    Duration lifetime(Instant now) {
        Instant last = now;
        for (Binding binding : bindings) {
            last = binding.expiry().isAfter(last) ? binding.expiry() : last;
        }
        return Duration.between(now, last).plus(GRACE);
    }

    String format(String addressOfRecord) {
        return version + String.valueOf(SEPARATOR) + BindingMerge.format(addressOfRecord, bindings);
    }

    /**
     * Reads what {@link #format} wrote; null is nothing.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static SharedRecord parse(@Nullable String text) {
        if (text == null) {
            return NONE;
        }
        int end = text.indexOf(SEPARATOR);
        if (end < 0) {
            throw new IllegalArgumentException("no version");
        }
        return new SharedRecord(Long.parseLong(text.substring(0, end)), BindingMerge.bindings(text.substring(end + 1)));
    }
}
