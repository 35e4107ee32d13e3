// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transport.Flow;

/** INVITE server transaction, RFC 3261 §17.2.1 with RFC 6026 §7.1. Confined to its strand. */
public final class InviteServerTransaction extends ServerTransaction {

    enum State {
        PROCEEDING,
        ACCEPTED,
        COMPLETED,
        CONFIRMED,
        TERMINATED
    }

    private State state = State.PROCEEDING;
    private Duration retransmitAfter = context.timing().t1();
    private Timer timerTrying = Timer.NONE;
    private Timer timerG = Timer.NONE;
    private Timer timerEnd = Timer.NONE; // H in Completed, I in Confirmed, L in Accepted
    private final @Nullable TransactionKey ackKey;
    private boolean cancelled;
    private @Nullable Request earlyCancel;

    InviteServerTransaction(TransactionContext context, TransactionKey key, Stranded home, Flow flow, Request request) {
        super(context, key, home, flow, request);
        this.ackKey = request.topVia().isRfc3261() ? null : TransactionKey.acknowledged(request);
    }

    @Override
    void start() {
        if (state != State.PROCEEDING) {
            return;
        }
        if (ackKey != null) {
            context.table().alias(ackKey, this);
        }
        timerTrying = schedule(context.timing().trying(), this::onTimerTrying);
    }

    @Override
    void resume() {
        if (lastResponse().isEmpty()) {
            start();
            return;
        }
        if (ackKey != null) {
            context.table().alias(ackKey, this);
        }
        Response last = lastResponse().get();
        state = switch (last.statusClass()) {
            case PROVISIONAL -> State.PROCEEDING;
            case SUCCESS -> accept();
            case REDIRECTION, CLIENT_ERROR, SERVER_ERROR, GLOBAL_FAILURE -> complete(last);
        };
    }

    @Override
    public void user(ServerUser newUser) {
        super.user(newUser);
        Request cancel = earlyCancel;
        if (cancel != null) {
            earlyCancel = null;
            later(() -> tellCancel(cancel));
        }
    }

    @Override
    public void send(Response response) {
        state = switch (state) {
            case PROCEEDING -> answer(response);
            case ACCEPTED, COMPLETED, CONFIRMED, TERMINATED -> pass(response);
        };
    }

    @Override
    void receiveAgain() {
        switch (state) {
            case PROCEEDING, COMPLETED -> transmitLast();
            case ACCEPTED, CONFIRMED, TERMINATED -> {
                // absorbed: the transaction user retransmits its 2xx (RFC 6026 §7.1)
            }
        }
    }

    /** An ACK that matches. */
    void receiveAck(Request ack) {
        State before = state;
        state = switch (before) {
            case COMPLETED -> acknowledges(ack) ? confirm() : before;
            case PROCEEDING, ACCEPTED, CONFIRMED, TERMINATED -> before;
        };
        if (before == State.ACCEPTED) {
            user().ifPresent(told -> told.onAck(ack));
        } else if (before == State.COMPLETED && state == State.TERMINATED) {
            end();
        }
    }

    /** A CANCEL for this INVITE, already answered. */
    void receiveCancel(Request cancel) {
        if (state != State.PROCEEDING || cancelled) {
            return;
        }
        cancelled = true;
        if (user().isPresent()) {
            tellCancel(cancel);
        } else {
            earlyCancel = cancel;
        }
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    boolean repeatsLast() {
        return state != State.ACCEPTED;
    }

    @Override
    public boolean hasFinal() {
        return state != State.PROCEEDING;
    }

    @Override
    public void abandon() {
        state = State.TERMINATED;
        timerTrying.cancel();
        timerG.cancel();
        timerEnd.cancel();
        forget();
    }

    @Override
    public boolean isTerminated() {
        return state == State.TERMINATED;
    }

    @Override
    State state() {
        return state;
    }

    private State answer(Response response) {
        timerTrying.cancel();
        timerTrying = Timer.NONE;
        remember(response);
        State next =
                switch (response.statusClass()) {
                    case PROVISIONAL -> State.PROCEEDING;
                    case SUCCESS -> accept();
                    case REDIRECTION, CLIENT_ERROR, SERVER_ERROR, GLOBAL_FAILURE -> complete(response);
                };
        transmit(response);
        if (next == State.COMPLETED) {
            compactLast();
        }
        return next;
    }

    private State accept() {
        timerEnd = schedule(context.timing().timeout(), this::onTimerL);
        answered();
        return State.ACCEPTED;
    }

    private State complete(Response response) {
        if (!flow().isReliable() && !isChallenge(response)) {
            timerG = schedule(retransmitAfter, this::onTimerG);
        }
        timerEnd = schedule(context.timing().timeout(), this::onTimerH);
        answered();
        return State.COMPLETED;
    }

    /** Sent once for each INVITE: who forged its source would have us send ten for one (RFC 3261 §26.3.2.4). */
    private static boolean isChallenge(Response response) {
        return response.status() == 401 || response.status() == 407;
    }

    /** A 2xx passes in any state: the UAS retransmits it, a proxy sends that of another branch (RFC 3261 §16.7 step 5). */
    private State pass(Response response) {
        if (response.statusClass() != StatusClass.SUCCESS) {
            throw new TransactionStateException(this, response);
        }
        transmit(response);
        return state;
    }

    private State confirm() {
        timerG.cancel();
        timerG = Timer.NONE;
        timerEnd.cancel();
        if (flow().isReliable()) {
            return State.TERMINATED; // Timer I is 0
        }
        timerEnd = schedule(context.timing().t4(), this::onTimerI);
        return State.CONFIRMED;
    }

    /** RFC 2543 peers: the To tag is that of our response. With a branch nothing else is compared. */
    private boolean acknowledges(Request ack) {
        return ackKey == null || ack.toTag().equals(lastResponse().flatMap(Response::toTag));
    }

    private void tellCancel(Request cancel) {
        if (state == State.PROCEEDING) {
            user().ifPresent(told -> told.onCancel(cancel));
        }
    }

    private void onTimerTrying() {
        if (state == State.PROCEEDING) {
            strand().protect(); // the client stops repeating the INVITE
            send(Response.trying(request(), context.timing().trying()));
        }
    }

    private void onTimerG() {
        if (state == State.COMPLETED) {
            retransmitAfter = context.timing().next(retransmitAfter);
            timerG = schedule(retransmitAfter, this::onTimerG);
            transmitLast();
        }
    }

    private void onTimerH() {
        if (state == State.COMPLETED) {
            state = State.TERMINATED;
            user().ifPresent(ServerUser::onTimeout);
            end();
        }
    }

    private void onTimerI() {
        state = State.TERMINATED;
        end();
    }

    private void onTimerL() {
        state = State.TERMINATED;
        end();
    }

    private void end() {
        timerG.cancel();
        forget();
        user().ifPresent(ServerUser::onTerminated);
    }

    @Override
    void forget() {
        super.forget();
        if (ackKey != null) {
            context.table().remove(ackKey, this);
        }
    }
}
