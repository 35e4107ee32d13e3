// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.trapezoid.servlet.router.Origin;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.servlet.ua.UasCore;
import org.trapezoid.sip.message.Request;

/** Makes the requests again that {@link SavedRequests} has written down. In the core section. */
final class RestoredRequests {

    private final AppRuntime runtime;
    private final Map<Integer, SipRequest> byNumber = new LinkedHashMap<>();
    private final Map<Integer, Integer> links = new LinkedHashMap<>();
    private final List<Runnable> resumptions = new ArrayList<>();
    private final List<Runnable> laterResumptions = new ArrayList<>(); // of what was sent: a BYE waits for an ACK

    RestoredRequests(AppRuntime runtime) {
        this.runtime = runtime;
    }

    /** Makes one, with its transactions; nothing is sent yet. */
    void read(FieldReader in, Session session) {
        SavedRequests.Kind kind = SavedRequests.Kind.valueOf(in.requiredText(SavedRequests.KIND));
        Request message = Messages.request(in, SavedRequests.MESSAGE);
        SipSessionState state = session.state();
        Optional<Incoming> incoming =
                in.part(SavedRequests.INCOMING).map(part -> SavedIncoming.read(part, runtime.transports()));
        SipRequest request =
                switch (kind) {
                    case PLAIN -> plain(in, state, message, incoming);
                    case SERVER -> server(in, session, message, incoming.orElseThrow());
                    case PROXY -> proxy(in, session, message, incoming.orElseThrow());
                    case CLIENT -> client(in, session, message);
                };
        int number = (int) in.number(SavedRequests.NUMBER);
        byNumber.put(number, request);
        int linked = (int) in.number(SavedRequests.LINKED);
        if (linked > 0) {
            links.put(number, linked);
        }
        if (in.flag(SavedRequests.FIRST)) {
            session.messages().begunBy(request);
        }
        if (in.flag(SavedRequests.COMMITTED)) {
            request.committed();
        }
    }

    private SipRequest plain(FieldReader in, SipSessionState state, Request message, Optional<Incoming> incoming) {
        if (incoming.isEmpty()) {
            SipRequest sent = SipRequest.restored(runtime, state, message, routing(in));
            sent.committed();
            return sent;
        }
        SipRequest received = SipRequest.notice(runtime, state, message, incoming.get());
        if (state.isProxying()) {
            received.proxied(!in.flag(SavedRequests.UNSUPERVISED));
        }
        return received;
    }

    private static RoutingState routing(FieldReader in) {
        return in.part(SavedRequests.ROUTING)
                .map(part -> SavedRouting.read(part, Origin.APPLICATION))
                .orElse(RoutingState.NEW);
    }

    private SipRequest server(FieldReader in, Session session, Request message, Incoming incoming) {
        SipSessionState state = session.state();
        UasEvents events = new UasEvents(runtime, state);
        FieldReader part = in.requiredPart(SavedRequests.CORE);
        UasCore core = UasCore.restored(
                part, state, runtime.services(), memento -> runtime.restore(state.strand(), memento), events);
        SipRequest request = SipRequest.received(runtime, state, message, incoming, core);
        events.request(request);
        if (in.flag(SavedRequests.PENDING)) {
            session.messages().received(request);
        }
        resumptions.add(() -> core.resume(part));
        return request;
    }

    private SipRequest proxy(FieldReader in, Session session, Request message, Incoming incoming) {
        SipSessionState state = session.state();
        SipRequest request = SipRequest.notice(runtime, state, message, incoming);
        FieldReader part = in.requiredPart(SavedRequests.CORE);
        ProxyFacade facade = request.proxied(!in.flag(SavedRequests.UNSUPERVISED));
        facade.restore(part, memento -> runtime.restore(state.strand(), memento));
        session.messages().received(request);
        state.transactionBegan();
        resumptions.add(() -> facade.core().orElseThrow().resume(part));
        return request;
    }

    private SipRequest client(FieldReader in, Session session, Request message) {
        SipSessionState state = session.state();
        UacEvents events = in.flag(SavedRequests.UNSEEN)
                ? UacEvents.unseen(runtime, session.upkeep()::answered)
                : new UacEvents(runtime);
        FieldReader part = in.requiredPart(SavedRequests.CORE);
        UacCore core = UacCore.restored(part, state, routing(in), runtime.services(state), events);
        SipRequest request = SipRequest.made(runtime, state, message, new Sending.Transaction(core));
        request.continueAs(SipRequest.restored(runtime, state, message, routing(in)));
        events.request(request);
        if (in.flag(SavedRequests.PENDING)) {
            session.messages().sent(request);
        } else {
            session.messages().acknowledging(request);
        }
        laterResumptions.add(() -> core.resume(part));
        return request;
    }

    /** All are there. */
    void link() {
        links.forEach((number, other) -> {
            SipRequest linked = byNumber.get(other);
            SipRequest request = byNumber.get(number);
            if (linked != null && request != null) {
                request.link(linked);
            }
        });
    }

    /** Goes on with all of them. */
    void resume() {
        resumptions.forEach(Runnable::run);
        laterResumptions.forEach(Runnable::run);
    }

    Optional<SipRequest> request(int number) {
        return Optional.ofNullable(byNumber.get(number));
    }

    void forEach(BiConsumer<Integer, SipRequest> action) {
        byNumber.forEach(action);
    }
}
