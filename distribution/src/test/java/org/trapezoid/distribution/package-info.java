/** End-to-end tests of the unpacked distribution. */
@NullMarked
package org.trapezoid.distribution;

import org.jspecify.annotations.NullMarked;
