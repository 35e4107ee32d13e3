// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.ServletConnection;

/** The flow that a request came over, as Jakarta Servlet 6 describes connections. */
record SipConnection(SipRequest request) implements ServletConnection {

    @Override
    public String getConnectionId() {
        return request.flow().map(flow -> flow.local() + "-" + flow.peer()).orElse("");
    }

    @Override
    public String getProtocol() {
        return "SIP/2.0";
    }

    @Override
    public String getProtocolConnectionId() {
        return "";
    }

    @Override
    public boolean isSecure() {
        return request.isSecure();
    }
}
