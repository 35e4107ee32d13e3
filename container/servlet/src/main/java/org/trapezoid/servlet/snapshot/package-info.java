// SPDX-License-Identifier: Apache-2.0
/** How state is written down for other nodes: numbered fields, of which a reader passes over those it does not know. */
@NullMarked
package org.trapezoid.servlet.snapshot;

import org.jspecify.annotations.NullMarked;
