// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.transport.TransportLayer;

/** What all transactions of a layer share. Immutable. */
record TransactionContext(
        Timers timers,
        Timing timing,
        Identifiers identifiers,
        TransactionTable table,
        TransportLayer transports,
        ResponseSender responses) {}
