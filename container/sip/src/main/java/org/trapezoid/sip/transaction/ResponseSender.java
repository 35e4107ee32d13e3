// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.locate.ServerLocator;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.SipUri;

/**
 * Sends responses where the transport layer sends them; when the connection of the request is gone and its source cannot be
 * connected to, to the servers that the top Via names (RFC 3261 §18.2.2, RFC 3263 §5). Thread-safe.
 */
final class ResponseSender {
    private static final Logger log = LoggerFactory.getLogger(ResponseSender.class);

    private final TransportLayer transports;
    private final ServerLocator locator;

    ResponseSender(TransportLayer transports, ServerLocator locator) {
        this.transports = transports;
        this.locator = locator;
    }

    void send(Flow receivedOn, Response response, Consumer<IOException> onFailure) {
        Protocol protocol = receivedOn.protocol();
        if (protocol != Protocol.TCP && protocol != Protocol.TLS) {
            transports.sendResponse(receivedOn, response, onFailure);
        } else {
            transports.sendResponse(
                    receivedOn, response, failure -> sendByName(protocol, response, failure, onFailure));
        }
    }

    /** A sent-by that is an address was tried already, or stands for nothing outside its own network. */
    private void sendByName(Protocol protocol, Response response, IOException cause, Consumer<IOException> onFailure) {
        Via via = response.topVia();
        if (via.sentBy().isIpLiteral()) {
            onFailure.accept(cause);
            return;
        }
        log.debug("response to {} fails over to its servers: {}", via.sentBy(), cause.toString());
        SipUri server = SipUri.of(via.sentBy()).withParameter("transport", protocol.parameter());
        locator.locate(server)
                .whenComplete((hops, problem) -> sendToNext(
                        problem == null ? hops.iterator() : List.<Hop>of().iterator(), response, cause, onFailure));
    }

    private void sendToNext(Iterator<Hop> hops, Response response, IOException cause, Consumer<IOException> onFailure) {
        while (hops.hasNext()) {
            Hop hop = hops.next();
            Optional<Flow> flow = transports.flowTo(hop.protocol(), hop.address(), hop.domain());
            if (flow.isPresent()) {
                flow.get().send(response, failure -> sendToNext(hops, response, failure, onFailure));
                return;
            }
        }
        onFailure.accept(cause);
    }
}
