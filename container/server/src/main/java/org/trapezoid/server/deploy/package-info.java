/** From a file in the deploy directory to a running application, and back. */
@NullMarked
package org.trapezoid.server.deploy;

import org.jspecify.annotations.NullMarked;
