// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.overlap;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** Comes into a session from WebSocket. */
@ServerEndpoint("/socket")
public class PokeSocket {

    @OnMessage
    public String poke(String key) {
        PokeServlet.enter(key);
        return key;
    }
}
