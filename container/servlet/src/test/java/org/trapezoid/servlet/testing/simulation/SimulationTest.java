// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedExecutors;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.api.SessionTasks;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.testing.network.CallPlan;
import org.trapezoid.sip.testing.network.Phone;
import org.trapezoid.sip.transport.Protocol;

/**
 * Random calls from fixed seeds. {@code -Dsimulation.runs=100000 -Dsimulation.seed=5000} runs others; docs/testing.md tells how
 * a seed is shown again.
 */
class SimulationTest {
    private static final int RUNS = Integer.getInteger("simulation.runs", 60);
    private static final long SEED = Long.getLong("simulation.seed", 1);

    static Stream<String> scenarios() {
        return Scenarios.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    @Rfc(value = 3261, section = "17")
    void randomCallsLeaveNothing(String name) {
        print(new Simulation(name, Scenarios.named(name)).run(SEED, RUNS));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    @Rfc(value = 3261, section = "17.1.1.1")
    void inAStormTheApplicationSeesEachMessageOnce(String name) { // attack case 45
        Scenario scenario = Scenarios.inAStorm(Scenarios.named(name));
        print(new Simulation(name + " in a storm", scenario).run(SEED, RUNS / 3 + 1));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    @Rfc(value = 3261, section = "16.3")
    void whatIsForgedOnTheWireLeavesNothing(String name) {
        Scenario scenario = Scenarios.withForgers(Scenarios.named(name));
        print(new Simulation(name + " with forgers", scenario).run(SEED, RUNS / 3 + 1));
    }

    private static void print(Simulation.Tally tally) {
        System.out.println(tally);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aSeedMakesTheSameHistoryAgain(String name) {
        Simulation simulation = new Simulation(name, Scenarios.named(name));

        assertThat(simulation.report(SEED, true)).isEqualTo(simulation.report(SEED, true));
    }

    // ---- and it finds what is wrong

    private static Scenario oneCall(SipServlet application) {
        return world -> {
            TestServer server = world.server("server", "192.0.2.1");
            Phone alice = world.phone("alice", Protocol.UDP, server);
            server.deploy("application", application);
            alice.call("sip:app@a.test", CallPlan.PLAIN);
        };
    }

    @Test
    void aSessionThatIsLeftIsFound() {
        Simulation simulation = new Simulation("leak", oneCall(new SipServlet() {
            @Override
            protected void doInvite(SipServletRequest req) throws IOException {
                req.getApplicationSession().setInvalidateWhenReady(false);
                req.createResponse(486).send();
            }
        }));

        assertThatThrownBy(() -> simulation.run(3))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("simulation leak, seed 3")
                .hasMessageContaining("server: 1 sessions are left to their expiry")
                .hasMessageContaining("1 INVITE, there 0.00")
                .hasMessageContaining("486 (1 INVITE)");
    }

    /** Whose tasks belong to no session and yet do what a callback of one does. */
    public static final class Careless extends WitnessedServlet {
        private static final long serialVersionUID = 1;

        private final transient ManualClock clock;

        @Resource
        private transient @Nullable ManagedExecutorService executor;

        Careless(Witness witness, ManualClock clock) {
            super("careless", witness);
            this.clock = clock;
        }

        private void enters(String session, String what) {
            witness().enters(name(), session, what);
            clock.pause(Duration.ofMillis(10));
            witness().leaves(session);
        }

        @Override
        protected void doMessage(SipServletRequest req) throws IOException {
            String session = req.getApplicationSession().getId();
            Runnable task = ManagedExecutors.managedTask(
                    () -> enters(session, "task"), Map.of(SessionTasks.SESSION_ID, SessionTasks.NO_SESSION), null);
            Objects.requireNonNull(executor).execute(task);
            enters(session, "message");
            req.createResponse(200).send();
        }
    }

    @Test
    void callbacksThatOverlapAreFound() {
        Simulation simulation = new Simulation("overlap", world -> {
            world.clock().letCallbacksPause();
            TestServer server = world.server("server", "192.0.2.1");
            Phone alice = world.phone("alice", Protocol.UDP, server);
            server.deploy("application", new Careless(world.witness(), world.clock()));
            alice.ask(Method.MESSAGE, "sip:app@a.test", request -> {});
        });

        assertThatThrownBy(() -> simulation.run(3))
                .hasMessageContaining("careless: task began before message of the same session had ended");
    }

    @Test
    void anExceptionInTheServerIsFound() {
        Simulation simulation = new Simulation("throws", oneCall(new SipServlet() {
            @Override
            protected void doInvite(SipServletRequest req) {
                throw new IllegalStateException("on purpose");
            }
        }));

        assertThatThrownBy(() -> simulation.run(3)).hasMessageContaining("on purpose");
    }

    @Test
    void anAnswerThatNoApplicationGaveIsFound() {
        Simulation simulation = new Simulation(
                "unseen",
                oneCall(
                        new SipServlet() { // which reports nothing
                            @Override
                            protected void doInvite(SipServletRequest req) throws IOException {
                                req.createResponse(200).send();
                            }

                            @Override
                            protected void doBye(SipServletRequest req) throws IOException {
                                req.createResponse(200).send();
                            }
                        }));

        assertThatThrownBy(() -> simulation.run(3)).hasMessageContaining("alice: was answered without an application");
    }
}
