// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.Protocol;

/**
 * A message on its way to another node. Immutable.
 *
 * @param received whether the sender received it on its flow; else the receiver is to send it by its own
 * @param onFailure stays with the sender
 */
@SuppressWarnings("ArrayRecordComponent") // neither compared nor changed
record RelayedMessage(boolean received, FlowName flow, byte[] bytes, Consumer<IOException> onFailure)
        implements Parcel {

    @Override
    public int size() {
        return bytes.length;
    }

    @Override
    public boolean isUrgent() {
        return true;
    }

    @Override
    public void failed(IOException reason) {
        onFailure.accept(reason);
    }

    @Override
    public void write(ObjectDataOutput out) throws IOException {
        out.writeBoolean(received);
        out.writeString(flow.protocol().name());
        write(out, flow.bound());
        write(out, flow.peer());
        out.writeLong(flow.serial());
        out.writeByteArray(bytes);
    }

    private static void write(ObjectDataOutput out, InetSocketAddress address) throws IOException {
        out.writeByteArray(address.getAddress().getAddress());
        out.writeInt(address.getPort());
    }

    static RelayedMessage read(ObjectDataInput in) throws IOException {
        boolean received = in.readBoolean();
        Protocol protocol = Protocol.valueOf(in.readString());
        InetSocketAddress bound = address(in);
        InetSocketAddress peer = address(in);
        FlowName flow = new FlowName(protocol, bound, peer, in.readLong());
        return new RelayedMessage(received, flow, in.readByteArray(), failure -> {});
    }

    private static InetSocketAddress address(ObjectDataInput in) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(in.readByteArray()), in.readInt());
    }
}
