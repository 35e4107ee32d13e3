// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.IExecutorService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be told to one member, in its order: whatever has come up while one batch was under way is the next one. What is not urgent
 * keeps its pace. What is under way when a member dies is lost, as a datagram would be. Thread-safe.
 */
final class RelayQueue implements ExecutionCallback<int[]> {
    private static final Logger log = LoggerFactory.getLogger(RelayQueue.class);
    private static final int MOST = 16_384; // with the names of all INVITEs of some seconds, in which a member may hang
    private static final int MOST_BYTES = 16 << 20;
    private static final int BATCH = 256;

    private final String self;
    private final Member member;
    private final IExecutorService executor;
    private final Pace pace;
    private final Queue<Parcel> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger bytes = new AtomicInteger();
    private final AtomicInteger urgent = new AtomicInteger();
    private final AtomicBoolean planned = new AtomicBoolean();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile List<Parcel> sent = List.of();

    /** @param pace of what is not urgent */
    RelayQueue(String self, Member member, IExecutorService executor, Pace pace) {
        this.self = self;
        this.member = member;
        this.executor = executor;
        this.pace = pace;
    }

    /** False if too much waits already. */
    boolean offer(Parcel parcel) {
        int size = parcel.size();
        if (count.get() >= MOST || bytes.get() + size > MOST_BYTES) {
            return false;
        }
        count.incrementAndGet();
        bytes.addAndGet(size);
        if (parcel.isUrgent()) {
            urgent.incrementAndGet();
        }
        waiting.add(parcel);
        goOn();
        return true;
    }

    private void goOn() {
        if (urgent.get() > 0 || count.get() >= BATCH) {
            send();
        } else if (!waiting.isEmpty() && planned.compareAndSet(false, true)) {
            pace.run(() -> {
                planned.set(false);
                send();
            });
        }
    }

    private void send() {
        while (!waiting.isEmpty() && busy.compareAndSet(false, true)) {
            List<Parcel> batch = next();
            if (batch.isEmpty()) {
                busy.set(false);
            } else {
                sent = batch;
                try {
                    executor.submitToMember(new RelayBatch(self, batch), member, this);
                } catch (RuntimeException e) {
                    onFailure(e);
                }
                return;
            }
        }
    }

    private List<Parcel> next() {
        List<Parcel> batch = new ArrayList<>();
        @Nullable Parcel parcel;
        while (batch.size() < BATCH && (parcel = waiting.peek()) != null) {
            if (!batch.isEmpty() && RelayBatch.isInside(parcel) != RelayBatch.isInside(batch.get(0))) {
                break;
            }
            waiting.remove();
            count.decrementAndGet();
            bytes.addAndGet(-parcel.size());
            if (parcel.isUrgent()) {
                urgent.decrementAndGet();
            }
            batch.add(parcel);
        }
        return batch;
    }

    @Override
    public void onResponse(int[] unsent) {
        List<Parcel> batch = sent;
        done();
        int failed = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (failed < unsent.length && unsent[failed] == i) {
                failed++;
                fail(batch.get(i), "it has no such connection");
            } else {
                batch.get(i).arrived();
            }
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        List<Parcel> batch = sent;
        log.debug("{} parcels for {} are lost", batch.size(), member, failure);
        done();
        batch.forEach(parcel -> fail(parcel, String.valueOf(failure.getMessage())));
    }

    private void done() {
        sent = List.of();
        busy.set(false);
        goOn();
    }

    private void fail(Parcel parcel, String reason) {
        parcel.failed(new IOException("not sent by node " + Membership.name(member) + ": " + reason));
    }
}
