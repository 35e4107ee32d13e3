// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.snapshot.Transactions;
import org.trapezoid.sip.dialog.ProvisionalOrder;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transaction.OutgoingRequest;

/**
 * What has become of a request that was sent, as it is written down; the request goes beside it, and is read before all else.
 *
 * @param sent its transaction, while there is one
 * @param acks by To tag of the 2xx, in the order in which they are written
 * @param provisionals by To tag; whoever has read them goes on with them
 */
record SavedUac(
        Optional<OutgoingRequest.Memento> sent,
        boolean succeeded,
        boolean freshUsage,
        Map<String, Request> acks,
        Map<String, ProvisionalOrder> provisionals) {

    private static final int OUTGOING = 1;
    private static final int REQUEST = 2;
    private static final int SUCCEEDED = 3;
    private static final int ACK = 4;
    private static final int PROVISIONAL = 5;
    private static final int FRESH_USAGE = 6;
    private static final int TAG = 1;
    private static final int VALUE = 2;

    void write(Request request, FieldWriter out) {
        sent.ifPresent(transaction -> out.part(OUTGOING, part -> Transactions.write(transaction, part)));
        Messages.write(out, REQUEST, request);
        out.flag(SUCCEEDED, succeeded).flag(FRESH_USAGE, freshUsage);
        acks.forEach((tag, ack) -> out.part(
                ACK,
                part -> Messages.write(
                        part.text(TAG, tag),
                        VALUE,
                        ack.toBuilder().removeFirst(HeaderName.VIA).build())));
        provisionals.forEach((tag, order) ->
                out.part(PROVISIONAL, part -> part.text(TAG, tag).number(VALUE, order.last())));
    }

    static Request request(FieldReader in) {
        return Messages.request(in, REQUEST);
    }

    static SavedUac read(FieldReader in) {
        return new SavedUac(
                in.part(OUTGOING).map(Transactions::client),
                in.flag(SUCCEEDED),
                in.flag(FRESH_USAGE),
                acks(in.parts(ACK)),
                provisionals(in.parts(PROVISIONAL)));
    }

    private static Map<String, Request> acks(List<FieldReader> parts) {
        if (parts.isEmpty()) {
            return Map.of();
        }
        Map<String, Request> acks = new HashMap<>(2);
        parts.forEach(each -> acks.put(tag(each), Messages.request(each, VALUE)));
        return acks;
    }

    private static Map<String, ProvisionalOrder> provisionals(List<FieldReader> parts) {
        if (parts.isEmpty()) {
            return Map.of();
        }
        Map<String, ProvisionalOrder> provisionals = new HashMap<>(2);
        parts.forEach(each -> provisionals.put(tag(each), new ProvisionalOrder(each.number(VALUE))));
        return provisionals;
    }

    private static String tag(FieldReader in) {
        return in.text(TAG).orElse("");
    }
}
