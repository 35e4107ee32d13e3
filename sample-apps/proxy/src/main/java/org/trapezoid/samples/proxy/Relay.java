// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

/** Who may send requests to domains that are not ours. */
enum Relay {
    NOBODY,
    /** Callers of our domains that have proven who they are. */
    USERS,
    EVERYBODY
}
