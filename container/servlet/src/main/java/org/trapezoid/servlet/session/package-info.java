// SPDX-License-Identifier: Apache-2.0
/** State of sessions without any type of the servlet API (JSR 289 §6). */
@NullMarked
package org.trapezoid.servlet.session;

import org.jspecify.annotations.NullMarked;
