// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

/**
 * An application session as its owner has last written it down. An immutable value; nobody changes the bytes.
 *
 * @param token names the session in the whole cluster, see {@link SessionTokens}
 * @param owner the incarnation of the node that runs it
 * @param epoch grows with each owner; the order of two snapshots is that of (epoch, owner)
 * @param state written by {@code SnapshotCodec}
 */
@SuppressWarnings("ArrayRecordComponent") // neither compared nor changed
public record Snapshot(String token, String owner, long epoch, byte[] state) {

    /** The owner of a session that its node has handed over: the first one that claims it gets it. */
    public static final String NOBODY = "";

    /** Without the state. */
    @Override
    public String toString() {
        return "session " + token + " of " + owner + ", epoch " + epoch + ", " + state.length + " bytes";
    }
}
