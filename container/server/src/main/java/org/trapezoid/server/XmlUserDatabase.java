// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlAttribute;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code <user-database>} of {@code trapezoid.xml} as JAXB reads it. */
@XmlAccessorType(XmlAccessType.FIELD)
final class XmlUserDatabase {
    @XmlAttribute
    String url = "";

    @XmlAttribute
    String user = "";

    @XmlAttribute
    String password = "";

    @XmlAttribute
    String driver = "";

    @XmlAttribute(name = "secret-query")
    String secretQuery = "";

    @XmlAttribute(name = "roles-query")
    String rolesQuery = "";

    @XmlAttribute
    String algorithms = "";

    @XmlAttribute
    @Nullable
    String connections;

    @XmlAttribute
    @Nullable
    String timeout;

    @XmlAttribute(name = "cache-time")
    @Nullable
    String cacheTime;

    @XmlAttribute(name = "cache-size")
    @Nullable
    String cacheSize;

    /** @param words splits a list */
    UserDatabase database(Function<String, List<String>> words) {
        List<String> offered = words.apply(algorithms);
        return new UserDatabase(
                url,
                user,
                password,
                given(driver),
                secretQuery,
                given(rolesQuery),
                offered.isEmpty() ? UserDatabase.ALGORITHMS : offered,
                number(connections, UserDatabase.CONNECTIONS, "connections of user-database"),
                duration(timeout, UserDatabase.TIMEOUT, "timeout of user-database"),
                duration(cacheTime, UserDatabase.CACHE_TIME, "cache-time of user-database"),
                number(cacheSize, UserDatabase.CACHE_SIZE, "cache-size of user-database"));
    }

    private static Optional<String> given(String text) {
        return text.isBlank() ? Optional.empty() : Optional.of(text.trim());
    }

    private static int number(@Nullable String text, int usual, String what) {
        return text == null ? usual : ConfigChecks.parseInt(text, what);
    }

    private static Duration duration(@Nullable String text, Duration usual, String what) {
        return text == null ? usual : ConfigChecks.parseDuration(text, what);
    }
}
