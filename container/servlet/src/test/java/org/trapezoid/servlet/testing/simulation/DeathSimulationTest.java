// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random calls through the nodes of a cluster, of which one dies at any moment; from fixed seeds, as {@link SimulationTest}. */
class DeathSimulationTest {
    private static final int RUNS = Integer.getInteger("simulation.runs", 100);
    private static final long SEED = Long.getLong("simulation.seed", 1);

    static Stream<Arguments> scenarios() {
        return Stream.of(
                Arguments.of("relaying proxies", Scenarios.RELAYING_PROXIES),
                Arguments.of("relaying back-to-back agents", Scenarios.RELAYING_BACK_TO_BACK_AGENTS),
                Arguments.of("death of a proxy", Scenarios.DEATH_OF_A_PROXY),
                Arguments.of("death of a back-to-back agent", Scenarios.DEATH_OF_A_BACK_TO_BACK_AGENT),
                Arguments.of("death of a chain", Scenarios.DEATH_OF_A_CHAIN),
                Arguments.of(
                        "death of a chain that begins back-to-back",
                        Scenarios.DEATH_OF_A_CHAIN_THAT_BEGINS_BACK_TO_BACK),
                Arguments.of(
                        "death of a chain that ends back-to-back", Scenarios.DEATH_OF_A_CHAIN_THAT_ENDS_BACK_TO_BACK),
                Arguments.of(
                        "death of a chain of back-to-back agents", Scenarios.DEATH_OF_A_CHAIN_OF_BACK_TO_BACK_AGENTS));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void callsGoOn(String name, Scenario scenario) {
        System.out.println(new Simulation(name, scenario).run(SEED, RUNS));
    }
}
