// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.app;

import jakarta.annotation.Resource;
import jakarta.servlet.sip.SipSessionsUtil;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import org.jspecify.annotations.Nullable;

/** Answers each message with what it was given. */
@ServerEndpoint("/socket/{name}")
public class Socket {

    @Resource
    private @Nullable SipSessionsUtil sessions;

    @OnMessage
    public String echo(String text, @PathParam("name") String name) {
        return name + ": " + text + " "
                + (sessions == null
                        ? "without"
                        : sessions.getSipApplicationSessionIds().size());
    }
}
