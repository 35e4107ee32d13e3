// SPDX-License-Identifier: Apache-2.0
/** Virtual time, scripted peers and test annotations, for our tests and those of application writers. */
@NullMarked
package org.trapezoid.sip.testing;

import org.jspecify.annotations.NullMarked;
