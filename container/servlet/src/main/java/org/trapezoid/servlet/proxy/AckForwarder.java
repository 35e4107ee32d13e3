// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.io.IOException;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transaction.ServerUser;

/**
 * The rest of a proxy that has answered an INVITE: an ACK for a 2xx that matches the transaction, as RFC 2543 callers send it,
 * goes on along its Route (RFC 6026 §6). Immutable.
 */
final class AckForwarder implements ServerUser {
    private final ProxyEnvironment environment;

    AckForwarder(ProxyEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public void onAck(Request ack) {
        RoutePreprocessor.Preprocessed routed = RoutePreprocessor.process(ack, environment.isOwn());
        DialogForwarder forwarder = new DialogForwarder(environment);
        forwarder.forwardAck(DialogForwarder.onward(routed.request(), forwarder.onward(routed.popped())));
    }

    @Override
    public void onCancel(Request cancel) {}

    @Override
    public void onTimeout() {}

    @Override
    public void onTransportError(IOException cause) {}

    @Override
    public void onTerminated() {}
}
