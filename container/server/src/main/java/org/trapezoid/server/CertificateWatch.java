// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.time.Duration;
import java.util.List;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.transport.StackThreads;

/** Looks from time to time whether keys and certificates have changed, on a worker, since it reads files. Started once. */
final class CertificateWatch {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final List<TlsContext> contexts;
    private final Strand strand;
    private final StackThreads threads;

    CertificateWatch(List<TlsContext> contexts, Strand strand, StackThreads threads) {
        this.contexts = List.copyOf(contexts);
        this.strand = strand;
        this.threads = threads;
    }

    void start() {
        if (!contexts.isEmpty()) {
            Strand.run(strand, this::lookLater);
        }
    }

    private void lookLater() {
        threads.timers().schedule(strand, INTERVAL, () -> threads.later(this::look));
    }

    private void look() {
        try {
            contexts.forEach(TlsContext::refresh);
        } finally {
            Strand.run(strand, this::lookLater);
        }
    }
}
