// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;

/**
 * Puts the reliable provisional responses to one INVITE in one early dialog in order, UAC side, RFC 3262 §4. Confined to its
 * strand. Each response is handed out once, and only after all before it; each that is handed out is acknowledged with a PRACK.
 */
public final class ProvisionalOrder {
    private static final int MAX_HELD = 16;

    private final TreeMap<Long, Response> held = new TreeMap<>();
    private long last;
    private boolean started;

    /** An order that begins anew. */
    public ProvisionalOrder() {}

    /** One that another node has followed up to this RSeq, 0 for none. */
    public ProvisionalOrder(long lastRSeq) {
        started = lastRSeq > 0;
        last = lastRSeq;
    }

    /** The RSeq of the last one handed out, 0 for none. */
    public long last() {
        return last;
    }

    /** The responses to process and acknowledge now, in order: none for a duplicate or while an earlier one is missing. */
    public List<Response> receive(Response provisional) {
        var number = rseq(provisional);
        if (number.isEmpty()) {
            throw new DialogStateException(provisional.status() + " is not a reliable provisional response");
        }
        long rseq = number.getAsLong();
        if (started && rseq != last + 1) {
            hold(rseq, provisional);
            return List.of();
        }
        started = true;
        last = rseq;
        var ready = new ArrayList<Response>(1);
        ready.add(provisional);
        while (held.containsKey(last + 1)) {
            last++;
            ready.add(held.remove(last));
        }
        return ready;
    }

    /** Whether the peer asks for a PRACK: 101 to 199, Require: 100rel and a valid RSeq. */
    public static boolean isReliable(Response response) {
        return rseq(response).isPresent();
    }

    static OptionalLong rseq(Response response) {
        if (response.statusClass() != StatusClass.PROVISIONAL
                || response.status() == 100
                || !ReliableProvisionals.requires100rel(response)) {
            return OptionalLong.empty();
        }
        var value = response.headers().first(HeaderName.RSEQ);
        return value.isEmpty() ? OptionalLong.empty() : number(value.get());
    }

    /** RFC 3262 §7.1: 1 to 2^32 - 1. */
    private static OptionalLong number(String digits) {
        if (digits.isEmpty() || digits.length() > 10) {
            return OptionalLong.empty();
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return OptionalLong.empty();
            }
            number = number * 10 + (c - '0');
        }
        return number >= 1 && number <= 0xFFFF_FFFFL ? OptionalLong.of(number) : OptionalLong.empty();
    }

    private void hold(long rseq, Response provisional) {
        if (rseq > last && held.size() < MAX_HELD) {
            held.putIfAbsent(rseq, provisional);
        }
    }
}
