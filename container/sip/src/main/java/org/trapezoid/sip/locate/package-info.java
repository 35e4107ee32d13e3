// SPDX-License-Identifier: Apache-2.0
/** From a URI to the addresses a request can be sent to (RFC 3263). */
@NullMarked
package org.trapezoid.sip.locate;

import org.jspecify.annotations.NullMarked;
