// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.sip.message.Request;

/** What {@code send()} does with a request made here. In the core section. */
interface Sending {

    void send(Request request, RoutingState routing);

    /** The client side, of requests that have one. */
    default Optional<UacCore> uac() {
        return Optional.empty();
    }

    /** A request with a transaction of its own. */
    record Transaction(UacCore core) implements Sending {
        @Override
        public void send(Request request, RoutingState routing) {
            core.send(request, routing);
        }

        @Override
        public Optional<UacCore> uac() {
            return Optional.of(core);
        }
    }

    /** The ACK for a 2xx. */
    record Ack(UacCore invite, SipSessionState session) implements Sending {
        @Override
        public void send(Request request, RoutingState routing) {
            invite.sendAck(session, request);
        }
    }

    /** A CANCEL: the stack makes it from the INVITE, of this one the Reason values count. */
    record Cancel(UacCore invite) implements Sending {
        @Override
        public void send(Request request, RoutingState routing) {
            invite.cancel(request.headers().values(org.trapezoid.sip.header.HeaderName.of("Reason")));
        }
    }
}
