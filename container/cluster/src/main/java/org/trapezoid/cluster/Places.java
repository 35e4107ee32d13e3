// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.partition.PartitioningStrategy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.trapezoid.servlet.replication.SessionTokens;

/**
 * Where sessions are kept: those whose tokens begin alike in one partition, so that what is done to many of them is done in one step. This
 * node begins its sessions in partitions that it has itself: only the backup has to travel. Thread-safe.
 */
final class Places {
    private static final int MOST = 4;

    private final HazelcastInstance hazelcast;
    private final String incarnation;
    private final Predicate<String> hasBackup;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile String letters;

    /** @param hasBackup whether a place is also kept by another member */
    Places(HazelcastInstance hazelcast, String incarnation, Predicate<String> hasBackup) {
        this.hazelcast = hazelcast;
        this.incarnation = incarnation;
        this.hasBackup = hasBackup;
        this.letters = near();
    }

    /** Partitions move when members come and go. May wait for other members. */
    void refresh() {
        letters = near();
    }

    /** Keeps sessions together by the beginning of their tokens. */
    static PartitioningStrategy<String> strategy() {
        return SessionTokens::place;
    }

    /** For the next session. Does not wait. */
    char next() {
        String present = letters;
        return present.charAt(Math.floorMod(turn.getAndIncrement(), present.length()));
    }

    /**
     * One for each other member, so that the backups are spread; with a backup if there are such; any if no partition is here, as long as
     * none has been given away.
     */
    private String near() {
        int wanted =
                Math.min(MOST, Math.max(1, hazelcast.getCluster().getMembers().size() - 1));
        StringBuilder near = new StringBuilder();
        StringBuilder alone = new StringBuilder();
        for (int i = 0; i < SessionTokens.ALPHABET.length() && near.length() < wanted; i++) {
            char letter = SessionTokens.ALPHABET.charAt(i);
            String place = incarnation + letter;
            if (isHere(place)) {
                (hasBackup.test(place) ? near : alone).append(letter);
            }
        }
        near.append(alone, 0, Math.min(alone.length(), wanted - near.length()));
        return near.length() == 0 ? SessionTokens.ALPHABET : near.toString();
    }

    private boolean isHere(String place) {
        var owner = hazelcast.getPartitionService().getPartition(place).getOwner();
        return owner != null && owner.localMember();
    }
}
