// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.net.InetSocketAddress;

/** What a bad line, or somebody on it, makes of the bytes of a message. */
@FunctionalInterface
public interface Distortion {

    /** Everything arrives as it was sent. */
    Distortion NONE = (from, to, bytes) -> bytes;

    /** @return what arrives; the same array when nothing was changed */
    byte[] distort(InetSocketAddress from, Endpoint to, byte[] bytes);
}
