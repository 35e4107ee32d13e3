// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

/** What is confined to a strand and may move to another one, once. {@link #strand()} may be called by any thread. */
public interface Stranded {

    /**
     * The strand it is on now, from a volatile field. It changes only inside the core section of the old one, as the last
     * thing done there: other threads may be in the core section of the new one at once. {@link Strand#run(Stranded,
     * Runnable)} goes on.
     */
    Strand strand();
}
