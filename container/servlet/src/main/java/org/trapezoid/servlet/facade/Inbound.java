// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServletResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.trapezoid.servlet.proxy.DialogForwarder;
import org.trapezoid.servlet.proxy.ProxySettings;
import org.trapezoid.servlet.session.Acknowledged;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.OfferAnswer;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.DialogAnswer;
import org.trapezoid.servlet.ua.EventAnswer;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.servlet.ua.UasListener;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.dialog.Receipt;
import org.trapezoid.sip.dialog.SubscriptionUsage;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.RAck;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.uri.SyntaxException;

/** Brings requests that have found their session to its servlet. Methods are called in the core section of the session. */
public final class Inbound {

    /** For requests of which the application is not told. */
    private static final UasListener QUIET = new UasListener() {
        @Override
        public boolean onCancel(Request cancel) {
            return true;
        }

        @Override
        public void onAck(Request ack) {}

        @Override
        public void onNoAck(Response success) {}

        @Override
        public boolean onNoPrack(Response provisional) {
            return false;
        }

        @Override
        public void onFinal() {}

        @Override
        public void onNoNotify(SipSessionState session) {}

        @Override
        public void onUsageEnded(SipSessionState session) {}
    };

    private static final int MOST_SUBSCRIPTIONS = 32; // of one dialog

    private final AppRuntime runtime;

    public Inbound(AppRuntime runtime) {
        this.runtime = runtime;
    }

    public AppRuntime runtime() {
        return runtime;
    }

    /**
     * The key of the application session that an initial request belongs to, as the application says. In a callback, before it is
     * known which session that is.
     *
     * @throws ServletException when the application throws something checked
     */
    public Optional<String> key(Strand strand, Request request, Incoming incoming) throws ServletException {
        SipSessionState nobodys = runtime.provisionalSession(strand, request);
        return runtime.application().key(request.callId(), SipRequest.notice(runtime, nobodys, request, incoming));
    }

    /** A request that begins a session, in a new application session or one that it names. */
    public void initial(
            ServerTransaction transaction,
            Request request,
            Incoming incoming,
            AppSessionState appSession,
            boolean newAppSession,
            String servlet) {
        if (newAppSession) {
            Lifecycle.begin(runtime, appSession);
        }
        if (isRefused(transaction, request) || refusesPackage(transaction, request)) {
            if (newAppSession) {
                Lifecycle.invalidate(runtime, appSession);
            }
            return;
        }
        SipSessionState session =
                runtime.newSipSession(appSession, request.callId(), request.to(), request.from(), servlet);
        incoming.sender().ifPresent(sender -> session.sender(sender, request.fromTag()));
        receive(session, transaction, request, incoming);
    }

    /** Whether an extension that the application has the container keep does not let a request pass. */
    private boolean isRefused(ServerTransaction transaction, Request request) {
        if (Reliable.refuses(runtime, request)) {
            transaction.send(Reliable.demand(transaction.respond(421)).build()); // RFC 3262 §3
            return true;
        }
        return isTooShort(transaction, request);
    }

    private boolean isTooShort(ServerTransaction transaction, Request request) {
        OptionalLong minimum = CallTimer.refusal(runtime, request);
        if (minimum.isPresent()) { // RFC 4028 §9
            transaction.send(transaction
                    .respond(422)
                    .set(HeaderName.MIN_SE, Long.toString(minimum.getAsLong()))
                    .build());
        }
        return minimum.isPresent();
    }

    /** An UPDATE that only keeps the session alive. */
    private void refresh(SipSessionState session, CallTimer timer, ServerTransaction transaction, Request request) {
        session.accessed(runtime.now());
        session.transactionBegan();
        UasCore core = new UasCore(transaction, request, session, runtime.services(), QUIET);
        transaction.user(core);
        core.send(timer.grant(request, core.respond(200, Optional.empty()).build()));
    }

    private void receive(SipSessionState session, ServerTransaction transaction, Request request, Incoming incoming) {
        session.accessed(runtime.now());
        session.transactionBegan(); // first: what follows may end the last one, and with it the session
        if (request.method().equals(Method.BYE)) {
            Session.of(session, runtime).messages().answerPending(487); // RFC 3261 §15.1.2
        }
        nameForOthers(session, transaction, request);
        UasEvents events = new UasEvents(runtime, session);
        UasCore core = new UasCore(transaction, request, session, runtime.services(), events);
        SipRequest facade = SipRequest.received(runtime, session, request, incoming, core);
        events.request(facade);
        transaction.user(core);
        Session.of(session, runtime).messages().received(facade);
        if (OfferAnswer.concerns(request.method())) {
            session.offers().received(request);
        }
        Session.of(session, runtime).upkeep().identifier().ifPresent(each -> each.received(request));
        if (!runtime.callback(session.appSession(), new Delivery(runtime, facade))) {
            core.refuse(SipServletResponse.SC_SERVICE_UNAVAILABLE);
            facade.committed();
        }
    }

    /** By the To tag, and until that is sent by the transaction, other nodes find the session. */
    private void nameForOthers(SipSessionState session, ServerTransaction transaction, Request request) {
        AppSessionState appSession = session.appSession();
        if (!appSession.token().isEmpty() && request.toTag().isEmpty()) {
            transaction.localTag(appSession.identifier(runtime.services().identifiers()));
            if (runtime.replicates() && AppRuntime.isForOthers(request)) {
                appSession.names(TransactionLayer.serverKey(transaction.request()));
            }
        }
    }

    /** A request without a transaction, for a stateless application: ACK or CANCEL that matches nothing (RFC 3261 §16.11). */
    public void stateless(Request request, Incoming incoming, AppSessionState appSession, String servlet) {
        Lifecycle.begin(runtime, appSession);
        SipSessionState session =
                runtime.newSipSession(appSession, request.callId(), request.to(), request.from(), servlet);
        SipRequest facade = SipRequest.notice(runtime, session, request, incoming);
        boolean queued = runtime.callback(appSession, () -> {
            new Delivery(runtime, facade).run();
            session.strand().run(() -> Lifecycle.invalidate(runtime, appSession));
        });
        if (!queued) {
            Lifecycle.invalidate(runtime, appSession);
        }
    }

    /** A request in a dialog of a user agent. */
    public void inDialog(SipSessionState session, ServerTransaction transaction, Request request, Incoming incoming) {
        Method method = request.method();
        if (isOfEndedUsage(session, request)) {
            refuse(transaction, 481);
            return;
        }
        if (Dialog.refreshesTarget(method) && !Dialog.isReadable(request)) {
            refuse(transaction, 400);
            return;
        }
        Optional<SubscriptionUsage> subscription = Optional.empty();
        if (method.equals(Method.NOTIFY)) {
            subscription = EventAnswer.subscribed(session, request);
            if (subscription.isEmpty()) {
                refuse(transaction, request.headers().has(HeaderName.EVENT) ? 481 : 489); // RFC 6665 §4.1.3
                return;
            }
        }
        Optional<Dialog> dialog = session.dialog();
        if (dialog.isPresent() && dialog.get().receive(request) == Receipt.OUT_OF_ORDER) {
            refuse(transaction, 500); // RFC 3261 §12.2.2
            return;
        }
        dialog.ifPresent(each -> DialogAnswer.heard(each, request, incoming.flow(), runtime.services()));
        if (method.equals(Method.PRACK) && isSettled(session, transaction, request)) {
            return;
        }
        if (refusesPackage(transaction, request) || hasTooManySubscriptions(session, transaction, request)) {
            return;
        }
        Session facade = Session.of(session, runtime);
        OptionalInt glare = Overlaps.glare(facade.messages(), session.offers(), request);
        if (glare.isPresent()) {
            refuse(transaction, glare.getAsInt());
            return;
        }
        if (CallTimer.isRefresh(method) && isTooShort(transaction, request)) {
            return;
        }
        if (CallTimer.isMereRefresh(request)) {
            Optional<CallTimer> timer = facade.upkeep().callTimer().filter(CallTimer::isAutomatic);
            if (timer.isPresent()) {
                refresh(session, timer.get(), transaction, request);
                return;
            }
        }
        subscription.ifPresent(usage -> EventAnswer.notified(usage, request));
        receive(session, transaction, request, incoming);
    }

    /** Whether a PRACK is answered here: it matches nothing, or the application does not know of it. */
    private boolean isSettled(SipSessionState session, ServerTransaction transaction, Request prack) {
        switch (acknowledge(session, prack)) {
            case UNMATCHED -> refuse(transaction, 481); // RFC 3262 §3
            case OF_CONTAINER -> {
                if (prack.bodyLength() > 0) {
                    return false; // an offer, or an answer: for the application
                }
                session.accessed(runtime.now());
                session.offers().received(prack);
                transaction.send(Response.to(prack, 200).build());
            }
            case OF_APPLICATION -> {
                return false;
            }
        }
        return true;
    }

    /** Whether it was of a package that the application has declared not to have, and is answered. */
    private boolean refusesPackage(ServerTransaction transaction, Request request) {
        OptionalInt status = runtime.packages().refusal(request);
        if (status.isEmpty()) {
            return false;
        }
        Response.Builder response = transaction.respond(status.getAsInt());
        runtime.packages().explain(response, status.getAsInt());
        transaction.send(response.build());
        return true;
    }

    /** Each one would be kept for as long as its subscriber likes. */
    private boolean hasTooManySubscriptions(SipSessionState session, ServerTransaction transaction, Request request) {
        boolean more = session.subscriptions().size() >= MOST_SUBSCRIPTIONS
                && (request.method().equals(Method.REFER)
                        || (request.method().equals(Method.SUBSCRIBE) && EventAnswer.isNew(session, request)));
        if (more) {
            refuse(transaction, SipServletResponse.SC_TEMPORARLY_UNAVAILABLE);
        }
        return more;
    }

    /** A NOTIFY that makes a dialog: it overtook the 2xx, or the SUBSCRIBE was forked (RFC 6665 §4.1.4). */
    public void notified(SipSessionState root, ServerTransaction transaction, Request request, Incoming incoming) {
        if (!Dialog.isReadable(request)) {
            refuse(transaction, 400);
            return;
        }
        Optional<SipSessionState> session = root.forking().flatMap(forking -> forking.notified(request));
        if (session.isEmpty()) {
            refuse(transaction, 481);
            return;
        }
        if (session.get() != root) {
            Session joined = DialogFamily.joined(root, session.get(), runtime);
            Session.of(root, runtime).messages().first().ifPresent(joined.messages()::begunBy);
        }
        inDialog(session.get(), transaction, request, incoming);
    }

    /** A subscription may outlive its call (RFC 5057 §4); a PRACK for what was sent may come late. */
    private static boolean isOfEndedUsage(SipSessionState session, Request request) {
        Method method = request.method();
        if (method.equals(Method.PRACK)) {
            return false;
        }
        boolean ofCall = method.equals(Method.BYE)
                || method.equals(Method.INVITE)
                || method.equals(Method.UPDATE)
                || method.equals(Method.INFO);
        return session.state() == SessionState.TERMINATED || (ofCall && session.isCallOver());
    }

    private static Acknowledged.Prack acknowledge(SipSessionState session, Request prack) {
        Optional<String> value = prack.headers().first(HeaderName.RACK);
        if (value.isEmpty()) {
            return Acknowledged.Prack.UNMATCHED;
        }
        try {
            RAck rack = RAck.parse(value.get());
            for (Acknowledged each : session.unacknowledged()) {
                Acknowledged.Prack settled = each.acknowledge(rack);
                if (settled != Acknowledged.Prack.UNMATCHED) {
                    return settled;
                }
            }
            return Acknowledged.Prack.UNMATCHED;
        } catch (SyntaxException e) {
            return Acknowledged.Prack.UNMATCHED;
        }
    }

    private void refuse(ServerTransaction transaction, int status) {
        Response.Builder response = transaction.respond(status);
        if (status == 500) {
            int seconds = runtime.services().random().nextInt(11); // RFC 3261 §14.2: from 0 to 10
            response.set(HeaderName.RETRY_AFTER, Integer.toString(seconds));
        }
        transaction.send(response.build());
    }

    /** The ACK for a 2xx of a user agent; repeated ones are absorbed. */
    public void ack(SipSessionState session, Request ack, Incoming incoming) {
        for (Acknowledged each : session.unacknowledged()) {
            if (each.cseq() == ack.cseq().number() && each.acknowledge(ack)) {
                session.accessed(runtime.now());
                session.dialog()
                        .ifPresent(dialog -> DialogAnswer.heard(dialog, ack, incoming.flow(), runtime.services()));
                session.offers().received(ack);
                SipRequest notice = SipRequest.notice(runtime, session, ack, incoming);
                Session.of(session, runtime).acknowledgedBy(notice);
                runtime.callback(session.appSession(), new Delivery(runtime, notice));
                return;
            }
        }
    }

    /** A request in a record-routed call: the application sees it, then it goes on along its Route. */
    public void proxied(
            SipSessionState session,
            ServerTransaction transaction,
            Request request,
            Incoming received,
            DialogForwarder forwarder) {
        Incoming incoming = CallEnds.follow(runtime, session, request, received);
        session.accessed(runtime.now());
        session.proxied()
                .passes(request, request.fromTag().equals(session.localParty().tag()));
        if (session.isAutomatic()) {
            receive(session, transaction, request, incoming); // nothing is passed on any more
            return;
        }
        session.transactionBegan();
        SipRequest facade = SipRequest.notice(runtime, session, request, incoming);
        ProxiedEvents events = new ProxiedEvents(runtime, session, facade);
        Delivery delivery = new Delivery(runtime, facade);
        Runnable forward = () -> {
            if (session.appSession().hasLeft()) {
                transaction.abandon(); // while the application was called; its repetition goes to where the session is
                return;
            }
            events.core(forwarder.forward(
                    transaction,
                    DialogForwarder.onward(facade.message(), incoming.onward()),
                    incoming.routing(),
                    inDialogSettings(),
                    events));
        };
        boolean queued = runtime.callback(session.appSession(), () -> {
            delivery.run();
            session.strand().run(forward);
        });
        if (!queued) {
            forward.run();
        }
    }

    private ProxySettings inDialogSettings() {
        return new ProxySettings()
                .sessionTimer(runtime.application().settings().extensions().proxiedSessionTimer());
    }

    /** The ACK for a 2xx of a record-routed call: the application sees it once, the callee needs each repetition. */
    public void proxiedAck(SipSessionState session, Request ack, Incoming received, DialogForwarder forwarder) {
        Incoming incoming = CallEnds.follow(runtime, session, ack, received);
        session.accessed(runtime.now());
        if (!session.proxied().isFirst(ack)) {
            forwarder.forwardAck(DialogForwarder.onward(ack, incoming.onward()));
            return;
        }
        SipRequest facade = SipRequest.notice(runtime, session, ack, incoming);
        Delivery delivery = new Delivery(runtime, facade);
        boolean queued = runtime.callback(session.appSession(), () -> {
            delivery.run();
            session.strand()
                    .run(() -> forwarder.forwardAck(DialogForwarder.onward(facade.message(), incoming.onward())));
        });
        if (!queued) {
            forwarder.forwardAck(DialogForwarder.onward(ack, incoming.onward()));
        }
    }

    /** How many application sessions there are. */
    public int sessions() {
        int count = 0;
        for (AppSessionState each : runtime.services().sessions().appSessions()) {
            if (each.deployment() == runtime.deployment()) {
                count++;
            }
        }
        return count;
    }

    /** Ends all sessions of the application; their listeners are told on the strands it answers. */
    public Set<Strand> invalidateAll() {
        Set<Strand> strands = new HashSet<>();
        for (AppSessionState each : List.copyOf(runtime.services().sessions().appSessions())) {
            if (each.deployment() == runtime.deployment()) {
                Strand.run(each, () -> Lifecycle.invalidate(runtime, each));
                strands.add(each.strand());
            }
        }
        return strands;
    }
}
