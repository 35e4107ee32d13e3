// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.guestbook;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Greets, and says good-bye in a file. */
@ApplicationScoped
public class Greeter {

    @Inject
    private @Nullable ServletContext context;

    private final AtomicInteger guests = new AtomicInteger();

    String greet() {
        return "guest " + guests.incrementAndGet();
    }

    @PreDestroy
    void leave() throws IOException {
        Files.writeString(Path.of(Objects.requireNonNull(context).getInitParameter("farewell")), "guests " + guests);
    }
}
