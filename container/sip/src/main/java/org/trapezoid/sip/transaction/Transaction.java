// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;

/** A request and all responses to it on one hop, RFC 3261 §17. Confined to its strand. */
public abstract sealed class Transaction implements Stranded permits ServerTransaction, ClientTransaction {
    final TransactionContext context;
    final TransactionKey key;
    private volatile @Nullable Request request;
    private long call; // when the request is released
    private final Flow flow;
    private volatile Stranded home;

    Transaction(TransactionContext context, TransactionKey key, Stranded home, Flow flow, Request request) {
        this.context = context;
        this.key = key;
        this.home = home;
        this.flow = flow;
        this.request = request;
    }

    /**
     * The request that created it, as received or as sent.
     *
     * @throws IllegalStateException if its user has released it
     */
    public final Request request() {
        Request known = request;
        if (known == null) {
            throw new IllegalStateException("the request of " + this + " is not kept any more");
        }
        return known;
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

    final Optional<Request> keptRequest() {
        return Optional.ofNullable(request);
    }

    /** The final response has passed; what is kept for retransmissions is kept small. */
    final void settled() {
        Request known = request;
        if (known != null) {
            known.forget();
        }
    }

    /** Nobody will ask for the request any more; it would be kept for 32 s else, and collectors copy what is kept. */
    final void releaseRequest() {
        call = call(request());
        request = null;
    }

    /** Whether a request has the Call-ID and From tag of this one's; any thread. */
    final boolean isOfSameCall(Request other) {
        Request known = request;
        return known == null
                ? call == call(other)
                : known.callId().equals(other.callId()) && known.fromTag().equals(other.fromTag());
    }

    private static long call(Request request) {
        return (long) request.callId().hashCode() << Integer.SIZE
                ^ request.fromTag().hashCode();
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
        return key.method() + " " + getClass().getSimpleName() + " " + key + " in " + state();
    }
}
