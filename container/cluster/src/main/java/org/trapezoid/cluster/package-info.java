/**
 * Several nodes as one server, on embedded Hazelcast, which nobody outside this package knows. No thread of the SIP stack ever waits for
 * it.
 */
@NullMarked
package org.trapezoid.cluster;

import org.jspecify.annotations.NullMarked;
