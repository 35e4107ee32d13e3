// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * Counts what came over the network and went there since the start, retransmissions included; messages from one application to the
 * next do not, and those between nodes count where they are received and sent. Thread-safe.
 */
public final class Traffic {
    /** What stands for every method that this stack does not know: a peer must not be able to make counters. */
    public static final String OTHER = "other";

    private static final int CLASSES = 6;
    private static final int PER_CLASS = 100;

    /** Which way a message went. */
    public enum Direction {
        RECEIVED,
        SENT
    }

    /** Why something that came was not given to anybody, or an event was not shown to an application. */
    public enum Drop {
        /** It is no SIP message, or one that must not be taken. */
        MALFORMED,
        /** A request whose source is in a forbidden range. */
        FORBIDDEN_SOURCE,
        /** A response whose top Via is not ours. */
        FOREIGN_VIA,
        /** A response without a transaction, or one that came over another connection than its request went. */
        STRAY_RESPONSE,
        /** A request answered 503 because of a limit. */
        OVERLOAD,
        /** The callback queue of a session is full. */
        CALLBACK_QUEUE
    }

    private final Counts received = new Counts();
    private final Counts sent = new Counts();
    private final Map<Drop, LongAdder> drops = new EnumMap<>(Drop.class);

    public Traffic() {
        for (Drop drop : Drop.values()) {
            drops.put(drop, new LongAdder());
        }
    }

    /** A message came. */
    void received(Flow flow, Message message) {
        if (flow.leavesHere()) {
            received.add(message);
        }
    }

    /** A message was given to a flow. */
    public void sent(Flow flow, Message message) {
        if (flow.leavesHere()) {
            sent.add(message);
        }
    }

    /** Something was dropped. */
    public void dropped(Drop reason) {
        Objects.requireNonNull(drops.get(reason)).increment();
    }

    /** The names under which requests are counted: those of the methods this stack knows, and {@link #OTHER}. */
    public List<String> methods() {
        return List.copyOf(received.byName.keySet());
    }

    /**
     * How many requests there were.
     *
     * @param method one of {@link #methods()}
     */
    public long requests(Direction direction, String method) {
        return Objects.requireNonNull(counts(direction).byName.get(method)).sum();
    }

    /**
     * How many responses there were.
     *
     * @param responseClass the first digit of the status, 1 to 6
     */
    public long responses(Direction direction, int responseClass) {
        return counts(direction).responses[responseClass - 1].sum();
    }

    /** How much was dropped for a reason. */
    public long drops(Drop reason) {
        return Objects.requireNonNull(drops.get(reason)).sum();
    }

    private Counts counts(Direction direction) {
        return direction == Direction.RECEIVED ? received : sent;
    }

    /** The counters of one direction. */
    private static final class Counts {
        private final Map<String, LongAdder> byName = new LinkedHashMap<>();
        private final Map<Method, LongAdder> requests = new LinkedHashMap<>();
        private final LongAdder others = new LongAdder();
        private final LongAdder[] responses = new LongAdder[CLASSES];

        Counts() {
            for (Method method : Method.known()) {
                LongAdder counter = new LongAdder();
                requests.put(method, counter);
                byName.put(method.name(), counter);
            }
            byName.put(OTHER, others);
            Arrays.setAll(responses, i -> new LongAdder());
        }

        void add(Message message) {
            if (message instanceof Request request) {
                requests.getOrDefault(request.method(), others).increment();
            } else if (message instanceof Response response) {
                responses[Math.min(Math.max(response.status() / PER_CLASS, 1), CLASSES) - 1].increment();
            }
        }
    }
}
