// SPDX-License-Identifier: Apache-2.0
/** From a message to the application it is for (JSR 289 §15). */
@NullMarked
package org.trapezoid.servlet.dispatch;

import org.jspecify.annotations.NullMarked;
