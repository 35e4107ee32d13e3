// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;

/** What the nodes send each other, by number: what is running in a cluster stays as it is. Stateless. */
final class ClusterSerialization {
    static final int FACTORY = 5060;
    static final int MERGE_BINDINGS = 1;
    static final int RESTORE_BINDINGS = 2;
    static final int STORED_SESSION = 3;
    static final int SAVE_SESSION = 4;
    static final int CLAIM_SESSION = 5;
    static final int REMOVE_SESSION = 6;
    static final int ORPHANED_SESSIONS = 7;
    static final int RELAY_BATCH = 8;
    static final int LEAVING = 9;
    static final int STORE_BINDINGS = 10;
    static final int NAMES_OF_MINUTE = 11;
    static final int NAMES = 12;
    static final int MERGE_SESSIONS = 13;
    static final int SESSION_BATCH = 14;
    static final int CHANGE_KEY = 15;
    static final int GIVE_UP_SESSION = 16;
    static final int KNOWING = 17;
    static final int INSIDE_BATCH = 18;
    static final int SESSION_OPERATION = 19;
    static final int MISSED = 20;
    static final int LATER_RECORD = 21;

    private ClusterSerialization() {}

    static IdentifiedDataSerializable create(int type) {
        return switch (type) {
            case MERGE_BINDINGS -> new MergeBindings();
            case RESTORE_BINDINGS -> new RestoreBindings();
            case STORED_SESSION -> new StoredSession();
            case SAVE_SESSION -> new SaveSession();
            case CLAIM_SESSION -> new ClaimSession();
            case REMOVE_SESSION -> new RemoveSession();
            case ORPHANED_SESSIONS -> new OrphanedSessions();
            case RELAY_BATCH -> RelayBatch.plain();
            case LEAVING -> new Leaving();
            case STORE_BINDINGS -> new StoreBindings();
            case NAMES_OF_MINUTE -> new NamesOfMinute();
            case NAMES -> new NamesOfMinute.Names();
            case MERGE_SESSIONS -> new MergeSessions();
            case SESSION_BATCH -> new SessionBatch();
            case CHANGE_KEY -> new ChangeKey();
            case GIVE_UP_SESSION -> new GiveUpSession();
            case KNOWING -> new Knowing();
            case INSIDE_BATCH -> RelayBatch.inside();
            case SESSION_OPERATION -> new SessionOperation();
            case MISSED -> new Missed();
            case LATER_RECORD -> new LaterRecord();
            default -> throw new IllegalArgumentException("nodes of this version know no type " + type);
        };
    }

    /**
     * Nothing that is ours is sent as a serialised Java object. Hazelcast sends failures so, and an invocation whose failure cannot be read
     * never ends.
     */
    static JavaSerializationFilterConfig noJavaSerialization() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.setDefaultsDisabled(true);
        filter.getWhitelist()
                .addPrefixes(
                        "com.hazelcast.",
                        "[Lcom.hazelcast.",
                        "java.lang.",
                        "[Ljava.lang.",
                        "java.util.",
                        "java.io.",
                        "java.net.");
        return filter;
    }
}
