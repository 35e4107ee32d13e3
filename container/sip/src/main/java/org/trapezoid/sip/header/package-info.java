// SPDX-License-Identifier: Apache-2.0
/** One value type per structured header field, RFC 3261 §20. */
@NullMarked
package org.trapezoid.sip.header;

import org.jspecify.annotations.NullMarked;
