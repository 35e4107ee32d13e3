// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import org.trapezoid.sip.transaction.ClientState;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transport.FlowName;

/** Writes transactions down. Stateless. */
public final class Transactions {
    private static final int REQUEST = 1;
    private static final int FLOW = 2;
    private static final int LOCAL_TAG = 3;
    private static final int LAST_RESPONSE = 4;
    private static final int STATE = 5;
    private static final int CANCELLED = 6;
    private static final int AGE = 7;

    private Transactions() {}

    public static void write(ServerTransaction.Memento transaction, FieldWriter out) {
        out.bytes(REQUEST, Messages.bytes(transaction.request()))
                .text(FLOW, transaction.flow().toString())
                .text(LOCAL_TAG, transaction.localTag());
        transaction.last().ifPresent(last -> out.bytes(LAST_RESPONSE, Messages.bytes(last)));
    }

    public static ServerTransaction.Memento server(FieldReader in) {
        return new ServerTransaction.Memento(
                Messages.request(in.requiredBytes(REQUEST)),
                flow(in),
                in.text(LOCAL_TAG),
                in.bytes(LAST_RESPONSE).map(Messages::response));
    }

    public static void write(OutgoingRequest.Memento transaction, FieldWriter out) {
        Messages.write(out, REQUEST, transaction.request());
        out.text(FLOW, transaction.flow().toString())
                .text(STATE, transaction.state().name())
                .flag(CANCELLED, transaction.cancelled())
                .number(AGE, transaction.age().toMillis());
    }

    public static OutgoingRequest.Memento client(FieldReader in) {
        return new OutgoingRequest.Memento(
                Messages.request(in, REQUEST),
                flow(in),
                ClientState.valueOf(in.requiredText(STATE)),
                in.flag(CANCELLED),
                in.lasted(AGE));
    }

    private static FlowName flow(FieldReader in) {
        String text = in.requiredText(FLOW);
        return FlowName.parse(text).orElseThrow(() -> new SnapshotException("\"" + text + "\" names no flow"));
    }
}
