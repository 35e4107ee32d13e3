// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowHandler;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.Transport;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.SipUri;

/** Two real members with one connection each. */
@Timeout(120)
class HazelcastNodesTest {
    private static final int MANY = 2000;

    private final AtomicInteger lost = new AtomicInteger();
    private final List<HazelcastNodes> opened = new ArrayList<>();
    private final Members members;

    HazelcastNodesTest() {
        members = new Members(3);
    }

    /** One node whose only flow is a TCP connection. */
    private final class Stack {
        private final ClusterNode member;
        private final FakeFlow connection = FakeFlow.reliable(new ManualClock());
        private final HazelcastNodes nodes;
        private final List<Flow> flows = new CopyOnWriteArrayList<>();
        private final List<Message> relayed = new CopyOnWriteArrayList<>();
        private final List<Flow> ended = new CopyOnWriteArrayList<>();

        Stack() throws IOException {
            member = members.start();
            TransportLayer layer = new TransportLayer(
                    List.of(new OneConnection(connection)),
                    TransportOptions.DEFAULT,
                    new StackThreads(new Readers(), new ManualClock(), Runnable::run));
            layer.start(new Nobody(ended::add));
            nodes = new HazelcastNodes(member, layer, Limits.DEFAULT, Runnable::run);
            nodes.onRelayed((flow, message) -> {
                flows.add(flow);
                return relayed.add(message);
            });
            opened.add(nodes);
        }
    }

    /** Expects no answer. */
    private record Nobody(Consumer<Flow> closed) implements MessageHandler {
        @Override
        public void onRequest(Flow flow, Request request) {}

        @Override
        public void onResponse(Flow flow, Response response) {}

        @Override
        public void onClosed(Flow flow) {
            closed.accept(flow);
        }
    }

    private record OneConnection(FakeFlow flow) implements Transport {
        @Override
        public Listener listener() {
            return flow.listener();
        }

        @Override
        public void start(FlowHandler handler) {}

        @Override
        public Flow flowTo(InetSocketAddress peer) {
            return flow;
        }

        @Override
        public Optional<Flow> openFlow(InetSocketAddress peer) {
            return Optional.of(flow);
        }

        @Override
        public void close() {}
    }

    @AfterEach
    void stop() {
        opened.forEach(HazelcastNodes::close);
        members.killAll();
    }

    private static Request request(int number) {
        return Request.builder(Method.MESSAGE, SipUri.parse("sip:bob@example.com"))
                .add(HeaderName.VIA, "SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK" + number)
                .add(HeaderName.FROM, "<sip:alice@example.com>;tag=a")
                .add(HeaderName.TO, "<sip:bob@example.com>")
                .add(HeaderName.CALL_ID, "call-" + number)
                .add(HeaderName.CSEQ, number + " MESSAGE")
                .build();
    }

    @Test
    void relaysMessagesInTheirOrderAndSendsTheAnswersOnTheConnectionTheyCameBy() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        assertThat(one.nodes.isMember("start11")).isTrue();
        assertThat(one.nodes.isMember("start17")).isFalse();

        for (int i = 1; i <= MANY; i++) {
            assertThat(one.nodes.relay("start11", one.connection, request(i), lost::incrementAndGet))
                    .isTrue();
        }
        await().until(() -> two.relayed.size() == MANY);
        for (int i = 1; i <= MANY; i++) {
            assertThat(two.relayed.get(i - 1).callId()).isEqualTo("call-" + i);
        }

        for (int i = 0; i < MANY; i++) {
            two.flows.get(i).send(Response.to((Request) two.relayed.get(i), 200).build(), failure -> {});
        }
        await().until(() -> one.connection.sent().size() == MANY);
        for (int i = 1; i <= MANY; i++) {
            assertThat(one.connection.sent().get(i - 1).callId()).isEqualTo("call-" + i);
        }
        assertThat(two.nodes.relay("start10", two.flows.get(0), two.relayed.get(0), () -> {}))
                .as("relayed twice")
                .isFalse();
        assertThat(one.nodes.relayed()).isEqualTo(MANY);
        assertThat(two.nodes.relayed()).isZero();
    }

    @Test
    void theEndOfAConnectionIsToldBehindWhatCameByIt() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        FakeFlow browser = new FakeFlow(Protocol.WSS, new InetSocketAddress("192.0.2.1", 40_000), new ManualClock());
        AtomicInteger before = new AtomicInteger();
        two.nodes.onRelayed((flow, message) -> {
            before.addAndGet(two.ended.isEmpty() ? 1 : 0);
            return two.flows.add(flow);
        });

        for (int i = 1; i <= MANY; i++) {
            assertThat(one.nodes.relay("start11", browser, request(i), () -> {}))
                    .isTrue();
        }
        one.nodes.flows().closed(browser);

        await().until(() -> !two.ended.isEmpty());
        assertThat(two.ended).containsExactly(two.flows.get(0));
        assertThat(before).hasValue(MANY);
        assertThat(one.ended).isEmpty();
    }

    @Test
    void whatAnApplicationSendsToAnotherOneKeepsWhatIsInNoneOfItsBytes() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        Arrival arrival = new Arrival(
                new InetSocketAddress("198.51.100.7", 5070), "TLS", Optional.of(NameAddr.parse("<sip:192.0.2.1;lr>")));
        LoopbackFlow inside = new LoopbackFlow(
                one.connection.listener(),
                new Nobody(closed -> {}),
                Runnable::run,
                new LoopbackFlow.Written(new byte[] {7, 1, 1}));

        Request request = request(1).toBuilder()
                .arrived(arrival)
                .forbid(ForbiddenRanges.parse(List.of("10.0.0.0/8 10.0.0.5/32")))
                .build();
        assertThat(one.nodes.relay("start11", inside, request, () -> {})).isTrue();
        await().until(() -> !two.relayed.isEmpty());

        assertThat(two.relayed.get(0).arrival()).contains(arrival);
        assertThat(two.relayed.get(0).forbidden().texts()).containsExactly("10.0.0.0/8 10.0.0.5/32");
        assertThat(((LoopbackFlow) two.flows.get(0)).attachment().toBytes()).containsExactly(7, 1, 1);
        assertThat(two.nodes.relay("start10", two.flows.get(0), two.relayed.get(0), () -> {}))
                .as("relayed twice")
                .isFalse();
    }

    @Test
    void messagesOfTheNetworkAndBetweenApplicationsKeepTheirOrder() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        LoopbackFlow inside = new LoopbackFlow(
                one.connection.listener(),
                new Nobody(closed -> {}),
                Runnable::run,
                new LoopbackFlow.Written(new byte[] {7, 1, 1}));

        for (int i = 1; i <= MANY; i++) {
            assertThat(one.nodes.relay("start11", i % 3 == 0 ? inside : one.connection, request(i), () -> {}))
                    .isTrue();
        }

        await().until(() -> two.relayed.size() == MANY);
        for (int i = 1; i <= MANY; i++) {
            assertThat(two.relayed.get(i - 1).callId()).isEqualTo("call-" + i);
            assertThat(two.flows.get(i - 1) instanceof LoopbackFlow).isEqualTo(i % 3 == 0);
        }
    }

    @Test
    void refusesMoreThanItCanHoldAndTakesItAgainLater() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        two.nodes.onRelayed((flow, message) -> {
            synchronized (two) {
                return two.relayed.add(message);
            }
        });

        int taken = 0;
        synchronized (two) {
            while (one.nodes.relay("start11", one.connection, request(taken + 1), () -> {})) {
                taken++;
                assertThat(taken).as("messages that wait").isLessThan(100_000);
            }
        }

        int all = taken;
        assertThat(all).isGreaterThan(1000);
        await().atMost(Duration.ofSeconds(30)).until(() -> two.relayed.size() == all);
        assertThat(one.nodes.relay("start11", one.connection, request(1), lost::incrementAndGet))
                .isTrue();
    }

    @Test
    void tellsWhatCannotLeaveAnyMore() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        List<IOException> failures = new CopyOnWriteArrayList<>();
        Flow remote = two.nodes.flows().flow("start10", FlowName.of(one.connection));
        assertThat(remote.isOpen()).isTrue();
        one.connection.close();

        remote.send(request(1), failures::add);
        await().until(() -> failures.size() == 1);

        Members.kill(one.member);
        await().until(() -> !remote.isOpen());
        remote.send(request(2), failures::add);
        await().until(() -> failures.size() == 2);
        assertThat(two.nodes.relay("start10", two.connection, request(3), () -> {}))
                .isFalse();
    }

    @Test
    void asksOthersWhetherTheyKnowThisNode() throws Exception {
        HazelcastNodes here = new Stack().nodes;
        assertThat(here.members()).containsExactly("start10");
        Stack other = new Stack();
        await().until(() -> here.members().equals(Set.of("start10", other.nodes.self())));

        assertThat(here.isKnownBy("start11").toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isTrue();
        assertThat(answer(other.member, "start10")).isTrue();
        assertThat(answer(other.member, "start12")).isFalse(); // it has no such member, though somebody asks for one
        assertThat(here.isKnownBy("nobody").toCompletableFuture().get(10, TimeUnit.SECONDS))
                .isFalse();
    }

    private static boolean answer(ClusterNode asked, String incarnation) {
        Knowing question = new Knowing(incarnation);
        question.setHazelcastInstance(asked.hazelcast());
        return question.call();
    }

    @Test
    void doesNotCallANodeLostThatStopsInGoodOrder() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();

        one.member.close();

        await().until(() -> !two.nodes.isMember("start10"));
        assertThat(two.nodes.hasBeenLost("start10")).isFalse();
    }

    @Test
    void whoJoinsLearnsWhomTheOthersHaveMissed() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        Members.kill(two.member);
        await().until(() -> one.nodes.hasBeenLost("start11"));

        Stack three = new Stack();

        await().until(() -> !three.nodes.isDoubtful("start10"));
        assertThat(three.nodes.isDoubtful("start11")).isTrue();
    }

    @Test
    void whoJoinsIsNotSureOfANodeThatIsAboutToLeave() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        two.member.sayGoodbye();

        Stack three = new Stack();

        await().until(() -> !three.nodes.isDoubtful("start10"));
        assertThat(three.nodes.isDoubtful("start11")).isTrue();
        assertThat(one.nodes.isMember("start11")).isTrue();
    }

    /** What is relayed to it takes until the latch is counted down. */
    private static CountDownLatch hang(Stack node) {
        CountDownLatch end = new CountDownLatch(1);
        node.nodes.onRelayed((flow, message) -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
        return end;
    }

    @Test
    void tellsWhoSentWhatANodeTookWithItWhenItDied() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        CountDownLatch end = hang(two);

        one.nodes.relay("start11", one.connection, request(1), lost::incrementAndGet);
        one.nodes.relay("start11", one.connection, request(2), lost::incrementAndGet);
        Members.kill(two.member);

        await().until(() -> lost.get() == 2);
        end.countDown();
    }

    @Test
    void aMemberThatDoesNotAnswerIsNotWaitedForUntilItKnowsATransaction() throws Exception {
        Stack one = new Stack();
        Stack two = new Stack();
        CountDownLatch end = hang(two);
        one.nodes.relay("start11", one.connection, request(1), lost::incrementAndGet);

        one.nodes.name("late", "token").toCompletableFuture().get(10, TimeUnit.SECONDS);

        end.countDown();
        await().until(() -> two.nodes.names().find("late").isPresent());
    }

    @Test
    void whoJoinsLearnsTheTransactionsThatWereNamedBefore() throws Exception {
        Stack one = new Stack();
        one.nodes.name("before", "token1");

        Stack two = new Stack();
        one.nodes.name("after", "token2");

        await().until(() -> two.nodes.names().find("before").isPresent());
        await().until(() -> two.nodes.names().find("after").isPresent());
        assertThat(two.nodes.names().find("before")).contains("token1");
        assertThat(two.nodes.names().find("after")).contains("token2");
    }
}
