// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.io.IOException;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;

/** The user of a request whose outcome nobody waits for. Confined to its strand. */
final class Unattended implements ClientUser {

    @Override
    public void onResponse(Response response) {}

    @Override
    public void onTimeout() {}

    @Override
    public void onTransportError(IOException cause) {}

    @Override
    public void onTerminated() {}
}
