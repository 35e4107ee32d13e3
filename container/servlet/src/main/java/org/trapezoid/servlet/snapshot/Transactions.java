// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.transaction.ClientState;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.Protocol;

/** Writes transactions down. Stateless. */
public final class Transactions {
    private static final int REQUEST = 1;
    private static final int FLOW = 2;
    private static final int LOCAL_TAG = 3;
    private static final int LAST_RESPONSE = 4;
    private static final int STATE = 5;
    private static final int CANCELLED = 6;
    private static final int AGE = 7;
    private static final int FROM = 8;
    private static final int NAMED_FLOW = 9;
    private static final int GIVEN = 10;
    private static final int HOP = 11;
    private static final int USE = 1;
    private static final int STRICT = 2;
    private static final int PROTOCOL = 1;
    private static final int ADDRESS = 2;
    private static final int PORT = 3;
    private static final int DOMAIN = 4;

    private Transactions() {}

    public static void write(ServerTransaction.Memento transaction, FieldWriter out) {
        out.bytes(REQUEST, Messages.bytes(transaction.request()))
                .text(FLOW, transaction.flow().toString())
                .text(LOCAL_TAG, transaction.localTag());
        transaction.last().ifPresent(last -> out.bytes(LAST_RESPONSE, Messages.bytes(last)));
    }

    public static ServerTransaction.Memento server(FieldReader in) {
        return new ServerTransaction.Memento(
                Messages.request(in.requiredBytes(REQUEST)),
                flow(in),
                in.text(LOCAL_TAG),
                in.bytes(LAST_RESPONSE).map(Messages::response));
    }

    public static void write(OutgoingRequest.Memento transaction, FieldWriter out) {
        Messages.write(out, REQUEST, transaction.request());
        out.text(FLOW, transaction.flow().toString())
                .text(STATE, transaction.state().name())
                .flag(CANCELLED, transaction.cancelled())
                .number(AGE, transaction.age().toMillis())
                .text(FROM, transaction.from());
        transaction
                .route()
                .ifPresent(route -> out.part(
                        NAMED_FLOW, part -> part.text(USE, route.use().name()).flag(STRICT, route.strict())));
        transaction.failover().ifPresent(failover -> {
            Messages.write(out, GIVEN, failover.given());
            failover.hops().forEach(hop -> out.part(HOP, part -> write(hop, part)));
        });
    }

    private static void write(Hop hop, FieldWriter out) {
        out.text(PROTOCOL, hop.protocol().name())
                .bytes(ADDRESS, hop.address().getAddress().getAddress())
                .number(PORT, hop.address().getPort())
                .text(DOMAIN, hop.domain());
    }

    private static Hop hop(FieldReader in) {
        try {
            InetAddress address = InetAddress.getByAddress(in.requiredBytes(ADDRESS));
            return new Hop(
                    Protocol.valueOf(in.requiredText(PROTOCOL)),
                    new InetSocketAddress(address, (int) in.number(PORT)),
                    in.requiredText(DOMAIN));
        } catch (UnknownHostException e) {
            throw new SnapshotException("the address of a hop cannot be read", e);
        }
    }

    public static OutgoingRequest.Memento client(FieldReader in) {
        return new OutgoingRequest.Memento(
                Messages.request(in, REQUEST),
                flow(in),
                ClientState.valueOf(in.requiredText(STATE)),
                in.flag(CANCELLED),
                in.lasted(AGE),
                in.text(FROM),
                in.part(NAMED_FLOW)
                        .map(part -> new OutgoingRequest.NamedFlow(
                                FlowTokens.Use.valueOf(part.requiredText(USE)), part.flag(STRICT))),
                Messages.ifRequest(in, GIVEN)
                        .map(given -> new OutgoingRequest.Failover(
                                given,
                                in.parts(HOP).stream().map(Transactions::hop).toList())));
    }

    private static FlowName flow(FieldReader in) {
        String text = in.requiredText(FLOW);
        return FlowName.parse(text).orElseThrow(() -> new SnapshotException("\"" + text + "\" names no flow"));
    }
}
