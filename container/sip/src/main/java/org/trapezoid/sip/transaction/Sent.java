// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Traffic;

/** A request sent without a transaction: the ACK for a 2xx, or one that is forwarded statelessly. Thread-safe. */
public final class Sent {
    private static final Logger log = LoggerFactory.getLogger(Sent.class);

    private volatile Optional<Leaving> leaving = Optional.empty();

    private final Traffic traffic;

    Sent(Traffic traffic) {
        this.traffic = traffic;
    }

    /** Sends the same message the same way again: for each retransmitted 2xx (RFC 3261 §13.2.2.4). */
    public void resend() {
        leaving.ifPresent(Leaving::go);
    }

    /** As sent; empty while its next hop is not known. */
    public Optional<Request> request() {
        return leaving.map(Leaving::request);
    }

    /** Sends it, now and each time again by this flow, until that fails. */
    void go(Request request, Flow flow, Runnable onFailure) {
        Leaving first = new Leaving(request, flow, onFailure, traffic);
        leaving = Optional.of(first);
        first.go();
    }

    private record Leaving(Request request, Flow flow, Runnable onFailure, Traffic traffic) {

        void go() {
            traffic.sent(flow, request);
            flow.send(request, cause -> {
                log.debug("{} not sent to {}: {}", request.method().name(), flow.peer(), cause.toString());
                onFailure.run();
            });
        }
    }
}
