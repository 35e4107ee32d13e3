// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;

/** A telephone program of another make, without sound device or screen, that a test drives. Closing it ends it. */
interface SoftPhone extends AutoCloseable {

    /** What it calls itself. */
    String name();

    String version();

    void dials(String uri) throws IOException;

    /** Takes the call that rings. */
    void accepts() throws IOException;

    /** Ends the call: one that it has, that it makes, or that rings. */
    void hangsUp() throws IOException;

    void holds() throws IOException;

    void resumes() throws IOException;

    /** Sends the other one away, to {@code uri}. */
    void transfersTo(String uri) throws IOException;

    /** What it has sent and received since it was started. */
    Transcript transcript();

    @Override
    void close();
}
