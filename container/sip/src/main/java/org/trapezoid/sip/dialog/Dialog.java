// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.CSeq;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.header.RAck;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/**
 * A dialog as one of its ends keeps it, RFC 3261 §12. Confined to its strand; pure state, it neither sends nor waits. Dialogs are
 * matched by {@link #id} alone: the URIs in From and To may change (RFC 4916). What makes a dialog must parse: a malformed
 * Contact or Record-Route is a {@link org.trapezoid.sip.uri.SyntaxException}.
 */
public final class Dialog {
    private static final int MAX_FORWARDS = 70;
    private static final long UNKNOWN = -1;

    private final DialogId id;
    private final boolean initiator;
    private final boolean secure;
    private final NameAddr localParty;
    private final NameAddr remoteParty;
    private DialogState state;
    private RouteSet routeSet;
    private Uri remoteTarget;
    private Optional<String> flowRoute = Optional.empty();
    private long localCSeq;
    private long remoteCSeq;
    private ForbiddenRanges forbidden;

    private Dialog(
            DialogId id, boolean initiator, Request request, Response response, RouteSet routeSet, Uri remoteTarget) {
        this.id = id;
        this.initiator = initiator;
        this.secure = request.uri() instanceof SipUri uri && uri.secure();
        this.localParty = initiator ? request.from() : response.to();
        this.remoteParty = initiator ? response.to() : request.from();
        this.state = response.statusClass() == StatusClass.SUCCESS ? DialogState.CONFIRMED : DialogState.EARLY;
        this.routeSet = routeSet;
        this.remoteTarget = remoteTarget;
        this.forbidden = (initiator ? response : request).forbidden();
        long number = request.cseq().number();
        this.localCSeq = initiator ? number : UNKNOWN;
        this.remoteCSeq = initiator ? UNKNOWN : number;
    }

    /**
     * A dialog written down.
     *
     * @param routes of the route set
     * @param localCSeq -1 before the first request of a UAS
     * @param remoteCSeq -1 before the first request of the peer
     * @param forbidden where none of our requests may go
     */
    public record Memento(
            DialogId id,
            boolean initiator,
            boolean secure,
            NameAddr localParty,
            NameAddr remoteParty,
            DialogState state,
            List<NameAddr> routes,
            Uri remoteTarget,
            Optional<String> flowRoute,
            long localCSeq,
            long remoteCSeq,
            ForbiddenRanges forbidden) {}

    /** So many numbers are left out by who restores a dialog: others may have been used after it was written down. */
    public static final int SKIPPED = 64;

    public Memento memento() {
        return new Memento(
                id,
                initiator,
                secure,
                localParty,
                remoteParty,
                state,
                routeSet.routes(),
                remoteTarget,
                flowRoute,
                localCSeq,
                remoteCSeq,
                forbidden);
    }

    /** The dialog as it was written down elsewhere, with numbers for our next requests that nobody has used. */
    public static Dialog restored(Memento memento) {
        return new Dialog(memento);
    }

    private Dialog(Memento memento) {
        this.id = memento.id();
        this.initiator = memento.initiator();
        this.secure = memento.secure();
        this.localParty = memento.localParty();
        this.remoteParty = memento.remoteParty();
        this.state = memento.state();
        this.routeSet = new RouteSet(memento.routes());
        this.remoteTarget = memento.remoteTarget();
        this.flowRoute = memento.flowRoute();
        this.localCSeq = Math.max(0, memento.localCSeq()) + SKIPPED;
        this.remoteCSeq = memento.remoteCSeq();
        this.forbidden = memento.forbidden();
    }

    /**
     * The dialog of a UAS that answered {@code request} with {@code response}, RFC 3261 §12.1.1. Without a Contact in the
     * request, as RFC 2543 allowed, the remote target is the URI of From.
     */
    public static Dialog uas(Request request, Response response) {
        var id = DialogId.ofReceivedRequest(response);
        return new Dialog(
                id,
                false,
                request,
                response,
                RouteSet.ofUas(request),
                target(request).orElse(request.from().uri()));
    }

    /**
     * The dialog of a UAC whose {@code request} was answered with {@code response}, RFC 3261 §12.1.2. Without a Contact in the
     * response, as in many provisional ones, the remote target stays the Request-URI until a message brings one.
     */
    public static Dialog uac(Request request, Response response) {
        var id = DialogId.ofReceivedResponse(response);
        return new Dialog(
                id,
                true,
                request,
                response,
                RouteSet.ofUac(response),
                target(response).orElse(request.uri()));
    }

    /**
     * The dialog of a subscriber that a NOTIFY makes, before or beside the 2xx to its {@code request} (RFC 6665 §4.4.1). Route
     * set and remote target are those of the NOTIFY; the order of the NOTIFY is still to be checked.
     */
    public static Dialog notified(Request request, Request notify) {
        return new Dialog(request, notify);
    }

    private Dialog(Request request, Request notify) {
        this.id = DialogId.ofReceivedRequest(notify);
        this.initiator = true;
        this.secure = request.uri() instanceof SipUri uri && uri.secure();
        this.localParty = request.from();
        this.remoteParty = notify.from();
        this.state = DialogState.CONFIRMED;
        this.routeSet = RouteSet.ofUas(notify);
        this.remoteTarget = target(notify).orElse(request.uri());
        this.forbidden = notify.forbidden();
        this.localCSeq = request.cseq().number();
        this.remoteCSeq = UNKNOWN;
    }

    /** Whether a dialog can be made or refreshed by this request: its Contact and Record-Route can be read. */
    public static boolean isReadable(Request request) {
        var headers = request.headers();
        boolean contact = headers.areAddresses(HeaderName.CONTACT)
                || NameAddr.isWildcard(headers.first(HeaderName.CONTACT).orElse(""));
        return contact && headers.areAddresses(HeaderName.RECORD_ROUTE);
    }

    /** Whether a response makes a dialog: 2xx always, 101 to 199 with a To tag, RFC 3261 §12.1. */
    public static boolean isMadeBy(Response response) {
        return switch (response.statusClass()) {
            case SUCCESS -> true;
            case PROVISIONAL -> response.status() > 100 && response.toTag().isPresent();
            case REDIRECTION, CLIENT_ERROR, SERVER_ERROR, GLOBAL_FAILURE -> false;
        };
    }

    /** Whether a request of this method replaces the target once it succeeds: RFC 3261 §12.2, 3311, 6665, 3515. */
    public static boolean refreshesTarget(Method method) {
        return method.equals(Method.INVITE)
                || method.equals(Method.UPDATE)
                || method.equals(Method.SUBSCRIBE)
                || method.equals(Method.NOTIFY)
                || method.equals(Method.REFER);
    }

    public DialogId id() {
        return id;
    }

    public DialogState state() {
        return state;
    }

    /** Whether this end sent the request that made the dialog. */
    public boolean isInitiator() {
        return initiator;
    }

    /** The local URI with our tag: From of our requests. */
    public NameAddr localParty() {
        return localParty;
    }

    /** The remote URI with the peer's tag: To of our requests. */
    public NameAddr remoteParty() {
        return remoteParty;
    }

    public Uri remoteTarget() {
        return remoteTarget;
    }

    /** The number of our last request, -1 before the first one of a UAS. */
    public long localCSeq() {
        return localCSeq;
    }

    /** The secure flag: Contact has to be a SIPS URI, RFC 3261 §12.1. */
    public boolean isSecure() {
        return secure;
    }

    public RouteSet routeSet() {
        return routeSet;
    }

    /**
     * A 2xx to the request that made the dialog. At the UAC it computes the route set and the remote target anew, once
     * (RFC 3261 §13.2.2.4); retransmissions of the 2xx change nothing.
     */
    public void confirm(Response success) {
        state = switch (state) {
            case EARLY -> {
                if (initiator) {
                    routeSet = RouteSet.ofUac(success);
                    remoteTarget = target(success).orElse(remoteTarget);
                    forbidden = forbidden.and(success.forbidden());
                }
                yield DialogState.CONFIRMED;
            }
            case CONFIRMED, TERMINATED -> state;
        };
    }

    public void terminate() {
        state = DialogState.TERMINATED;
    }

    /**
     * A new request in the dialog, RFC 3261 §12.2.1.1: next CSeq number, Request-URI and Route by the route set, Max-Forwards.
     * It has neither Via nor Contact.
     */
    public Request.Builder createRequest(Method method) {
        if (method.equals(Method.ACK) || method.equals(Method.CANCEL)) {
            throw new DialogStateException("cannot create " + method.name() + " with a new CSeq number (" + id
                    + "); it has that of its INVITE");
        }
        if (state == DialogState.TERMINATED) {
            throw new DialogStateException("cannot create " + method.name() + " in TERMINATED (" + id + ")");
        }
        return build(method, nextCSeq());
    }

    /** The ACK for a 2xx to our INVITE with that CSeq number, RFC 3261 §13.2.2.4. The sender gives it a branch of its own. */
    public Request.Builder createAck(long inviteCSeq) {
        return build(Method.ACK, inviteCSeq);
    }

    /** The same with the credentials of the INVITE, RFC 3261 §22.1. */
    public Request.Builder createAck(Request invite) {
        var ack = createAck(invite.cseq().number());
        invite.headers().all(HeaderName.AUTHORIZATION).forEach(value -> ack.add(HeaderName.AUTHORIZATION, value));
        invite.headers()
                .all(HeaderName.PROXY_AUTHORIZATION)
                .forEach(value -> ack.add(HeaderName.PROXY_AUTHORIZATION, value));
        return ack;
    }

    /** The PRACK for a reliable provisional response, RFC 3262 §4. */
    public Request.Builder createPrack(Response provisional) {
        var rseq = ProvisionalOrder.rseq(provisional)
                .orElseThrow(() -> new DialogStateException(
                        "cannot create PRACK for " + provisional.status() + " (" + id + "); it is not reliable"));
        var cseq = provisional.cseq();
        return createRequest(Method.PRACK)
                .set(HeaderName.RACK, new RAck(rseq, cseq.number(), cseq.method()).toString());
    }

    /** Takes the next local CSeq number, as the retry of a challenged request does (RFC 3261 §22.2). */
    public long nextCSeq() {
        // RFC 3261 §12.2.1.1: a UAS chooses its first number below 2^31; 1 leaves the most room.
        localCSeq = localCSeq == UNKNOWN ? 1 : localCSeq + 1;
        return localCSeq;
    }

    /**
     * Checks the order of a request received in the dialog, RFC 3261 §12.2.2. ACK and CANCEL repeat the number of their INVITE
     * and are not counted. An equal number is out of order too: retransmissions were absorbed by the transaction.
     */
    public Receipt receive(Request request) {
        if (request.method().equals(Method.ACK) || request.method().equals(Method.CANCEL)) {
            return Receipt.ACCEPTED;
        }
        long number = request.cseq().number();
        if (number <= remoteCSeq) {
            return Receipt.OUT_OF_ORDER;
        }
        remoteCSeq = number;
        return Receipt.ACCEPTED;
    }

    /**
     * Replaces the remote target by the Contact of a target refresh request that was not rejected, or of a 2xx to ours
     * (RFC 3261 §12.2.1.2, §12.2.2; RFC 6141 §4.6). Other messages change nothing; the route set never changes.
     */
    public void refreshTarget(Message message) {
        if (refreshesTarget(Method.of(message.cseq().method()))) {
            target(message).ifPresent(uri -> remoteTarget = uri);
            forbidden = forbidden.and(message.forbidden());
        }
    }

    /** The Route value of the flow that our requests go over, if there is one. */
    public Optional<String> flowRoute() {
        return flowRoute;
    }

    /** From now on our requests go over the flow that this Route value names, before the route set; empty: over any. */
    public void flowRoute(Optional<String> route) {
        flowRoute = route;
    }

    private Request.Builder build(Method method, long number) {
        var request = Request.builder(method, routeSet.requestUri(remoteTarget))
                .forbid(forbidden)
                .add(HeaderName.MAX_FORWARDS, Integer.toString(MAX_FORWARDS))
                .add(HeaderName.FROM, localParty.toString())
                .add(HeaderName.TO, remoteParty.toString())
                .add(HeaderName.CALL_ID, id.callId())
                .add(HeaderName.CSEQ, new CSeq(number, method.name()).toString());
        routeSet.addTo(request, remoteTarget);
        flowRoute.ifPresent(route -> request.addFirst(HeaderName.ROUTE, route));
        return request;
    }

    /**
     * The Contact URI as a Request-URI may carry it: without headers and method parameter, RFC 3261 §19.1.1. A response, which
     * cannot be refused, is taken as if it had none when it cannot be read.
     */
    private static Optional<Uri> target(Message message) {
        var contact = message.headers().first(HeaderName.CONTACT);
        if (contact.isEmpty() || NameAddr.isWildcard(contact.get())) {
            return Optional.empty();
        }
        try {
            return Optional.of(RouteSet.asRequestUri(
                    message.headers().addresses(HeaderName.CONTACT).get(0).uri()));
        } catch (SyntaxException e) {
            if (message instanceof Request) {
                throw e;
            }
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return id + " " + state;
    }
}
