// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Optional;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.header.NameAddr;

/**
 * What goes along with a request from one application to the next inside this server: the selection is made already.
 *
 * @param actor as whom its servlet sends it
 */
record Handover(String application, RoutingState state, Optional<NameAddr> poppedRoute, Optional<Actor> actor) {}
