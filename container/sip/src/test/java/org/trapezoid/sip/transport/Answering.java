// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Answers every request with 200 at once, and keeps count. Thread-safe. */
final class Answering implements MessageHandler {
    private final List<String> callIds = new CopyOnWriteArrayList<>();
    private final AtomicInteger longest = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private volatile int bodyLength;

    /** The body of answers has so many bytes. */
    void answerWith(int length) {
        bodyLength = length;
    }

    List<String> callIds() {
        return callIds;
    }

    /** The length of the longest message. */
    int longest() {
        return longest.get();
    }

    /** Connections that ended. */
    int closed() {
        return closed.get();
    }

    @Override
    public void onRequest(Flow flow, Request request) {
        callIds.add(request.callId());
        longest.accumulateAndGet(request.encodedLength(), Math::max);
        flow.send(Response.to(request, 200).body(new byte[bodyLength]).build(), failure -> {});
    }

    @Override
    public void onResponse(Flow flow, Response response) {
        // nobody asked
    }

    @Override
    public void onClosed(Flow flow) {
        closed.incrementAndGet();
    }
}
