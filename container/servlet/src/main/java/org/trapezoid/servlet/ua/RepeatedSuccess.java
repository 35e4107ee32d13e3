// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.Acknowledged;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ServerTransaction;

/** A 2xx to an INVITE that is repeated until its ACK, RFC 3261 §13.3.1.4. Confined to its strand. */
final class RepeatedSuccess implements Runnable {
    private final ServerTransaction transaction;
    private final SipSessionState session;
    private final Acknowledged owner;
    private final UaServices services;
    private final UasListener listener;
    private @Nullable Response waiting;
    private List<Runnable> byes = List.of(); // wait for the ACK
    private Duration interval;
    private Timer retransmission = Timer.NONE;
    private Timer giveUp = Timer.NONE;

    /** @param owner by which the session finds what an ACK is for */
    RepeatedSuccess(
            ServerTransaction transaction,
            SipSessionState session,
            Acknowledged owner,
            UaServices services,
            UasListener listener) {
        this.transaction = transaction;
        this.session = session;
        this.owner = owner;
        this.services = services;
        this.listener = listener;
        this.interval = services.timing().t1();
    }

    /** From now on; the caller sends it the first time. */
    void begin(Response success) {
        waiting = success;
        session.awaits(owner);
        giveUp = services.timers().schedule(session, services.timing().t1().multipliedBy(64), this::onNoAck);
        scheduleRetransmission();
    }

    private void scheduleRetransmission() {
        retransmission = services.timers().schedule(session, interval, this);
    }

    boolean isWaiting() {
        return waiting != null;
    }

    /** What waits for its ACK. */
    Optional<Response> waiting() {
        return Optional.ofNullable(waiting);
    }

    /** A BYE waits too. */
    void hold(Runnable bye) {
        if (byes.isEmpty()) {
            byes = new ArrayList<>(1);
        }
        byes.add(bye);
    }

    /** Time to repeat it. */
    @Override
    public void run() {
        Response success = waiting;
        if (success == null) {
            return;
        }
        if (session.state() == SessionState.TERMINATED) {
            settle(); // the caller has hung up: it knows of the call, and sends no ACK any more
            return;
        }
        transaction.send(success); // RFC 6026 §7.1: passes through the transaction in Accepted
        Duration doubled = interval.multipliedBy(2);
        interval = doubled.compareTo(services.timing().t2()) > 0
                ? services.timing().t2()
                : doubled;
        scheduleRetransmission();
    }

    private void onNoAck() {
        Response success = waiting;
        boolean over = !session.isValid() || session.state() == SessionState.TERMINATED;
        settle();
        session.offers().clear();
        if (success != null && !over) {
            listener.onNoAck(success);
        }
    }

    /** The ACK came, or none will. */
    void settle() {
        stop();
        session.settled(owner);
        List<Runnable> ended = byes;
        byes = List.of();
        ended.forEach(Runnable::run);
    }

    /** Another node goes on with it. */
    void stop() {
        waiting = null;
        retransmission.cancel();
        giveUp.cancel();
    }
}
