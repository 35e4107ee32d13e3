// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.replication.SessionStore;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.replication.Snapshot;

/** What every store of sessions does; run against each of them, with three members. */
public abstract class SessionStoreContract {
    private static final String TOKEN = "token";

    /** A member, new to the cluster. */
    protected abstract Member join() throws Exception;

    /** What came of it, sooner or later. */
    protected abstract <T> T await(CompletionStage<T> stage) throws Exception;

    /** Until it is so, for some seconds. */
    protected abstract void until(BooleanSupplier condition);

    /** A node and its store. */
    protected interface Member {
        String incarnation();

        SessionStore store();

        /** Whether that one counts as a member here. */
        boolean sees(String incarnation);

        /** As {@code kill -9} would. */
        void die();
    }

    /** A snapshot whose state says what it is. */
    protected static Snapshot snapshot(String token, Member owner, long epoch, String state) {
        return new Snapshot(token, owner.incarnation(), epoch, state.getBytes(StandardCharsets.UTF_8));
    }

    protected static String text(Snapshot snapshot) {
        return new String(snapshot.state(), StandardCharsets.UTF_8);
    }

    @Test
    void tellsWhoHasASession() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        assertThat(await(three.store().owner(TOKEN))).isEqualTo(Snapshot.NOBODY);
        assertThat(await(one.store().save(snapshot(TOKEN, one, 1, "ringing")))).isTrue();
        assertThat(await(three.store().owner(TOKEN))).isEqualTo(one.incarnation());
        dies(one, two, three);
        assertThat(await(three.store().owner(TOKEN))).isEqualTo(one.incarnation());

        Snapshot taken = claimed(two, TOKEN);
        assertThat(await(three.store().owner(TOKEN))).isEqualTo(two.incarnation());

        two.store().giveUp(taken);
        until(() -> await(three, TOKEN).equals(Snapshot.NOBODY));
    }

    private String await(Member asked, String token) {
        try {
            return await(asked.store().owner(token));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void dies(Member member, Member... others) {
        member.die();
        for (Member other : others) {
            until(() -> !other.sees(member.incarnation()));
        }
    }

    protected Snapshot claimed(Member by, String token) throws Exception {
        Found found = await(by.store().claim(token));
        assertThat(found).isInstanceOf(Found.Claimed.class);
        return ((Found.Claimed) found).snapshot();
    }

    @Test
    void givesTheLastSnapshotToTheOneWhoClaimsItWhenItsOwnerIsGone() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        assertThat(await(one.store().save(snapshot(TOKEN, one, 1, "ringing")))).isTrue();
        assertThat(await(one.store().save(snapshot(TOKEN, one, 1, "answered")))).isTrue();
        dies(one, two, three);

        Snapshot taken = claimed(two, TOKEN);

        assertThat(text(taken)).isEqualTo("answered");
        assertThat(taken.token()).isEqualTo(TOKEN);
        assertThat(taken.owner()).isEqualTo(two.incarnation());
        assertThat(taken.epoch()).isEqualTo(2);
        assertThat(await(three.store().claim(TOKEN))).isEqualTo(new Found.Owned(two.incarnation()));
        assertThat(await(two.store().claim(TOKEN))).isEqualTo(new Found.Owned(two.incarnation()));
    }

    @Test
    void leavesASessionToItsOwnerWhileThatOneIsAMember() throws Exception {
        Member one = join();
        Member two = join();
        await(one.store().save(snapshot(TOKEN, one, 1, "answered")));

        assertThat(await(two.store().claim(TOKEN))).isEqualTo(new Found.Owned(one.incarnation()));
        assertThat(await(one.store().save(snapshot(TOKEN, one, 1, "held")))).isTrue();
    }

    @Test
    void knowsNothingOfASessionThatWasNeverSavedOrHasEnded() throws Exception {
        Member one = join();
        Member two = join();
        await(one.store().save(snapshot(TOKEN, one, 1, "answered")));
        one.store().remove(TOKEN, one.incarnation(), 1);

        assertThat(await(one.store().claim(TOKEN))).isEqualTo(new Found.Unknown());
        assertThat(await(two.store().claim(TOKEN))).isEqualTo(new Found.Unknown());
        assertThat(await(two.store().claim("never"))).isEqualTo(new Found.Unknown());
    }

    @Test
    void refusesWhatAnOwnerSavesWhoHasLostTheSession() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        await(one.store().save(snapshot(TOKEN, one, 1, "answered")));
        dies(one, two, three);
        Snapshot taken = claimed(two, TOKEN);

        // three stands for one, which hung and wakes up
        assertThat(await(three.store().save(snapshot(TOKEN, one, 1, "late")))).isFalse();
        three.store().remove(TOKEN, one.incarnation(), 1);
        assertThat(await(three.store().claim(TOKEN))).isEqualTo(new Found.Owned(two.incarnation()));
        assertThat(await(two.store().save(new Snapshot(TOKEN, two.incarnation(), taken.epoch(), taken.state()))))
                .isTrue();
    }

    @Test
    void doesNotLetAnOwnerWhoHasLostASessionBringItBackAfterItsEnd() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        await(one.store().save(snapshot(TOKEN, one, 1, "answered")));
        dies(one, two, three);
        Snapshot taken = claimed(two, TOKEN);
        await(two.store().save(snapshot(TOKEN, two, taken.epoch(), "held")));
        two.store().remove(TOKEN, two.incarnation(), taken.epoch());

        assertThat(await(two.store().save(snapshot(TOKEN, one, 1, "late")))).isFalse();
        assertThat(await(two.store().claim(TOKEN))).isEqualTo(new Found.Unknown());
    }

    @Test
    void ordersOwnersOfTheSameEpochByTheirNames() throws Exception {
        Member one = join();
        Member two = join();
        Member greater = one.incarnation().compareTo(two.incarnation()) > 0 ? one : two;
        Member lesser = greater == one ? two : one;

        assertThat(await(one.store().save(snapshot(TOKEN, lesser, 2, "lesser"))))
                .isTrue();
        assertThat(await(two.store().save(snapshot(TOKEN, greater, 2, "greater"))))
                .isTrue();
        assertThat(await(one.store().save(snapshot(TOKEN, lesser, 2, "again")))).isFalse();
        assertThat(await(one.store().save(snapshot(TOKEN, lesser, 3, "later epoch"))))
                .isTrue();
    }

    @Test
    void givesASessionToOneOfManyClaimants() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        for (int i = 0; i < 20; i++) {
            await(one.store().save(snapshot(TOKEN + i, one, 1, "answered")));
        }
        dies(one, two, three);

        List<CompletionStage<Found>> claims = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            claims.add(two.store().claim(TOKEN + i));
            claims.add(three.store().claim(TOKEN + i));
            claims.add(two.store().claim(TOKEN + i));
        }

        for (int i = 0; i < 20; i++) {
            int winners = 0;
            for (CompletionStage<Found> claim : claims.subList(3 * i, 3 * i + 3)) {
                winners += await(claim) instanceof Found.Claimed ? 1 : 0;
            }
            assertThat(winners).as("claimants who got session " + i).isOne();
        }
    }

    @Test
    void sharesOrphansAmongTheListenersEachOnce() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        Set<String> tokens = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            tokens.add(TOKEN + i);
            await(one.store().save(snapshot(TOKEN + i, one, 1, "call " + i)));
        }
        await(two.store().save(snapshot("living", two, 1, "answered")));
        List<Snapshot> atTwo = new CopyOnWriteArrayList<>();
        List<Snapshot> atThree = new CopyOnWriteArrayList<>();
        two.store().onOrphan(atTwo::add);
        three.store().onOrphan(atThree::add);

        dies(one, two, three);
        until(() -> atTwo.size() + atThree.size() >= 300);

        List<Snapshot> all = new ArrayList<>(atTwo);
        all.addAll(atThree);
        assertThat(all).extracting(Snapshot::token).containsExactlyInAnyOrderElementsOf(tokens);
        assertThat(all).allMatch(snapshot -> text(snapshot)
                .equals("call " + snapshot.token().substring(5)));
        assertThat(atTwo).isNotEmpty().allMatch(snapshot -> snapshot.owner().equals(two.incarnation()));
        assertThat(atThree).isNotEmpty().allMatch(snapshot -> snapshot.owner().equals(three.incarnation()));
    }

    @Test
    void keepsASessionThroughTheDeathOfEachOwnerInTurn() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        await(one.store().save(snapshot(TOKEN, one, 1, "first")));
        dies(one, two, three);
        Snapshot second = claimed(two, TOKEN);
        await(two.store().save(snapshot(TOKEN, two, second.epoch(), "second")));
        Member four = join();
        dies(two, three, four);

        Snapshot third = claimed(four, TOKEN);

        assertThat(text(third)).isEqualTo("second");
        assertThat(third.epoch()).isEqualTo(3);
        assertThat(await(three.store().claim(TOKEN))).isEqualTo(new Found.Owned(four.incarnation()));
    }

    @Test
    void leavesWhatANodeCannotGoOnWithToOneThatCan() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        await(one.store().save(snapshot(TOKEN, one, 1, "unreadable for two")));
        dies(one, two, three);

        two.store().giveUp(claimed(two, TOKEN));
        assertThat(await(two.store().claim(TOKEN))).as("who gave it up").isEqualTo(new Found.GivenUp());
        Snapshot taken = claimed(three, TOKEN);

        assertThat(text(taken)).isEqualTo("unreadable for two");
        assertThat(taken.epoch()).isEqualTo(4);
        assertThat(await(two.store().claim(TOKEN))).isEqualTo(new Found.Owned(three.incarnation()));
        assertThat(await(three.store().save(snapshot(TOKEN, three, taken.epoch(), "held"))))
                .isTrue();
    }

    @Test
    void keepsWhatSomebodyElseHasByThen() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        await(one.store().save(snapshot(TOKEN, one, 1, "answered")));
        dies(one, two, three);
        Snapshot taken = claimed(two, TOKEN);

        three.store().giveUp(snapshot(TOKEN, one, 1, "answered"));

        assertThat(await(two.store().save(snapshot(TOKEN, two, taken.epoch(), "held"))))
                .isTrue();
        assertThat(await(three.store().claim(TOKEN))).isEqualTo(new Found.Owned(two.incarnation()));
    }

    @Test
    void findsTheSessionOfATransactionAtEveryMember() throws Exception {
        Member one = join();
        Member two = join();
        Member three = join();
        await(one.store().name("z9hG4bK1|phone", TOKEN));
        dies(one, two, three);

        assertThat(two.store().named("z9hG4bK1|phone")).contains(TOKEN);
        assertThat(three.store().named("z9hG4bK1|phone")).contains(TOKEN);
        assertThat(three.store().named("z9hG4bK2|phone")).isEmpty();
    }
}
