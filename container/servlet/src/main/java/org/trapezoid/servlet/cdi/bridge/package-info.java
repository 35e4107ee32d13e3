// SPDX-License-Identifier: Apache-2.0
/** What talks to CDI. Loaded once for each application that brings CDI, and linked to the CDI classes of its archive. */
@NullMarked
package org.trapezoid.servlet.cdi.bridge;

import org.jspecify.annotations.NullMarked;
