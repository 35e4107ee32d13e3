// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.uri.Uri;

/** RFC 3263 §4: what is known without asking, and for other names NAPTR, SRV, A and AAAA records. Thread-safe. */
public final class DnsLocator implements ServerLocator {
    private final StaticLocator statics;
    private final Dns dns;
    private final DnsOptions options;
    private final Reach reach;
    private final RandomGenerator random;

    /**
     * A locator that asks {@code dns} for names that {@code statics} does not know.
     *
     * @param random chooses among servers of equal priority; thread-safe
     */
    public DnsLocator(StaticLocator statics, Dns dns, DnsOptions options, Reach reach, RandomGenerator random) {
        this.statics = statics;
        this.dns = dns;
        this.options = options;
        this.reach = reach;
        this.random = random;
    }

    @Override
    public CompletionStage<List<Hop>> locate(Uri nextHop) {
        return locate(nextHop, random);
    }

    @Override
    public CompletionStage<List<Hop>> locate(Uri nextHop, long choice) {
        return locate(nextHop, new SplittableRandom(choice));
    }

    private CompletionStage<List<Hop>> locate(Uri nextHop, RandomGenerator order) {
        Optional<Target> target = statics.target(nextHop);
        if (target.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<Hop> known =
                StaticLocator.hops(target.get(), statics.known(target.get().host()));
        return known.isEmpty() && isInDns(target.get())
                ? new Lookup(target.get(), statics, dns, options, reach, order).run()
                : CompletableFuture.completedFuture(known);
    }

    /** WebSocket clients are named {@code x.invalid} (RFC 7118 §5.1), and their servers are not connected to. */
    private static boolean isInDns(Target target) {
        return !target.protocol().isWebSocket() && !target.host().endsWith(".invalid");
    }
}
