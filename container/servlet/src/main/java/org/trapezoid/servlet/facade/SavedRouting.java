// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.io.Serializable;
import java.util.Optional;
import org.trapezoid.servlet.router.Directive;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.Region;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.Uri;

/** Writes down where a chain of applications stands. Stateless. */
public final class SavedRouting {
    private static final int DIRECTIVE = 1;
    private static final int REGION = 2;
    private static final int REGION_TYPE = 3;
    private static final int SUBSCRIBER = 4;
    private static final int APPLICATION = 5;
    private static final int STATE_NUMBER = 6;
    private static final int STATE_LONG = 7;
    private static final int STATE_TEXT = 8;
    private static final int ARRIVED_OVER = 9;
    private static final int ARRIVED_BY = 10;

    private SavedRouting() {}

    /** Of what the application router has kept with it, numbers and texts; without how it arrived. */
    public static void write(RoutingState routing, FieldWriter out) {
        out.text(DIRECTIVE, routing.directive().name())
                .text(REGION, routing.region().map(Region::label))
                .text(REGION_TYPE, routing.region().map(region -> region.type().name()))
                .text(SUBSCRIBER, routing.subscriber().map(Uri::toString))
                .text(APPLICATION, routing.application());
        Serializable info = routing.stateInfo().orElse("");
        if (info instanceof Integer number) {
            out.text(STATE_NUMBER, number.toString());
        } else if (info instanceof Long number) {
            out.text(STATE_LONG, number.toString());
        } else if (info instanceof String text && routing.stateInfo().isPresent()) {
            out.text(STATE_TEXT, text);
        }
    }

    /** Adds how the request arrived, if it came from the network. */
    public static void writeArrival(Origin arrival, FieldWriter out) {
        arrival.flow()
                .ifPresent(flow -> out.text(ARRIVED_OVER, FlowName.of(flow).toString())
                        .text(ARRIVED_BY, arrival.poppedRoute().map(NameAddr::toString)));
    }

    private static Optional<Serializable> stateInfo(FieldReader in) {
        Optional<Serializable> number = in.text(STATE_NUMBER).map(Integer::valueOf);
        return number.or(() -> in.text(STATE_LONG).map(Long::valueOf)).or(() -> in.text(STATE_TEXT));
    }

    static RoutingState read(FieldReader in, Origin arrival) {
        return new RoutingState(
                Directive.valueOf(in.requiredText(DIRECTIVE)),
                in.text(REGION).map(label -> new Region(label, Region.Type.valueOf(in.requiredText(REGION_TYPE)))),
                stateInfo(in),
                in.text(SUBSCRIBER).map(Uri::parse),
                in.text(APPLICATION),
                arrival);
    }

    /** @param known how the request arrived if nothing was written of that */
    public static RoutingState read(FieldReader in, TransportLayer transports, Origin known) {
        return read(in, arrival(in, transports).orElse(known));
    }

    /** How it came to this server, before other applications of the chain had it. */
    private static Optional<Origin> arrival(FieldReader in, TransportLayer transports) {
        return in.text(ARRIVED_OVER)
                .flatMap(FlowName::parse)
                .map(name -> Origin.peer(
                        transports.inPlaceOf(name), in.text(ARRIVED_BY).map(NameAddr::parse)));
    }
}
