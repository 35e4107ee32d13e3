// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

import jakarta.servlet.sip.ServletParseException;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.TimerListener;
import jakarta.servlet.sip.TimerService;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.api.PushService;
import org.trapezoid.samples.Push;

/**
 * Wakes clients by push notifications and waits for their REGISTER before a request is forwarded to them, RFC 8599 §5.6.2.
 * Thread-safe.
 */
final class Sleepers implements LocationService.Listener {
    /** Attribute of the application session: the request that waits. */
    private static final String WAITING = "waiting";

    private final Push push;
    private final SipFactory factory;
    private final TimerService timers;
    private final long longest; // milliseconds
    private final Map<String, List<Waiting>> waiting = new ConcurrentHashMap<>(); // by address-of-record

    Sleepers(Push push, SipFactory factory, TimerService timers, int waitSeconds) {
        this.push = push;
        this.factory = factory;
        this.timers = timers;
        this.longest = waitSeconds * 1000L;
    }

    /**
     * Wakes those of the bindings that ask for it. When all are awake, or have had their time, {@code then} gets the bindings
     * a request can go to; false when nobody was to be woken: nothing happens then.
     */
    boolean wake(
            SipApplicationSession session,
            String addressOfRecord,
            List<Binding> bindings,
            Consumer<List<Binding>> then) {
        Optional<PushService> service = push.service();
        if (service.isEmpty()) {
            return false;
        }
        Set<PushService.Target> asleep = new HashSet<>();
        List<Binding> awake = new ArrayList<>();
        for (Binding binding : bindings) {
            Optional<PushService.Target> target = target(binding);
            if (target.isPresent()) {
                asleep.add(target.get());
            } else {
                awake.add(binding);
            }
        }
        if (asleep.isEmpty()) {
            return false;
        }
        Waiting request = new Waiting(addressOfRecord, asleep, awake, then);
        waiting.computeIfAbsent(addressOfRecord, key -> new CopyOnWriteArrayList<>())
                .add(request);
        session.setAttribute(WAITING, request);
        request.timer = timers.createTimer(session, longest, false, WAITING);
        for (PushService.Target target : List.copyOf(asleep)) {
            service.get().push(target).whenComplete((taken, problem) -> {
                if (problem != null) {
                    request.settled(target, Optional.empty());
                }
            });
        }
        return true;
    }

    private Optional<PushService.Target> target(Binding binding) {
        try {
            return push.wakeable(factory.createURI(binding.contact()));
        } catch (ServletParseException e) {
            return Optional.empty();
        }
    }

    @Override
    public void bound(Binding binding) {
        registered(binding);
    }

    @Override
    public void refreshed(Binding before, Binding now) {
        registered(now);
    }

    private void registered(Binding binding) {
        List<Waiting> requests = waiting.get(binding.addressOfRecord());
        if (requests != null) {
            target(binding).ifPresent(target -> {
                for (Waiting request : requests) {
                    request.settled(target, Optional.of(binding));
                }
            });
        }
    }

    /** A request that waits for clients of one address-of-record. */
    private final class Waiting {
        private final String addressOfRecord;
        private final Set<PushService.Target> asleep;
        private final List<Binding> awake;
        private final Consumer<List<Binding>> then;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile @Nullable ServletTimer timer;

        Waiting(
                String addressOfRecord,
                Set<PushService.Target> asleep,
                List<Binding> awake,
                Consumer<List<Binding>> then) {
            this.addressOfRecord = addressOfRecord;
            this.asleep = ConcurrentHashMap.newKeySet();
            this.asleep.addAll(asleep);
            this.awake = new CopyOnWriteArrayList<>(awake);
            this.then = then;
        }

        void settled(PushService.Target target, Optional<Binding> registered) {
            if (asleep.contains(target)) {
                registered.ifPresent(awake::add);
                asleep.remove(target);
                if (asleep.isEmpty()) {
                    goOn();
                }
            }
        }

        void goOn() {
            if (over.compareAndSet(false, true)) {
                waiting.computeIfPresent(addressOfRecord, (key, requests) -> {
                    requests.remove(this);
                    return requests.isEmpty() ? null : requests;
                });
                ServletTimer running = timer;
                if (running != null) {
                    running.cancel();
                }
                List<Binding> ready = new ArrayList<>(awake);
                ready.sort(Comparator.comparing(Binding::q).reversed());
                then.accept(ready);
            }
        }
    }

    /** Goes on without those that did not wake up in time. */
    @jakarta.servlet.sip.annotation.SipListener
    public static final class Alarm implements TimerListener {
        @Override
        public void timeout(ServletTimer timer) {
            if (timer.getApplicationSession().getAttribute(WAITING) instanceof Waiting request) {
                request.goOn();
            }
        }
    }
}
