// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.server.deploy.OwnDatabases;

/** The databases of users that context parameters of applications name, {@code org.trapezoid.user-database.url} and its like. Immutable. */
final class ApplicationDatabases implements OwnDatabases {
    private static final String PREFIX = "org.trapezoid.user-database.";

    @Override
    public Optional<Opened> open(String application, Map<String, String> parameters, ClassLoader loader) {
        String url = parameters.get(PREFIX + "url");
        if (url == null) {
            return Optional.empty();
        }
        try {
            UserDatabase database = database(url.strip(), parameters);
            return Optional.of(new JdbcUsers(database, JdbcConnector.ofArchive(database, loader)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "application " + application + ": context parameters " + PREFIX + "*: " + e.getMessage(), e);
        }
    }

    private static UserDatabase database(String url, Map<String, String> parameters) {
        Values values = new Values(parameters);
        return new UserDatabase(
                url,
                values.text("user").orElse(""),
                values.text("password").orElse(""),
                values.text("driver"),
                values.text("secret-query").orElseThrow(() -> new IllegalArgumentException("secret-query is missing")),
                values.text("roles-query"),
                values.text("algorithms").map(Values::words).orElse(UserDatabase.ALGORITHMS),
                values.text("connections")
                        .map(count -> ConfigChecks.parseInt(count, "connections"))
                        .orElse(UserDatabase.CONNECTIONS),
                values.text("timeout")
                        .map(time -> ConfigChecks.parseDuration(time, "timeout"))
                        .orElse(UserDatabase.TIMEOUT),
                Duration.ZERO, // what was found is remembered as for any store of an application
                0);
    }

    private record Values(Map<String, String> parameters) {
        Optional<String> text(String name) {
            @Nullable String value = parameters.get(PREFIX + name);
            return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
        }

        static List<String> words(String text) {
            return Arrays.asList(text.split("\\s+"));
        }
    }
}
