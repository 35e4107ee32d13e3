// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;

/**
 * Sessions that were written down by the first version with snapshots go on at a node of this one. The files hold the token of the session
 * and its snapshot: Alice has called, and Bob's phone rings.
 */
class EarlierSnapshotTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";

    // field numbers, of SessionSnapshots and SavedSessions
    private static final int SESSIONS = 2;
    private static final int SESSION = 9;
    private static final int LATER_IN_WHOLE = 77;
    private static final int LATER_IN_SESSION = 78;
    private static final int LATER_OF_OTHER_LAYERS = 177;

    private final Site site = new Site(FIRST, SECOND);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer alice = site.node(FIRST).peer("alice");
    private final Peer aliceLater = site.node(SECOND).peer("alice");
    private final Peer bobLater = site.node(SECOND).peer("bob");
    private final Request invite =
            alice.request(Method.INVITE, "sip:bob@a.test").build(); // as it was sent

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private static List<String> lines(String file) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(EarlierSnapshotTest.class.getResourceAsStream("/snapshots/" + file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
    }

    /** The first node, which has stored the session, dies. */
    private void takeOver(String file) throws Exception {
        site.deploy("app", app, ScriptedServlet.class);
        List<String> lines = lines(file);
        String token = lines.get(0);
        byte[] state = Base64.getDecoder().decode(String.join("", lines.subList(1, lines.size())));
        site.cluster.await(site.node(FIRST).member().save(new Snapshot(token, SessionTokens.maker(token), 1, state)));
        site.killAndNotice(FIRST);
        assertThat(site.node(SECOND).server().sessions()).isEqualTo(1);
    }

    /**
     * Alice gives up, and both phones learn it.
     *
     * @param via what Bob's phone got below the Via of the server
     */
    private void callOff(Via... via) {
        aliceLater.send(Peer.cancel(invite));
        aliceLater.nextResponse(200);
        Request cancel = bobLater.nextRequest(Method.CANCEL);
        bobLater.send(bobLater.answer(cancel, 200));
        Request.Builder received = cancel.toBuilder()
                .method(Method.INVITE)
                .set(HeaderName.CSEQ, cancel.cseq().number() + " INVITE");
        for (Via each : via) {
            received.add(HeaderName.VIA, each.toString());
        }
        bobLater.send(bobLater.answer(received.build(), 487));
        bobLater.nextRequest(Method.ACK);
        aliceLater.send(Peer.ack(invite, aliceLater.nextResponse(487)));
    }

    @Test
    void aProxyThatSearchesGoesOn() throws Exception {
        takeOver("searching-proxy.txt");

        callOff(invite.topVia());

        assertThat(app.seen).contains("CANCEL");
        site.assertEnded();
    }

    @Test
    void twoLegsAndWhatTheApplicationKeepsGoOn() throws Exception {
        List<Object> found = new ArrayList<>();
        app.on("CANCEL", request -> {
            SipSession session = request.getSession();
            SipApplicationSession appSession = session.getApplicationSession();
            SipSession other = request.getB2buaHelper().getLinkedSession(session);
            found.add(session.getAttribute("list") == appSession.getAttribute("same"));
            found.add(session.getAttribute("begun by") != null);
            found.add(other.getAttribute("other") == session);
            appSession.getTimers().forEach(timer -> found.add(timer.getInfo()));
            appSession.getTimers().forEach(timer -> timer.cancel());
            request.getB2buaHelper().createCancel(other).send();
        });
        takeOver("ringing-back-to-back.txt");

        callOff();

        assertThat(found).containsExactly(true, true, true, "info");
        site.assertEnded();
    }

    /** The same snapshot, as a later version might write it. */
    private static byte[] later(byte[] state) {
        FieldReader whole = new FieldReader(state);
        FieldWriter out = new FieldWriter();
        for (int i = 1; i < SESSIONS; i++) {
            copy(whole, i, out);
        }
        FieldReader sessions = whole.requiredPart(SESSIONS);
        out.part(SESSIONS, part -> {
            for (int i = 1; i < SESSION; i++) {
                copy(sessions, i, part);
            }
            for (byte[] each : sessions.all(SESSION)) {
                part.part(SESSION, session -> session.rest(each)
                        .text(LATER_IN_SESSION, "of a session")
                        .text(LATER_OF_OTHER_LAYERS, "of other layers"));
            }
        });
        return out.rest(whole.rest(number -> number > SESSIONS))
                .text(LATER_IN_WHOLE, "of the whole")
                .toBytes();
    }

    private static void copy(FieldReader in, int field, FieldWriter out) {
        in.all(field).forEach(value -> out.bytes(field, value));
    }

    @Test
    void whatALaterVersionHasWrittenIsWrittenAgain() throws Exception {
        site.deploy("app", app, ScriptedServlet.class);
        List<String> lines = lines("ringing-back-to-back.txt");
        String token = lines.get(0);
        byte[] state = Base64.getDecoder().decode(String.join("", lines.subList(1, lines.size())));
        site.cluster.await(
                site.node(FIRST).member().save(new Snapshot(token, SessionTokens.maker(token), 1, later(state))));
        site.killAndNotice(FIRST);

        assertThat(site.node(SECOND)
                        .server()
                        .layer()
                        .handOver()
                        .toCompletableFuture()
                        .join())
                .isOne(); // it has written the session down

        FieldReader again = new FieldReader(site.cluster.stored().get(0).state());
        assertThat(again.text(LATER_IN_WHOLE)).contains("of the whole");
        assertThat(again.requiredPart(SESSIONS).parts(SESSION)).hasSize(2).allSatisfy(session -> {
            assertThat(session.text(LATER_IN_SESSION)).contains("of a session");
            assertThat(session.text(LATER_OF_OTHER_LAYERS)).contains("of other layers");
        });
    }
}
