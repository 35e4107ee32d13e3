// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The applications a container runs. Thread-safe; changed by one thread at a time. */
public interface Applications {

    /** Makes an application's listeners and servlets, then gives it requests. When it throws, nothing is left behind. */
    void deploy(AppSource source) throws ServletException;

    /**
     * Gives an application no new requests; its name is free at once. Completes when its last session has ended or patience
     * is over, after its servlets were destroyed.
     */
    CompletionStage<Void> undeploy(String name, Duration patience);

    /** The names of those that get requests, sorted. */
    List<String> names();
}
