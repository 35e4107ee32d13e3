// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.Binding;
import org.trapezoid.servlet.replication.Site.Node;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.testing.Rfc;

/** What a registrar answers is true at the other nodes too: also if its sessions are not kept there. */
class RegistrationStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final String ALICE = "sip:alice@a.test";
    private static final Duration SOON = Duration.ofMillis(10);

    private final Site site = new Site(FIRST, SECOND);
    private final Node first = site.node(FIRST);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer phone = first.peer("phone");
    private final List<Runnable> notKept = new ArrayList<>(); // each is run when its binding is kept
    private int cseq;

    @BeforeEach
    void share() {
        app.on("REGISTER", this::register);
        first.locations().onChange(addressOfRecord -> first.replication().awaits(notKept::add));
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(boolean distributable) throws Exception {
        first.server().distributable(distributable).deploy("registrar", app);
    }

    private void register(SipServletRequest register) throws Exception {
        String contact = register.getHeader("Contact");
        if (contact != null) {
            first.locations()
                    .bind(Binding.of(
                            ALICE,
                            contact.substring(1, contact.length() - 1),
                            site.clock.instant().plusSeconds(600),
                            register.getCallId(),
                            1));
        }
        register.createResponse(200).send();
    }

    private void registers() {
        cseq++;
        phone.send(phone.request(Method.REGISTER, ALICE).set(HeaderName.CSEQ, cseq + " REGISTER"));
        site.clock.advance(SOON);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rfc(value = 3261, section = "10.3")
    void theAnswerWaitsUntilTheBindingIsKept(boolean distributable) throws Exception {
        deploy(distributable);

        registers();
        site.clock.advance(Duration.ofMillis(400));
        assertThat(phone.rest()).as("before the binding is kept").isEmpty();
        notKept.forEach(Runnable::run);
        site.clock.advance(SOON);

        phone.nextResponse(200);
        assertThat(first.replication().unprotected()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAnswerLeavesUnprotectedWhenNobodyConfirms(boolean distributable) throws Exception {
        deploy(distributable);

        registers();
        site.clock.advance(Replication.DEFAULT_WAIT);

        phone.nextResponse(200);
        assertThat(first.replication().unprotected()).isOne();
        notKept.forEach(Runnable::run);
        registers();
        notKept.get(1).run();
        phone.nextResponse(200);
        assertThat(first.replication().unprotected()).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAnswerWaitsForAllThatOneCallbackHasChanged(boolean distributable) throws Exception {
        app.on("REGISTER", register -> {
            first.locations().unbindAll("sip:old@a.test");
            register(register);
        });
        deploy(distributable);

        registers();
        assertThat(notKept).hasSize(2);
        notKept.get(1).run();
        site.clock.advance(SOON);
        assertThat(phone.rest()).isEmpty();
        notKept.get(0).run();
        site.clock.advance(SOON);

        phone.nextResponse(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoOnlyAsksIsAnsweredAtOnce(boolean distributable) throws Exception {
        deploy(distributable);

        phone.send(phone.request(Method.REGISTER, ALICE).remove(HeaderName.CONTACT));
        site.clock.advance(SOON);

        phone.nextResponse(200);
        assertThat(notKept).isEmpty();
    }
}
