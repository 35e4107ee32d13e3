// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.trapezoid.sip.uri.Uri;

/** Finds the servers of a URI, RFC 3263. Thread-safe; never blocks, because it is asked in core sections. */
@FunctionalInterface
public interface ServerLocator {

    /** The hops in the order to try them; empty when there is none. Completes at once when nobody has to be asked. */
    CompletionStage<List<Hop>> locate(Uri nextHop);

    /** The same, with the same order for the same choice: a retransmission goes where the request went (RFC 3263 §4.4). */
    default CompletionStage<List<Hop>> locate(Uri nextHop, long choice) {
        return locate(nextHop);
    }
}
