// SPDX-License-Identifier: Apache-2.0
/** A deployed application at run time; sees interfaces of the API only. */
@NullMarked
package org.trapezoid.servlet.app;

import org.jspecify.annotations.NullMarked;
