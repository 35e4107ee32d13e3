// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.time.Duration;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transport.Flow;

/** Non-INVITE client transaction, RFC 3261 §17.1.2. Confined to its owner's strand. */
public final class NonInviteClientTransaction extends ClientTransaction {

    enum State {
        TRYING,
        PROCEEDING,
        COMPLETED,
        TERMINATED
    }

    private State state = State.TRYING;
    private Duration retransmitAfter = context.timing().t1();
    private Timer timerE = Timer.NONE;
    private Timer timerEnd = Timer.NONE; // F, in Completed K

    NonInviteClientTransaction(
            TransactionContext context,
            TransactionKey key,
            Stranded owner,
            Flow flow,
            Request request,
            ClientUser user) {
        super(context, key, owner, flow, request, user);
    }

    @Override
    void start() {
        start(context.timing().timeout());
    }

    private void start(Duration timeout) {
        context.table().add(this);
        context.table().unheard().add(this);
        if (!flow().isReliable()) {
            timerE = schedule(retransmitAfter, this::onTimerE);
        }
        timerEnd = schedule(timeout, this::onTimerF);
        transmit(request());
    }

    @Override
    ClientState clientState() {
        return switch (state) {
            case TRYING, PROCEEDING -> ClientState.SENT;
            case COMPLETED, TERMINATED -> ClientState.ENDED;
        };
    }

    @Override
    void resume(ClientState left, Duration age) {
        if (left == ClientState.ENDED) {
            state = State.TERMINATED;
        } else {
            start(timeoutAfter(age));
        }
    }

    @Override
    void abandon() {
        state = State.TERMINATED;
        timerE.cancel();
        timerEnd.cancel();
        context.table().remove(this);
    }

    @Override
    void receive(Response response) {
        context.table().unheard().remove(this);
        State before = state;
        state = switch (before) {
            case TRYING, PROCEEDING ->
                response.statusClass() == StatusClass.PROVISIONAL
                        ? State.PROCEEDING // Timer E goes on, from its next expiry with T2
                        : complete();
            case COMPLETED, TERMINATED -> before;
        };
        if (before == State.TRYING || before == State.PROCEEDING) {
            try {
                user.onResponse(response);
            } finally { // whatever the user throws
                if (state == State.TERMINATED) {
                    end();
                }
            }
        }
    }

    @Override
    boolean hasFinal() {
        return switch (state) {
            case TRYING, PROCEEDING -> false;
            case COMPLETED, TERMINATED -> true;
        };
    }

    @Override
    public boolean isTerminated() {
        return state == State.TERMINATED;
    }

    @Override
    State state() {
        return state;
    }

    @Override
    void failed(IOException cause) {
        switch (state) {
            case TRYING, PROCEEDING -> {
                state = State.TERMINATED;
                user.onTransportError(cause);
                end();
            }
            case COMPLETED, TERMINATED -> {
                // its answer came nevertheless
            }
        }
    }

    private State complete() {
        timerE.cancel();
        timerE = Timer.NONE;
        timerEnd.cancel();
        if (flow().isReliable()) {
            return State.TERMINATED; // Timer K is 0
        }
        timerEnd = schedule(context.timing().t4(), this::onTimerK);
        settled();
        return State.COMPLETED;
    }

    private void onTimerE() {
        switch (state) {
            case TRYING -> retransmit(context.timing().next(retransmitAfter));
            case PROCEEDING -> retransmit(context.timing().t2());
            case COMPLETED, TERMINATED -> {
                // answered
            }
        }
    }

    private void retransmit(Duration next) {
        retransmitAfter = next;
        timerE = schedule(next, this::onTimerE);
        transmit(request());
    }

    private void onTimerF() {
        if (state == State.TRYING || state == State.PROCEEDING) {
            state = State.TERMINATED;
            user.onTimeout();
            end();
        }
    }

    private void onTimerK() {
        state = State.TERMINATED;
        end();
    }

    private void end() {
        timerE.cancel();
        timerEnd.cancel();
        context.table().remove(this);
        user.onTerminated();
    }
}
