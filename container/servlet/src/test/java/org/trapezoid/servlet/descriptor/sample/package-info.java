// SPDX-License-Identifier: Apache-2.0
/** Classes of applications, put into archives by the tests of the scanner. */
@NullMarked
package org.trapezoid.servlet.descriptor.sample;

import org.jspecify.annotations.NullMarked;
