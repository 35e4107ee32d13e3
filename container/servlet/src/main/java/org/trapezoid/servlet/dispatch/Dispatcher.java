// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.trapezoid.servlet.app.SipApplication;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.facade.Inbound;
import org.trapezoid.servlet.facade.Incoming;
import org.trapezoid.servlet.proxy.CallPrivacy;
import org.trapezoid.servlet.proxy.DialogForwarder;
import org.trapezoid.servlet.proxy.Gruu;
import org.trapezoid.servlet.proxy.RoutePreprocessor;
import org.trapezoid.servlet.proxy.StatelessForwarder;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.router.ApplicationChain;
import org.trapezoid.servlet.router.Decision;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.security.Guard;
import org.trapezoid.servlet.security.Requirement;
import org.trapezoid.servlet.security.WebSocketClient;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.MergedRequests;
import org.trapezoid.servlet.ua.Takeover;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.RequestHandler;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.uri.Uri;

/** Finds the session or the application that a message is for (JSR 289 §15). Thread-safe. */
public final class Dispatcher implements RequestHandler {

    private final RunningApplications applications;
    private final ApplicationChain chain;
    private final SessionTargeting targeting;
    private final OutboundRouting outbound;
    private final RouteBack routeBack;
    private final DialogForwarder forwarder;
    private final StatelessForwarder stateless;
    private final AdmissionControl admission;
    private final MergedRequests merged;
    private final KeyTargeting keys;
    private final Strands strands;
    private final Predicate<Uri> isOwn;
    private final ServletLayer.Unrouted unrouted;

    Dispatcher(
            RunningApplications applications,
            ApplicationChain chain,
            SessionTargeting targeting,
            OutboundRouting outbound,
            RouteBack routeBack,
            DialogForwarder forwarder,
            StatelessForwarder stateless,
            AdmissionControl admission,
            MergedRequests merged,
            KeyTargeting keys,
            Strands strands,
            Predicate<Uri> isOwn,
            ServletLayer.Unrouted unrouted) {
        this.applications = applications;
        this.chain = chain;
        this.targeting = targeting;
        this.outbound = outbound;
        this.routeBack = routeBack;
        this.forwarder = forwarder;
        this.stateless = stateless;
        this.admission = admission;
        this.merged = merged;
        this.keys = keys;
        this.strands = strands;
        this.isOwn = isOwn;
        this.unrouted = unrouted;
    }

    @Override
    public OptionalInt admit(Flow flow, Request request) {
        return admission.admit(flow, request);
    }

    // ---- requests with a transaction

    @Override
    public void onRequest(ServerTransaction transaction, Request received) {
        Flow flow = transaction.flow();
        if (flow instanceof LoopbackFlow inside && inside.attachment() instanceof Handover handover) {
            toApplication(
                    transaction,
                    received,
                    handover.application(),
                    new Incoming(flow, true, handover.state(), handover.poppedRoute()),
                    handover.actor());
            return;
        }
        RoutePreprocessor.Preprocessed routed = RoutePreprocessor.process(received, isOwn);
        if (routed.request().toTag().isPresent()) {
            inDialog(transaction, routed);
        } else {
            initial(transaction, routed);
        }
    }

    private void inDialog(ServerTransaction transaction, RoutePreprocessor.Preprocessed routed) {
        Request request = CallPrivacy.remembered(arrived(transaction.flow(), routed), routed.popped());
        Incoming incoming = new Incoming(
                transaction.flow(),
                false,
                RoutingState.NEW,
                routed.popped().stream().findFirst(),
                forwarder.onward(routed.popped()));
        if (!routed.popped().isEmpty()) {
            Optional<SipSessionState> session = targeting.recordRouted(request, routed.popped());
            if (session.isPresent()) {
                proxied(transaction, request, incoming, session.get());
                return;
            }
            if (leadsOn(request) && targeting.isRecordRouted(request, routed.popped())) {
                forwarder.forward(
                        transaction,
                        DialogForwarder.onward(request, incoming.onward())); // the call outlived its session
                return;
            }
        }
        Optional<SipSessionState> session = targeting.userAgent(request);
        if (session.isPresent()) {
            userAgent(transaction, request, incoming, session.get());
        } else {
            refuse(transaction, 481);
        }
    }

    /** A request that goes on to another application here tells that one too how it came. */
    private Request arrived(Flow flow, RoutePreprocessor.Preprocessed routed) {
        Request request = routed.request();
        if (routed.popped().isEmpty() || flow instanceof LoopbackFlow || !OutboundRouting.leadsInside(request, isOwn)) {
            return request;
        }
        return request.toBuilder()
                .arrived(new Arrival(
                        flow.peer(),
                        flow.protocol().viaName(),
                        routed.popped().stream().findFirst()))
                .build();
    }

    private void proxied(ServerTransaction transaction, Request request, Incoming incoming, SipSessionState session) {
        Optional<Inbound> inbound = applications.of(session);
        if (inbound.isEmpty()) {
            forwarder.forward(transaction, DialogForwarder.onward(request, incoming.onward()));
            return;
        }
        moved(transaction, session, () -> {
            Optional<SipSessionState> member = targeting.fork(session, request);
            if (member.isPresent()) {
                inbound.get().proxied(member.get(), transaction, request, incoming, forwarder);
            } else {
                forwarder.forward(transaction, DialogForwarder.onward(request, incoming.onward()));
            }
        });
    }

    private void userAgent(ServerTransaction transaction, Request request, Incoming incoming, SipSessionState root) {
        Optional<Inbound> inbound = applications.of(root);
        if (inbound.isEmpty()) {
            refuse(transaction, 481);
            return;
        }
        moved(transaction, root, () -> {
            Optional<SipSessionState> session = targeting.member(root, request);
            if (session.isPresent()) {
                inbound.get().inDialog(session.get(), transaction, request, incoming);
            } else if (request.method().equals(Method.NOTIFY) && root.callId().equals(request.callId())) {
                inbound.get().notified(root, transaction, request, incoming);
            } else {
                refuse(transaction, 481); // RFC 3261 §12.2.2
            }
        });
    }

    private void initial(ServerTransaction transaction, RoutePreprocessor.Preprocessed routed) {
        Request request = routed.request();
        if (transaction.flow() instanceof LoopbackFlow) { // whose Handover died with its node
            refuse(transaction, 503);
            return;
        }
        if (merged.isMerged(request)) {
            refuse(transaction, 482); // RFC 3261 §8.2.2.2
            return;
        }
        Optional<NameAddr> popped = routed.popped().stream().findFirst();
        RoutingState state =
                popped.flatMap(route -> routeBack.state(route.uri())).orElse(RoutingState.NEW);
        Optional<Takeover> takeover = Takeover.of(request);
        Decision decision = chain.next(request, targeting.origin(transaction.flow(), request, popped, takeover), state);
        if (decision instanceof Decision.ToApplication next) {
            toApplication(
                    transaction,
                    request,
                    next.application(),
                    new Incoming(
                            transaction.flow(),
                            true,
                            next.state(),
                            next.poppedRoute().or(() -> popped),
                            forwarder.registered(routed.popped())),
                    Optional.empty());
        } else if (decision instanceof Decision.SendOut out && !out.routes().isEmpty()) {
            forwarder.forward(transaction, outbound.withRoutes(request, out));
        } else if (decision instanceof Decision.Reject reject) {
            if (reject.status() == 404) {
                refuseUnrouted(transaction, request);
            } else {
                refuse(transaction, reject.status(), reject.reason());
            }
        } else {
            refuseUnrouted(transaction, request); // we relay for nobody without an application
        }
    }

    private void refuseUnrouted(ServerTransaction transaction, Request request) {
        String scheme = request.uri().scheme();
        if (scheme.equals("sip") || scheme.equals("sips") || scheme.equals("tel")) {
            refuse(transaction, unrouted.status(), unrouted.reason());
        } else {
            refuse(transaction, 416); // RFC 3261 §8.2.2.1
        }
    }

    private void toApplication(
            ServerTransaction transaction, Request request, String name, Incoming incoming, Optional<Actor> actor) {
        Optional<Inbound> inbound = applications.accepting(name);
        if (inbound.isEmpty()) {
            refuse(transaction, 503);
            return;
        }
        AppRuntime runtime = inbound.get().runtime();
        SipApplication application = runtime.application();
        Optional<String> servlet = application.settings().selection().select(request, incoming.poppedRoute());
        if (servlet.isEmpty()) {
            refuseUnrouted(transaction, request);
            return;
        }
        Optional<Identity> sender = sender(incoming, application, actor);
        Incoming known = sender.isEmpty() ? incoming : incoming.from(sender);
        Optional<Guard> guard = application.guard();
        if (guard.isPresent()) {
            Optional<Requirement> requirement = guard.get().requirement(servlet.get(), request);
            if (requirement.isPresent()) {
                Gate.pass(
                        transaction,
                        request,
                        known,
                        application,
                        guard.get(),
                        requirement.get(),
                        (passed, from) -> admitted(transaction, passed, from, inbound.get(), servlet.get()));
                return;
            }
        }
        toSession(transaction, request, known, inbound.get(), servlet.get());
    }

    /** Whom another application stands for, or this one has let in over the connection: then without roles, which a constraint asks for. */
    private static Optional<Identity> sender(Incoming incoming, SipApplication application, Optional<Actor> actor) {
        if (actor.isPresent()) {
            return actor.filter(who -> who.realm().equals(application.realm())).map(Actor::identity);
        }
        return incoming.flow() instanceof WebSocketClient client
                ? client.opening().sender(application.name(), application.realm())
                : Optional.empty();
    }

    /** The application may have ended while its guard waited. */
    private void admitted(
            ServerTransaction transaction, Request request, Incoming incoming, Inbound inbound, String servlet) {
        String name = inbound.runtime().application().name();
        if (applications.accepting(name).filter(still -> still == inbound).isPresent()) {
            toSession(transaction, request, incoming, inbound, servlet);
        } else {
            refuse(transaction, 503);
        }
    }

    private void toSession(
            ServerTransaction transaction, Request request, Incoming incoming, Inbound inbound, String servlet) {
        AppRuntime runtime = inbound.runtime();
        Optional<AppSessionState> named = targeting.named(request, incoming.poppedRoute(), runtime.deployment());
        if (named.isEmpty() && toTakenOver(transaction, request, incoming, inbound, servlet)) {
            return;
        }
        if (named.isEmpty() && runtime.application().settings().key().isPresent()) {
            keys.begin(transaction, request, incoming, inbound, servlet);
            return;
        }
        if (named.isEmpty()) {
            AppSessionState fresh = runtime.newAppSession(transaction.strand(), Optional.empty());
            inbound.initial(transaction, request, incoming, fresh, true, servlet);
            return;
        }
        AppSessionState session = named.get();
        moved(transaction, session, () -> {
            if (session.isValid()) {
                inbound.initial(transaction, request, incoming, session, false, servlet);
            } else {
                refuse(transaction, 404);
            }
        });
    }

    /** Into the application session of the call that the request is to replace or join, if it is this application's. */
    private boolean toTakenOver(
            ServerTransaction transaction, Request request, Incoming incoming, Inbound inbound, String servlet) {
        Optional<Takeover> takeover = Takeover.of(request);
        Optional<SipSessionState> found = takeover.flatMap(targeting::takenOver)
                .filter(root ->
                        root.appSession().deployment() == inbound.runtime().deployment());
        if (found.isEmpty()) {
            return false;
        }
        SipSessionState root = found.get();
        moved(transaction, root, () -> {
            OptionalInt refusal = takeover.get().refusal(root, request);
            if (refusal.isPresent()) {
                refuse(transaction, refusal.getAsInt());
            } else {
                inbound.initial(transaction, request, incoming, root.appSession(), false, servlet);
            }
        });
        return true;
    }

    /** Goes on in the core section of the session that the request belongs to; what fails there is answered too. */
    static void moved(ServerTransaction transaction, Stranded session, Runnable rest) {
        transaction.moveTo(session.strand());
        Strand.run(session, () -> {
            try {
                rest.run();
            } catch (RuntimeException | Error e) {
                transaction.giveUp();
                throw e;
            }
        });
    }

    static void refuse(ServerTransaction transaction, int status) {
        refuse(transaction, status, Response.defaultReason(status));
    }

    private static void refuse(ServerTransaction transaction, int status, String reason) {
        Strand.run(transaction, () -> {
            Response.Builder response = transaction.respond(status).status(status, reason);
            if (status == 503) {
                response.set(HeaderName.RETRY_AFTER, AdmissionControl.RETRY_AFTER);
            }
            transaction.send(response.build());
        });
    }

    /** Whether the request is for somebody else, or for another application of ours that is on its route. */
    private boolean leadsOn(Request request) {
        return !request.routes().isEmpty() || !isOwn.test(request.uri()) || Gruu.isGruu(request.uri());
    }

    // ---- what has no transaction

    @Override
    public void onAck(Flow flow, Request received) {
        RoutePreprocessor.Preprocessed routed = RoutePreprocessor.process(received, isOwn);
        Request ack = CallPrivacy.remembered(arrived(flow, routed), routed.popped());
        Incoming incoming = new Incoming(
                flow, false, RoutingState.NEW, routed.popped().stream().findFirst(), forwarder.onward(routed.popped()));
        if (!routed.popped().isEmpty()) {
            Optional<SipSessionState> session = targeting.recordRouted(ack, routed.popped());
            Optional<Inbound> inbound = session.flatMap(applications::of);
            if (session.isPresent() && inbound.isPresent()) {
                Strand.run(session.get(), () -> {
                    Optional<SipSessionState> member = targeting.fork(session.get(), ack);
                    if (member.isPresent()) {
                        inbound.get().proxiedAck(member.get(), ack, incoming, forwarder);
                    } else {
                        forwarder.forwardAck(DialogForwarder.onward(ack, incoming.onward()));
                    }
                });
                return;
            }
            if (leadsOn(ack) && targeting.isRecordRouted(ack, routed.popped())) {
                forwarder.forwardAck(DialogForwarder.onward(ack, incoming.onward()));
                return;
            }
        }
        Optional<SipSessionState> root = targeting.userAgent(ack);
        if (root.isPresent()) {
            applications
                    .of(root.get())
                    .ifPresent(inbound -> Strand.run(root.get(), () -> targeting
                            .member(root.get(), ack)
                            .ifPresent(session -> inbound.ack(session, ack, incoming))));
        } else {
            passOn(flow, ack, incoming.poppedRoute());
        }
    }

    @Override
    public boolean onStrayCancel(Flow flow, Request received) {
        RoutePreprocessor.Preprocessed routed = RoutePreprocessor.process(received, isOwn);
        return passOn(flow, routed.request(), routed.popped().stream().findFirst());
    }

    /** An ACK or CANCEL that matches nothing is a callback of its own for a stateless application (RFC 3261 §16.11). */
    private boolean passOn(Flow flow, Request request, Optional<NameAddr> popped) {
        if (!applications.anyStateless()) {
            return false;
        }
        Request invite = request.toBuilder().method(Method.INVITE).build(); // routed as the INVITE was
        Decision decision = chain.next(invite, Origin.peer(flow, popped), RoutingState.NEW);
        if (!(decision instanceof Decision.ToApplication next)) {
            return false;
        }
        Optional<Inbound> inbound = applications.accepting(next.application());
        if (inbound.isEmpty()
                || !inbound.get().runtime().application().settings().stateless()) {
            return false;
        }
        Optional<String> servlet =
                inbound.get().runtime().application().settings().selection().select(request, popped);
        if (servlet.isEmpty()) {
            return false;
        }
        AppSessionState session = inbound.get().runtime().newAppSession(strands.create(), Optional.empty());
        Strand.run(session, () -> inbound.get()
                .stateless(request, new Incoming(flow, true, next.state(), popped), session, servlet.get()));
        return true;
    }

    @Override
    public boolean onStrayResponse(Flow flow, Response response) {
        boolean forwarded = applications.anyStateless(); // RFC 6026 §7.3: a stateful proxy drops it
        if (forwarded) {
            stateless.forward(response);
        }
        return forwarded;
    }
}
