// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.HashSet;
import java.util.Optional;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.SnapshotException;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.TransportLayer;

/** Writes down how a request came in, and how it is routed on. Stateless. */
final class SavedIncoming {
    private static final int FLOW = 1;
    private static final int INITIAL = 2;
    private static final int POPPED = 3;
    private static final int ONWARD = 4;
    private static final int SENDER = 5;
    private static final int ROLE = 6;
    private static final int ROUTING = 7;

    private SavedIncoming() {}

    static void write(Incoming incoming, FieldWriter out) {
        out.text(FLOW, FlowName.of(incoming.flow()).toString())
                .flag(INITIAL, incoming.initial())
                .text(POPPED, incoming.poppedRoute().map(NameAddr::toString))
                .text(ONWARD, incoming.onward());
        incoming.sender().ifPresent(sender -> out.text(SENDER, sender.name()).texts(ROLE, sender.roles()));
        out.part(ROUTING, part -> {
            SavedRouting.write(incoming.routing(), part);
            Origin arrival = incoming.routing().arrival();
            if (arrival.flow().filter(flow -> flow == incoming.flow()).isEmpty()) {
                SavedRouting.writeArrival(arrival, part);
            }
        });
    }

    static Incoming read(FieldReader in, TransportLayer transports) {
        Flow flow = transports.inPlaceOf(FlowName.parse(in.requiredText(FLOW))
                .orElseThrow(() -> new SnapshotException("a request came over a flow without name")));
        Optional<NameAddr> popped = in.text(POPPED).map(NameAddr::parse);
        Optional<Identity> sender = in.text(SENDER).map(name -> new Identity(name, new HashSet<>(in.texts(ROLE))));
        return new Incoming(
                flow,
                in.flag(INITIAL),
                in.part(ROUTING)
                        .map(part -> SavedRouting.read(part, transports, Origin.peer(flow, popped)))
                        .orElse(RoutingState.NEW),
                popped,
                in.text(ONWARD),
                sender);
    }
}
