// SPDX-License-Identifier: Apache-2.0
/** A cluster in one thread and virtual time, and what every store of sessions has to do. */
@NullMarked
package org.trapezoid.servlet.replication.testing;

import org.jspecify.annotations.NullMarked;
