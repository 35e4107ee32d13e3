// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetSocketAddress;
import org.trapezoid.sip.uri.HostPort;

/** A bound listening point; {@code advertised} goes into Via, Contact and Record-Route. Immutable. */
public record Listener(Protocol protocol, InetSocketAddress bound, HostPort advertised) {}
