// SPDX-License-Identifier: Apache-2.0
/** Digest authentication for applications, and the file that holds the users. */
@NullMarked
package org.trapezoid.servlet.authentication;

import org.jspecify.annotations.NullMarked;
