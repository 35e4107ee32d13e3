// SPDX-License-Identifier: Apache-2.0
/** Which application gets an initial request next (JSR 289 §15), and the default application router. */
@NullMarked
package org.trapezoid.servlet.router;

import org.jspecify.annotations.NullMarked;
