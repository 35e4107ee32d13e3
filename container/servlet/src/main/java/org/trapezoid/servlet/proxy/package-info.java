// SPDX-License-Identifier: Apache-2.0
/** The proxy core of RFC 3261 §16, with RFC 5393, 5658 and 6026; it never sees the servlet API. */
@NullMarked
package org.trapezoid.servlet.proxy;

import org.jspecify.annotations.NullMarked;
