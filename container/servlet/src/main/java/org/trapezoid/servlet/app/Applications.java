// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The applications a container runs. Thread-safe; changed by one thread at a time. */
public interface Applications {

    /** Publishes what an application is given, as context attributes too, before anything of it is made. */
    Prepared prepare(AppSource source) throws ServletException;

    /** What the components of an archive without SIP servlets are given. */
    HttpSide httpOnly(String name, ServletContext context, AppSource.Web web) throws ServletException;

    /** Prepares and starts an application without HTTP. */
    default void deploy(AppSource source) throws ServletException {
        prepare(source).start();
    }

    /** An application that is about to start. */
    interface Prepared {
        HttpSide http();

        /** Makes its listeners and servlets, then gives it requests. When it throws, nothing is left behind. */
        void start() throws ServletException;
    }

    /**
     * Gives an application no new requests; its name is free at once. Completes when its last session has ended or patience
     * is over, after its servlets were destroyed.
     */
    CompletionStage<Void> undeploy(String name, Duration patience);

    /** The names of those that get requests, sorted. */
    List<String> names();
}
