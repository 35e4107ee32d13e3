// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transport.Flow;

/** Non-INVITE server transaction, RFC 3261 §17.2.2 with RFC 4320. Confined to its strand. */
public final class NonInviteServerTransaction extends ServerTransaction {
    private static final Logger log = LoggerFactory.getLogger(NonInviteServerTransaction.class);
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TRYING = 100;

    enum State {
        TRYING,
        PROCEEDING,
        COMPLETED,
        TERMINATED
    }

    private State state = State.TRYING;
    private boolean tryingAllowed =
            flow().isReliable(); // over UDP only when Timer E of the client is T2 (RFC 4320 §4.1)
    private Timer timerTrying = Timer.NONE;
    private Timer timerEnd = Timer.NONE; // J in Completed, before that the end of the client's Timer F

    NonInviteServerTransaction(
            TransactionContext context, TransactionKey key, Stranded home, Flow flow, Request request) {
        super(context, key, home, flow, request);
    }

    @Override
    void start() {
        if (!hasFinal()) {
            timerTrying = schedule(context.timing().lateTrying(), this::onTimerTrying);
        }
    }

    @Override
    void resume() {
        if (lastResponse().isEmpty()) {
            start();
        } else if (lastResponse().get().statusClass() == StatusClass.PROVISIONAL) {
            state = State.PROCEEDING;
            start();
        } else {
            state = State.COMPLETED;
            timerEnd = schedule(context.timing().timeout(), this::onTimerEnd);
            answered();
        }
    }

    @Override
    public void send(Response response) {
        State before = state;
        state = switch (before) {
            case TRYING, PROCEEDING ->
                response.statusClass() == StatusClass.PROVISIONAL ? proceed(response) : complete(response);
            case COMPLETED, TERMINATED -> before; // one final response only; a late one helps nobody (RFC 4320 §4.2)
        };
        if (state == State.TERMINATED && before != State.TERMINATED) {
            end();
        }
    }

    @Override
    void receiveAgain() {
        switch (state) {
            case PROCEEDING, COMPLETED -> transmitLast();
            case TRYING, TERMINATED -> {
                // dropped
            }
        }
    }

    @Override
    boolean repeatsLast() {
        return true;
    }

    @Override
    public boolean hasFinal() {
        return state == State.COMPLETED || state == State.TERMINATED;
    }

    @Override
    public void abandon() {
        state = State.TERMINATED;
        timerTrying.cancel();
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

    private State proceed(Response response) {
        if (response.status() != TRYING || !tryingAllowed) {
            log.debug("{}: provisional {} not sent (RFC 4320 §4.1)", this, response.status());
            return state;
        }
        remember(response);
        transmit(response);
        return State.PROCEEDING;
    }

    private State complete(Response response) {
        timerTrying.cancel();
        timerTrying = Timer.NONE;
        timerEnd.cancel();
        if (response.status() == REQUEST_TIMEOUT) {
            log.debug("{}: 408 not sent, the client times out by itself (RFC 4320 §4.2)", this);
        } else {
            remember(response);
            transmit(response);
            compactLast();
        }
        if (flow().isReliable()) {
            return State.TERMINATED; // Timer J is 0
        }
        timerEnd = schedule(context.timing().timeout(), this::onTimerEnd);
        answered();
        return State.COMPLETED;
    }

    private void onTimerTrying() {
        tryingAllowed = true;
        Duration rest = context.timing().timeout().minus(context.timing().lateTrying());
        timerEnd = schedule(rest, this::onClientTimeout);
        if (state == State.TRYING) {
            send(Response.trying(request(), context.timing().lateTrying()));
        }
    }

    /** The client has given up; what it sent before that may still be on its way, and is no new request. */
    private void onClientTimeout() {
        if (flow().isReliable()) {
            onTimerEnd();
            return;
        }
        state = State.COMPLETED;
        timerEnd = schedule(context.timing().timeout(), this::onTimerEnd); // as Timer J: also T1 * 64
        answered();
        endForUser();
    }

    private void onTimerEnd() {
        state = State.TERMINATED;
        end();
    }

    private void end() {
        timerEnd.cancel();
        forget();
        user().ifPresent(ServerUser::onTerminated);
    }
}
