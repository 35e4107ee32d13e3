// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Duration;

/** Does things later, on a thread of its own, which they must not keep. */
@FunctionalInterface
interface Later {
    /** Does nothing any more once closed. */
    void later(Duration delay, Runnable task);
}
