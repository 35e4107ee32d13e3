// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.server.routing.FixedRouterProvider;
import org.trapezoid.server.testing.Zips;
import org.trapezoid.servlet.router.CurrentRouter;
import org.trapezoid.servlet.router.DefaultApplicationRouter;
import org.trapezoid.servlet.router.LoadedRouter;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.RetiredException;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.router.Selection;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Uri;

/** What becomes of a router in jars when the server stops. */
class RouterWatchTest {
    private static final Request REQUEST =
            Request.builder(Method.OPTIONS, Uri.parse("sip:b.test")).build();

    @TempDir
    private Path base;

    private static final class Ending implements LoadedRouter {
        private int asked;
        private boolean retired;

        @Override
        public void init() {}

        @Override
        public void retire(Executor executor, Runnable afterwards) {
            retired = true;
            executor.execute(afterwards);
        }

        @Override
        public Selection next(Request request, Origin origin, RoutingState state) {
            asked++;
            if (retired && asked > 100) {
                throw new IllegalStateException("asked again and again");
            }
            if (retired) {
                throw new RetiredException();
            }
            return Selection.NONE;
        }

        @Override
        public void deployed(List<String> names) {}

        @Override
        public void undeployed(List<String> names) {}
    }

    /** With a router that is never asked: the layer gives another one. */
    private void jar(Path file) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (String type : List.of("FixedRouterProvider", "FixedRouterProvider$FixedRouter")) {
            try (InputStream in =
                    Objects.requireNonNull(FixedRouterProvider.class.getResourceAsStream(type + ".class"))) {
                entries.put("org/trapezoid/server/routing/" + type + ".class", in.readAllBytes());
            }
        }
        entries.put(
                "META-INF/services/" + SipApplicationRouterProvider.class.getName(),
                FixedRouterProvider.class.getName().getBytes(StandardCharsets.UTF_8));
        entries.put("route.txt", ("one\n" + base.resolve("events") + "\n").getBytes(StandardCharsets.UTF_8));
        Zips.write(file, entries);
    }

    @Test
    void whoSendsAfterItsEndDoesNotWaitForASuccessor() throws Exception {
        Path jars = Files.createDirectory(base.resolve("routers"));
        jar(jars.resolve("router.jar"));
        CurrentRouter current = new CurrentRouter(new DefaultApplicationRouter());
        Ending router = new Ending();
        RouterWatch watch = new RouterWatch(
                current,
                (api, loader) -> router,
                Optional.of(jars),
                Optional.empty(),
                Optional.empty(),
                base.resolve("work"));
        watch.start();
        current.next(REQUEST, Origin.APPLICATION, RoutingState.NEW);
        assertThat(router.asked).isEqualTo(1);

        watch.close();

        assertThat(current.next(REQUEST, Origin.APPLICATION, RoutingState.NEW).application())
                .isEmpty();
        assertThat(router.asked).isEqualTo(1);
    }
}
