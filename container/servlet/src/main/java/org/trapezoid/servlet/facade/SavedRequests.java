// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.trapezoid.servlet.proxy.ProxyCore;
import org.trapezoid.servlet.session.Acknowledged;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.Messages;
import org.trapezoid.servlet.ua.UacCore;
import org.trapezoid.servlet.ua.UasCore;

/**
 * The requests of an application session that are written down: the one that began each SIP session, and those of which something is still
 * expected. Each has a number by which others refer to it. In the core section.
 */
final class SavedRequests {

    /** What a request needs to go on. */
    enum Kind {
        /** Nothing: it is there to be read. */
        PLAIN,
        /** It waits for an answer here, or its answer for an ACK. */
        SERVER,
        /** It is being proxied. */
        PROXY,
        /** It was sent, and responses may come. */
        CLIENT
    }

    static final int NUMBER = 1;
    static final int KIND = 2;
    static final int CORE = 3;
    static final int MESSAGE = 4;
    static final int FIRST = 5;
    static final int INCOMING = 6;
    static final int PENDING = 7;
    static final int LINKED = 8;
    static final int UNSUPERVISED = 9;
    static final int COMMITTED = 10;
    static final int ROUTING = 11;
    static final int UNSEEN = 12;

    private final IdentityHashMap<SipRequest, Integer> numbers = new IdentityHashMap<>();
    private final Map<Session, List<Saved>> bySession = new LinkedHashMap<>();

    private SavedRequests() {}

    static SavedRequests of(AppSessionState appSession, AppRuntime runtime) {
        SavedRequests requests = new SavedRequests();
        for (SipSessionState state : appSession.sipSessions()) {
            if (state.facade() instanceof Session session) {
                requests.collect(session);
            }
        }
        return requests;
    }

    private void collect(Session session) {
        SessionMessages messages = session.messages();
        for (SipRequest each : messages.received()) {
            add(session, each, each.isProxied() ? Kind.PROXY : Kind.SERVER, true);
        }
        for (SipRequest each : messages.sent()) {
            add(session, each, Kind.CLIENT, true);
        }
        for (SipRequest each : messages.acknowledging()) {
            add(session, each, Kind.CLIENT, false);
        }
        for (Acknowledged each : session.state().unacknowledged()) {
            if (each instanceof UasCore core && core.listener() instanceof UasEvents events) {
                add(session, events.facade(), Kind.SERVER, false);
            }
        }
        messages.first().ifPresent(first -> add(session, first, Kind.PLAIN, false));
    }

    private void add(Session session, SipRequest request, Kind kind, boolean pending) {
        if (numbers.containsKey(request) || request.sessionState() != session.state()) {
            return;
        }
        boolean whole =
                switch (kind) {
                    case PLAIN -> true;
                    case SERVER -> request.uas().isPresent();
                    case PROXY ->
                        request.proxyCore().filter(ProxyCore::isUnanswered).isPresent();
                    case CLIENT -> request.uac().isPresent();
                };
        if (!whole) {
            if (session.messages().first().orElse(null) == request) {
                add(session, request, Kind.PLAIN, false);
            }
            return;
        }
        numbers.put(request, numbers.size() + 1);
        bySession.computeIfAbsent(session, key -> new ArrayList<>()).add(new Saved(session, request, kind, pending));
    }

    List<Saved> of(Session session) {
        return bySession.getOrDefault(session, List.of());
    }

    /** 0 for one that is not written down. */
    int number(SipRequest request) {
        return numbers.getOrDefault(request, 0);
    }

    void forEach(BiConsumer<Integer, SipRequest> action) {
        numbers.forEach((request, number) -> action.accept(number, request));
    }

    /** One of them. */
    final class Saved {
        private final Session session;
        private final SipRequest request;
        private final Kind kind;
        private final boolean pending;

        private Saved(Session session, SipRequest request, Kind kind, boolean pending) {
            this.session = session;
            this.request = request;
            this.kind = kind;
            this.pending = pending;
        }

        void write(FieldWriter out) {
            out.number(NUMBER, number(request))
                    .text(KIND, kind.name())
                    .flag(FIRST, session.messages().first().orElse(null) == request)
                    .flag(PENDING, pending)
                    .flag(COMMITTED, request.isCommitted())
                    .number(
                            LINKED,
                            request.linkedRequest()
                                    .map(SavedRequests.this::number)
                                    .orElse(0));
            request.incoming().ifPresent(incoming -> out.part(INCOMING, part -> SavedIncoming.write(incoming, part)));
            out.part(ROUTING, part -> SavedRouting.write(request.routing(), part));
            Messages.write(out, MESSAGE, request.message());
            switch (kind) {
                case PLAIN -> {}
                case SERVER -> out.part(CORE, request.uas().orElseThrow()::write);
                case CLIENT -> {
                    UacCore core = request.uac().orElseThrow();
                    out.part(CORE, core::write)
                            .flag(UNSEEN, core.listener() instanceof UacEvents events && events.isUnseen());
                }
                case PROXY -> out.part(CORE, request.proxyCore().orElseThrow()::write);
            }
            request.proxy().ifPresent(proxy -> out.flag(UNSUPERVISED, !proxy.getSupervised()));
        }
    }
}
