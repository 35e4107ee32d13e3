// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.UserStore;
import org.trapezoid.sip.auth.DigestAlgorithm;
import org.trapezoid.sip.testing.ManualClock;

/** What is kept of a store of users, and for how long. */
class StoredAccountsTest {
    private static final String REALM = "a.test";

    private final ManualClock clock = new ManualClock();
    private final List<String> asked = new ArrayList<>();
    private boolean broken;

    private Optional<UserStore.User> find(String name) throws Exception {
        asked.add(name);
        if (broken) {
            throw new java.sql.SQLException("gone");
        }
        return name.equals("nobody")
                ? Optional.empty()
                : Optional.of(UserStore.User.withPassword("secret", Set.of("user")));
    }

    private StoredAccounts accounts(Duration life, int size) {
        return new StoredAccounts(
                "users", (name, realm) -> find(name), new StoredAccounts.Options(life, size, 2), clock);
    }

    @Test
    void anAnswerCountsForAWhile() {
        StoredAccounts accounts = accounts(Duration.ofSeconds(60), 10);

        assertThat(accounts.waits("alice", REALM)).isTrue();
        assertThat(accounts.roles("alice", REALM)).containsExactly("user");
        assertThat(accounts.contains("nobody", REALM)).isFalse();
        clock.advance(Duration.ofSeconds(58));
        assertThat(accounts.waits("alice", REALM)).isFalse();
        assertThat(accounts.contains("alice", REALM)).isTrue();
        assertThat(accounts.contains("nobody", REALM)).isFalse();
        assertThat(asked).containsExactly("alice", "nobody");

        clock.advance(Duration.ofSeconds(2));
        assertThat(accounts.waits("alice", REALM)).isTrue();
        assertThat(accounts.contains("alice", REALM)).isTrue();
        assertThat(asked).containsExactly("alice", "nobody", "alice");
    }

    @Test
    void whoAskedNeverToKeepIsAskedEachTime() {
        StoredAccounts accounts = accounts(Duration.ZERO, 10);

        accounts.contains("alice", REALM);
        accounts.contains("alice", REALM);

        assertThat(asked).hasSize(2);
        assertThat(accounts.waits("alice", REALM)).isTrue();
    }

    @Test
    void itKeepsAsManyAsItMayWhoeverAsks() {
        StoredAccounts accounts = accounts(Duration.ofSeconds(60), 10);
        for (int i = 0; i < 1_000; i++) {
            accounts.contains("user" + i, REALM);
        }

        int known = 0;
        for (int i = 0; i < 1_000; i++) {
            known += accounts.waits("user" + i, REALM) ? 0 : 1;
        }
        assertThat(known).isBetween(1, 10);
    }

    @Test
    void aFailureIsNotKept() {
        StoredAccounts accounts = accounts(Duration.ofSeconds(60), 10);
        broken = true;
        assertThatThrownBy(() -> accounts.contains("alice", REALM))
                .isInstanceOf(AccountsException.class)
                .hasMessageContaining("users");

        broken = false;
        assertThat(accounts.contains("alice", REALM)).isTrue();
    }

    @Test
    void onlySoManyWaitForAStoreThatHangs() throws Exception {
        CountDownLatch hanging = new CountDownLatch(2);
        CountDownLatch answer = new CountDownLatch(1);
        StoredAccounts accounts = new StoredAccounts(
                "users",
                (name, realm) -> {
                    hanging.countDown();
                    answer.await();
                    return Optional.empty();
                },
                new StoredAccounts.Options(Duration.ofSeconds(60), 10, 2),
                clock);
        List<CompletableFuture<Boolean>> waiting = List.of(
                CompletableFuture.supplyAsync(() -> accounts.contains("a", REALM), task -> new Thread(task).start()),
                CompletableFuture.supplyAsync(() -> accounts.contains("b", REALM), task -> new Thread(task).start()));
        hanging.await();

        assertThatThrownBy(() -> accounts.contains("c", REALM)).isInstanceOf(AccountsException.class);

        answer.countDown();
        assertThat(waiting).allSatisfy(each -> assertThat(each.join()).isFalse());
        assertThat(accounts.contains("c", REALM)).isFalse();
    }

    @Test
    void anAlgorithmThatNobodyKnowsIsTheStoresFault() {
        StoredAccounts accounts = new StoredAccounts(
                "users",
                new UserStore() {
                    @Override
                    public Optional<User> find(String name, String realm) {
                        return Optional.of(User.withHashes(Map.of(), Set.of()));
                    }

                    @Override
                    public List<String> algorithms(String realm) {
                        return List.of(realm);
                    }
                },
                StoredAccounts.Options.DEFAULT,
                clock);

        assertThat(accounts.algorithms("SHA-512-256")).containsExactly(DigestAlgorithm.SHA_512_256);
        assertThatThrownBy(() -> accounts.algorithms("MD6")).hasMessageContaining("MD6");
        assertThatThrownBy(() -> accounts.algorithms("MD5-sess")).hasMessageContaining("MD5-sess");
    }
}
