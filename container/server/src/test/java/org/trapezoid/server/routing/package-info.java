// SPDX-License-Identifier: Apache-2.0
/** An application router that tests put into jars. */
@NullMarked
package org.trapezoid.server.routing;

import org.jspecify.annotations.NullMarked;
