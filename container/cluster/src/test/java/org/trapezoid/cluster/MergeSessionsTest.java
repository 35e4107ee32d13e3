// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.spi.merge.MergingEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two parts of a cluster, each with what it has of a session. */
class MergeSessionsTest {
    private static final byte[] STATE = {1};

    private record Entry(StoredSession session) implements MergingEntry<Object, StoredSession> {
        @Override
        public Object getKey() {
            return "token";
        }

        @Override
        public Object getRawKey() {
            return "token";
        }

        @Override
        public StoredSession getDeserializedValue() {
            return session;
        }

        @Override
        public Object getRawValue() {
            return session;
        }
    }

    private static Entry entry(String owner, long epoch) {
        return new Entry(new StoredSession(owner, epoch, 0, STATE));
    }

    @ParameterizedTest
    @CsvSource({
        "alpha, 1, beta,  2, present", // taken over in the part that is met
        "alpha, 2, beta,  1, coming",
        "alpha, 2, beta,  2, present", // by both: the greater owner, in whichever part it is
        "beta,  2, alpha, 2, coming",
        "alpha, 1, alpha, 1, present"
    })
    void theGreaterOneByEpochAndOwnerIsKept(
            String owner, long epoch, String presentOwner, long presentEpoch, String kept) {
        Entry coming = entry(owner, epoch);
        Entry present = entry(presentOwner, presentEpoch);

        Object merged = new MergeSessions().merge(coming, present);

        assertThat(merged).isSameAs((kept.equals("coming") ? coming : present).session());
    }

    @Test
    void whatHasEndedAfterItWasTakenOverDoesNotComeBack() {
        Entry ended = new Entry(entry("beta", 2).session().withoutState());

        assertThat(new MergeSessions().merge(entry("alpha", 1), ended)).isSameAs(ended.session());
    }

    @Test
    void whatOnePartAloneHasIsKept() {
        Entry coming = entry("alpha", 1);

        assertThat(new MergeSessions().merge(coming, null)).isSameAs(coming.session());
    }
}
