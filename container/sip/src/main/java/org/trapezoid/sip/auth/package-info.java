// SPDX-License-Identifier: Apache-2.0
/** Digest authentication of both sides (RFC 3261 §22, RFC 7616, RFC 8760). */
@NullMarked
package org.trapezoid.sip.auth;

import org.jspecify.annotations.NullMarked;
