// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

/** A flow over a WebSocket connection, which an HTTP request opened (RFC 7118 §4). Safe for use by any thread. */
public interface WebSocketClient {

    /** What that request told. */
    WebSocketOpening opening();
}
