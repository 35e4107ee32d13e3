// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requirePositive;
import static org.trapezoid.server.ConfigChecks.requireRange;
import static org.trapezoid.server.ConfigChecks.requireReason;

import jakarta.servlet.Servlet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.trapezoid.api.PushService;

/**
 * What is deployed and how.
 *
 * @param directory watched for archives; empty: none is
 * @param archives files or directories deployed besides
 * @param servlets applications of one servlet, by application name
 * @param settings properties files {@code <application>.properties} in this directory override context parameters
 * @param data where unpacked archives and registrations are kept; empty: nothing outlives the server
 * @param users file of the users of digest authentication; empty: there are none
 * @param userDatabase a database with those users, in place of the file
 * @param router properties file of the default application router; empty: {@code jakarta.servlet.sip.ar.dar.configuration}
 *     decides
 * @param routerJars directory with the jars of an application router of JSR 289; empty: the default one is used
 * @param undeployTimeout how long running calls of an undeployed application may go on
 * @param scanInterval time between two looks at the directory
 * @param unroutedStatus the answer to an initial request no application is selected for
 * @param unroutedReason the text of that answer
 * @param push sends push notifications for applications; empty: they have none
 */
public record ApplicationsConfig(
        Optional<Path> directory,
        List<Path> archives,
        Map<String, Servlet> servlets,
        Optional<Path> settings,
        Optional<Path> data,
        Optional<Path> users,
        Optional<UserDatabase> userDatabase,
        Optional<Path> router,
        Optional<Path> routerJars,
        Duration undeployTimeout,
        Duration scanInterval,
        int unroutedStatus,
        String unroutedReason,
        Optional<PushService> push) {

    /** Nothing is deployed, with the usual times. */
    public static final ApplicationsConfig NONE = new ApplicationsConfig(
            Optional.empty(),
            List.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            404,
            "No Application Takes This Request",
            Optional.empty());

    public ApplicationsConfig {
        archives = List.copyOf(archives);
        servlets = Collections.unmodifiableMap(new LinkedHashMap<>(servlets));
        if (undeployTimeout.isNegative()) {
            throw new IllegalArgumentException("undeploy-timeout is negative; expected 0 or more");
        }
        requirePositive(scanInterval, "scan-interval");
        requireRange(unroutedStatus, 400, 699, "unrouted-status");
        requireReason(unroutedReason, "unrouted-reason");
    }
}
