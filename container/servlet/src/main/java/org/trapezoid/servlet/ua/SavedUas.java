// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.List;
import java.util.Optional;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.snapshot.Transactions;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ServerTransaction;

/**
 * How far the answer to a request has come, as it is written down; the transaction goes beside it, and is read before all else. An
 * immutable value.
 *
 * @param success waits for its ACK
 * @param held a 2xx that waits for a PRACK
 * @param nextRSeq 0 if nothing was sent reliably
 * @param unacknowledged wait for their PRACK
 * @param madeReliable those of them that the container made reliable
 */
record SavedUas(
        boolean answering,
        boolean finalSent,
        boolean awaitsPrack,
        Optional<Response> success,
        Optional<Response> held,
        long nextRSeq,
        List<Response> unacknowledged,
        List<Response> madeReliable) {

    private static final int TRANSACTION = 1;
    private static final int ANSWERING = 2;
    private static final int FINAL_SENT = 3;
    private static final int SUCCESS = 4;
    private static final int NEXT_RSEQ = 5;
    private static final int UNACKNOWLEDGED = 6;
    private static final int MADE_RELIABLE = 7;
    private static final int HELD = 8;
    private static final int AWAITS_PRACK = 9;

    void write(ServerTransaction.Memento transaction, FieldWriter out) {
        out.part(TRANSACTION, part -> Transactions.write(transaction, part))
                .flag(ANSWERING, answering)
                .flag(FINAL_SENT, finalSent)
                .flag(AWAITS_PRACK, awaitsPrack);
        success.ifPresent(response -> out.bytes(SUCCESS, Messages.bytes(response)));
        held.ifPresent(response -> out.bytes(HELD, Messages.bytes(response)));
        out.number(NEXT_RSEQ, nextRSeq);
        unacknowledged.forEach(each -> out.bytes(UNACKNOWLEDGED, Messages.bytes(each)));
        madeReliable.forEach(each -> out.text(MADE_RELIABLE, each.headers().first(HeaderName.RSEQ)));
    }

    static ServerTransaction.Memento transaction(FieldReader in) {
        return Transactions.server(in.requiredPart(TRANSACTION));
    }

    static SavedUas read(FieldReader in) {
        List<Response> unacknowledged =
                in.all(UNACKNOWLEDGED).stream().map(Messages::response).toList();
        List<String> made = in.texts(MADE_RELIABLE);
        return new SavedUas(
                in.flag(ANSWERING),
                in.flag(FINAL_SENT),
                in.flag(AWAITS_PRACK),
                in.bytes(SUCCESS).map(Messages::response),
                in.bytes(HELD).map(Messages::response),
                in.number(NEXT_RSEQ),
                unacknowledged,
                unacknowledged.stream()
                        .filter(each -> made.contains(
                                each.headers().first(HeaderName.RSEQ).orElse("")))
                        .toList());
    }
}
