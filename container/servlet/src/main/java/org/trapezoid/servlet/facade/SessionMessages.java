// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.UAMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.proxy.ProxyCore;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Response;

/** The messages of a session that wait for an answer, an ACK or a PRACK. Confined to the strand of the session. */
final class SessionMessages {
    private static final int MOST_RELIABLE = 32;

    private @Nullable SipRequest first; // the request that made the session
    private List<SipRequest> received = List.of(); // without final response
    private List<SipRequest> sent = List.of(); // without final response
    private List<ProxyCore> passing = List.of(); // inside a call that is proxied, without final response
    private List<SipResponse> unacknowledged = List.of(); // 2xx to our INVITE without ACK
    private List<SipResponse> reliable = List.of(); // provisional responses of either side without PRACK
    private List<SipRequest> acknowledging = List.of(); // our INVITEs with a 2xx, while that may be repeated
    private @Nullable SipResponse accepted; // our 2xx to an INVITE without ACK

    /** The request that made the session. */
    Optional<SipRequest> first() {
        return Optional.ofNullable(first);
    }

    /** A derived session goes back to the same request. */
    void begunBy(SipRequest request) {
        if (first == null) {
            first = request;
        }
    }

    /** The INVITE that we have sent outside a dialog, if it was one that made the session. */
    Optional<SipRequest> initialInvite() {
        return first().filter(begun -> begun.getMethod().equals("INVITE")
                && begun.isCommitted()
                && begun.uac().isPresent());
    }

    // ---- requests without final response

    void received(SipRequest request) {
        begunBy(request);
        received = with(received, request);
    }

    void answered(SipRequest request) {
        received = without(received, request);
    }

    void sent(SipRequest request) {
        begunBy(request);
        sent = with(sent, request);
    }

    void completed(SipRequest request) {
        sent = without(sent, request);
    }

    List<SipRequest> received() {
        return received;
    }

    List<SipRequest> sent() {
        return sent;
    }

    /** Whether the peer has a request of the method here that is not answered. */
    boolean isAnswering(Method method) {
        return has(received, method);
    }

    /** Whether a request of the method that was sent here is not answered. */
    boolean isAsking(Method method) {
        return has(sent, method);
    }

    private static boolean has(List<SipRequest> requests, Method method) {
        for (SipRequest each : requests) {
            if (each.getMethod().equals(method.name())) {
                return true;
            }
        }
        return false;
    }

    /** Answers for the application what it has not answered. */
    void answerPending(int status) {
        for (SipRequest each : received) {
            each.uas().filter(core -> !each.isProxied()).ifPresent(core -> {
                core.refuse(status);
                each.committed();
            });
        }
    }

    /** The session ends: what waits for an answer of the application gets one, what it calls is called off. */
    void abandon() {
        answerPending(SipServletResponse.SC_REQUEST_TIMEOUT);
        for (SipRequest each : sent) {
            if (each.getMethod().equals("INVITE")) {
                each.uac().ifPresent(core -> core.cancel(List.of()));
            }
        }
    }

    /** A request of a call that passes, and waits for its answer. */
    void passing(ProxyCore request) {
        passing = with(passing, request);
    }

    /** It was answered. */
    void passed(ProxyCore request) {
        passing = without(passing, request);
    }

    /** Another node has the session: what comes for its transactions is not for this one. */
    void left() {
        for (SipRequest each : received) {
            if (each.isProxied()) {
                each.proxyCore().ifPresent(ProxyCore::left);
            } else {
                each.uas().ifPresent(UasCore::onLeft);
            }
        }
        List.copyOf(passing).forEach(ProxyCore::left);
        sent.forEach(each -> each.uac().ifPresent(UacCore::left));
        acknowledging.forEach(each -> each.uac().ifPresent(UacCore::left));
    }

    // ---- responses without ACK or PRACK

    void unacknowledged(SipResponse success) {
        unacknowledged = with(unacknowledged, success);
    }

    List<SipResponse> unacknowledged() {
        return unacknowledged;
    }

    /** A 2xx to our INVITE came: it is acknowledged again each time it is repeated. */
    void acknowledging(SipRequest invite) {
        if (!acknowledging.contains(invite)) {
            acknowledging = with(acknowledging, invite);
        }
    }

    /** No 2xx to it is repeated any more. */
    void over(SipRequest request) {
        acknowledging = without(acknowledging, request);
    }

    List<SipRequest> acknowledging() {
        return acknowledging;
    }

    /** Our 2xx to an INVITE that waits for its ACK. */
    Optional<SipResponse> accepted() {
        return Optional.ofNullable(accepted);
    }

    /** All that wait for an ACK or a PRACK. */
    List<SipResponse> unsettled() {
        List<SipResponse> all = new ArrayList<>(unacknowledged);
        all.addAll(reliable);
        accepted().ifPresent(all::add);
        return all;
    }

    /** The ACK for it was made. */
    void acknowledged(SipResponse success) {
        unacknowledged = without(unacknowledged, success);
    }

    /** Our 2xx to an INVITE was sent. */
    void awaitsAck(SipResponse success) {
        accepted = success;
    }

    /** The ACK for it came. */
    void acknowledgedBy(SipRequest ack) {
        SipResponse success = accepted;
        if (success != null) {
            accepted = null;
            ack.acknowledges(success);
        }
    }

    /** A reliable provisional response came or was sent. */
    void reliable(SipResponse provisional) {
        if (reliable.size() < MOST_RELIABLE) { // a peer may send any number of them
            reliable = with(reliable, provisional);
        }
    }

    List<SipResponse> reliable() {
        return reliable;
    }

    /** The PRACK for it was made. */
    void pracked(SipResponse provisional) {
        reliable = without(reliable, provisional);
    }

    /** The PRACK for our response came. */
    void pracked(Response provisional) {
        for (SipResponse each : reliable) {
            if (each.message()
                    .headers()
                    .first(HeaderName.RSEQ)
                    .equals(provisional.headers().first(HeaderName.RSEQ))) {
                reliable = without(reliable, each);
                return;
            }
        }
    }

    // ---- as the API shows them

    /** The messages that wait for the application, in order of sequence number. */
    List<SipServletMessage> pending(UAMode mode) {
        List<SipMessage> messages = new ArrayList<>(mode == UAMode.UAS ? received : sent);
        if (mode == UAMode.UAC) {
            messages.addAll(unacknowledged);
        }
        messages.sort(Comparator.comparingLong(each -> each.message().cseq().number()));
        return List.copyOf(messages);
    }

    List<SipServletRequest> active(UAMode mode) {
        return List.copyOf(mode == UAMode.UAS ? received : sent);
    }

    Optional<SipServletRequest> active(String id) {
        List<SipServletRequest> active = new ArrayList<>(received);
        active.addAll(sent);
        for (SipServletRequest each : active) {
            if (each.getId().equals(id)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    List<SipServletResponse> reliable(UAMode mode) {
        List<SipServletResponse> ofSide = new ArrayList<>();
        for (SipResponse each : reliable) {
            if (each.isReceived() == (mode == UAMode.UAC)) {
                ofSide.add(each);
            }
        }
        return List.copyOf(ofSide);
    }

    private static <T> List<T> with(List<T> list, T element) {
        List<T> longer = new ArrayList<>(list.size() + 1);
        longer.addAll(list);
        longer.add(element);
        return longer;
    }

    private static <T> List<T> without(List<T> list, T element) {
        if (!list.contains(element)) {
            return list;
        }
        List<T> shorter = new ArrayList<>(list);
        shorter.remove(element);
        return shorter;
    }
}
