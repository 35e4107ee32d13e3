// SPDX-License-Identifier: Apache-2.0
/** Call forwarding by a back-to-back user agent: at once, when busy, without answer, when unavailable. */
@NullMarked
package org.trapezoid.samples.b2bua;

import org.jspecify.annotations.NullMarked;
