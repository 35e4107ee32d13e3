// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.message.Request;
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
        for (int i = 0; i < 2; i++) {
            new Thread(() -> {
                        for (int call = 0; call < CALLS; call++) {
                            Request invite = Texts.received("INVITE", "z9hG4bK" + call, "192.0.2.1:5060");
                            await(together);
                            bench.receive(bench.tcp, invite);
                        }
                        done.countDown();
                    })
                    .start();
        }

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(bench.handler.transactions).hasSize(CALLS);
        assertThat(bench.layer.size()).isEqualTo(CALLS);
        assertThat(List.copyOf(bench.handler.transactions)).doesNotHaveDuplicates();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the other thread is gone", e);
        }
    }
}
