// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.trapezoid.http.ServerPages;
import org.trapezoid.http.ServerPages.Page;

/**
 * Whether the server lives, has started and is ready for calls, for what watches it ({@code /health/…}). Thread-safe.
 */
final class Health {
    /** The timer wheel turns every 10 ms; one that stands still this long has no processor or will never turn again. */
    private static final long STALLED = Duration.ofSeconds(10).toNanos();

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final String JSON = "application/json";

    private final LongSupplier sinceTick;
    private volatile boolean started;
    private volatile boolean stopping;

    /** @param sinceTick nanoseconds since the timer wheel turned last */
    Health(LongSupplier sinceTick) {
        this.sinceTick = sinceTick;
    }

    void addTo(ServerPages pages) {
        add(pages, "/health/live", this::dead);
        add(pages, "/health/ready", this::unready);
        add(pages, "/health/started", () -> started ? Optional.empty() : Optional.of("starting"));
    }

    private static void add(ServerPages pages, String path, Supplier<Optional<String>> trouble) {
        pages.add(path, reader -> true, () -> page(trouble.get()));
    }

    private static Page page(Optional<String> trouble) {
        return trouble.isEmpty()
                ? new Page(OK, JSON, "{\"status\":\"UP\"}\n")
                : new Page(UNAVAILABLE, JSON, "{\"status\":\"DOWN\",\"reason\":\"" + trouble.get() + "\"}\n");
    }

    void started() {
        started = true;
    }

    void stopping() {
        stopping = true;
    }

    private Optional<String> dead() {
        return sinceTick.getAsLong() > STALLED ? Optional.of("timers stand still") : Optional.empty();
    }

    private Optional<String> unready() {
        if (!started) {
            return Optional.of("starting");
        }
        return stopping ? Optional.of("stopping") : dead();
    }
}
