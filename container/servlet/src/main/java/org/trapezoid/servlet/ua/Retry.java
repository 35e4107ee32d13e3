// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.io.IOException;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;

/**
 * The user of a transaction that took the place of another one, which was refused; when it is replaced itself, it is over. Confined to
 * its strand.
 */
final class Retry implements ClientUser {
    private final UacCore core;
    private boolean replaced;

    Retry(UacCore core) {
        this.core = core;
    }

    void replaced() {
        replaced = true;
    }

    @Override
    public void onResponse(Response response) {
        if (!replaced) {
            core.receive(response);
        }
    }

    @Override
    public void onTimeout() {
        if (!replaced) {
            core.timedOut();
        }
    }

    @Override
    public void onTransportError(IOException cause) {
        if (!replaced) {
            core.onTransportFailure(cause);
        }
    }

    @Override
    public void onTerminated() {
        if (!replaced) {
            core.terminated();
        }
    }
}
