// SPDX-License-Identifier: Apache-2.0
/** Sockets and flows (RFC 3261 §18, RFC 3581): UDP on datagram channels, TCP on Jetty's selectors. */
@NullMarked
package org.trapezoid.sip.transport;

import org.jspecify.annotations.NullMarked;
