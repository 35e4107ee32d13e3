// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.snapshot.SnapshotException;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.dialog.DialogId;
import org.trapezoid.sip.dialog.DialogState;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.Uri;

/** Writes an application session and its SIP sessions down, without attributes, timers and transactions. In the core section. */
public final class SavedSessions {

    /** Those of a SIP session from this one on are of other layers. */
    private static final int MORE = 100;

    /** Field numbers of an application session. */
    private static final class App {
        static final int ID = 1;
        static final int KEY = 2;
        static final int CREATED = 3;
        static final int ACCESSED = 4;
        static final int EXPIRES = 5;
        static final int INVALIDATE_WHEN_READY = 6;
        static final int INDEX_KEY = 7;
        static final int HAD_SESSION = 8;
        static final int SESSION = 9;
    }

    /** Field numbers of a SIP session. */
    private static final class Sip {
        static final int ID = 1;
        static final int ROUTE_ID = 2;
        static final int CALL_ID = 3;
        static final int CREATED = 4;
        static final int ACCESSED = 5;
        static final int LOCAL_PARTY = 6;
        static final int REMOTE_PARTY = 7;
        static final int STATE = 8;
        static final int INVALIDATE_WHEN_READY = 9;
        static final int HANDLER = 10;
        static final int LOCAL_CSEQ = 11;
        static final int PROXYING = 12;
        static final int RECORD_ROUTED = 13;
        static final int USED = 14;
        static final int CALLING = 15;
        static final int CALL_OVER = 16;
        static final int AUTOMATIC = 17;
        static final int SENDER = 18;
        static final int SENDER_ROLE = 19;
        static final int SENDER_TAG = 20;
        static final int DIALOG = 21;
        static final int PROXIED = 22;
        static final int OUR_OFFER = 23;
        static final int THEIR_OFFER = 24;
        static final int LINKED = 25;
        static final int FAMILY = 26;
        static final int FORK = 27;
        static final int HIGHEST = 27;
    }

    /** Field numbers of a dialog. */
    private static final class Dlg {
        static final int LOCAL_TAG = 1;
        static final int REMOTE_TAG = 2;
        static final int INITIATOR = 3;
        static final int SECURE = 4;
        static final int LOCAL_PARTY = 5;
        static final int REMOTE_PARTY = 6;
        static final int STATE = 7;
        static final int ROUTE = 8;
        static final int TARGET = 9;
        static final int FLOW = 10;
        static final int LOCAL_CSEQ = 11;
        static final int REMOTE_CSEQ = 12;
        static final int FORBIDDEN = 13;
    }

    private SavedSessions() {}

    /** Whether a field of a SIP session is one that a later version has added here. */
    public static boolean isUnknown(int field) {
        return field > Sip.HIGHEST && field < MORE;
    }

    /** @param more adds fields to each SIP session, with numbers from 100 on */
    public static void write(AppSessionState session, FieldWriter out, More more) {
        out.text(App.ID, session.id().value())
                .text(App.KEY, session.key())
                .number(App.CREATED, session.createdAt())
                .number(App.ACCESSED, session.lastAccessedAt())
                .number(App.EXPIRES, session.expiresAt())
                .flag(App.INVALIDATE_WHEN_READY, session.invalidateWhenReady())
                .texts(App.INDEX_KEY, session.indexKeys())
                .flag(App.HAD_SESSION, session.hadSession());
        for (SipSessionState each : session.sipSessions()) {
            out.part(App.SESSION, part -> {
                write(each, part);
                more.write(each, part);
            });
        }
    }

    private static void write(SipSessionState session, FieldWriter out) {
        out.text(Sip.ID, session.id().value());
        if (!session.routeId().equals(session.id())) {
            out.text(Sip.ROUTE_ID, session.routeId().value());
        }
        out.text(Sip.CALL_ID, session.callId())
                .number(Sip.CREATED, session.createdAt())
                .number(Sip.ACCESSED, session.lastAccessedAt())
                .text(Sip.LOCAL_PARTY, session.localParty().toString())
                .text(Sip.REMOTE_PARTY, session.remoteParty().toString())
                .text(Sip.STATE, session.state().name())
                .flag(Sip.INVALIDATE_WHEN_READY, session.invalidateWhenReady())
                .text(Sip.HANDLER, session.handler())
                .number(Sip.LOCAL_CSEQ, session.localCSeq())
                .flag(Sip.PROXYING, session.isProxying())
                .flag(Sip.RECORD_ROUTED, session.isRecordRouted())
                .flag(Sip.USED, session.wasUsed())
                .flag(Sip.CALLING, session.hasCall())
                .flag(Sip.CALL_OVER, session.isCallOver())
                .flag(Sip.AUTOMATIC, session.isAutomatic());
        session.provenSender().ifPresent(sender -> {
            out.text(Sip.SENDER, sender.identity().name())
                    .texts(Sip.SENDER_ROLE, sender.identity().roles())
                    .text(Sip.SENDER_TAG, sender.tag());
        });
        session.dialog().ifPresent(dialog -> out.part(Sip.DIALOG, part -> write(dialog.memento(), part)));
        session.presentProxied().ifPresent(proxied -> out.part(Sip.PROXIED, proxied::write));
        session.presentOffers().ifPresent(offers -> out.flag(Sip.OUR_OFFER, offers.isOursPending())
                .flag(Sip.THEIR_OFFER, offers.isTheirsPending()));
        session.linked().ifPresent(linked -> out.text(Sip.LINKED, linked.id().value()));
        if (session.wasForked()) {
            out.texts(Sip.FAMILY, ids(session.family()));
        }
        if (session.hasSiblings()) {
            out.texts(Sip.FORK, ids(session.fork()));
        }
    }

    private static List<String> ids(List<SipSessionState> sessions) {
        return sessions.stream().map(each -> each.id().value()).toList();
    }

    private static void write(Dialog.Memento dialog, FieldWriter out) {
        out.text(Dlg.LOCAL_TAG, dialog.id().localTag())
                .text(Dlg.REMOTE_TAG, dialog.id().remoteTag())
                .flag(Dlg.INITIATOR, dialog.initiator())
                .flag(Dlg.SECURE, dialog.secure())
                .text(Dlg.LOCAL_PARTY, dialog.localParty().toString())
                .text(Dlg.REMOTE_PARTY, dialog.remoteParty().toString())
                .text(Dlg.STATE, dialog.state().name());
        dialog.routes().forEach(route -> out.text(Dlg.ROUTE, route.toString()));
        out.text(Dlg.TARGET, dialog.remoteTarget().toString())
                .text(Dlg.FLOW, dialog.flowRoute())
                .number(Dlg.LOCAL_CSEQ, dialog.localCSeq())
                .number(Dlg.REMOTE_CSEQ, dialog.remoteCSeq())
                .texts(Dlg.FORBIDDEN, dialog.forbidden().texts());
    }

    /**
     * Makes the sessions again; timers do not run yet, and nobody else knows them.
     *
     * @param more reads what was added to each SIP session
     * @throws SnapshotException if it cannot be read
     */
    public static AppSessionState read(
            FieldReader in, String application, long deployment, Strand strand, More.Reader more) {
        AppSessionState session = new AppSessionState(
                new SessionId(in.requiredText(App.ID)),
                application,
                deployment,
                in.text(App.KEY),
                strand,
                in.number(App.CREATED),
                in.flag(App.INVALIDATE_WHEN_READY));
        session.accessed(in.number(App.ACCESSED));
        session.expiresAt(in.number(App.EXPIRES), Timer.NONE);
        session.indexKeys(Set.copyOf(in.texts(App.INDEX_KEY)));
        session.hadSession(in.flag(App.HAD_SESSION));
        Map<String, SipSessionState> byId = new HashMap<>();
        List<FieldReader> parts = in.parts(App.SESSION);
        for (FieldReader part : parts) {
            SipSessionState each = read(part, session);
            byId.put(each.id().value(), each);
        }
        for (FieldReader part : parts) {
            relate(part, byId);
        }
        for (FieldReader part : parts) {
            more.read(session(part, byId), part);
        }
        return session;
    }

    private static SipSessionState read(FieldReader in, AppSessionState appSession) {
        SipSessionState session = new SipSessionState(
                new SessionId(in.requiredText(Sip.ID)),
                appSession,
                in.requiredText(Sip.CALL_ID),
                NameAddr.parse(in.requiredText(Sip.LOCAL_PARTY)),
                NameAddr.parse(in.requiredText(Sip.REMOTE_PARTY)),
                in.requiredText(Sip.HANDLER),
                in.flag(Sip.INVALIDATE_WHEN_READY),
                in.number(Sip.CREATED));
        in.part(Sip.DIALOG).ifPresent(part -> session.dialog(dialog(part, session.callId())));
        Optional<String> sender = in.text(Sip.SENDER);
        sender.ifPresent(name ->
                session.sender(new Identity(name, new HashSet<>(in.texts(Sip.SENDER_ROLE))), in.text(Sip.SENDER_TAG)));
        in.part(Sip.PROXIED).ifPresent(part -> session.proxied().read(part));
        if (in.flag(Sip.OUR_OFFER) || in.flag(Sip.THEIR_OFFER)) {
            session.offers().restore(in.flag(Sip.OUR_OFFER), in.flag(Sip.THEIR_OFFER));
        }
        if (in.flag(Sip.AUTOMATIC)) {
            session.automatic();
        }
        session.restore(
                new SessionId(in.text(Sip.ROUTE_ID).orElse(session.id().value())),
                SessionState.valueOf(in.requiredText(Sip.STATE)),
                skipped(in.number(Sip.LOCAL_CSEQ)),
                in.flag(Sip.PROXYING),
                in.flag(Sip.RECORD_ROUTED),
                in.flag(Sip.USED),
                in.flag(Sip.CALLING),
                in.flag(Sip.CALL_OVER),
                in.number(Sip.ACCESSED));
        return session;
    }

    /** As a dialog does: others may have been used after it was written down. */
    private static long skipped(long cseq) {
        return cseq == 0 ? 0 : cseq + Dialog.SKIPPED;
    }

    private static void relate(FieldReader in, Map<String, SipSessionState> byId) {
        SipSessionState session = session(in, byId);
        in.text(Sip.LINKED).map(byId::get).ifPresent(session::link);
        session.relate(named(in.texts(Sip.FAMILY), byId), named(in.texts(Sip.FORK), byId));
    }

    private static SipSessionState session(FieldReader in, Map<String, SipSessionState> byId) {
        return Objects.requireNonNull(byId.get(in.requiredText(Sip.ID)));
    }

    private static List<SipSessionState> named(List<String> ids, Map<String, SipSessionState> byId) {
        List<SipSessionState> sessions = new ArrayList<>(ids.size());
        for (String id : ids) {
            SipSessionState session = byId.get(id);
            if (session != null) {
                sessions.add(session);
            }
        }
        return sessions;
    }

    private static Dialog dialog(FieldReader in, String callId) {
        List<NameAddr> routes =
                in.texts(Dlg.ROUTE).stream().map(NameAddr::parse).toList();
        return Dialog.restored(new Dialog.Memento(
                new DialogId(
                        callId,
                        in.text(Dlg.LOCAL_TAG).orElse(""),
                        in.text(Dlg.REMOTE_TAG).orElse("")),
                in.flag(Dlg.INITIATOR),
                in.flag(Dlg.SECURE),
                NameAddr.parse(in.requiredText(Dlg.LOCAL_PARTY)),
                NameAddr.parse(in.requiredText(Dlg.REMOTE_PARTY)),
                DialogState.valueOf(in.requiredText(Dlg.STATE)),
                routes,
                Uri.parse(in.requiredText(Dlg.TARGET)),
                in.text(Dlg.FLOW),
                in.number(Dlg.LOCAL_CSEQ),
                in.number(Dlg.REMOTE_CSEQ),
                ForbiddenRanges.parse(in.texts(Dlg.FORBIDDEN))));
    }

    /** Further fields of a SIP session, which other layers write. */
    public interface More {
        void write(SipSessionState session, FieldWriter out);

        /** Reads them when all sessions are there and related. */
        interface Reader {
            void read(SipSessionState session, FieldReader in);
        }
    }
}
