// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

import jakarta.servlet.sip.SipServletRequest;
import java.io.Serializable;
import java.util.List;
import java.util.Properties;

/**
 * Decides which application gets an initial request, and which after that one (JSR 289 §15). A container has one; it
 * is found by its {@link jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider} and used by several threads at
 * once.
 *
 * <pre>{@code
 * public SipApplicationRouterInfo getNextApplication(SipServletRequest initialRequest, ...) {
 *     return stateInfo == null
 *             ? new SipApplicationRouterInfo("screening", SipApplicationRoutingRegion.TERMINATING_REGION,
 *                     initialRequest.getTo().getURI().toString(), null, SipRouteModifier.NO_ROUTE, "done")
 *             : null;
 * }
 * }</pre>
 */
public interface SipApplicationRouter {
    /**
     * Starts the router. Called once, before anything else.
     *
     * @throws IllegalStateException if it was started already
     */
    void init();

    /**
     * Starts the router with the settings of the container. Called once, instead of {@link #init()}.
     *
     * @param properties the settings
     * @throws IllegalStateException if it was started already
     */
    void init(Properties properties);

    /** Ends the router. Nothing is called after it. */
    void destroy();

    /**
     * Tells of applications that are ready for requests. The first call names all there are.
     *
     * @param newlyDeployedApplicationNames their names
     */
    void applicationDeployed(List<String> newlyDeployedApplicationNames);

    /**
     * Tells of applications that take no more requests.
     *
     * @param undeployedApplicationNames their names
     */
    void applicationUndeployed(List<String> undeployedApplicationNames);

    /**
     * Decides about a request.
     *
     * @param initialRequest the request, which must not be changed
     * @param region the region of the last application; {@code null} if there was none
     * @param directive how the request relates to that application
     * @param targetedRequestInfo the session the request is meant for, or {@code null}
     * @param stateInfo the state of the last decision in this chain; {@code null} if there was none
     * @return the decision; {@code null}, or one without an application name, if no application is left
     * @throws NullPointerException if {@code initialRequest} is {@code null}
     * @throws IllegalStateException if the router was not started
     */
    SipApplicationRouterInfo getNextApplication(
            SipServletRequest initialRequest,
            SipApplicationRoutingRegion region,
            SipApplicationRoutingDirective directive,
            SipTargetedRequestInfo targetedRequestInfo,
            Serializable stateInfo);
}
