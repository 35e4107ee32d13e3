// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.concurrent.CompletionStage;

/** The name service. Thread-safe; never blocks, because it is asked in core sections. */
@FunctionalInterface
public interface Dns {

    /**
     * Completes with what there is, with an empty answer when the name or the type does not exist, and exceptionally when
     * that could not be found out: with a {@link DnsRefusal} when a server said so.
     */
    CompletionStage<DnsAnswer> ask(DnsQuestion question);
}
