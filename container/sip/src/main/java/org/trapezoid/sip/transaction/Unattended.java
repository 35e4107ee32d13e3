// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import org.trapezoid.sip.message.Response;

/** The user of a request whose outcome nobody waits for, as a CANCEL, whose effect shows in its INVITE alone. Stateless. */
public final class Unattended implements ClientUser {
    public static final Unattended INSTANCE = new Unattended();

    private Unattended() {}

    @Override
    public void onResponse(Response response) {}

    @Override
    public void onTimeout() {}

    @Override
    public void onTransportError(IOException cause) {}

    @Override
    public void onTerminated() {}
}
