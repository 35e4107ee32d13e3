// SPDX-License-Identifier: Apache-2.0
/** URIs and hosts as values (RFC 3261 §19.1, RFC 3966). */
@NullMarked
package org.trapezoid.sip.uri;

import org.jspecify.annotations.NullMarked;
