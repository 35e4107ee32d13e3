// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.trapezoid.sip.uri.Uri;

/** Finds the servers of a URI, RFC 3263. Thread-safe; never blocks, because it is asked in core sections. */
public interface ServerLocator {

    /** The hops in the order to try them; empty when there is none. */
    CompletionStage<List<Hop>> locate(Uri nextHop);
}
