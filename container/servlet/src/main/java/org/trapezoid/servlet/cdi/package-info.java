// SPDX-License-Identifier: Apache-2.0
/** Finds the CDI implementation in an application's archive (JSR 359). The server has none, and needs none. */
@NullMarked
package org.trapezoid.servlet.cdi;

import org.jspecify.annotations.NullMarked;
