// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Knows on which node of a cluster an application session is. Thread-safe. */
@FunctionalInterface
public interface SessionOwners {

    /**
     * The {@code host:port} without TLS at which the node serves HTTP that has the application session; empty if that is this one, or the
     * session is nowhere. Does not wait; fails when nobody can say, or the node serves no HTTP.
     */
    CompletionStage<Optional<String>> elsewhere(String sessionId);
}
