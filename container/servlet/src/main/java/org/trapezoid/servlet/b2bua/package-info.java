// SPDX-License-Identifier: Apache-2.0
/** Linked sessions of back-to-back user agents (JSR 289 §12). */
@NullMarked
package org.trapezoid.servlet.b2bua;

import org.jspecify.annotations.NullMarked;
