/** The HTTP port and the web contexts behind it, on Jetty. */
@NullMarked
package org.trapezoid.http;

import org.jspecify.annotations.NullMarked;
