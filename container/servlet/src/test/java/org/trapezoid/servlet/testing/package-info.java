// SPDX-License-Identifier: Apache-2.0
/** A whole server in virtual time, and its scripted peers. */
@NullMarked
package org.trapezoid.servlet.testing;

import org.jspecify.annotations.NullMarked;
