// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.HashSet;
import java.util.Optional;
import org.trapezoid.servlet.facade.SavedRouting;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.transport.TransportLayer;

/**
 * What goes along with an initial request from one application to the next inside this server: the selection is made already.
 *
 * @param actor as whom its servlet sends it
 */
record Handover(String application, RoutingState state, Optional<NameAddr> poppedRoute, Optional<Actor> actor)
        implements LoopbackFlow.Attachment {
    private static final int APPLICATION = 1;
    private static final int STATE = 2;
    private static final int POPPED = 3;
    private static final int ACTOR = 4;
    private static final int ROLE = 5;
    private static final int REALM = 6;

    @Override
    public byte[] toBytes() {
        FieldWriter out = new FieldWriter();
        out.text(APPLICATION, application)
                .part(STATE, part -> {
                    SavedRouting.write(state, part);
                    SavedRouting.writeArrival(state.arrival(), part);
                })
                .text(POPPED, poppedRoute.map(NameAddr::toString));
        actor.ifPresent(who -> out.text(ACTOR, who.identity().name())
                .texts(ROLE, who.identity().roles())
                .text(REALM, who.realm()));
        return out.toBytes();
    }

    /** Reads one that an application of another node has made; empty if it is none. */
    static Optional<Handover> read(byte[] bytes, TransportLayer transports) {
        if (bytes[0] != APPLICATION) {
            return Optional.empty();
        }
        FieldReader in = new FieldReader(bytes);
        return in.text(APPLICATION)
                .map(application -> new Handover(
                        application,
                        SavedRouting.read(in.requiredPart(STATE), transports, Origin.APPLICATION),
                        in.text(POPPED).map(NameAddr::parse),
                        in.text(ACTOR)
                                .map(name -> new Actor(
                                        new Identity(name, new HashSet<>(in.texts(ROLE))), in.requiredText(REALM)))));
    }
}
