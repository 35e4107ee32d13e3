// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Databases of users that context parameters name. */
class ApplicationDatabasesTest {
    private static final String PREFIX = "org.trapezoid.user-database.";

    private final ApplicationDatabases databases = new ApplicationDatabases();
    private final Map<String, String> parameters = new HashMap<>(Map.of(
            PREFIX + "url", "jdbc:h2:mem:parameters", PREFIX + "secret-query", "select :name as password from dual"));

    @Test
    void opensNoneWithoutAnUrl() {
        parameters.remove(PREFIX + "url");

        assertThat(databases.open("desk", parameters, getClass().getClassLoader()))
                .isEmpty();
    }

    @Test
    void opensTheOneThatTheParametersName() throws Exception {
        parameters.put(PREFIX + "driver", "org.h2.Driver");
        parameters.put(PREFIX + "algorithms", " SHA-512-256  MD5 ");
        parameters.put(PREFIX + "roles-query", "select 'clerk' from dual");

        try (var users =
                databases.open("desk", parameters, getClass().getClassLoader()).orElseThrow()) {
            assertThat(users.find("alice", "a.test").orElseThrow().password()).contains("alice");
            assertThat(users.find("alice", "a.test").orElseThrow().roles()).containsExactly("clerk");
            assertThat(users.algorithms("a.test")).containsExactly("SHA-512-256", "MD5");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "url, h2:mem, expected jdbc:",
        "url, jdbc:none:x, there is no JDBC driver for user database jdbc:none:x in WEB-INF/lib",
        "secret-query, '', secret-query is missing",
        "secret-query, select 1, expected :name in it",
        "driver, com.example.NoDriver, is not in WEB-INF/lib",
        "driver, java.lang.String, is not in WEB-INF/lib",
        "connections, many, expected a number",
        "timeout, soon, expected a time",
        "algorithms, SHA-1, expected MD5",
    })
    void saysWhatIsWrong(String name, String value, String reason) {
        parameters.put(PREFIX + name, value);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> databases.open("desk", parameters, getClass().getClassLoader()))
                .withMessageStartingWith("application desk: context parameters org.trapezoid.user-database.*: ")
                .withMessageContaining(reason);
    }
}
