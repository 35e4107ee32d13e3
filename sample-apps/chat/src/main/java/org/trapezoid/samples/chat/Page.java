// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.chat;

/** An open page of a guest. Safe for use by any thread. */
interface Page {

    /** Sends it words: what has happened, and what belongs to that. It does not wait. */
    void shows(String... lines);

    /** Ends the connection to it. */
    void closes();
}
