// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What three phones of one make do with each other, over one transport. Every request of theirs goes through the server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class PhoneStories {

    static final String PASSWORD = "secret";

    /** Starts a phone; one that is simple has one call at most. */
    interface Maker {
        SoftPhone start(Path directory, Account account, Keys keys, boolean simple) throws IOException;
    }

    private final Protocol protocol;
    private final Function<String, Account> accounts;
    private final Keys keys;
    private final Maker maker;

    private final List<SoftPhone> phones = new ArrayList<>();
    private final Map<SoftPhone, Integer> seen = new HashMap<>();

    private SoftPhone alice;
    private SoftPhone bob;
    private SoftPhone carol;

    @SuppressWarnings("NullAway.Init") // the phones are started before the first story
    PhoneStories(Protocol protocol, Function<String, Account> accounts, Keys keys, Maker maker) {
        this.protocol = protocol;
        this.accounts = accounts;
        this.keys = keys;
        this.maker = maker;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        alice = start(directory, "alice", false);
        bob = start(directory, "bob", false);
        carol = start(directory, "carol", true);
    }

    private SoftPhone start(Path directory, String user, boolean simple) throws IOException {
        SoftPhone phone = maker.start(directory, accounts.apply(user), keys, simple);
        phones.add(phone);
        return phone;
    }

    @AfterAll
    void stop() {
        phones.forEach(SoftPhone::close);
    }

    @BeforeEach
    void turnThePage() {
        for (SoftPhone phone : phones) {
            seen.put(phone, phone.transcript().messages().size());
        }
    }

    @AfterEach
    void endWhatIsLeft() throws IOException {
        for (SoftPhone phone : phones) {
            phone.hangsUp();
        }
    }

    SoftPhone alice() {
        return alice;
    }

    SoftPhone bob() {
        return bob;
    }

    String uri(String user) {
        return accounts.apply(user).uri();
    }

    @Test
    void registersWithAPassword() {
        for (SoftPhone phone : phones) {
            assertThat(phone.transcript().received()).startsWith("401 REGISTER", "200 REGISTER");
        }
        played("registers with digest");
    }

    @Test
    void callsAndHangsUp() throws IOException {
        talk(alice, bob, "bob");
        hears(alice, "407 INVITE");
        played("calls");
        played("is called");

        alice.hangsUp();

        hears(bob, "BYE");
        hears(alice, "200 BYE");
        played("hangs up as caller");
    }

    @Test
    void isCalledAndHangsUp() throws IOException {
        talk(alice, bob, "bob");

        bob.hangsUp();

        hears(alice, "BYE");
        hears(bob, "200 BYE");
        played("hangs up as callee");
    }

    @Test
    void holdsAndResumesAsCallerAndAsCallee() throws IOException {
        talk(alice, bob, "bob");

        holdAndResume(alice, bob);
        played("holds and resumes as caller");
        holdAndResume(bob, alice);
        played("holds and resumes as callee");

        alice.hangsUp();
        hears(bob, "BYE");
    }

    private void holdAndResume(SoftPhone one, SoftPhone other) throws IOException {
        turnThePage();
        one.holds();
        hears(other, message -> message.name().equals("INVITE") && isOnHold(message));
        hears(one, "200 INVITE");
        hears(other, "ACK");

        turnThePage();
        one.resumes();
        hears(other, message -> message.name().equals("INVITE") && !isOnHold(message));
        hears(one, "200 INVITE");
        hears(other, "ACK");
    }

    private static boolean isOnHold(Wire message) {
        return message.text().contains("a=sendonly") || message.text().contains("a=inactive");
    }

    @Test
    void transfersACall() throws IOException {
        talk(alice, bob, "bob");

        alice.transfersTo(uri("carol"));
        hears(bob, "REFER");
        hears(alice, "202 REFER");
        hears(carol, "INVITE");
        played("transfers");
        carol.accepts();
        hears(carol, "ACK");
        hears(
                alice,
                message -> message.name().equals("NOTIFY") && message.text().contains("SIP/2.0 200"));
        hears(bob, "200 NOTIFY");
        hears(bob, "BYE");
        played("is transferred");

        turnThePage();
        carol.hangsUp();
        hears(bob, "BYE");
        hears(carol, "200 BYE");
    }

    @Test
    void cancelsACallWhileItRings() throws IOException {
        ring(alice, bob, "bob");

        alice.hangsUp();

        hears(bob, "CANCEL");
        hears(alice, "200 CANCEL");
        hears(alice, "487 INVITE");
        hears(bob, "ACK");
        played("cancels");
    }

    @Test
    void refusesACallThatRings() throws IOException {
        ring(alice, bob, "bob");

        bob.hangsUp();

        Wire refusal = hears(
                alice,
                message -> message.method().equals("INVITE") && message.status() >= 400 && message.status() != 407);
        hears(bob, "ACK");
        assertThat(refusal.status()).isIn(486, 603);
        played("refuses");
    }

    @Test
    void isBusyWhileItTalks() throws IOException {
        talk(alice, carol, "carol");

        bob.dials(uri("carol"));

        hears(bob, "486 INVITE");
        played("is busy");
        alice.hangsUp();
        hears(carol, "BYE");
    }

    private void ring(SoftPhone caller, SoftPhone callee, String called) throws IOException {
        caller.dials(uri(called));
        hears(callee, "INVITE");
        hears(caller, "180 INVITE");
    }

    void talk(SoftPhone caller, SoftPhone callee, String called) throws IOException {
        ring(caller, callee, called);
        callee.accepts();
        hears(caller, "200 INVITE");
        hears(callee, "ACK");
    }

    /** Waits for a message, which came in this story. */
    Wire hears(SoftPhone phone, String messageName) {
        return hears(phone, message -> message.name().equals(messageName));
    }

    private Wire hears(SoftPhone phone, Predicate<Wire> wanted) {
        int page = seen.getOrDefault(phone, 0);
        Predicate<Wire> received = message -> !message.sent() && wanted.test(message);
        try {
            Awaiting.until("message to " + phone.name(), () -> phone.transcript().after(page).messages().stream()
                    .anyMatch(received));
        } catch (RuntimeException e) {
            throw new AssertionError(phone.transcript().after(page).toString(), e);
        }
        return phone.transcript().after(page).messages().stream()
                .filter(received)
                .findFirst()
                .orElseThrow();
    }

    /** The behaviour was seen, by a phone of this make over this transport. */
    void played(String behaviour) {
        Interop.record(alice.name(), alice.version(), protocol.name(), behaviour);
    }
}
