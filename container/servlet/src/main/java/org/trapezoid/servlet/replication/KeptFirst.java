// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.concurrent.Outbox;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timer;

/**
 * Holds the messages of a strand until something is kept elsewhere that is no part of its session, such as a binding; then they pass what they
 * have to pass otherwise. Also for sessions that are not kept. Confined to its strand.
 */
final class KeptFirst implements Outbox {
    private final Strand strand;
    private final Replication replication;
    private final Optional<Outbox> usual;
    private final List<Runnable> waiting = new ArrayList<>(1);
    private int open; // changes that are not kept yet
    private Timer patience = Timer.NONE;

    private KeptFirst(Strand strand, Replication replication, Optional<Outbox> usual) {
        this.strand = strand;
        this.replication = replication;
        this.usual = usual;
    }

    /** What holds the messages of the strand until {@link #kept} is called once more. */
    static KeptFirst before(Strand strand, Replication replication) {
        Optional<Outbox> present = strand.outbox();
        KeptFirst first = present.isPresent() && present.get() instanceof KeptFirst other
                ? other
                : new KeptFirst(strand, replication, present);
        first.open++;
        strand.outbox(first);
        return first;
    }

    /** One of the changes is kept. */
    void kept() {
        if (open > 0 && --open == 0) {
            replication.confirmed();
            release();
        }
    }

    @Override
    public void protect() {
        usual.ifPresent(Outbox::protect);
    }

    @Override
    public boolean isHolding() {
        return open > 0 || isUsuallyHolding();
    }

    private boolean isUsuallyHolding() {
        return usual.isPresent() && usual.get().isHolding();
    }

    @Override
    public void hold(Runnable message) {
        if (open == 0) {
            pass(message);
            return;
        }
        if (waiting.isEmpty()) {
            patience = replication.timers().schedule(strand, replication.patience(), this::onPatienceOver);
        }
        waiting.add(message);
    }

    private void onPatienceOver() {
        if (open > 0) {
            open = 0;
            replication.unprotected(waiting.size());
            release();
        }
    }

    private void release() {
        patience.cancel();
        strand.outbox(usual.orElse(null));
        waiting.forEach(this::pass);
        waiting.clear();
    }

    private void pass(Runnable message) {
        if (isUsuallyHolding()) {
            usual.get().hold(message);
        } else {
            message.run();
        }
    }
}
