// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.ar.SipApplicationRouter;
import jakarta.servlet.sip.ar.SipApplicationRouterInfo;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import jakarta.servlet.sip.ar.SipRouteModifier;
import jakarta.servlet.sip.ar.SipTargetedRequestInfo;
import jakarta.servlet.sip.ar.SipTargetedRequestType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.router.Directive;
import org.trapezoid.servlet.router.LoadedRouter;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.Region;
import org.trapezoid.servlet.router.RetiredException;
import org.trapezoid.servlet.router.RouteModifier;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.router.Selection;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;

/** An application router of JSR 289 §15 behind the container's own interface, called under its class loader. Thread-safe. */
public final class ApiRouter implements LoadedRouter {
    private static final Logger log = LoggerFactory.getLogger(ApiRouter.class);

    private final SipApplicationRouter router;
    private final AppRuntime runtime;
    private final Strands strands;
    private final AtomicInteger users = new AtomicInteger(1); // the container, and each call that is in it
    /** Its own regions by what they say: routers compare them by identity. */
    private final Map<Region, SipApplicationRoutingRegion> regions = new ConcurrentHashMap<>();

    private volatile Runnable end = () -> {};

    /** @param runtime makes the requests it sees; its class loader is that of the router */
    public ApiRouter(SipApplicationRouter router, AppRuntime runtime, Strands strands) {
        this.router = router;
        this.runtime = runtime;
        this.strands = strands;
    }

    @Override
    public void init() {
        inside(() -> {
            router.init();
            return true;
        });
    }

    @Override
    public void deployed(List<String> names) {
        notify("applicationDeployed", () -> router.applicationDeployed(new ArrayList<>(names)));
    }

    @Override
    public void undeployed(List<String> names) {
        notify("applicationUndeployed", () -> router.applicationUndeployed(new ArrayList<>(names)));
    }

    /** What it throws then must not keep an application from being deployed. */
    private void notify(String what, Runnable call) {
        try {
            inside(() -> {
                call.run();
                return true;
            });
        } catch (IllegalStateException e) {
            log.warn("application router {}: {} failed", router.getClass().getName(), what, e.getCause());
        }
    }

    @Override
    public Selection next(Request request, Origin origin, RoutingState state) {
        enter();
        try {
            return inside(() -> ask(request, origin, state));
        } finally {
            leave();
        }
    }

    private Selection ask(Request request, Origin origin, RoutingState state) {
        Strand strand =
                Strand.held().orElseGet(strands::create); // what applications send is routed in their core section
        SipRequest view =
                SipRequest.routed(runtime, runtime.provisionalSession(strand, request), request, origin, state);
        return selection(request(view, region(state), view.getRoutingDirective(), targeted(origin), state.stateInfo()));
    }

    @SuppressWarnings("NullAway") // region, targeted request and state may be null in the API
    private @Nullable SipApplicationRouterInfo request(
            SipRequest view,
            @Nullable SipApplicationRoutingRegion region,
            SipApplicationRoutingDirective directive,
            @Nullable SipTargetedRequestInfo targeted,
            Optional<Serializable> info) {
        return router.getNextApplication(view, region, directive, targeted, info.orElse(null));
    }

    private @Nullable SipApplicationRoutingRegion region(RoutingState state) {
        return state.region()
                .map(region -> state.directive() == Directive.REVERSE ? region.reversed() : region)
                .map(region -> regions.getOrDefault(region, Regions.of(region)))
                .orElse(null);
    }

    private static @Nullable SipTargetedRequestInfo targeted(Origin origin) {
        return origin.target()
                .map(target -> new SipTargetedRequestInfo(
                        switch (target.kind()) {
                            case JOIN -> SipTargetedRequestType.JOIN;
                            case REPLACES -> SipTargetedRequestType.REPLACES;
                            case ENCODED_URI -> SipTargetedRequestType.ENCODED_URI;
                        },
                        target.application()))
                .orElse(null);
    }

    private Selection selection(@Nullable SipApplicationRouterInfo info) {
        if (info == null) {
            return Selection.NONE;
        }
        List<NameAddr> routes = new ArrayList<>();
        if (info.getRoutes() != null) {
            for (String route : info.getRoutes()) {
                if (route != null && !route.isBlank()) {
                    routes.add(Selection.route(route.strip()));
                }
            }
        }
        return new Selection(
                given(info.getNextApplicationName()),
                Optional.ofNullable(info.getRoutingRegion()).map(this::known),
                given(info.getSubscriberURI()).map(text -> Selection.route(text).uri()),
                routes,
                modifier(info.getRouteModifier()),
                Optional.ofNullable(info.getStateInfo()));
    }

    private static Optional<String> given(@Nullable String text) {
        return Optional.ofNullable(text).map(String::strip).filter(name -> !name.isEmpty());
    }

    private Region known(SipApplicationRoutingRegion region) {
        Region known = Regions.of(region);
        if (Regions.of(known) != region) { // one of its own
            regions.putIfAbsent(known, region);
        }
        return known;
    }

    private static RouteModifier modifier(@Nullable SipRouteModifier modifier) {
        return modifier == null
                ? RouteModifier.NO_ROUTE
                : switch (modifier) {
                    case ROUTE -> RouteModifier.ROUTE;
                    case ROUTE_FINAL -> RouteModifier.ROUTE_FINAL;
                    case ROUTE_BACK -> RouteModifier.ROUTE_BACK;
                    case NO_ROUTE -> RouteModifier.NO_ROUTE;
                };
    }

    /** Under its class loader; whatever it throws becomes one kind of exception. */
    private <T> T inside(Supplier<T> call) {
        Thread thread = Thread.currentThread();
        ClassLoader outer = thread.getContextClassLoader();
        thread.setContextClassLoader(runtime.application().loader());
        try {
            return call.get();
        } catch (Throwable e) { // an old archive may throw any Error
            throw new IllegalStateException(
                    "application router " + router.getClass().getName() + ": " + e, e);
        } finally {
            thread.setContextClassLoader(outer);
        }
    }

    // ---- its end

    private void enter() {
        int before = users.get();
        while (before > 0) {
            if (users.compareAndSet(before, before + 1)) {
                return;
            }
            before = users.get();
        }
        throw new RetiredException();
    }

    private void leave() {
        if (users.decrementAndGet() == 0) {
            end.run();
        }
    }

    @Override
    public void retire(Executor executor, Runnable afterwards) {
        end = () -> executor.execute(() -> {
            notify("destroy", router::destroy);
            afterwards.run();
        });
        leave();
    }
}
