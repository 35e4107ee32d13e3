// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.ManualClock;

/**
 * The transactions of a phone, RFC 3261 §17 with RFC 6026: retransmissions, matching, ACK of failures. Written without the
 * stack's transaction layer, because they judge it: what no correct server does is a finding.
 */
final class PhoneTransactions {
    static final Duration T1 = Duration.ofMillis(500);
    static final Duration T2 = Duration.ofSeconds(4);
    static final Duration TIMEOUT = T1.multipliedBy(64);

    /** Who uses them. */
    interface User {
        void onRequest(Serving serving);

        /** The ACK of a 2xx, each time it comes. */
        void onAck(Request ack);

        void onCancel(Serving invite);

        /** 64*T1 passed without an ACK for a 2xx. */
        void onNoAck(Serving invite);
    }

    /** Who waits for the answer to a request. */
    interface Asker {
        default void onProvisional(Response response) {}

        /** Once; of a 2xx to an INVITE each time it comes. */
        void onFinal(Response response);

        /** No final response will come. */
        void onSilence();
    }

    private final String name;
    private final boolean reliable;
    private final ManualClock clock;
    private final Strand strand;
    private final Wire wire;
    private final User user;
    private final Findings findings;
    private final Consumer<Runnable> actor;
    private final Map<String, Asking> asking = new HashMap<>();
    private final Map<String, Serving> serving = new HashMap<>();
    private final Set<String> branches = new HashSet<>();
    private boolean leftAlone;
    private final Map<String, String> served = new HashMap<>(); // what a request is, and the transaction it came in

    /** Takes messages away. */
    interface Wire {
        void send(InetSocketAddress to, Message message, Runnable onFailure);
    }

    /** @param actor runs what a timer gives rise to */
    PhoneTransactions(
            String name,
            boolean reliable,
            ManualClock clock,
            Wire wire,
            User user,
            Findings findings,
            Consumer<Runnable> actor) {
        this.name = name;
        this.reliable = reliable;
        this.clock = clock;
        this.strand = clock.strands().create();
        this.wire = wire;
        this.user = user;
        this.findings = findings;
        this.actor = actor;
    }

    boolean wasLeftAlone() {
        return leftAlone;
    }

    boolean isIdle() {
        return asking.isEmpty() && serving.isEmpty();
    }

    /** Runs outside of every core section. */
    Timer after(Duration delay, Runnable task) {
        return clock.schedule(strand, delay, () -> Strand.post(() -> actor.accept(task)));
    }

    // ---- requests of ours

    Asking ask(Request request, InetSocketAddress to, Asker asker) {
        Asking transaction = new Asking(request, to, asker);
        branches.add(request.topBranch().orElseThrow());
        asking.put(clientKey(request), transaction);
        transaction.start();
        return transaction;
    }

    void receive(Response response) {
        String branch = response.topBranch().orElse("");
        if (!branches.contains(branch) || response.viaCount() != 1) {
            findings.add(name, "got a " + response.status() + " to no request of its own, Via " + response.topVia());
            return;
        }
        Asking transaction = asking.get(clientKey(response));
        if (transaction != null) {
            transaction.receive(response);
        }
    }

    private static String clientKey(Message message) {
        return message.topBranch().orElse("") + ' ' + message.cseq().method();
    }

    final class Asking {
        private final Request request;
        private final InetSocketAddress to;
        private final Asker asker;
        private final boolean invite;
        private Duration interval = T1;
        private Timer again = Timer.NONE;
        private Timer end = Timer.NONE;
        private boolean provisional;
        private @Nullable Response last;
        private boolean cancelled;
        private boolean cancelSent;

        private Asking(Request request, InetSocketAddress to, Asker asker) {
            this.request = request;
            this.to = to;
            this.asker = asker;
            this.invite = request.method().equals(Method.INVITE);
        }

        Request request() {
            return request;
        }

        boolean isAnswered() {
            return last != null;
        }

        private void start() {
            transmit();
            end = after(TIMEOUT, this::onSilence);
        }

        private void transmit() {
            wire.send(to, request, this::onSilence);
            if (!reliable) {
                again = after(interval, this::transmit);
                interval = interval.multipliedBy(2);
                if (!invite) {
                    interval = provisional || interval.compareTo(T2) > 0 ? T2 : interval;
                }
            }
        }

        private void onSilence() {
            if (last == null && asking.get(clientKey(request)) == this) {
                forget();
                leftAlone = true;
                asker.onSilence();
            }
        }

        private void forget() {
            again.cancel();
            end.cancel();
            asking.remove(clientKey(request), this);
        }

        /** With the first provisional response, RFC 3261 §9.1. */
        void cancel() {
            cancelled = true;
            if (provisional && last == null && !cancelSent) {
                cancelSent = true;
                end.cancel();
                end = after(TIMEOUT, this::onSilence);
                ask(hopByHop(Method.CANCEL).build(), to, new Asker() {
                    @Override
                    public void onFinal(Response response) {}

                    @Override
                    public void onSilence() {}
                });
            }
        }

        private void receive(Response response) {
            if (response.status() < 200) {
                if (last == null) {
                    provisional = true;
                    if (invite) {
                        again.cancel();
                        if (!cancelSent) {
                            end.cancel();
                        }
                        if (cancelled) {
                            cancel();
                        }
                    }
                    asker.onProvisional(response);
                }
                return;
            }
            Response before = last;
            if (before == null) {
                last = response;
                again.cancel();
                end.cancel();
                end = after(TIMEOUT, this::forget);
            } else {
                requireSame(before, response);
            }
            boolean success = response.status() < 300;
            if (invite && !success) {
                Request ack = hopByHop(Method.ACK)
                        .set(HeaderName.TO, response.to().toString())
                        .build();
                wire.send(to, ack, () -> {});
            }
            if (before == null || (invite && success)) {
                asker.onFinal(response);
            }
        }

        private void requireSame(Response before, Response response) {
            boolean late = response.status() < 300; // RFC 3261 §16.7 step 5: every 2xx is forwarded
            boolean same =
                    before.status() == response.status() && before.toTag().equals(response.toTag());
            if (!same && !(invite && late)) {
                findings.add(
                        name,
                        "got " + response.status() + " to its " + request.method() + " after " + before.status() + ", "
                                + request.callId());
            }
        }

        private Request.Builder hopByHop(Method method) {
            Request.Builder builder = Request.builder(method, request.uri())
                    .add(HeaderName.VIA, request.headers().first(HeaderName.VIA).orElseThrow())
                    .add(HeaderName.MAX_FORWARDS, "70")
                    .add(HeaderName.FROM, request.from().toString())
                    .add(HeaderName.TO, request.to().toString())
                    .add(HeaderName.CALL_ID, request.callId())
                    .add(HeaderName.CSEQ, request.cseq().number() + " " + method.name());
            request.headers().all(HeaderName.ROUTE).forEach(route -> builder.add(HeaderName.ROUTE, route));
            return builder;
        }
    }

    // ---- requests to us

    void receive(InetSocketAddress from, Request request) {
        Method method = request.method();
        String key = serverKey(request, method.equals(Method.ACK) ? Method.INVITE : method);
        Serving known = serving.get(key);
        if (method.equals(Method.ACK)) {
            if (known != null && known.isFailure()) {
                known.acknowledged();
            } else {
                user.onAck(request);
            }
        } else if (known != null) {
            known.receiveAgain(request);
        } else {
            begin(key, from, request);
        }
    }

    private void begin(String key, InetSocketAddress from, Request request) {
        Method method = request.method();
        Serving transaction = new Serving(key, from, request);
        serving.put(key, transaction);
        if (method.equals(Method.CANCEL)) {
            Serving invite = serving.get(serverKey(request, Method.INVITE));
            transaction.respond(
                    Response.to(request, invite == null ? 481 : 200).toTag(name).build());
            if (invite != null) {
                user.onCancel(invite);
            }
            return;
        }
        String what = request.callId()
                + ' '
                + request.cseq()
                + ' '
                + request.fromTag().orElse("");
        String earlier = served.put(what, key);
        if (earlier != null) {
            findings.add(name, "got the same request in two transactions: " + what);
        }
        user.onRequest(transaction);
    }

    private static String serverKey(Request request, Method method) {
        return request.topBranch().orElse("") + ' ' + request.topVia().sentBy() + ' ' + method.name();
    }

    final class Serving {
        private final String key;
        private final InetSocketAddress from;
        private final Request request;
        private @Nullable Response last;
        private Duration interval = T1;
        private Timer again = Timer.NONE;
        private Timer end = Timer.NONE;

        private Serving(String key, InetSocketAddress from, Request request) {
            this.key = key;
            this.from = from;
            this.request = request;
        }

        Request request() {
            return request;
        }

        boolean isAnswered() {
            return last != null && last.status() >= 200;
        }

        private boolean isFailure() {
            return last != null && last.status() >= 300;
        }

        /** It was never to be answered. */
        void ignore() {
            end = after(TIMEOUT, this::forget);
        }

        void respond(Response response) {
            last = response;
            transmit();
            if (response.status() < 200) {
                return;
            }
            end.cancel();
            if (request.method().equals(Method.INVITE) && (!reliable || response.status() < 300)) {
                again = after(interval, this::transmitAgain);
                end = after(TIMEOUT, this::onNoAck);
            } else {
                end = after(TIMEOUT, this::forget);
            }
        }

        private void transmit() {
            Response response = last;
            if (response != null) {
                wire.send(from, response, () -> {});
            }
        }

        private void transmitAgain() {
            transmit();
            interval = interval.multipliedBy(2).compareTo(T2) > 0 ? T2 : interval.multipliedBy(2);
            again = after(interval, this::transmitAgain);
        }

        private void receiveAgain(Request repeated) {
            boolean same = repeated.cseq().equals(request.cseq())
                    && repeated.callId().equals(request.callId())
                    && repeated.fromTag().equals(request.fromTag());
            if (!same) {
                findings.add(name, "got another request with the same branch: " + key);
            }
            if (!request.method().equals(Method.INVITE) || !isAnswered() || isFailure()) {
                transmit();
            }
        }

        /** The ACK came; of a 2xx the user tells. */
        void acknowledged() {
            again.cancel();
            end.cancel();
            end = after(TIMEOUT, this::forget);
        }

        private void onNoAck() {
            boolean success = !isFailure();
            forget();
            if (success) {
                user.onNoAck(this);
            }
        }

        private void forget() {
            again.cancel();
            end.cancel();
            serving.remove(key, this);
        }
    }
}
