// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** The same request on two reader threads at once. */
class DuplicateRequestsTest {
    private static final int CALLS = 500;

    @Test
    @Rfc(value = 3261, section = "17.2.3")
    @Checklist({"T20", "T27"})
    void makeOneTransaction() throws Exception {
        Bench bench = new Bench(new InertTimers());
        CyclicBarrier together = new CyclicBarrier(2);
        CountDownLatch done = new CountDownLatch(2);
        bench.handler.whileAdmitting = () -> await(together); // both have found no transaction
        for (int i = 0; i < 2; i++) {
            new Thread(() -> {
                        for (int call = 0; call < CALLS; call++) {
                            Request invite = Texts.received("INVITE", "z9hG4bK" + call, "192.0.2.1:5060");
                            bench.receive(bench.tcp, invite);
                        }
                        done.countDown();
                    })
                    .start();
        }

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(bench.handler.transactions).hasSize(CALLS);
        assertThat(bench.layer.size()).isEqualTo(CALLS);
        for (ServerTransaction transaction : List.copyOf(bench.handler.transactions)) {
            String branch = transaction.request().topBranch().orElseThrow();
            bench.answer(transaction, 486);
            bench.receive(bench.tcp, Texts.received("ACK", branch, "192.0.2.1:5060"));
        }
        assertThat(bench.layer.size()).isZero(); // each ACK met the one that was handed up
    }

    @Test
    @Rfc(value = 3261, section = "9.2")
    @Checklist({"C5", "C6"})
    void loseNoCancelWhileTheTransactionMoves() throws Exception {
        Bench bench = new Bench(new InertTimers());
        AtomicInteger cancels = new AtomicInteger();
        bench.handler.onRequest = transaction -> {
            Strand session = bench.clock.strands().create();
            transaction.moveTo(session);
            Strand.post(() -> Strand.run(transaction, () -> transaction.user(new CountingUser(session, cancels))));
        };
        CyclicBarrier together = new CyclicBarrier(2);

        Thread caller = new Thread(() -> {
            for (int call = 0; call < CALLS; call++) {
                Request invite = Texts.received("INVITE", "z9hG4bK" + call, "192.0.2.1:5060");
                await(together);
                bench.receive(bench.tcp, invite);
            }
        });
        caller.start();
        for (int call = 0; call < CALLS; call++) {
            Request cancel = Texts.received("CANCEL", "z9hG4bK" + call, "192.0.2.1:5060");
            await(together);
            bench.receive(bench.tcp, cancel);
        }
        caller.join(30_000);

        long answered200 = bench.tcp.sent().stream()
                .filter(message -> ((Response) message).status() == 200)
                .count();
        assertThat(bench.tcp.sent()).hasSize(CALLS);
        assertThat(cancels).hasValue((int) answered200);
    }

    private record CountingUser(Strand session, AtomicInteger cancels) implements ServerUser {

        @Override
        public void onCancel(Request cancel) {
            if (session.isHeld()) {
                cancels.incrementAndGet();
            }
        }

        @Override
        public void onAck(Request ack) {}

        @Override
        public void onTimeout() {}

        @Override
        public void onTransportError(IOException cause) {}

        @Override
        public void onTerminated() {}
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the other thread is gone", e);
        }
    }
}
