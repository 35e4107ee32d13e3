// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

/** By what a request says that it is meant for an existing session. */
public enum SipTargetedRequestType {
    /** A Join header field (RFC 3911). */
    JOIN,

    /** A Replaces header field (RFC 3891). */
    REPLACES,

    /** A URI made by {@link jakarta.servlet.sip.SipApplicationSession#encodeURI(jakarta.servlet.sip.URI)}. */
    ENCODED_URI
}
