// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.trapezoid.cluster.HazelcastNodes;
import org.trapezoid.servlet.replication.SessionTokens;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.FlowTokens;

/** What the stack of a node knows of its cluster: before the node has joined, which one it will be. Thread-safe. */
final class ClusterLink implements FlowTokens.Elsewhere {
    private final String incarnation;
    private final byte[] flowKey;
    private final SessionTokens tokens;
    private volatile Optional<HazelcastNodes> nodes = Optional.empty();

    ClusterLink(Cluster config, RandomGenerator random) {
        this.incarnation = SessionTokens.incarnation(random);
        this.flowKey = config.key("flows");
        this.tokens = new SessionTokens(incarnation, config.key("sessions"), random);
    }

    /** Names this start of the node. */
    String incarnation() {
        return incarnation;
    }

    /** What flow tokens are sealed with. */
    byte[] flowKey() {
        return flowKey;
    }

    /** The names of sessions. */
    SessionTokens tokens() {
        return tokens;
    }

    void joined(HazelcastNodes others) {
        nodes = Optional.of(others);
    }

    @Override
    public Optional<Flow> flow(String other, FlowName name) {
        return nodes.filter(known -> known.isMember(other) && !other.equals(incarnation))
                .map(known -> known.flows().flow(other, name));
    }
}
