// SPDX-License-Identifier: Apache-2.0
/** Who may send which initial requests to which servlets (JSR 289 §14, JSR 359): constraints, digest, asserted identities, users. */
@NullMarked
package org.trapezoid.servlet.security;

import org.jspecify.annotations.NullMarked;
