// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

/** What the container does with the routes of a {@link SipApplicationRouterInfo} (JSR 289 §15). */
public enum SipRouteModifier {
    /**
     * A route to another server is pushed and the request sent there; one to this container is what the application
     * sees as popped route.
     */
    ROUTE,

    /**
     * The routes are pushed, wherever they lead, and the request is sent; no further application is called (JSR 359).
     */
    ROUTE_FINAL,

    /**
     * The routes are pushed with this container behind them, and the request is sent; when it comes back the router
     * goes on.
     */
    ROUTE_BACK,

    /** The routes are ignored. */
    NO_ROUTE
}
