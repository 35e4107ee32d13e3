// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.servlet.replication.SessionKeys;
import org.trapezoid.servlet.replication.testing.SessionKeysContract;

/** On real members, of which those that a test leaves alive serve the next one. */
@Timeout(120)
class HazelcastSessionKeysTest extends SessionKeysContract {
    private static final int MOST = 8;

    @SuppressWarnings("NullAway.Init")
    private static ReusedMembers members;

    private final List<Joined> joined = new ArrayList<>();

    private record Joined(ClusterNode node, HazelcastSessionKeys hazelcastKeys) implements Member {
        @Override
        public SessionKeys keys() {
            return hazelcastKeys;
        }

        @Override
        public void die() {
            members.kill(node);
        }
    }

    @BeforeAll
    static void reserve() {
        members = new ReusedMembers(MOST);
    }

    @AfterAll
    static void stop() {
        members.close();
    }

    @AfterEach
    void clear() {
        joined.forEach(member -> member.hazelcastKeys().close());
        members.clear(HazelcastSessionKeys.KEYS);
    }

    @Override
    protected Joined join() throws IOException {
        ClusterNode node = members.next();
        Joined member = new Joined(node, new HazelcastSessionKeys(node));
        joined.add(member);
        return member;
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) throws Exception {
        return ReusedMembers.await(stage);
    }

    @Override
    protected void until(BooleanSupplier condition) {
        ReusedMembers.until(condition);
    }
}
