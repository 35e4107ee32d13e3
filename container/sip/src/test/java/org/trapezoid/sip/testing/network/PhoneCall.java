// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.dialog.Receipt;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * One side of a call as a {@link Phone} sees it, RFC 3261 §13 to §15. Dialogs are those of the stack, whose rules have tests of
 * their own. Confined to the thread of the test.
 */
public final class PhoneCall {
    private static final byte[] OFFER =
            "v=0\r\no=- 0 0 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final HeaderName LABEL = HeaderName.of("X-Call");
    private static final int REDIRECTIONS = 3;

    /** How far it got. */
    public enum State {
        CALLING,
        RINGING,
        /** A 2xx was sent or came. */
        TALKING,
        HANGING_UP,
        OVER
    }

    /** How it ended. */
    public enum End {
        NOT_YET,
        /** A final response other than a 2xx. */
        REFUSED,
        /** Nobody answered the INVITE. */
        SILENCE,
        HUNG_UP,
        HUNG_UP_BY_PEER,
        /** The ACK never came; hung up for that. */
        NO_ACK,
        /** In the call a request of this side found no call at the other. */
        LOST
    }

    private final Phone phone;
    private final PhoneTransactions transactions;
    private final CallPlan plan;
    private final String localTag;
    private State state = State.CALLING;
    private End end = End.NOT_YET;
    private int status; // the final response to the INVITE; 0 without one
    private String callId = "";
    private String label = "";
    private boolean caller;
    private boolean cancelled;
    private boolean acknowledged;
    private boolean tiresome;
    private boolean gotBye;
    private int byeStatus; // what our BYE was answered with; 0 without answer
    private @Nullable Dialog dialog;
    private final Map<String, Request> acks = new HashMap<>(); // by remote tag and CSeq
    private long cseq = 1;
    private int redirections;
    private PhoneTransactions.@Nullable Asking invite;
    private PhoneTransactions.@Nullable Serving invited;
    private PhoneTransactions.@Nullable Asking reinvite;
    private PhoneTransactions.@Nullable Serving reinvited;
    private boolean updating;
    private final List<Timer> timers = new ArrayList<>();

    PhoneCall(Phone phone, CallPlan plan) {
        this.phone = phone;
        this.transactions = phone.transactions();
        this.plan = plan;
        this.localTag = phone.newTag();
        phone.knownBy(localTag, this);
    }

    public Phone phone() {
        return phone;
    }

    public String callId() {
        return callId;
    }

    /** The same for both sides, also when a back-to-back user agent makes two calls of one. */
    public String label() {
        return label;
    }

    public boolean isCaller() {
        return caller;
    }

    public State state() {
        return state;
    }

    public End end() {
        return end;
    }

    /** Of the final response to the INVITE; 0 without one. */
    public int status() {
        return status;
    }

    /** Whether it was answered. */
    public boolean wasAnswered() {
        return status >= 200 && status < 300;
    }

    /** Of a callee: whether the ACK of its 2xx came. */
    public boolean wasAcknowledged() {
        return acknowledged;
    }

    /** Of a callee: whether it rang for ten minutes because nobody cancelled it. */
    public boolean rangOn() {
        return tiresome;
    }

    /** Whether the caller gave up before it was answered. */
    public boolean wasCancelled() {
        return cancelled;
    }

    /** Of the response to our BYE. */
    public int byeStatus() {
        return byeStatus;
    }

    /** Whether the peer has hung up, maybe while this side did. */
    public boolean hasGotBye() {
        return gotBye;
    }

    public boolean isOver() {
        return state == State.OVER;
    }

    @Override
    public String toString() {
        return phone.name() + (caller ? " calling " : " called ") + callId + ' ' + state + ' ' + end + ' ' + status;
    }

    /** While the call lasts. */
    private void after(Duration delay, Runnable what) {
        timers.add(transactions.after(delay, what));
    }

    private void over(End how) {
        if (state != State.OVER) {
            state = State.OVER;
            end = how;
            timers.forEach(Timer::cancel);
            phone.note(how.toString());
        }
    }

    // ---- the caller

    void dial(String uri) {
        caller = true;
        callId = "c" + phone.hex();
        label = callId;
        sendInvite(uri, phone.server());
        after(plan.cancelAfter(), this::giveUp);
    }

    private void sendInvite(String uri, @Nullable InetSocketAddress to) {
        Request request = phone.request(Method.INVITE, uri, localTag, callId, cseq)
                .add(LABEL, label)
                .body(OFFER)
                .build();
        invite = transactions.ask(request, to == null ? phone.nextHop(request) : to, new Invited(request));
    }

    private void giveUp() {
        PhoneTransactions.Asking waiting = invite;
        if (state == State.CALLING && waiting != null) {
            cancelled = true;
            phone.note("gives up");
            waiting.cancel();
        }
    }

    private final class Invited implements PhoneTransactions.Asker {
        private final Request request;

        Invited(Request request) {
            this.request = request;
        }

        @Override
        public void onFinal(Response response) {
            if (response.status() < 300) {
                onSuccess(request, response);
            } else {
                onFailure(response);
            }
        }

        @Override
        public void onSilence() {
            if (state == State.CALLING) {
                over(End.SILENCE);
            }
        }
    }

    private void onSuccess(Request request, Response response) {
        String remoteTag = response.toTag().orElse("");
        Request known = acks.get(remoteTag + ' ' + request.cseq().number());
        if (known != null) {
            sendAck(known);
            return;
        }
        Dialog fresh = Dialog.uac(request, response);
        fresh.confirm(response);
        acknowledge(fresh, request, remoteTag);
        status = response.status();
        if (state != State.CALLING) { // another branch of a fork answered as well: one call is enough
            phone.note("another answer");
            bye(fresh, answer -> {});
            return;
        }
        dialog = fresh;
        state = State.TALKING;
        if (cancelled) {
            hangUp(); // the answer crossed the CANCEL
        } else {
            talk();
        }
    }

    private void acknowledge(Dialog with, Request request, String remoteTag) {
        Request ack = with.createAck(request.cseq().number())
                .addFirst(HeaderName.VIA, phone.via())
                .build();
        acks.put(remoteTag + ' ' + request.cseq().number(), ack);
        sendAck(ack);
    }

    private void sendAck(Request ack) {
        phone.send(phone.nextHop(ack), ack, () -> {});
    }

    private void onFailure(Response response) {
        if (state != State.CALLING) {
            return;
        }
        Optional<String> contact = response.headers().first(HeaderName.CONTACT);
        if (response.status() < 400 && contact.isPresent() && !cancelled && redirections < REDIRECTIONS) {
            redirections++;
            cseq++;
            sendInvite(
                    response.headers()
                            .addresses(HeaderName.CONTACT)
                            .get(0)
                            .uri()
                            .toString(),
                    null);
            return;
        }
        status = response.status();
        over(End.REFUSED);
    }

    // ---- the callee

    void ring(PhoneTransactions.Serving serving) {
        invited = serving;
        callId = serving.request().callId();
        label = serving.request().headers().first(LABEL).orElse(callId);
        state = State.RINGING;
        if (plan.reaction() == CallPlan.Reaction.SILENT) {
            serving.ignore();
            over(End.SILENCE);
            return;
        }
        after(plan.ringAfter(), () -> {
            if (state == State.RINGING) {
                serving.respond(answer(serving.request(), 180).build());
            }
        });
        after(plan.reactAfter(), () -> react(serving));
        after(Duration.ofMinutes(10), () -> {
            if (state == State.RINGING) {
                tiresome = true;
                refuse(480);
            }
        });
    }

    private void react(PhoneTransactions.Serving serving) {
        if (state != State.RINGING) {
            return;
        }
        switch (plan.reaction()) {
            case ANSWER -> {
                Response success = answer(serving.request(), 200).body(OFFER).build();
                dialog = Dialog.uas(serving.request(), success);
                status = 200;
                state = State.TALKING;
                serving.respond(success);
            }
            case REJECT -> refuse(plan.status());
            case RING, SILENT -> {
                // till it is cancelled
            }
        }
    }

    private void refuse(int with) {
        PhoneTransactions.Serving serving = invited;
        if (serving != null) {
            status = with;
            serving.respond(answer(serving.request(), with).build());
            over(End.REFUSED);
        }
    }

    private Response.Builder answer(Request request, int with) {
        Response.Builder response = Response.to(request, with);
        if (request.toTag().isEmpty()) {
            response.set(HeaderName.TO, request.to().withTag(localTag).toString());
        }
        if (with > 100 && with < 300) {
            if (request.toTag().isEmpty()) {
                request.headers()
                        .all(HeaderName.RECORD_ROUTE)
                        .forEach(route -> response.add(HeaderName.RECORD_ROUTE, route));
            }
            response.set(HeaderName.CONTACT, "<" + phone.contact() + ">");
        }
        return response;
    }

    void onCancel() {
        if (state == State.RINGING) {
            refuse(487);
        }
    }

    void onCancel(PhoneTransactions.Serving later) {
        if (!later.isAnswered()) {
            later.respond(answer(later.request(), 487).build());
        }
    }

    void onAck(Request ack) {
        PhoneTransactions.Serving first = invited;
        PhoneTransactions.Serving later = reinvited;
        if (later != null && later.request().cseq().number() == ack.cseq().number()) {
            later.acknowledged();
        } else if (first != null
                && first.request().cseq().number() == ack.cseq().number()) {
            first.acknowledged();
            if (!acknowledged) {
                acknowledged = true;
                talk();
            }
        }
    }

    void onNoAck(PhoneTransactions.Serving serving) {
        if (serving == invited && !acknowledged && state == State.TALKING) {
            phone.note("no ACK came");
            end = End.NO_ACK;
            hangUp();
        } else if (serving == reinvited && state == State.TALKING) {
            hangUp();
        }
    }

    // ---- both, in the call

    private void talk() {
        after(plan.talk(), this::hangUp);
        plan.reinvites().forEach(time -> after(time, this::reinvite));
        plan.updates().forEach(time -> after(time, this::update));
    }

    private void hangUp() {
        Dialog of = dialog;
        if (state != State.TALKING || of == null) {
            return;
        }
        state = State.HANGING_UP;
        End why = end == End.NO_ACK ? End.NO_ACK : End.HUNG_UP;
        bye(of, answer -> {
            byeStatus = answer;
            over(why);
        });
    }

    private void bye(Dialog of, IntConsumer then) {
        ask(of, of.createRequest(Method.BYE), then);
    }

    /** {@code then} gets the status of the final response, or 0. */
    private void ask(Dialog of, Request.Builder builder, IntConsumer then) {
        Request request = builder.addFirst(HeaderName.VIA, phone.via()).build();
        transactions.ask(request, phone.nextHop(request), new PhoneTransactions.Asker() {
            @Override
            public void onFinal(Response response) {
                if (response.status() < 300) {
                    of.refreshTarget(response);
                }
                then.accept(response.status());
            }

            @Override
            public void onSilence() {
                then.accept(0);
            }
        });
    }

    private void update() {
        Dialog of = dialog;
        if (state != State.TALKING || of == null || updating) {
            return;
        }
        updating = true;
        Request.Builder builder = of.createRequest(Method.UPDATE).set(HeaderName.CONTACT, "<" + phone.contact() + ">");
        ask(of, builder, answer -> {
            updating = false;
            afterwards(answer);
        });
    }

    private void reinvite() {
        Dialog of = dialog;
        boolean busy = reinvite != null && !reinvite.isAnswered();
        boolean asked = reinvited != null && !reinvited.isAnswered();
        if (state != State.TALKING || of == null || busy || asked) {
            return;
        }
        Request request = of.createRequest(Method.INVITE)
                .addFirst(HeaderName.VIA, phone.via())
                .set(HeaderName.CONTACT, "<" + phone.contact() + ">")
                .body(OFFER)
                .build();
        reinvite = transactions.ask(request, phone.nextHop(request), new Reinvited(of, request));
    }

    private final class Reinvited implements PhoneTransactions.Asker {
        private final Dialog of;
        private final Request request;

        Reinvited(Dialog of, Request request) {
            this.of = of;
            this.request = request;
        }

        @Override
        public void onFinal(Response response) {
            if (response.status() < 300) {
                String key = response.toTag().orElse("") + ' ' + request.cseq().number();
                Request known = acks.get(key);
                if (known != null) {
                    sendAck(known);
                } else {
                    of.refreshTarget(response);
                    acknowledge(of, request, response.toTag().orElse(""));
                }
            } else if (response.status() == 491) { // RFC 3261 §14.1: who owns the Call-ID waits longer
                int millis = caller
                        ? 2100 + phone.random().nextInt(1900)
                        : phone.random().nextInt(2000);
                after(Duration.ofMillis(millis), PhoneCall.this::reinvite);
            } else {
                afterwards(response.status());
            }
        }

        @Override
        public void onSilence() {
            afterwards(0);
        }
    }

    /** RFC 3261 §12.2.1.2, §14.1: without answer, or with 481 or 408, the call is no more. */
    private void afterwards(int answer) {
        if ((answer == 481 || answer == 408 || answer == 0) && state == State.TALKING) {
            phone.note("call is lost");
            hangUp();
        }
    }

    void onRequest(PhoneTransactions.Serving serving) {
        Request request = serving.request();
        Dialog of = dialog;
        boolean ours = of != null
                && request.callId().equals(callId)
                && of.id().remoteTag().equals(request.fromTag().orElse(""));
        if (of == null || !ours) { // of another branch that answered, or a dialog that never was
            boolean other = acks.keySet().stream()
                    .anyMatch(key -> key.startsWith(request.fromTag().orElse("") + ' '));
            int with = other && request.method().equals(Method.BYE) ? 200 : 481;
            serving.respond(answer(request, with).build());
            return;
        }
        if (state == State.OVER) {
            serving.respond(answer(request, 481).build());
        } else if (of.receive(request) != Receipt.ACCEPTED) {
            serving.respond(
                    answer(request, 500).set(HeaderName.RETRY_AFTER, "1").build());
        } else if (request.method().equals(Method.BYE)) {
            onBye(serving);
        } else if (request.method().equals(Method.INVITE)) {
            onReinvite(of, serving);
        } else if (request.method().equals(Method.UPDATE) && updating) {
            serving.respond(answer(request, 491).build());
        } else {
            serving.respond(answer(request, 200).build());
        }
    }

    private void onBye(PhoneTransactions.Serving serving) {
        gotBye = true;
        PhoneTransactions.Serving waiting = reinvited;
        if (waiting != null && !waiting.isAnswered()) {
            waiting.respond(answer(waiting.request(), 487).build()); // RFC 3261 §15.1.2
        }
        serving.respond(answer(serving.request(), 200).build());
        if (state == State.TALKING) {
            over(End.HUNG_UP_BY_PEER);
        }
    }

    private void onReinvite(Dialog of, PhoneTransactions.Serving serving) {
        Request request = serving.request();
        if (reinvite != null && !reinvite.isAnswered()) {
            serving.respond(answer(request, 491).build()); // RFC 3261 §14.2
        } else if (reinvited != null && !reinvited.isAnswered()) {
            serving.respond(
                    answer(request, 500).set(HeaderName.RETRY_AFTER, "2").build());
        } else {
            reinvited = serving;
            after(Duration.ofMillis(phone.random().nextInt(200)), () -> {
                if (!serving.isAnswered()) {
                    Response success = answer(request, 200).body(OFFER).build();
                    of.refreshTarget(request);
                    serving.respond(success);
                }
            });
        }
    }
}
