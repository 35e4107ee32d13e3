// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.transport.Flow;

/**
 * How a request came in.
 *
 * @param initial whether it went through application selection
 * @param poppedRoute the Route value that pointed here, if any
 */
public record Incoming(Flow flow, boolean initial, RoutingState routing, Optional<NameAddr> poppedRoute) {}
