// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.util.Map;
import java.util.Optional;
import org.trapezoid.api.UserStore;

/** Opens the databases of users that applications have of their own. Used by the deploying thread. */
@FunctionalInterface
public interface OwnDatabases {

    /** An open one. */
    interface Opened extends UserStore, AutoCloseable {
        @Override
        void close();
    }

    /**
     * The database that context parameters name; empty when none is named.
     *
     * @param loader where the driver is
     * @throws IllegalArgumentException names the parameter that is wrong
     */
    Optional<Opened> open(String application, Map<String, String> parameters, ClassLoader loader);
}
