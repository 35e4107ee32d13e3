// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random calls through the nodes of a cluster, of which one dies, stands still or is cut off at any moment, while saves are late or fail; from fixed seeds, as {@link SimulationTest}. */
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
                        "death of a chain of back-to-back agents", Scenarios.DEATH_OF_A_CHAIN_OF_BACK_TO_BACK_AGENTS),
                Arguments.of("hang of a proxy", Scenarios.HANG_OF_A_PROXY),
                Arguments.of("hang of a back-to-back agent", Scenarios.HANG_OF_A_BACK_TO_BACK_AGENT),
                Arguments.of("hang of a chain", Scenarios.HANG_OF_A_CHAIN),
                Arguments.of(
                        "hang of a chain of back-to-back agents", Scenarios.HANG_OF_A_CHAIN_OF_BACK_TO_BACK_AGENTS),
                Arguments.of("split from a proxy", Scenarios.SPLIT_FROM_A_PROXY),
                Arguments.of("split from a back-to-back agent", Scenarios.SPLIT_FROM_A_BACK_TO_BACK_AGENT),
                Arguments.of("split in a chain", Scenarios.SPLIT_IN_A_CHAIN),
                Arguments.of(
                        "split in a chain of back-to-back agents", Scenarios.SPLIT_IN_A_CHAIN_OF_BACK_TO_BACK_AGENTS));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void callsGoOn(String name, Scenario scenario) {
        System.out.println(new Simulation(name, scenario).run(SEED, RUNS));
    }
}
