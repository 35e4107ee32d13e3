// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives a session to a claimant if its owner is no member. Tells what is stored then: with the state for the claimant, without for others;
 * null if nothing is.
 */
final class ClaimSession extends SessionProcessor<StoredSession> implements HazelcastInstanceAware {
    private long claim;
    private Set<String> members;
    private Optional<Membership> known = Optional.empty();

    /** For deserialisation. */
    ClaimSession() {
        super("", 0);
        members = Set.of();
    }

    /**
     * @param claim tells this claim from others of the same claimant, but not from its repetitions; not 0
     * @param members the incarnations of the members as the claimant knows them
     */
    ClaimSession(String claimant, long claim, Set<String> members) {
        super(claimant, 0);
        this.claim = claim;
        this.members = members;
    }

    @Override
    @Nullable
    StoredSession process(Map.Entry<String, StoredSession> entry) {
        @Nullable StoredSession present = entry.getValue();
        if (present == null || present.hasEnded()) {
            return null;
        }
        if (present.claim() == claim && present.owner().equals(owner())) {
            repeat(); // the answer to the first attempt was lost
            return present;
        }
        if (!isDecided() && isMember(present.owner())) {
            return present.withoutState();
        }
        StoredSession claimed = new StoredSession(owner(), present.epoch() + 1, claim, present.state());
        store(entry, claimed);
        return claimed;
    }

    /** Whether the claimant or the member that stores the session knows the owner: one that has just joined is known to the latter. */
    private boolean isMember(String owner) {
        return members.contains(owner)
                || known.filter(here -> here.incarnations().contains(owner)).isPresent();
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance hazelcast) {
        known = Membership.of(hazelcast);
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.CLAIM_SESSION;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        super.writeData(out);
        out.writeLong(claim);
        out.writeStringArray(members.toArray(String[]::new));
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        super.readData(in);
        claim = in.readLong();
        members = Set.of(in.readStringArray());
    }
}
