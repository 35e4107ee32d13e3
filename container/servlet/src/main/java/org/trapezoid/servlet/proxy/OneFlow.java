// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.io.IOException;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;

/**
 * The user of a branch's transaction over a flow that is not the last one of its user agent; when the flow fails, the next has its
 * turn (RFC 5626 §7). Confined to its strand.
 */
final class OneFlow implements ClientUser {
    private final ProxyBranch branch;
    private boolean over;

    OneFlow(ProxyBranch branch) {
        this.branch = branch;
    }

    @Override
    public void onResponse(Response received) {
        if (!over && !(isFlowFailure(received.status()) && goOn())) {
            branch.onResponse(received);
        }
    }

    /** Whether a response says that the flow leads nowhere, be there others or not. */
    private static boolean isFlowFailure(int status) {
        return status == 430 || status == 408;
    }

    @Override
    public void onTimeout() {
        if (!over && !goOn()) {
            branch.onTimeout();
        }
    }

    @Override
    public void onTransportError(IOException cause) {
        if (!over && !goOn()) {
            branch.onTransportError(cause);
        }
    }

    @Override
    public void onTerminated() {
        if (!over) {
            branch.onTerminated();
        }
    }

    private boolean goOn() {
        over = branch.mayTryNextFlow();
        if (over) {
            branch.tryNextFlow();
        }
        return over;
    }
}
