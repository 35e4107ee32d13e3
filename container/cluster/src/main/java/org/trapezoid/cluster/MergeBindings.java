// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Instant;
import org.trapezoid.servlet.location.BindingMerge;

/** Applies a change to the bindings of an address-of-record, one change at a time. */
final class MergeBindings extends BindingsProcessor {
    private static final long serialVersionUID = 1L;

    /** For deserialisation. */
    MergeBindings() {
        super("");
    }

    MergeBindings(BindingMerge change) {
        super(change.format());
    }

    @Override
    SharedRecord next(SharedRecord present, String change, Instant now) {
        long version = Math.max(present.version() + 1, now.toEpochMilli());
        return new SharedRecord(version, BindingMerge.parse(change).apply(present.bindings(), now));
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.MERGE_BINDINGS;
    }
}
