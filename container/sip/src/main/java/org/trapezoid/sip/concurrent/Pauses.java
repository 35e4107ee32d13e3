// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

/** Time in which the virtual machine stood still. Thread-safe. */
interface Pauses {

    /** How much of the last so many nanoseconds, at least. */
    long within(long nanos);
}
