// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.replication.SessionKeys;

/** What keys of sessions do in every cluster; run against each kind. */
public abstract class SessionKeysContract {
    private static final int MOST = 20;
    private static final String KEY = SessionKeys.name("conference", "red");

    /** A member, new to the cluster, in which no key is given yet. */
    protected abstract Member join() throws Exception;

    /** What came of it, sooner or later. */
    protected abstract <T> T await(CompletionStage<T> stage) throws Exception;

    /** Until it is so, for some seconds. */
    protected abstract void until(BooleanSupplier condition);

    /** A node and what it knows of keys. */
    protected interface Member {
        SessionKeys keys();

        /** As {@code kill -9} would. */
        void die();
    }

    @Test
    void aKeyIsOfTheSessionThatGotItFirst() throws Exception {
        Member one = join();
        Member two = join();

        assertThat(await(one.keys().give(KEY, "alpha", ""))).isEqualTo("alpha");
        assertThat(await(two.keys().give(KEY, "beta", ""))).isEqualTo("alpha");
        assertThat(await(one.keys().give(KEY, "alpha", ""))).isEqualTo("alpha");
        assertThat(await(two.keys().give(SessionKeys.name("conference", "blue"), "beta", "")))
                .isEqualTo("beta");
        assertThat(await(two.keys().give(SessionKeys.name("other", "red"), "gamma", "")))
                .isEqualTo("gamma");
    }

    @Test
    void oneOfManySessionsGetsAKey() throws Exception {
        Member one = join();
        Member two = join();

        for (int i = 0; i < 20; i++) {
            List<CompletionStage<String>> answers = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                answers.add(one.keys().give(KEY + i, "one" + j, ""));
                answers.add(two.keys().give(KEY + i, "two" + j, ""));
            }
            Set<String> holders = new HashSet<>();
            for (CompletionStage<String> each : answers) {
                holders.add(await(each));
            }
            assertThat(holders).as("who got key " + i).hasSize(1);
        }
    }

    @Test
    void aKeyGoesFromASessionThatHasEndedToTheNextOne() throws Exception {
        Member one = join();
        Member two = join();
        await(one.keys().give(KEY, "alpha", ""));

        assertThat(await(two.keys().give(KEY, "beta", "never"))).isEqualTo("alpha");
        assertThat(await(two.keys().give(KEY, "beta", "alpha"))).isEqualTo("beta");
        assertThat(await(one.keys().give(KEY, "gamma", "alpha"))).isEqualTo("beta");
    }

    @Test
    void aKeyIsTakenOnlyFromTheSessionThatHasIt() throws Exception {
        Member one = join();
        Member two = join();
        await(one.keys().give(KEY, "alpha", ""));

        two.keys().release(KEY, "beta");
        assertThat(await(two.keys().give(KEY, "beta", ""))).isEqualTo("alpha");
        one.keys().release(KEY, "alpha");
        one.keys().release(KEY, "alpha");

        assertThat(await(one.keys().give(KEY, "beta", ""))).isEqualTo("beta");
    }

    @Test
    void everyMemberHearsWhoseAKeyIs() throws Exception {
        Member one = join();
        Member two = join();

        await(one.keys().give(KEY, "alpha", ""));
        until(() -> two.keys().known(KEY).equals(Optional.of("alpha")));
        Member three = join();
        until(() -> three.keys().known(KEY).equals(Optional.of("alpha")));
        await(two.keys().give(KEY, "beta", "alpha"));
        until(() -> one.keys().known(KEY).equals(Optional.of("beta")));
        until(() -> three.keys().known(KEY).equals(Optional.of("beta")));
        three.keys().ask(KEY);
        two.keys().release(KEY, "beta");

        until(() -> one.keys().known(KEY).isEmpty());
        until(() -> three.keys().known(KEY).isEmpty());
    }

    @Test
    void aKeyOutlivesTheNodeWhereItWasGiven() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        for (int i = 0; i < 20; i++) {
            await(one.keys().give(KEY + i, "alpha" + i, ""));
        }

        one.die();

        for (int i = 0; i < 20; i++) {
            assertThat(insist(two, KEY + i, "beta", "")).isEqualTo("alpha" + i);
            assertThat(insist(three, KEY + i, "beta", "alpha" + i)).isEqualTo("beta");
        }
    }

    /** While a member is dying it may not be known what became of it. */
    private String insist(Member member, String key, String token, String former) throws Exception {
        for (int i = 1; ; i++) {
            try {
                return await(member.keys().give(key, token, former));
            } catch (ExecutionException e) {
                if (i == MOST) {
                    throw e;
                }
            }
        }
    }
}
