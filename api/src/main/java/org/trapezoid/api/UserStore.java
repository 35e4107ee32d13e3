// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An application's own users, in place of those of the server, for its security constraints and its {@code login-config}. Called by
 * several threads at once.
 *
 * <p>The application has a file {@code META-INF/services/org.trapezoid.api.UserStore} with the name of its class, which is made
 * with injection like a servlet, or sets the context attribute {@link #ATTRIBUTE} itself, at any time.
 *
 * <pre>{@code
 * public final class Subscribers implements UserStore {
 *     @Resource
 *     private DataSource subscribers; // or whatever holds them
 *
 *     @Override
 *     public Optional<User> find(String name, String realm) throws Exception {
 *         Subscriber found = load(name, realm); // may block: only the call that asks waits
 *         return found == null ? Optional.empty() : Optional.of(User.withPassword(found.password(), Set.of("subscriber")));
 *     }
 * }
 * }</pre>
 */
public interface UserStore {

    /** The context attribute that holds the store. */
    String ATTRIBUTE = "org.trapezoid.api.UserStore";

    /**
     * Looks a user up. May block. The answer counts for a minute, also that there is no such user.
     *
     * @param name the user name, as the peer wrote it
     * @param realm the realm, as the application has declared it
     * @return the user; empty when there is none
     * @throws Exception when it cannot be found out; the request is answered with 500
     */
    Optional<User> find(String name, String realm) throws Exception;

    /**
     * {@return the algorithms that challenges offer, best first: of {@code MD5}, {@code SHA-256} and {@code SHA-512-256}} Every user
     * of the realm has to have a password, or a hash for each of them. Must not block.
     *
     * @param realm the realm
     */
    default List<String> algorithms(String realm) {
        return List.of("SHA-256", "MD5");
    }

    /**
     * What proves a user, and what the user may do.
     *
     * @param password the password, if it is known
     * @param hashes by algorithm, the hash of {@code name:realm:password} in hexadecimal digits (RFC 7616 §3.4.2)
     * @param roles the roles
     */
    record User(Optional<String> password, Map<String, String> hashes, Set<String> roles) {

        /**
         * Copies what it is given.
         *
         * @param password the password, if it is known
         * @param hashes the hashes by algorithm
         * @param roles the roles
         */
        public User {
            hashes = Map.copyOf(hashes);
            roles = Set.copyOf(roles);
        }

        /**
         * {@return a user whose password is known}
         *
         * @param password the password
         * @param roles the roles
         */
        public static User withPassword(String password, Set<String> roles) {
            return new User(Optional.of(password), Map.of(), roles);
        }

        /**
         * {@return a user of whose password only hashes are known}
         *
         * @param hashes by algorithm, the hash of {@code name:realm:password} in hexadecimal digits
         * @param roles the roles
         */
        public static User withHashes(Map<String, String> hashes, Set<String> roles) {
            return new User(Optional.empty(), hashes, roles);
        }

        /** Without what is secret. */
        @Override
        public String toString() {
            return "user with roles " + roles;
        }
    }
}
