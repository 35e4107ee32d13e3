// SPDX-License-Identifier: Apache-2.0
/** A registrar, RFC 3261 §10.3. */
@NullMarked
package org.trapezoid.samples.registrar;

import org.jspecify.annotations.NullMarked;
