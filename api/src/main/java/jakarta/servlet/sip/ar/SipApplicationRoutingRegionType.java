// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

/** The type of a region. */
public enum SipApplicationRoutingRegionType {
    /** Serving the caller. */
    ORIGINATING,

    /** Serving the called party. */
    TERMINATING,

    /** Serving neither. */
    NEUTRAL
}
