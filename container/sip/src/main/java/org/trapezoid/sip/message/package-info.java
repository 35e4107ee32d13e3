// SPDX-License-Identifier: Apache-2.0
/** Messages, bytes in and out, RFC 3261 §7. */
@NullMarked
package org.trapezoid.sip.message;

import org.jspecify.annotations.NullMarked;
