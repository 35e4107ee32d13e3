// SPDX-License-Identifier: Apache-2.0
/** Click to call: a page has two phones talk (RFC 3725 flow I) and shows how far they are. */
@NullMarked
package org.trapezoid.samples.click;

import org.jspecify.annotations.NullMarked;
