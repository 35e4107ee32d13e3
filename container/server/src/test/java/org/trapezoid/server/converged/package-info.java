// SPDX-License-Identifier: Apache-2.0
/** Archives with SIP and HTTP servlets. */
@NullMarked
package org.trapezoid.server.converged;

import org.jspecify.annotations.NullMarked;
