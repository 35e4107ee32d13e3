// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.trapezoid.sip.message.Malformed;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.ParseResult;

/** What a transport delivered, in order. Thread-safe. */
final class Received implements FlowHandler {
    record Event(Flow flow, ParseResult result, Thread thread) {
        Message message() {
            return Received.message(result);
        }

        Malformed malformed() {
            assertThat(result).isInstanceOf(Malformed.class);
            return (Malformed) result;
        }
    }

    static Message message(ParseResult result) {
        assertThat(result).isInstanceOf(ParseResult.Parsed.class);
        return ((ParseResult.Parsed) result).message();
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Flow> closed = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(Flow flow, ParseResult result) {
        events.add(new Event(flow, result, Thread.currentThread()));
    }

    @Override
    public void onClosed(Flow flow) {
        closed.add(flow);
    }

    /** The next thing that arrived, within some seconds. */
    Event next() throws InterruptedException {
        Event event = events.poll(5, TimeUnit.SECONDS);
        assertThat(event).as("nothing arrived").isNotNull();
        return event;
    }

    Flow nextClosed() throws InterruptedException {
        Flow flow = closed.poll(5, TimeUnit.SECONDS);
        assertThat(flow).as("no flow was closed").isNotNull();
        return flow;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }
}
