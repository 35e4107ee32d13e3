// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.auth.DigestAlgorithm;

/**
 * A database with the users of digest authentication, in place of a file. Its JDBC driver is in {@code lib}, or on the class path of the
 * program. Queries have {@code :name} and {@code :realm} where these go.
 *
 * <pre>{@code
 * UserDatabase.at("jdbc:postgresql://db/sip", "select password from users where name = :name and realm = :realm")
 *         .login("trapezoid", password)
 *         .roles("select role from roles where name = :name")
 * }</pre>
 *
 * @param url the JDBC URL
 * @param user the user name; empty: the URL has what is needed
 * @param password the password
 * @param driver the class of the driver; empty: it is found by the URL
 * @param secretQuery gives one row, whose columns are called {@code password}, or {@code md5}, {@code sha_256} and {@code sha_512_256}
 *     and then hold the hash of {@code name:realm:password} (RFC 7616 §3.4.2); no row: there is no such user
 * @param rolesQuery gives one role in each row; empty: users have none
 * @param algorithms what challenges offer, best first
 * @param connections the most connections at once
 * @param timeout how long a request waits for the database at most
 * @param cacheTime how long what was found counts; zero: each request asks anew
 * @param cacheSize how many users are remembered
 */
public record UserDatabase(
        String url,
        String user,
        String password,
        Optional<String> driver,
        String secretQuery,
        Optional<String> rolesQuery,
        List<String> algorithms,
        int connections,
        Duration timeout,
        Duration cacheTime,
        int cacheSize) {

    /** SHA-256 before MD5, RFC 8760 §2.3. */
    public static final List<String> ALGORITHMS = List.of("SHA-256", "MD5");

    public static final int CONNECTIONS = 4;
    public static final Duration TIMEOUT = Duration.ofSeconds(5);
    public static final Duration CACHE_TIME = Duration.ofSeconds(60);
    public static final int CACHE_SIZE = 10_000;

    public UserDatabase {
        algorithms = List.copyOf(algorithms);
        if (!url.startsWith("jdbc:")) {
            throw new IllegalArgumentException("url of user-database is \"" + url + "\"; expected jdbc:…");
        }
        if (!SqlQuery.of(secretQuery).names("name")) {
            throw new IllegalArgumentException(
                    "secret-query is \"" + secretQuery + "\"; expected :name in it, where the user name goes");
        }
        for (String each : algorithms) {
            if (DigestAlgorithm.of(each).filter(known -> !known.isSession()).isEmpty()) {
                throw new IllegalArgumentException("algorithms of user-database are \"" + String.join(" ", algorithms)
                        + "\"; expected MD5, SHA-256 and SHA-512-256");
            }
        }
        if (algorithms.isEmpty()) {
            throw new IllegalArgumentException("user-database has no algorithms; expected at least one");
        }
        ConfigChecks.requireRange(connections, 1, 1_000, "connections of user-database");
        ConfigChecks.requirePositive(timeout, "timeout of user-database");
        if (cacheTime.isNegative()) {
            throw new IllegalArgumentException("cache-time of user-database is negative; expected 0 or more");
        }
        ConfigChecks.requireRange(cacheSize, 0, Integer.MAX_VALUE, "cache-size of user-database");
    }

    /** One whose URL is enough to connect, with the usual limits. */
    public static UserDatabase at(String url, String secretQuery) {
        return new UserDatabase(
                url,
                "",
                "",
                Optional.empty(),
                secretQuery,
                Optional.empty(),
                ALGORITHMS,
                CONNECTIONS,
                TIMEOUT,
                CACHE_TIME,
                CACHE_SIZE);
    }

    /** The same with a name and a password. */
    public UserDatabase login(String name, String secret) {
        return new UserDatabase(
                url,
                name,
                secret,
                driver,
                secretQuery,
                rolesQuery,
                algorithms,
                connections,
                timeout,
                cacheTime,
                cacheSize);
    }

    /** The same with roles of users. */
    public UserDatabase roles(String query) {
        return new UserDatabase(
                url,
                user,
                password,
                driver,
                secretQuery,
                Optional.of(query),
                algorithms,
                connections,
                timeout,
                cacheTime,
                cacheSize);
    }

    /** The same that offers these algorithms. */
    public UserDatabase algorithms(String... offered) {
        return new UserDatabase(
                url,
                user,
                password,
                driver,
                secretQuery,
                rolesQuery,
                List.of(offered),
                connections,
                timeout,
                cacheTime,
                cacheSize);
    }

    /** Without the password, which may be in the URL too. */
    @Override
    public String toString() {
        int parameters = url.indexOf('?');
        return "user database " + (parameters < 0 ? url : url.substring(0, parameters));
    }
}
