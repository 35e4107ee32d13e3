// SPDX-License-Identifier: Apache-2.0
/** What Trapezoid offers to applications beyond the SIP Servlet API. */
@NullMarked
package org.trapezoid.api;

import org.jspecify.annotations.NullMarked;
