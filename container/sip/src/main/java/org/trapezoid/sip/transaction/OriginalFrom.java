// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Response;

/**
 * The user of a request whose sender was hidden from the peer (RFC 3323 §5.3): the responses have the From that it sent. Confined to
 * its owner's strand.
 *
 * @param from the value of the field
 */
record OriginalFrom(ClientUser user, String from) implements ClientUser {

    @Override
    public void onResponse(Response response) {
        user.onResponse(response.toBuilder().set(HeaderName.FROM, from).build());
    }

    @Override
    public void onTimeout() {
        user.onTimeout();
    }

    @Override
    public void onTransportError(IOException cause) {
        user.onTransportError(cause);
    }

    @Override
    public void onTerminated() {
        user.onTerminated();
    }
}
