// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.time.Duration;
import java.util.List;
import org.trapezoid.sip.transport.StreamOptions;

/**
 * Settings of SIP over WebSocket on one port. Immutable.
 *
 * @param path the path of the upgrade request
 * @param origins which pages may connect
 * @param ping how long a client may be silent before it is asked whether it is still there; zero asks nobody
 * @param headers names of the header fields of the upgrade request that applications may see later
 * @param streams the limits that hold for every connection-oriented transport
 */
public record WebSocketOptions(
        String path, OriginPolicy origins, Duration ping, List<String> headers, StreamOptions streams) {

    public WebSocketOptions {
        headers = List.copyOf(headers);
    }

    /** Of whose upgrade requests nothing is kept. */
    public WebSocketOptions(String path, OriginPolicy origins, Duration ping, StreamOptions streams) {
        this(path, origins, ping, List.of(), streams);
    }
}
