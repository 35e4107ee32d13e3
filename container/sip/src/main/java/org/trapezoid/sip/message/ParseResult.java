// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

/** What the parser made of some bytes: a message, a keep-alive, or something malformed. Immutable. */
public sealed interface ParseResult permits ParseResult.Parsed, ParseResult.KeepAlive, Malformed {

    /** A message whose mandatory headers are there and well-formed. */
    record Parsed(Message message) implements ParseResult {}

    /** Line ends only: on a stream the ping of RFC 5626 §3.5.1, to be answered by CRLF; an idle datagram means nothing. */
    enum KeepAlive implements ParseResult {
        PING
    }
}
