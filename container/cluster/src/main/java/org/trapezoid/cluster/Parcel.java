// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;

/** What one node tells another one. Immutable. */
sealed interface Parcel permits RelayedMessage, TransactionName {

    /** About how many bytes it needs. */
    int size();

    /** Whether somebody waits for it; else it goes with others. */
    boolean isUrgent();

    void write(ObjectDataOutput out) throws IOException;

    /** It has got there. */
    void arrived();

    /** It did not get there, or could do nothing there. */
    void failed(IOException reason);

    /** Writes it so that {@link #read} knows of which kind it is. */
    static void writeAny(Parcel parcel, ObjectDataOutput out) throws IOException {
        out.writeBoolean(parcel instanceof RelayedMessage);
        parcel.write(out);
    }

    /** @param inside whether it is of a batch of messages between two applications */
    static Parcel read(ObjectDataInput in, boolean inside) throws IOException {
        return in.readBoolean() ? RelayedMessage.read(in, inside) : TransactionName.read(in);
    }
}
