// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

import java.io.Serializable;

/**
 * What an application router decided about an initial request: the next application and how to route (JSR 289 §15).
 * Immutable; the arrays are copied.
 *
 * <pre>{@code
 * return new SipApplicationRouterInfo("screening", SipApplicationRoutingRegion.TERMINATING_REGION,
 *         request.getTo().getURI().toString(), null, SipRouteModifier.NO_ROUTE, 1);
 * }</pre>
 *
 * @see SipApplicationRouter#getNextApplication
 */
public class SipApplicationRouterInfo {
    private final String nextApplicationName;
    private final SipApplicationRoutingRegion routingRegion;
    private final String subscriberURI;
    private final String[] routes;
    private final SipRouteModifier mod;
    private final Serializable stateInfo;

    /**
     * Makes a decision.
     *
     * @param nextApplicationName the name of the application to call, or {@code null} if none is left
     * @param routingRegion the region the application serves in; may be {@code null} if there is no application
     * @param subscriberURI the URI of the subscriber the application serves, or {@code null}
     * @param routes SIP or SIPS route addresses, topmost first; {@code null} if {@code mod} needs none
     * @param mod what to do with the routes
     * @param stateInfo handed back to the router at the next call for the same chain; may be {@code null}
     */
    public SipApplicationRouterInfo(
            String nextApplicationName,
            SipApplicationRoutingRegion routingRegion,
            String subscriberURI,
            String[] routes,
            SipRouteModifier mod,
            Serializable stateInfo) {
        this.nextApplicationName = nextApplicationName;
        this.routingRegion = routingRegion;
        this.subscriberURI = subscriberURI;
        this.routes = routes == null ? null : routes.clone();
        this.mod = mod;
        this.stateInfo = stateInfo;
    }

    /** {@return the name of the application to call, or {@code null} if none is left} */
    public String getNextApplicationName() {
        return nextApplicationName;
    }

    /** {@return a copy of the routes, topmost first, or {@code null} if there are none} */
    public String[] getRoutes() {
        return routes == null ? null : routes.clone();
    }

    /** {@return the router's own state for this chain of applications, or {@code null}} */
    public Serializable getStateInfo() {
        return stateInfo;
    }

    /** {@return the text of the subscriber's URI, or {@code null}} */
    public String getSubscriberURI() {
        return subscriberURI;
    }

    /** {@return the region the application serves in, or {@code null}} */
    public SipApplicationRoutingRegion getRoutingRegion() {
        return routingRegion;
    }

    /** {@return what to do with the routes} */
    public SipRouteModifier getRouteModifier() {
        return mod;
    }
}
