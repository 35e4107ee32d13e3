// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

/** What the routes of a {@link Selection} are for (JSR 289 §15.8). */
public enum RouteModifier {
    /** An external route: the request leaves with all of them; an internal one: the next application sees it as popped. */
    ROUTE,
    /** As an external {@link #ROUTE}, of any kind, and the selection ends. */
    ROUTE_FINAL,
    /** The request leaves by the routes and comes back to this container, where the selection goes on. */
    ROUTE_BACK,
    /** The routes do not count. */
    NO_ROUTE
}
