// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;

/** What the nodes send each other, by number: what is running in a cluster stays as it is. Stateless. */
final class ClusterSerialization {
    static final int FACTORY = 5060;
    static final int MERGE_BINDINGS = 1;
    static final int RESTORE_BINDINGS = 2;

    private ClusterSerialization() {}

    static IdentifiedDataSerializable create(int type) {
        return switch (type) {
            case MERGE_BINDINGS -> new MergeBindings();
            case RESTORE_BINDINGS -> new RestoreBindings();
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
