// SPDX-License-Identifier: Apache-2.0
/** SIP servlets that extend nothing: methods chosen by their annotations (JSR 359 §21). Sees interfaces of the API only. */
@NullMarked
package org.trapezoid.servlet.pojo;

import org.jspecify.annotations.NullMarked;
