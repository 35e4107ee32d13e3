// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.transport.Carried;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.ForbiddenRanges;

/**
 * A message on its way to another node. Immutable.
 *
 * @param received whether the sender received it on its flow; else the receiver is to send it by its own
 * @param onFailure stays with the sender
 */
record RelayedMessage(boolean received, Carried carried, Consumer<IOException> onFailure) implements Parcel {
    private static final byte[] NONE = {};

    @Override
    public int size() {
        return carried.message().length + carried.attachment().length;
    }

    @Override
    public boolean isUrgent() {
        return true;
    }

    @Override
    public void arrived() {
        // who has sent it waits for an answer
    }

    @Override
    public void failed(IOException reason) {
        onFailure.accept(reason);
    }

    @Override
    public void write(ObjectDataOutput out) throws IOException {
        FlowName flow = carried.flow();
        out.writeBoolean(received);
        out.writeString(flow.protocol().name());
        write(out, flow.bound());
        write(out, flow.peer());
        out.writeLong(flow.serial());
        out.writeByteArray(carried.message());
        if (carried.isInside()) {
            writeInside(out);
        }
    }

    private void writeInside(ObjectDataOutput out) throws IOException {
        out.writeByteArray(carried.attachment());
        List<String> forbidden = carried.forbidden().texts();
        out.writeInt(forbidden.size());
        for (String range : forbidden) {
            out.writeString(range);
        }
        out.writeBoolean(carried.arrival().isPresent());
        if (carried.arrival().isPresent()) {
            Arrival arrival = carried.arrival().get();
            write(out, arrival.peer());
            out.writeString(arrival.transport());
            out.writeString(arrival.poppedRoute().map(NameAddr::toString).orElse(""));
        }
    }

    private static void write(ObjectDataOutput out, InetSocketAddress address) throws IOException {
        out.writeByteArray(address.getAddress().getAddress());
        out.writeInt(address.getPort());
    }

    static RelayedMessage read(ObjectDataInput in, boolean inside) throws IOException {
        boolean received = in.readBoolean();
        Protocol protocol = Protocol.valueOf(in.readString());
        InetSocketAddress bound = address(in);
        InetSocketAddress peer = address(in);
        FlowName flow = new FlowName(protocol, bound, peer, in.readLong());
        byte[] message = in.readByteArray();
        Carried carried = inside
                ? inside(flow, message, in)
                : new Carried(flow, message, NONE, Optional.empty(), ForbiddenRanges.NONE);
        return new RelayedMessage(received, carried, failure -> {});
    }

    private static Carried inside(FlowName flow, byte[] message, ObjectDataInput in) throws IOException {
        byte[] attachment = in.readByteArray();
        List<String> forbidden = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            forbidden.add(in.readString());
        }
        Optional<Arrival> arrival = in.readBoolean() ? Optional.of(arrival(in)) : Optional.empty();
        return new Carried(flow, message, attachment, arrival, ForbiddenRanges.parse(forbidden));
    }

    private static Arrival arrival(ObjectDataInput in) throws IOException {
        InetSocketAddress peer = address(in);
        String transport = in.readString();
        String route = in.readString();
        return new Arrival(peer, transport, route.isEmpty() ? Optional.empty() : Optional.of(NameAddr.parse(route)));
    }

    private static InetSocketAddress address(ObjectDataInput in) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(in.readByteArray()), in.readInt());
    }
}
