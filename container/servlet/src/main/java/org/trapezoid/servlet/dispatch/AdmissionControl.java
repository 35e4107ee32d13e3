// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.OptionalInt;
import java.util.function.IntSupplier;
import org.trapezoid.sip.message.Request;

/** Whether a new request is taken: not while the server stops, nor beyond its limit of pending ones. Thread-safe. */
public final class AdmissionControl {

    static final String RETRY_AFTER = "5"; // seconds
    private static final OptionalInt REFUSED = OptionalInt.of(503);

    private final IntSupplier pending;
    private final int limit;
    private volatile boolean draining;

    /**
     * @param pending server transactions at present
     * @param limit of them; beyond it new requests get 503
     */
    public AdmissionControl(IntSupplier pending, int limit) {
        this.pending = pending;
        this.limit = limit;
    }

    /** From now on only what belongs to calls in progress is taken. */
    public void drain() {
        draining = true;
    }

    OptionalInt admit(Request request) {
        if (draining && request.toTag().isEmpty()) {
            return REFUSED;
        }
        return pending.getAsInt() >= limit ? REFUSED : OptionalInt.empty();
    }
}
