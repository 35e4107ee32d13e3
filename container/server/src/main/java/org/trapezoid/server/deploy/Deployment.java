// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.nio.file.Path;
import java.util.Optional;
import org.trapezoid.http.ConvergedContext;

/**
 * An application that runs. Immutable.
 *
 * @param name its application name
 * @param root the directory its classes are loaded from
 * @param temporary the directory it may write to
 * @param loader its class loader, if it has one of its own
 * @param context its servlet context
 * @param users its own database of users, if it has one
 * @param sip whether it has a SIP side
 */
record Deployment(
        String name,
        Path root,
        Path temporary,
        Optional<ApplicationClassLoader> loader,
        ConvergedContext context,
        Optional<OwnDatabases.Opened> users,
        boolean sip) {

    /** As logs name it. */
    @Override
    public String toString() {
        return "application " + name
                + context.contextPath().map(path -> " (HTTP at " + path + ")").orElse("");
    }
}
