// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import org.trapezoid.sip.message.Response;

/** The user of a CANCEL's client transaction: what became of the CANCEL shows in its INVITE alone. Stateless. */
final class CancelUser implements ClientUser {
    static final CancelUser INSTANCE = new CancelUser();

    private CancelUser() {}

    @Override
    public void onResponse(Response response) {}

    @Override
    public void onTimeout() {}

    @Override
    public void onTransportError(IOException cause) {}

    @Override
    public void onTerminated() {}
}
