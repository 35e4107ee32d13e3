// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Keeps snapshots where they outlive the node that wrote them. No method waits; stages complete on any thread. Thread-safe.
 *
 * <p>At each token one writer counts: a save or a removal of another owner, or of an older epoch than the stored one, is refused.
 */
public interface SessionStore extends AutoCloseable {

    /** Where a session that begins at this node is best kept: the letter for {@link SessionTokens#fresh}. */
    char place();

    /**
     * Stores a snapshot in place of the one before.
     *
     * @return when a backup has it, or there is nobody for one ({@link #hasBackup}): whether it was stored; false if another owner has the
     *     session. Fails when it is not known what became of it; it may then be saved again
     */
    CompletionStage<Boolean> save(Snapshot snapshot);

    /**
     * Whether a second member keeps what is stored of that session: not while there is none, nor after one has gone, until another one has
     * copies. Does not wait.
     */
    boolean hasBackup(String token);

    /**
     * Takes a session over if its owner is not a member any more; exactly one of several claimants gets it. Fails when nobody can say: the
     * nodes were split, and the greater part of them is elsewhere, or {@link #claimsWhile} says no.
     */
    CompletionStage<Found> claim(String token);

    /**
     * The incarnation of the one who has a session, be it a member or not; {@link Snapshot#NOBODY} if it was left to others or is not
     * known. Changes nothing.
     */
    CompletionStage<String> owner(String token);

    /** Claims fail while that is false: what this node has may be old, and whom it misses may live. True before it is set; any thread asks. */
    void claimsWhile(BooleanSupplier sure);

    /**
     * This node cannot go on with a session that it has claimed. The session stays for a node that can, for an hour; claims of this node do not
     * find it any more.
     */
    void giveUp(Snapshot claimed);

    /** Forgets a session that has ended, if this owner in this epoch still has it. */
    void remove(String token, String owner, long epoch);

    /**
     * Lets a transaction be found that this node alone knows: an INVITE of which a CANCEL, an ACK or a retransmission may reach another
     * one. Forgotten after some minutes.
     *
     * @param transaction made by {@code TransactionLayer.serverKey}
     * @return when all others have heard of it, or those that have not did not answer in time; does not fail
     */
    CompletionStage<Void> name(String transaction, String token);

    /** The session whose transaction that is, if this node or another one has named it. Does not wait. */
    Optional<String> named(String transaction);

    /**
     * Who takes over sessions whose owner has gone, in the background; each of them is claimed by one member and given to its listener.
     * Before a listener is set nothing is claimed by itself.
     */
    void onOrphan(Consumer<Snapshot> listener);

    @Override
    void close();

    /** What became of a claim. */
    sealed interface Found {
        /** It belongs to this node now; the snapshot has the new owner and epoch already. */
        record Claimed(Snapshot snapshot) implements Found {}

        /** It runs on another node, which is a member. */
        record Owned(String owner) implements Found {}

        /** Nobody knows it: it has ended, or was never saved. */
        record Unknown() implements Found {}

        /** This node has given it up: another one may go on with it. */
        record GivenUp() implements Found {}
    }
}
