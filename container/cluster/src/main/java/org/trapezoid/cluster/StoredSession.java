// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;

/** What is stored of a session: whose it is, and its state. Not changed once made. */
final class StoredSession implements IdentifiedDataSerializable {
    private static final byte[] NOTHING = {};

    private String owner;
    private long epoch;
    private long claim;
    private byte[] state;

    /** For deserialisation. */
    StoredSession() {
        this("", 0, 0, NOTHING);
    }

    /**
     * @param claim which claim made its owner the owner; 0 for the one who began it
     * @param state of no length once the session has ended
     */
    StoredSession(String owner, long epoch, long claim, byte[] state) {
        this.owner = owner;
        this.epoch = epoch;
        this.claim = claim;
        this.state = state;
    }

    String owner() {
        return owner;
    }

    long epoch() {
        return epoch;
    }

    byte[] state() {
        return state;
    }

    long claim() {
        return claim;
    }

    boolean hasEnded() {
        return state.length == 0;
    }

    /** The same once it has ended, or for somebody whom its state does not concern. */
    StoredSession withoutState() {
        return new StoredSession(owner, epoch, claim, NOTHING);
    }

    /** Compares by epoch, then owner: of two writers of one session the greater one counts. */
    int compareTo(String otherOwner, long otherEpoch) {
        int order = Long.compare(epoch, otherEpoch);
        return order == 0 ? owner.compareTo(otherOwner) : order;
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.STORED_SESSION;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(owner);
        out.writeLong(epoch);
        out.writeLong(claim);
        out.writeByteArray(state);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        owner = in.readString();
        epoch = in.readLong();
        claim = in.readLong();
        state = in.readByteArray();
    }
}
