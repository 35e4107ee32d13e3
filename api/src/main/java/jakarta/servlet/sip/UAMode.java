// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

/** A side of a transaction. */
public enum UAMode {
    /** The client: it sends the request. */
    UAC,

    /** The server: it receives the request. */
    UAS
}
