// SPDX-License-Identifier: Apache-2.0
/** Whole servers and phones on one network in virtual time, from a seed: how a bug is found, and shown again. */
@NullMarked
package org.trapezoid.servlet.testing.simulation;

import org.jspecify.annotations.NullMarked;
