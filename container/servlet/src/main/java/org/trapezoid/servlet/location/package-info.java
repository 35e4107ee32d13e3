// SPDX-License-Identifier: Apache-2.0
/** The location service of RFC 3261 §10 for a single node: a table in memory and a file that outlives the process. */
@NullMarked
package org.trapezoid.servlet.location;

import org.jspecify.annotations.NullMarked;
