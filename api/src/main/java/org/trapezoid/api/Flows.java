// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

/** Names of what the container tells about flows (RFC 5626). */
public final class Flows {

    /**
     * The request attribute that is there, {@link Boolean#TRUE}, when a Route of an initial request named the flow of a client
     * that registered through this server: the application had put itself into Path ({@code Proxy.setAddToPath}), and the
     * request comes along it. {@code proxyTo} with the Request-URI goes over that flow. The name cannot be made up: whoever
     * sent the request has it from the registrar.
     *
     * <pre>{@code
     * if (Boolean.TRUE.equals(req.getAttribute(Flows.ONWARD))) {
     *     Proxy proxy = req.getProxy();
     *     proxy.setRecordRoute(true);
     *     proxy.proxyTo(req.getRequestURI());
     * }
     * }</pre>
     */
    public static final String ONWARD = "org.trapezoid.flow.onward";

    private Flows() {}
}
