/** Archives and applications for tests of the server. */
@NullMarked
package org.trapezoid.server.testing;

import org.jspecify.annotations.NullMarked;
