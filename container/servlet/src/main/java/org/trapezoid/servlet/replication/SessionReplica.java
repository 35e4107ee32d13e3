// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.Replica;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timer;

/**
 * Keeps one session elsewhere: written down when something has changed and its callbacks are over, one save at a time. Messages that tell
 * of a state wait until a save that has it is confirmed, and all others behind them, in their order. Confined to its strand.
 */
final class SessionReplica implements Replica {
    /** What changes within this time is saved together, when no message waits for it. */
    private static final Duration COALESCE = Duration.ofMillis(10);

    /** A callback that takes longer does not keep its messages from leaving. */
    private static final Duration CALLBACK = Duration.ofMillis(10);

    private static final Duration RETRY = Duration.ofMillis(50);

    private static final CompletionStage<Void> NAMED = CompletableFuture.completedStage(null);

    private final Replication replication;
    private final AppSessionState session;
    private final Supplier<byte[]> writer;
    private final long epoch;
    private final long begun; // nanoseconds
    private boolean stored; // at least once, maybe
    private boolean known; // to others: it was kept, or messages have told of it
    private boolean offered; // with the last save, to whom claims it first
    private int confirmed; // by which doubt of the node it was known to own the session
    private boolean dirty;
    private boolean late; // waits for the end of a callback to be saved
    private boolean unsafe; // messages wait for a save that has not begun
    private boolean saving;
    private boolean confirming; // messages wait for the save that runs
    private boolean ended;
    private boolean lost; // to another node, which alone sends for the session
    private @Nullable List<Runnable> next; // wait for a save that has not begun
    private long waitingSince; // nanoseconds; the first of these
    private @Nullable List<Runnable> current; // wait for the save that runs
    private @Nullable List<String> transactions; // to be named with the next save
    private @Nullable Runnable leaving; // told when another node may have the session
    private Timer timer = Timer.NONE;
    private Timer patience = Timer.NONE;

    SessionReplica(
            Replication replication, AppSessionState session, long epoch, boolean stored, Supplier<byte[]> writer) {
        this.replication = replication;
        this.session = session;
        this.epoch = epoch;
        this.begun = replication.timers().nanoTime();
        this.stored = stored;
        this.known = stored;
        this.writer = writer;
        this.confirmed = replication.doubts();
    }

    @Override
    public void changed() {
        if (!dirty && !ended) {
            dirty = true;
            if (!saving) {
                saveIn(COALESCE);
            }
        }
    }

    @Override
    public void protect() {
        if (ended) {
            return;
        }
        dirty = true;
        if (!unsafe) {
            unsafe = true;
            if (!saving) {
                saveIn(CALLBACK);
                if (!session.hasObjects()) {
                    Strand.post(() -> Strand.run(session, this::idle)); // when this core section is left
                } else if (!session.hasCallbacks()) {
                    saveInCallback();
                }
            }
        }
    }

    /** Not all at the same time. */
    @Override
    public void doubted() {
        if (!ended && !lost) {
            dirty = true;
            if (!saving) {
                saveIn(Duration.ofMillis(Math.floorMod(session.token().hashCode(), 4096)));
            }
        }
    }

    @Override
    public void names(String transaction) {
        if (transactions == null) {
            transactions = new ArrayList<>(1);
        }
        transactions.add(transaction);
    }

    @Override
    public void idle() {
        if ((unsafe || late) && !saving && !ended && !session.hasCallbacks()) {
            save();
        }
    }

    @Override
    public boolean isHolding() {
        return unsafe || confirming || lost || isDoubted();
    }

    /** One that has ended is nobody else's. */
    @Override
    public boolean isDoubted() {
        return !ended && isUnconfirmed();
    }

    @Override
    public void hold(Runnable message) {
        if (lost) {
            return;
        }
        boolean doubted = isDoubted();
        if (doubted) {
            protect();
        }
        if (patience == Timer.NONE && !doubted) {
            patience = replication.timers().schedule(session, replication.patience(), this::onPatienceOver);
        }
        if (unsafe) {
            if (next == null) {
                waitingSince = replication.timers().nanoTime();
            }
            next = with(next, message);
        } else {
            current = with(current, message);
        }
    }

    private Timer patienceSince(long begin) {
        Duration waited = Duration.ofNanos(replication.timers().nanoTime() - begin);
        Duration left = replication.patience().minus(waited);
        return replication.timers().schedule(session, left.isNegative() ? Duration.ZERO : left, this::onPatienceOver);
    }

    private static List<Runnable> with(@Nullable List<Runnable> messages, Runnable message) {
        List<Runnable> more = messages == null ? new ArrayList<>(2) : messages;
        more.add(message);
        return more;
    }

    private void saveIn(Duration delay) {
        timer.cancel();
        timer = replication.timers().schedule(session, delay, this::onTimer);
    }

    /** On the thread that keeps the time, which runs no code of the application; nor does that wait for a callback. */
    private void onTimer() {
        if (session.hasObjects()) {
            session.strand().aside(() -> Strand.run(session, this::saveChanges));
        } else {
            saveChanges();
        }
    }

    private void saveChanges() {
        if (!dirty || saving || ended) {
            return;
        }
        if (unsafe || !session.hasCallbacks()) {
            save();
        } else {
            late = true; // else a request would be kept as one that was handled, whose callback has yet to do so
        }
    }

    /** Objects of the application are written by threads that may run its code. */
    private void saveInCallback() {
        boolean unused = session.strand().callback(() -> Strand.run(session, this::idle)); // else when the time is over
    }

    private void save() {
        timer.cancel();
        saving = true;
        dirty = false;
        late = false;
        Optional<byte[]> written = written();
        if (written.isEmpty()) {
            saving = false;
            replication.unprotected(flush());
            told();
            return;
        }
        byte[] state = written.get();
        confirming = unsafe;
        unsafe = false;
        current = next;
        next = null;
        CompletionStage<Void> named = nameTransactions();
        stored = true;
        long saveBegun = replication.timers().nanoTime();
        int doubts = replication.doubts();
        boolean leaves = leaving != null;
        offered = leaves;
        Snapshot snapshot = leaves
                ? new Snapshot(session.token(), Snapshot.NOBODY, epoch + 1, state)
                : new Snapshot(session.token(), replication.nodes().self(), epoch, state);
        replication
                .store()
                .save(snapshot)
                .thenCompose(kept -> named.thenApply(heard -> kept))
                .whenComplete((kept, failure) -> Strand.run(session, () -> {
                    saving = false;
                    if (lost) {
                        return;
                    }
                    boolean asked = isUnconfirmed(); // also if the node stood still while it was under way
                    boolean told = !asked || (!replication.isDoubted(doubts) && replication.isRecognised());
                    confirmed = failure == null && kept && told ? doubts : confirmed;
                    if (failure != null) {
                        replication.failed(session, failure);
                        failed(RETRY);
                    } else if (kept && !told) {
                        failed(replication.recognitionRetry());
                    } else if (kept && asked && isUnknown()) {
                        forget();
                        lost();
                    } else if (kept) {
                        known = true;
                        replication.saved(state.length, replication.timers().nanoTime() - saveBegun);
                        if (replication.store().hasBackup(session.token())) {
                            replication.confirmed();
                        } else {
                            replication.alone(current == null ? 0 : current.size());
                        }
                        saved();
                        if (leaves && !dirty && !saving && !session.hasCallbacks()) {
                            leave();
                        }
                    } else {
                        lost();
                    }
                }));
    }

    /** Tells when the others know them: a caller that has heard of its call may cancel or repeat it at any node. */
    private CompletionStage<Void> nameTransactions() {
        CompletionStage<Void> named = NAMED;
        if (transactions != null) {
            for (String each : transactions) {
                CompletionStage<Void> heard = replication.store().name(each, session.token());
                named = named.thenCompose(before -> heard);
            }
            transactions = null;
        }
        return named;
    }

    /** Empty if the session cannot be written down: what waits for that does so in vain. */
    private Optional<byte[]> written() {
        try {
            return Optional.of(writer.get());
        } catch (RuntimeException | Error e) { // objects of the application are part of it
            replication.unwritable(session, e);
            return Optional.empty();
        }
    }

    private void saved() {
        confirming = false;
        List<Runnable> safe = current;
        current = null;
        patience.cancel();
        patience = next == null ? Timer.NONE : patienceSince(waitingSince);
        if (safe != null) {
            send(safe);
        }
        if (ended) {
            flush(); // nothing is left that could be saved for it
            forget();
        } else if (unsafe) {
            if (!session.hasCallbacks() && !session.hasObjects()) {
                save();
                return;
            }
            saveIn(CALLBACK);
            if (!session.hasCallbacks()) { // nor are they written by a thread of the store
                saveInCallback();
            }
        } else if (dirty) {
            saveIn(COALESCE);
        }
    }

    /** Another node may take the session over from now on. Does nothing while the application is being called. */
    @Override
    public boolean handOver(Runnable done) {
        if (ended || session.hasCallbacks()) {
            return false;
        }
        leaving = done;
        unsafe = true;
        dirty = true;
        if (!saving) {
            save();
        }
        return true;
    }

    private void leave() {
        if (!ended) {
            stored = false;
            lost = true;
            end();
            replication.left(session);
        }
        told();
    }

    /** Nobody has to wait any more for the session to leave. */
    private void told() {
        Runnable done = leaving;
        leaving = null;
        if (done != null) {
            done.run();
        }
    }

    /** Nobody knows whether it was stored. */
    private void failed(Duration retry) {
        if (ended) {
            endIfHere();
            return;
        }
        dirty = true;
        if (confirming) {
            confirming = false;
            unsafe = true;
            List<Runnable> waiting = current;
            current = null;
            if (waiting != null) {
                if (next != null) {
                    waiting.addAll(next);
                }
                next = waiting;
            }
        }
        saveIn(retry);
    }

    /** Another node has the session. */
    private void lost() {
        if (!ended) {
            replication.refused(session);
        }
        abandon();
    }

    @Override
    public boolean yields(long later) {
        if (later <= epoch) {
            return false;
        }
        abandon();
        return true;
    }

    /** What waits here is nobody's. */
    @Override
    public void abandon() {
        current = null;
        next = null;
        unsafe = false;
        confirming = false;
        stored = false;
        if (!ended) {
            lost = true;
            end();
            replication.left(session);
        }
        told();
    }

    private void onPatienceOver() {
        patience = Timer.NONE;
        if (!isDoubted()) { // else the save that is made again and again tells whether anything may leave
            replication.unprotected(flush());
        }
    }

    /** Lets leave what waits, safe or not. */
    private int flush() {
        patience.cancel();
        patience = Timer.NONE;
        List<Runnable> messages = new ArrayList<>();
        if (current != null) {
            messages.addAll(current);
        }
        if (next != null) {
            messages.addAll(next);
        }
        current = null;
        next = null;
        confirming = false;
        unsafe = false;
        confirmed = replication.doubts();
        known = true;
        send(messages);
        return messages.size();
    }

    private void send(List<Runnable> messages) {
        for (Runnable message : messages) {
            try {
                message.run();
            } catch (RuntimeException | Error e) { // the others leave all the same
                replication.unsent(session, e);
            }
        }
    }

    @Override
    public void ended() {
        if (!ended) {
            end();
            if (!saving) {
                endIfHere();
            }
        }
    }

    /** Its last messages leave only if no other node goes on with it. */
    private void endIfHere() {
        if ((current != null || next != null) && isUnconfirmed()) {
            confirm();
        } else {
            flush();
            forget();
        }
    }

    private void confirm() {
        replication
                .store()
                .claim(session.token())
                .whenComplete((found, failure) -> Strand.run(session, () -> {
                    if (found instanceof SessionStore.Found.Owned owned
                            && !owned.owner().equals(replication.nodes().self())) {
                        lost();
                    } else if (!replication.isRecognised()) {
                        replication.timers().schedule(session, replication.recognitionRetry(), this::confirm);
                    } else if (isUnknown()) {
                        current = null;
                        next = null;
                        forget();
                    } else {
                        flush();
                        forget();
                    }
                }));
    }

    private boolean isUnconfirmed() {
        return replication.isDoubted(confirmed);
    }

    /** Nobody was told of it before the others took this node for dead: who waited for its first message has turned to another node. */
    private boolean isUnknown() {
        return !known && replication.wasMissedSince(begun);
    }

    private void end() {
        ended = true;
        timer.cancel();
        replication.ended();
    }

    private void forget() {
        session.key()
                .ifPresent(key ->
                        replication.keys().release(SessionKeys.name(session.application(), key), session.token()));
        if (stored) {
            stored = false;
            replication
                    .store()
                    .remove(
                            session.token(),
                            offered ? Snapshot.NOBODY : replication.nodes().self(),
                            offered ? epoch + 1 : epoch);
        }
        told();
    }
}
