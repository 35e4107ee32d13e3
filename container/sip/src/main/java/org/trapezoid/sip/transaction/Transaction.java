// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.time.Duration;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;

/** A request and all responses to it on one hop, RFC 3261 §17. Confined to its strand. */
public abstract sealed class Transaction implements Stranded permits ServerTransaction, ClientTransaction {
    final TransactionContext context;
    final TransactionKey key;
    private final Request request;
    private final Flow flow;
    private volatile Stranded home;

    Transaction(TransactionContext context, TransactionKey key, Stranded home, Flow flow, Request request) {
        this.context = context;
        this.key = key;
        this.home = home;
        this.flow = flow;
        this.request = request;
    }

    /** The request that created it, as received or as sent. */
    public final Request request() {
        return request;
    }

    /** Where the request came from or went to. */
    public final Flow flow() {
        return flow;
    }

    @Override
    public final Strand strand() {
        return home.strand();
    }

    /** Whether it left the table: nothing happens in it any more. */
    public abstract boolean isTerminated();

    /** The state by its RFC name, for logs. */
    abstract Enum<?> state();

    /** The final response has passed; what is kept for retransmissions is kept small. */
    final void settled() {
        request.forget();
    }

    /** A message could not be sent. */
    abstract void failed(IOException cause);

    final void home(Stranded newHome) {
        home = newHome;
    }

    final Timer schedule(Duration delay, Runnable onExpiry) {
        return context.timers().schedule(this, delay, onExpiry);
    }

    final void failLater(IOException cause) {
        later(() -> failed(cause));
    }

    /** Runs the event in the core section, but never inside the event that caused it: no state is entered twice. */
    final void later(Runnable event) {
        Strand.post(() -> Strand.run(this, event));
    }

    @Override
    public String toString() {
        return request.method().name() + " " + getClass().getSimpleName() + " " + key + " in " + state();
    }
}
