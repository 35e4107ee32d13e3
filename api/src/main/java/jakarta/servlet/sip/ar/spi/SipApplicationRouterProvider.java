// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar.spi;

import jakarta.servlet.sip.ar.SipApplicationRouter;

/**
 * Makes an application router; extended by the author of a router and found by {@link java.util.ServiceLoader}
 * (JSR 289 §15). The jar has a file {@code META-INF/services/jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider} that
 * names the subclass, which is public and has a public constructor without parameters. If there are several, the system
 * property {@code jakarta.servlet.sip.ar.spi.SipApplicationRouterProvider} names the class to use.
 *
 * <pre>{@code
 * public class TableRouterProvider extends SipApplicationRouterProvider {
 *     private final SipApplicationRouter router = new TableRouter();
 *
 *     @Override
 *     public SipApplicationRouter getSipApplicationRouter() {
 *         return router;
 *     }
 * }
 * }</pre>
 */
public abstract class SipApplicationRouterProvider {

    /** For subclasses. */
    public SipApplicationRouterProvider() {}

    /** {@return the router, the same one at every call, not {@code null}} */
    public abstract SipApplicationRouter getSipApplicationRouter();
}
