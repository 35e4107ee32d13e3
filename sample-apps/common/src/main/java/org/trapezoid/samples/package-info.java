// SPDX-License-Identifier: Apache-2.0
/** What the sample applications share: their domains, addresses-of-record and settings. */
@NullMarked
package org.trapezoid.samples;

import org.jspecify.annotations.NullMarked;
