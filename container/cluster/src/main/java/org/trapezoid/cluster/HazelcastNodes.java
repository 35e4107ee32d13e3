// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.ExecutorConfig;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IExecutorService;
import com.hazelcast.core.MultiExecutionCallback;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.Nodes;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.transport.Carried;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowRelay;
import org.trapezoid.sip.transport.TransportLayer;

/** The nodes as members of the cluster, and the messages between them over the members' connections. Thread-safe. */
public final class HazelcastNodes implements Nodes, FlowRelay.Carrier, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HazelcastNodes.class);
    private static final String EXECUTOR = "trapezoid-relay";
    private static final String CONTEXT = "trapezoid.nodes";
    private static final int QUEUE = 1024; // of batches; each member has one under way

    /** How long a member is waited for that does not say that it knows a transaction: if it hangs, it holds up the calls that it keeps, and no others. */
    private static final Duration NAMING = Duration.ofMillis(200);

    private final ClusterNode node;
    private final Membership membership;
    private final FlowRelay relay;
    private final Executor workers;
    private final Map<String, RelayQueue> queues = new ConcurrentHashMap<>();
    private final LongAdder relayed = new LongAdder();
    private final Runnable watcher = this::forgetGone;
    private final TransactionNames names = new TransactionNames(System::nanoTime);
    private volatile boolean informed; // of what the others have seen before
    private volatile BiPredicate<Flow, Message> handler = (flow, message) -> false;

    /**
     * @param limits of messages, as they are received from the network
     * @param workers where failures are told
     */
    public HazelcastNodes(ClusterNode node, TransportLayer transports, Limits limits, Executor workers) {
        this.node = node;
        this.membership = node.membership();
        this.relay = new FlowRelay(transports, limits, this);
        this.workers = workers;
        membership.onRemoved(watcher);
        node.hazelcast().getUserContext().put(CONTEXT, this);
        askForNames();
        askForMissed();
    }

    /** One thread, so that messages keep their order. */
    static ExecutorConfig executor() {
        return new ExecutorConfig(EXECUTOR, 1).setQueueCapacity(QUEUE).setStatisticsEnabled(false);
    }

    static Optional<HazelcastNodes> of(HazelcastInstance hazelcast) {
        return Optional.ofNullable((HazelcastNodes) hazelcast.getUserContext().get(CONTEXT));
    }

    @Override
    public String self() {
        return node.incarnation();
    }

    @Override
    public String name(String incarnation) {
        return membership.member(incarnation).map(Membership::name).orElse(incarnation);
    }

    @Override
    public boolean isMember(String incarnation) {
        return membership.isMember(incarnation);
    }

    @Override
    public Set<String> members() {
        return membership.incarnations();
    }

    @Override
    public CompletionStage<Boolean> isKnownBy(String other) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Optional<Member> asked = membership.member(other);
        if (asked.isEmpty()) {
            answer.complete(false);
            return answer;
        }
        executorService().submitToMember(new Knowing(self()), asked.get(), new ExecutionCallback<>() {
            @Override
            public void onResponse(Boolean known) {
                answer.complete(known);
            }

            @Override
            public void onFailure(Throwable failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    @Override
    public boolean hasBeenLost(String incarnation) {
        return membership.hasBeenLost(incarnation);
    }

    @Override
    public boolean isDoubtful(String incarnation) {
        return !informed || membership.wasMissedBefore(incarnation);
    }

    @Override
    public boolean isLeaving(String incarnation) {
        return membership.isLeaving(incarnation);
    }

    @Override
    public boolean isMinority() {
        return membership.isMinority();
    }

    @Override
    public void onDoubt(Consumer<String> watcher) {
        membership.onDoubt(watcher);
    }

    @Override
    public boolean relay(String incarnation, Flow flow, Message message, Runnable lost) {
        boolean taken = flow.isOfThisNode()
                && offer(
                        incarnation,
                        new RelayedMessage(
                                true, Carried.received(flow, message), failure -> runIfGoing(incarnation, lost)));
        if (taken) {
            relayed.increment();
        }
        return taken;
    }

    /** Messages that came here, and were given to the nodes that have their sessions. */
    public long relayed() {
        return relayed.sum();
    }

    /** A member that lives and stays has refused what it was given, and would do so again. */
    private void runIfGoing(String incarnation, Runnable lost) {
        if (!membership.isListed(incarnation) || membership.isLeaving(incarnation)) {
            lost.run();
        }
    }

    /** Which session a transaction belongs to: known here, and then at all others, or at those of them that answer soon. */
    CompletionStage<Void> name(String key, String token) {
        CompletableFuture<Void> heard = new CompletableFuture<>();
        AtomicInteger missing = new AtomicInteger(1); // this one
        Runnable told = () -> {
            if (missing.decrementAndGet() == 0) {
                heard.complete(null);
            }
        };
        TransactionName name = new TransactionName(key, token, told);
        for (String incarnation : membership.present()) {
            if (!incarnation.equals(self())) {
                missing.incrementAndGet();
                if (!offer(incarnation, name)) {
                    told.run();
                }
            }
        }
        names.add(name);
        told.run();
        return heard.isDone() ? heard : heard.completeOnTimeout(null, NAMING.toMillis(), TimeUnit.MILLISECONDS);
    }

    TransactionNames names() {
        return names;
    }

    /** Asks the oldest of those that were there before for the names that it knows. */
    private void askForNames() {
        Member oldest = node.hazelcast().getCluster().getMembers().iterator().next();
        if (oldest.localMember()) {
            return;
        }
        for (int i = 0; i < TransactionNames.GENERATIONS; i++) {
            int generation = i;
            executorService().submitToMember(new NamesOfMinute(i), oldest, new ExecutionCallback<>() {
                @Override
                public void onResponse(NamesOfMinute.Names known) {
                    names.add(known.list(), generation);
                }

                @Override
                public void onFailure(Throwable failure) {
                    log.warn("{} does not tell the transactions it knows", Membership.name(oldest), failure);
                }
            });
        }
    }

    /** Asks all others: each may have missed a member that they all have again. Until they have answered, all are doubtful. */
    private void askForMissed() {
        List<Member> others = node.hazelcast().getCluster().getMembers().stream()
                .filter(member -> !member.localMember())
                .toList();
        if (others.isEmpty()) {
            informed = true;
            return;
        }
        executorService().submitToMembers(new Missed(self()), others, new MultiExecutionCallback() {
            @Override
            public void onResponse(Member member, Object answer) {
                if (answer instanceof String[] missed) {
                    membership.learn(missed);
                } else {
                    log.warn("{} does not tell whom it has missed: {}", Membership.name(member), answer);
                }
            }

            @Override
            public void onComplete(Map<Member, Object> answers) {
                informed = true;
            }
        });
    }

    @Override
    public void onRelayed(BiPredicate<Flow, Message> relayed) {
        handler = relayed;
    }

    /** Flows of other nodes. */
    public FlowRelay flows() {
        return relay;
    }

    @Override
    public void carry(String incarnation, Carried message, Consumer<IOException> onFailure) {
        Consumer<IOException> told = failure -> workers.execute(() -> onFailure.accept(failure));
        if (!offer(incarnation, new RelayedMessage(false, message, told))) {
            told.accept(new IOException("node " + incarnation + " is gone or has too much to do"));
        }
    }

    @Override
    public void tellAll(Carried received) {
        RelayedMessage told = new RelayedMessage(true, received, gone -> {});
        try {
            for (String incarnation : membership.present()) {
                if (!incarnation.equals(self())) {
                    boolean unused = offer(incarnation, told);
                }
            }
        } catch (RuntimeException stopped) {
            log.debug("the others are not told", stopped);
        }
    }

    private boolean offer(String incarnation, Parcel parcel) {
        RelayQueue queue = queues.get(incarnation);
        return queue == null
                ? membership
                        .member(incarnation)
                        .filter(member -> !member.localMember())
                        .map(member -> queues.computeIfAbsent(incarnation, key -> queueTo(member)))
                        .filter(made -> made.offer(parcel))
                        .isPresent()
                : queue.offer(parcel);
    }

    private RelayQueue queueTo(Member member) {
        Pace pace = new Pace(Pace.DISTANCE, System::nanoTime, node::later);
        return new RelayQueue(self(), member, executorService(), pace);
    }

    private IExecutorService executorService() {
        return node.hazelcast().getExecutorService(EXECUTOR);
    }

    private void forgetGone() {
        queues.keySet().removeIf(incarnation -> !membership.isMember(incarnation));
    }

    /** What another node sent; false if it cannot leave here, or is not for this node any more. */
    boolean take(String from, Parcel parcel) {
        if (parcel instanceof TransactionName name) {
            names.add(name);
            return true;
        }
        return parcel instanceof RelayedMessage message && take(from, message);
    }

    private boolean take(String from, RelayedMessage message) {
        try {
            if (!message.received()) {
                return relay.send(message.carried());
            }
            return relay.receive(from, message.carried(), handler);
        } catch (RuntimeException e) {
            log.error("a message from node {} failed", from, e);
        }
        return true;
    }

    @Override
    public void close() {
        membership.forget(watcher);
        handler = (flow, message) -> false;
    }
}
