// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.time.Duration;
import org.trapezoid.sip.transport.StreamOptions;

/**
 * Settings of SIP over WebSocket on one port. Immutable.
 *
 * @param path the path of the upgrade request
 * @param origins which pages may connect
 * @param ping how long a client may be silent before it is asked whether it is still there; zero asks nobody
 * @param streams the limits that hold for every connection-oriented transport
 */
public record WebSocketOptions(String path, OriginPolicy origins, Duration ping, StreamOptions streams) {}
