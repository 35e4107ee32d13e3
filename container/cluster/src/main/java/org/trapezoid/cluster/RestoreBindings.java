// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Instant;

/** Stores what the cluster had agreed on, unless something newer is there. */
final class RestoreBindings extends BindingsProcessor {
    private static final long serialVersionUID = 1L;

    /** For deserialisation. */
    RestoreBindings() {
        super("");
    }

    RestoreBindings(String record) {
        super(record);
    }

    @Override
    SharedRecord next(SharedRecord present, String record, Instant now) {
        SharedRecord agreed = SharedRecord.parse(record);
        return agreed.version() > present.version() ? agreed : present;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.RESTORE_BINDINGS;
    }
}
