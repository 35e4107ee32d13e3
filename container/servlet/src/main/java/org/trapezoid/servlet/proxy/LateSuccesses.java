// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.io.IOException;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.ServerTransaction;

/**
 * The rest of a branch whose proxy has done its work: it forwards retransmitted 2xx, and those of further callees (RFC 3261
 * §16.7 step 5, RFC 6026 §7.2). Confined to its strand; kept for 32 s, so it is small.
 */
final class LateSuccesses implements ClientUser {
    private final ServerTransaction upstream;
    private final Successes successes;
    private final ProxyListener.Late late;
    private final int branch;

    /** @param branch which one of its proxy's branches it is */
    LateSuccesses(ServerTransaction upstream, Successes successes, ProxyListener.Late late, int branch) {
        this.upstream = upstream;
        this.successes = successes;
        this.late = late;
        this.branch = branch;
    }

    @Override
    public void onResponse(Response received) {
        Response response = Forwarding.withoutOurVia(received);
        if (response.viaCount() == 0) {
            return; // RFC 3261 §16.7 step 3: meant for us
        }
        if (!successes.add(response)) {
            successes.forwardedFor(response).ifPresent(upstream::send);
        } else if (!late.onSuccess(branch, response)) {
            successes.forwarded(response);
            upstream.send(response);
        }
    }

    @Override
    public void onTimeout() {}

    @Override
    public void onTransportError(IOException cause) {}

    @Override
    public void onTerminated() {}
}
