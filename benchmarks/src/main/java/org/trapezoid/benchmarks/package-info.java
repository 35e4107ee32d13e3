// SPDX-License-Identifier: Apache-2.0
/** JMH benchmarks, run by hand. */
@NullMarked
package org.trapezoid.benchmarks;

import org.jspecify.annotations.NullMarked;
