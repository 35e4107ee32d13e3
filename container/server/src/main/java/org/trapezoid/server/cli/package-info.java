/** The command line of the distribution: {@code run}, {@code check}, {@code version} and {@code user}. */
@NullMarked
package org.trapezoid.server.cli;

import org.jspecify.annotations.NullMarked;
