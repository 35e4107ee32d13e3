// SPDX-License-Identifier: Apache-2.0
/** User agent cores over dialogs (RFC 3261 §8, §12 to §15). */
@NullMarked
package org.trapezoid.servlet.ua;

import org.jspecify.annotations.NullMarked;
