// SPDX-License-Identifier: Apache-2.0
/** The transaction layer (RFC 3261 §17 with RFC 6026 and RFC 4320) and the way of a request to its next hop. */
@NullMarked
package org.trapezoid.sip.transaction;

import org.jspecify.annotations.NullMarked;
