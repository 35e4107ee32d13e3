// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.auth.DigestAlgorithm;
import org.trapezoid.sip.auth.DigestCredentials;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;

class UsersTest {
    @TempDir
    private Path directory;

    private Path file;
    private final ManualClock clock = new ManualClock();

    @BeforeEach
    void name() {
        file = directory.resolve("users.properties");
    }

    @Test
    void readsWhatWasAdded() {
        new UsersFile(file).add("alice", "example.com", "secret");
        List<String> wrong = new ArrayList<>();

        Map<String, Map<String, String>> users = new UsersFile(file).read(wrong::add);

        assertThat(users)
                .containsOnlyKeys("alice@example.com")
                .containsValue(Map.of(
                        "MD5", DigestAlgorithm.MD5.ha1("alice", "example.com", "secret"),
                        "SHA-256", DigestAlgorithm.SHA_256.ha1("alice", "example.com", "secret")));
        assertThat(wrong).isEmpty();
    }

    @Test
    void keepsMd5AloneWhenTold() {
        new UsersFile(file).add("alice", "example.com", "old");

        boolean added = new UsersFile(file).addWithMd5("alice", "example.com", "secret");

        assertThat(added).isFalse();
        assertThat(new UsersFile(file).read(line -> {}))
                .containsEntry(
                        "alice@example.com", Map.of("MD5", DigestAlgorithm.MD5.ha1("alice", "example.com", "secret")));
    }

    @Test
    void rolesStayUntilOthersAreGiven() throws IOException {
        UsersFile users = new UsersFile(file);
        users.add("alice", "example.com", "secret");
        assertThat(users.roles("alice", "example.com", List.of("caller", "admin")))
                .isTrue();
        users.addWithMd5("alice", "example.com", "other");

        assertThat(new Users(file, clock).roles("alice", "example.com")).containsExactlyInAnyOrder("caller", "admin");
        assertThat(users.read(line -> {})).containsOnlyKeys("alice@example.com");

        users.roles("alice", "example.com", List.of("caller"));
        assertThat(Files.readString(file))
                .isEqualTo("alice@example.com=MD5:" + DigestAlgorithm.MD5.ha1("alice", "example.com", "other")
                        + " role:caller\n");
        assertThat(users.roles("bob", "example.com", List.of("caller"))).isFalse();
        assertThatThrownBy(() -> users.roles("alice", "example.com", List.of("two words")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesTheLinesItCannotRead() throws IOException {
        Files.writeString(file, """
                # users
                alice@example.com=MD5:0123456789abcdef0123456789ABCDEF

                bob@example.com=MD5:0123
                carol=MD5:0123456789abcdef0123456789abcdef
                dave
                """);
        List<String> wrong = new ArrayList<>();

        Map<String, Map<String, String>> users = new UsersFile(file).read(wrong::add);

        assertThat(users).isEqualTo(Map.of("alice@example.com", Map.of("MD5", "0123456789abcdef0123456789abcdef")));
        assertThat(wrong).hasSize(3);
        assertThat(wrong.get(0)).startsWith(file + ":4: ");
        assertThat(wrong.get(1)).startsWith(file + ":5: ");
        assertThat(wrong.get(2)).startsWith(file + ":6: ");
    }

    @Test
    @Rfc(value = 8760, section = "2.3")
    void offersTheAlgorithmsThatEveryUserOfTheRealmHasAHashFor() throws IOException {
        new UsersFile(file).add("alice", "both.test", "secret");
        new UsersFile(file).add("bob", "old.test", "secret");
        Files.writeString(file, "carol@old.test=MD5:0123456789abcdef0123456789abcdef\n", StandardOpenOption.APPEND);

        Users users = new Users(file, clock);

        assertThat(users.algorithms("both.test")).containsExactly(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5);
        assertThat(users.algorithms("old.test")).containsExactly(DigestAlgorithm.MD5);
        assertThat(users.algorithms("nobody.test")).containsExactly(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5);
    }

    @Test
    void hasNobodyWithoutAFile() {
        assertThat(Users.none().isEmpty()).isTrue();
        assertThat(Users.none().contains("alice", "example.com")).isFalse();
    }

    @Test
    void noticesWithinASecondThatTheFileIsAnotherOne() throws IOException {
        Users users = new Users(file, clock);
        assertThat(users.isEmpty()).isTrue();

        new UsersFile(file).add("alice", "example.com", "secret");
        assertThat(users.contains("alice", "example.com")).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(users.contains("alice", "example.com")).isTrue();

        new UsersFile(file).add("bob", "example.com", "secret");
        clock.advance(Duration.ofSeconds(1));
        assertThat(users.contains("bob", "example.com")).isTrue();

        Files.writeString(file, "# nobody\n");
        clock.advance(Duration.ofSeconds(1));
        assertThat(users.isEmpty()).isTrue();
    }

    @Test
    void keepsTheUsersWhenTheFileGoes() throws IOException {
        new UsersFile(file).add("alice", "example.com", "secret");
        Users users = new Users(file, clock);

        Files.delete(file);
        clock.advance(Duration.ofSeconds(1));
        assertThat(users.contains("alice", "example.com")).isTrue();

        new UsersFile(file).add("bob", "example.com", "another");
        clock.advance(Duration.ofSeconds(1));
        assertThat(users.contains("alice", "example.com")).isFalse();
        assertThat(users.contains("bob", "example.com")).isTrue();
    }

    @Test
    @Rfc(value = 8760, section = "2.3")
    void offersSha512WhenEveryUserOfTheRealmHasIt() {
        new UsersFile(file).addWithAll("alice", "example.com", "secret");
        assertThat(new Users(file, clock).algorithms("example.com"))
                .containsExactly(DigestAlgorithm.SHA_512_256, DigestAlgorithm.SHA_256, DigestAlgorithm.MD5);

        new UsersFile(file).add("bob", "example.com", "secret");
        assertThat(new Users(file, clock).algorithms("example.com"))
                .containsExactly(DigestAlgorithm.SHA_256, DigestAlgorithm.MD5);
    }

    @Test
    @Rfc(value = 7616, section = "3.4.4")
    void findsAUserByItsHashedName() throws IOException {
        new UsersFile(file).add("alice", "example.com", "secret");
        Files.writeString(file, "@example.com=userhash\n", StandardOpenOption.APPEND);
        Users users = new Users(file, clock);
        String hashed = DigestAlgorithm.SHA_256.userhash("alice", "example.com");

        assertThat(users.asksForUserhash("example.com")).isTrue();
        assertThat(users.asksForUserhash("example.net")).isFalse();
        assertThat(new UsersFile(file).list()).containsExactly("alice@example.com");
        assertThat(users.find(named(hashed, "SHA-256")))
                .hasValueSatisfying(secret -> assertThat(secret.user()).isEqualTo("alice"));
        assertThat(users.find(named(hashed, "MD5"))).isEmpty();
        assertThat(users.find(named("alice", "SHA-256"))).isEmpty();
        new UsersFile(file).add("carol", "example.com", "secret");
        clock.advance(Duration.ofSeconds(2));
        assertThat(users.find(named(DigestAlgorithm.MD5.userhash("carol", "example.com"), "MD5")))
                .isPresent();
    }

    private static DigestCredentials named(String username, String algorithm) {
        return DigestCredentials.parse("Digest username=\"" + username + "\", realm=\"example.com\", nonce=\"n\", "
                        + "uri=\"sip:a\", response=\"0\", userhash=true, algorithm=" + algorithm)
                .orElseThrow();
    }
}
