// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import org.trapezoid.sip.message.Response;

/** A transaction user sent a response which the state of its server transaction does not allow. */
public final class TransactionStateException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    TransactionStateException(ServerTransaction transaction, Response response) {
        super("cannot send " + response.status() + " on " + transaction + "; a final response was sent");
    }
}
