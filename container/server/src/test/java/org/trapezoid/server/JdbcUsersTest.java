// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.UserStore;

/** Users in a database, which is H2 in memory. */
class JdbcUsersTest {
    private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
    private final UserDatabase database = UserDatabase.at(
                    url, "select password from users where name = :name and realm = :realm")
            .roles("select role from roles where name = :name order by role");
    private Connection keeper; // the database lives as long

    @BeforeEach
    void fill() throws SQLException {
        keeper = DriverManager.getConnection(url);
        try (Statement statement = keeper.createStatement()) {
            statement.execute(
                    "create table users (name varchar, realm varchar, password varchar, ha1 varchar, ha1b varchar)");
            statement.execute("create table roles (name varchar, role varchar)");
            statement.execute("insert into users values ('alice', 'a.test', 'secret', 'AB12', 'cd34')");
            statement.execute("insert into users values ('o''brien', 'a.test', null, 'AB12', null)");
            statement.execute("insert into roles values ('alice', 'user'), ('alice', 'admin'), ('alice', null)");
        }
    }

    @AfterEach
    void drop() throws SQLException {
        keeper.close();
    }

    @Test
    void findsPasswordAndRoles() throws Exception {
        try (JdbcUsers users = new JdbcUsers(database)) {
            assertThat(users.find("alice", "a.test"))
                    .contains(UserStore.User.withPassword("secret", Set.of("user", "admin")));
            assertThat(users.find("alice", "b.test")).isEmpty();
            assertThat(users.find("bob", "a.test")).isEmpty();
            assertThat(users.algorithms("a.test")).containsExactly("SHA-256", "MD5");
        }
    }

    @Test
    void findsHashesByTheNamesOfTheColumns() throws Exception {
        UserDatabase hashes = UserDatabase.at(
                        url, "select ha1 as md5, ha1b as sha_256 from users where name=:name and realm=:realm")
                .algorithms("MD5");
        try (JdbcUsers users = new JdbcUsers(hashes)) {
            UserStore.User alice = users.find("alice", "a.test").orElseThrow();
            assertThat(alice.password()).isEmpty();
            assertThat(alice.hashes()).containsEntry("MD5", "AB12").containsEntry("SHA-256", "cd34");
            assertThat(alice.roles()).isEmpty();
            assertThat(users.find("o'brien", "a.test").orElseThrow().hashes()).containsOnlyKeys("MD5");
            assertThat(users.algorithms("a.test")).containsExactly("MD5");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"' or '1'='1", "alice' --", "x'; drop table users; --", ":realm", "\"", "\\"})
    void aNameIsNeverPartOfTheQuery(String name) throws Exception {
        try (JdbcUsers users = new JdbcUsers(database)) {
            assertThat(users.find(name, "a.test")).isEmpty();
            assertThat(users.find("alice", "a.test")).isPresent();
        }
    }

    @Test
    void aLostConnectionIsMadeAnew() throws Exception {
        try (JdbcUsers users = new JdbcUsers(database)) {
            assertThat(users.find("alice", "a.test")).isPresent();
            try (Statement statement = keeper.createStatement()) {
                statement.execute("create table kept as select * from users");
                statement.execute("call abort_session(select session_id from information_schema.sessions"
                        + " where session_id <> session_id() limit 1)");
            }

            assertThat(users.find("alice", "a.test")).isPresent();
        }
    }

    @Test
    void whatTheDatabaseRefusesIsAFailureAndLosesNoConnection() throws Exception {
        UserDatabase wrong = new UserDatabase(
                url,
                "",
                "",
                Optional.of("org.h2.Driver"),
                "select nothing from users where name = :name",
                Optional.empty(),
                List.of("MD5"),
                1,
                Duration.ofSeconds(5),
                Duration.ZERO,
                0);
        try (JdbcUsers users = new JdbcUsers(wrong)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> users.find("alice", "a.test")).hasMessageContaining("NOTHING");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"jdbc:nobody:x, '', no JDBC driver", "jdbc:h2:mem:x, no.such.Driver, not in lib"})
    void aDriverThatIsMissingIsSaidAtTheStart(String where, String driver, String message) {
        UserDatabase missing = new UserDatabase(
                where,
                "",
                "",
                driver.isEmpty() ? Optional.empty() : Optional.of(driver),
                database.secretQuery(),
                Optional.empty(),
                List.of("MD5"),
                1,
                Duration.ofSeconds(5),
                Duration.ZERO,
                0);

        assertThatThrownBy(() -> new JdbcUsers(missing))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void nobodyPrintsThePassword() {
        assertThat(database.login("trapezoid", "hidden")).hasToString("user database " + url);
        assertThat(UserDatabase.at("jdbc:postgresql://db/sip?password=hidden", database.secretQuery())
                        .toString())
                .doesNotContain("hidden");
    }

    @Test
    void parametersHaveNames() {
        SqlQuery query = SqlQuery.of("select ':name'::text, a\":b\" from u where n=:name and (r=:realm or x=:name)");

        assertThat(query.sql()).isEqualTo("select ':name'::text, a\":b\" from u where n=? and (r=? or x=?)");
        assertThat(query.parameters()).containsExactly("name", "realm", "name");
        assertThatThrownBy(() -> SqlQuery.of("select :other")).hasMessageContaining(":other");
    }
}
