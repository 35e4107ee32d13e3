// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transport.Flow;

/** INVITE client transaction, RFC 3261 §17.1.1 with RFC 6026 §7.2, and its cancellation, §9.1. Confined to its owner's strand. */
public final class InviteClientTransaction extends ClientTransaction {

    enum State {
        CALLING,
        PROCEEDING,
        ACCEPTED,
        COMPLETED,
        TERMINATED
    }

    private State state = State.CALLING;
    private Duration retransmitAfter = context.timing().t1();
    private Timer timerA = Timer.NONE;
    private Timer timerEnd =
            Timer.NONE; // B in Calling, the limit of §9.1 after a CANCEL, M in Accepted, D in Completed
    private @Nullable Request ack;
    private @Nullable List<String> cancelReasons;

    InviteClientTransaction(
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
            timerA = schedule(retransmitAfter, this::onTimerA);
        }
        timerEnd = schedule(timeout, this::onTimerB);
        transmit(request());
    }

    @Override
    ClientState clientState() {
        return switch (state) {
            case CALLING -> ClientState.SENT;
            case PROCEEDING -> ClientState.PROCEEDING;
            case ACCEPTED -> ClientState.ACCEPTED;
            case COMPLETED, TERMINATED -> ClientState.ENDED;
        };
    }

    @Override
    void resume(ClientState left, Duration age) {
        switch (left) {
            case SENT -> start(timeoutAfter(age));
            case PROCEEDING -> {
                state = State.PROCEEDING;
                context.table().add(this);
            }
            case ACCEPTED -> {
                context.table().add(this);
                state = accept();
            }
            case ENDED -> state = State.TERMINATED;
        }
    }

    @Override
    void abandon() {
        state = State.TERMINATED;
        timerA.cancel();
        timerEnd.cancel();
        context.table().remove(this);
    }

    @Override
    void receive(Response response) {
        context.table().unheard().remove(this);
        State before = state;
        state = switch (before) {
            case CALLING, PROCEEDING ->
                switch (response.statusClass()) {
                    case PROVISIONAL -> proceed();
                    case SUCCESS -> accept();
                    case REDIRECTION, CLIENT_ERROR, SERVER_ERROR, GLOBAL_FAILURE -> complete(response);
                };
            case COMPLETED -> acknowledgeAgain(response);
            case ACCEPTED, TERMINATED -> before;
        };
        if (isForUser(before, response)) {
            try {
                user.onResponse(response);
            } finally { // whatever the user throws
                if (state == State.TERMINATED) {
                    end();
                }
            }
        }
    }

    /** Cancels it, now or when the first provisional response comes; without effect once a final response came. */
    void cancel(List<String> reasons) {
        if (cancelReasons != null) {
            return;
        }
        cancelReasons = reasons;
        if (state == State.PROCEEDING) {
            sendCancel(reasons);
        }
    }

    @Override
    boolean hasFinal() {
        return switch (state) {
            case CALLING, PROCEEDING -> false;
            case ACCEPTED, COMPLETED, TERMINATED -> true;
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
            case CALLING -> {
                state = State.TERMINATED;
                user.onTransportError(cause);
                end();
            }
            case COMPLETED -> { // the ACK could not be sent; the user has its final response
                state = State.TERMINATED;
                end();
            }
            case PROCEEDING, ACCEPTED, TERMINATED -> {
                // late news of a retransmission
            }
        }
    }

    private static boolean isForUser(State before, Response response) {
        return switch (before) {
            case CALLING, PROCEEDING -> true;
            case ACCEPTED -> response.statusClass() == StatusClass.SUCCESS;
            case COMPLETED, TERMINATED -> false;
        };
    }

    private State proceed() {
        if (state == State.CALLING) {
            timerA.cancel();
            timerA = Timer.NONE;
            timerEnd.cancel();
            timerEnd = Timer.NONE;
            if (cancelReasons != null) {
                sendCancel(cancelReasons);
            }
        }
        return State.PROCEEDING;
    }

    private State accept() {
        timerA.cancel();
        timerA = Timer.NONE;
        timerEnd.cancel();
        timerEnd = schedule(context.timing().timeout(), this::onTimerM);
        settled();
        return State.ACCEPTED;
    }

    private State complete(Response response) {
        timerA.cancel();
        timerA = Timer.NONE;
        timerEnd.cancel();
        ack = HopByHop.ack(request(), response);
        transmit(ack, presentFlow());
        if (flow().isReliable()) {
            return State.TERMINATED; // Timer D is 0
        }
        timerEnd = schedule(context.timing().timerD(), this::onTimerD);
        return State.COMPLETED;
    }

    private State acknowledgeAgain(Response response) {
        StatusClass statusClass = response.statusClass();
        if (ack != null && statusClass != StatusClass.PROVISIONAL && statusClass != StatusClass.SUCCESS) {
            transmit(ack, presentFlow());
        }
        return State.COMPLETED;
    }

    /** To where the INVITE went and with its branch, RFC 3261 §9.1. */
    private void sendCancel(List<String> reasons) {
        timerEnd = schedule(context.timing().timeout(), this::onCancelUnanswered);
        Request cancel = HopByHop.cancel(request(), reasons);
        TransactionKey cancelKey = key.withMethod(Method.CANCEL);
        new NonInviteClientTransaction(context, cancelKey, this, presentFlow(), cancel, Unattended.INSTANCE).start();
    }

    private void onTimerA() {
        if (state == State.CALLING) {
            retransmitAfter = retransmitAfter.plus(retransmitAfter);
            timerA = schedule(retransmitAfter, this::onTimerA);
            transmit(request());
        }
    }

    private void onTimerB() {
        if (state == State.CALLING) {
            timeOut();
        }
    }

    private void onCancelUnanswered() {
        if (state == State.PROCEEDING) {
            timeOut();
        }
    }

    private void timeOut() {
        state = State.TERMINATED;
        user.onTimeout();
        end();
    }

    private void onTimerM() {
        state = State.TERMINATED;
        end();
    }

    private void onTimerD() {
        state = State.TERMINATED;
        end();
    }

    private void end() {
        timerA.cancel();
        timerEnd.cancel();
        context.table().remove(this);
        user.onTerminated();
    }
}
