// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;

/**
 * Which session an INVITE belongs to that a CANCEL, an ACK or a repetition may name at any node.
 *
 * @param key of the server transaction
 * @param token of the session
 * @param told stays with the sender; when a member knows it, or cannot be told
 */
record TransactionName(String key, String token, Runnable told) implements Parcel {
    /** For whom nobody waits. */
    TransactionName(String key, String token) {
        this(key, token, () -> {});
    }

    @Override
    public int size() {
        return key.length() + token.length();
    }

    @Override
    public boolean isUrgent() {
        return false;
    }

    @Override
    public void write(ObjectDataOutput out) throws IOException {
        out.writeString(key);
        out.writeString(token);
    }

    static TransactionName read(ObjectDataInput in) throws IOException {
        return new TransactionName(in.readString(), in.readString());
    }

    @Override
    public void arrived() {
        told.run();
    }

    /** A member that cannot be told is about to go; whoever joins asks. */
    @Override
    public void failed(IOException reason) {
        told.run();
    }
}
