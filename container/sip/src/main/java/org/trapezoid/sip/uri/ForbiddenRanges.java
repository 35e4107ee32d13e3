// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Networks to which nothing is sent on behalf of some message, with the addresses in them that are exempt. Immutable. */
public final class ForbiddenRanges {
    public static final ForbiddenRanges NONE = new ForbiddenRanges(List.of());

    /** A network without some addresses or smaller networks. */
    public record Forbidden(AddressRange range, List<AddressRange> except) {
        public Forbidden {
            except = List.copyOf(except);
        }

        private boolean contains(byte[] address) {
            if (!range.contains(address)) {
                return false;
            }
            for (AddressRange exempt : except) {
                if (exempt.contains(address)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Forbidden> ranges;

    private ForbiddenRanges(List<Forbidden> ranges) {
        this.ranges = ranges;
    }

    public static ForbiddenRanges of(List<Forbidden> ranges) {
        return ranges.isEmpty() ? NONE : new ForbiddenRanges(List.copyOf(ranges));
    }

    /**
     * What {@link #texts} has made of them.
     *
     * @throws SyntaxException if it has not
     */
    public static ForbiddenRanges parse(List<String> texts) {
        List<Forbidden> ranges = new ArrayList<>(texts.size());
        for (String text : texts) {
            int end = text.indexOf(' ');
            List<AddressRange> except = new ArrayList<>();
            while (end >= 0) {
                int next = text.indexOf(' ', end + 1);
                except.add(AddressRange.parse(text.substring(end + 1, next < 0 ? text.length() : next)));
                end = next;
            }
            int first = text.indexOf(' ');
            ranges.add(new Forbidden(AddressRange.parse(first < 0 ? text : text.substring(0, first)), except));
        }
        return of(ranges);
    }

    /** Each network with its exemptions behind it, such as {@code 10.0.0.0/8 10.0.0.5/32}. */
    public List<String> texts() {
        if (ranges.isEmpty()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>(ranges.size());
        for (Forbidden each : ranges) {
            StringBuilder text = new StringBuilder(each.range.toString());
            each.except.forEach(exempt -> text.append(' ').append(exempt));
            texts.add(text.toString());
        }
        return texts;
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    public boolean contains(InetAddress address) {
        if (ranges.isEmpty()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        for (Forbidden forbidden : ranges) {
            if (forbidden.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    /** Those that a message is under which came to this address of ours: who is in a network himself may send into it. */
    public ForbiddenRanges forMessagesTo(InetAddress local) {
        byte[] bytes = local.getAddress();
        List<Forbidden> others = new ArrayList<>(ranges.size());
        for (Forbidden forbidden : ranges) {
            if (!forbidden.range.contains(bytes)) {
                others.add(forbidden);
            }
        }
        return others.size() == ranges.size() ? this : of(others);
    }

    /** What either forbids. */
    public ForbiddenRanges and(ForbiddenRanges more) {
        if (more.ranges.isEmpty() || ranges.containsAll(more.ranges)) {
            return this;
        }
        List<Forbidden> both = new ArrayList<>(ranges);
        both.addAll(more.ranges);
        return new ForbiddenRanges(List.copyOf(both));
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}
