// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.routing;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.ar.SipApplicationRouter;
import jakarta.servlet.sip.ar.SipApplicationRouterInfo;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import jakarta.servlet.sip.ar.SipRouteModifier;
import jakarta.servlet.sip.ar.SipTargetedRequestInfo;
import jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** A router that sends everything to the application that {@code route.txt} of its jar names, and writes to the file named there when it ends. */
public final class FixedRouterProvider extends SipApplicationRouterProvider {

    @Override
    public SipApplicationRouter getSipApplicationRouter() {
        try (InputStream in = Objects.requireNonNull(
                FixedRouterProvider.class.getClassLoader().getResourceAsStream("route.txt"))) {
            String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n");
            return new FixedRouter(lines[0], Path.of(lines[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class FixedRouter implements SipApplicationRouter {
        private final String application;
        private final Path events;
        private volatile boolean initialised;

        FixedRouter(String application, Path events) {
            this.application = application;
            this.events = events;
        }

        @Override
        public void init() {
            if (application.equals("broken")) {
                throw new IllegalStateException("no database");
            }
            initialised = true;
        }

        @Override
        public void init(Properties properties) {
            init();
        }

        @Override
        public void destroy() {
            try {
                Files.writeString(events, application + " destroyed\n", java.nio.file.StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void applicationDeployed(List<String> names) {}

        @Override
        public void applicationUndeployed(List<String> names) {}

        @Override
        public SipApplicationRouterInfo getNextApplication(
                SipServletRequest request,
                @Nullable SipApplicationRoutingRegion region,
                SipApplicationRoutingDirective directive,
                @Nullable SipTargetedRequestInfo targeted,
                @Nullable Serializable state) {
            if (!initialised || directive != SipApplicationRoutingDirective.NEW) {
                throw new IllegalStateException("not initialised, or asked twice");
            }
            return new SipApplicationRouterInfo(
                    application,
                    SipApplicationRoutingRegion.NEUTRAL_REGION,
                    "sip:all@example.com",
                    new String[0],
                    SipRouteModifier.NO_ROUTE,
                    null);
        }
    }
}
