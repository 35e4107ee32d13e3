// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.pojo;

import jakarta.servlet.sip.Predicate;
import jakarta.servlet.sip.SipServletMessage;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The messages that a method is for, as its annotations say together. Immutable.
 *
 * @param methods of SIP; empty: any
 * @param ranges of status codes; empty: any
 * @param predicates all of which must be true
 */
record Selector(Set<String> methods, List<StatusRange> ranges, List<Predicate<SipServletMessage>> predicates) {

    /** The most specific first: with a predicate, then with a SIP method, then with fewer status codes. */
    static final Comparator<Selector> BY_PRECEDENCE = Comparator.comparing(
                    (Selector each) -> each.predicates().isEmpty())
            .thenComparing(each -> each.methods().isEmpty())
            .thenComparing(Selector::width);

    boolean takes(SipServletMessage message, int status) {
        return takesMethod(message.getMethod()) && takesStatus(status) && isTrue(message);
    }

    private boolean takesMethod(String method) {
        return methods.isEmpty() || methods.contains(method);
    }

    private boolean takesStatus(int status) {
        if (ranges.isEmpty()) {
            return true;
        }
        for (StatusRange range : ranges) {
            if (range.contains(status)) {
                return true;
            }
        }
        return false;
    }

    private boolean isTrue(SipServletMessage message) {
        for (Predicate<SipServletMessage> predicate : predicates) {
            if (!predicate.apply(message)) {
                return false;
            }
        }
        return true;
    }

    /** Whether some message could be for both and nothing says for which. Predicates are not known before a message comes. */
    boolean ties(Selector other) {
        return predicates.isEmpty()
                && other.predicates.isEmpty()
                && BY_PRECEDENCE.compare(this, other) == 0
                && (methods.isEmpty() || methods.stream().anyMatch(other.methods::contains))
                && (ranges.isEmpty()
                        || ranges.stream()
                                .anyMatch(range -> other.ranges.stream().anyMatch(range::overlaps)));
    }

    private int width() {
        return ranges.isEmpty()
                ? Integer.MAX_VALUE
                : ranges.stream().mapToInt(StatusRange::width).sum();
    }
}
