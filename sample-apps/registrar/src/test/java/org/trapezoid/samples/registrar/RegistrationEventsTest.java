// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.Binding;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.authentication.DigestService;
import org.trapezoid.servlet.authentication.Users;
import org.trapezoid.servlet.authentication.UsersFile;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.ChallengeResponder;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@SuppressWarnings("NullAway.Init") // start() makes them
class RegistrationEventsTest {
    private static final String ALICE = "sip:alice@a.test";
    private static final String REGINFO = "urn:ietf:params:xml:ns:reginfo";

    @TempDir
    private Path directory;

    private Path users;
    private LocationTable locations;
    private TestServer server;
    private Peer alice;
    private Request subscribe;
    private Response accepted;
    private int cseq = 1;

    @BeforeEach
    void start() throws Exception {
        users = directory.resolve("users.properties");
        start("127.0.0.1");
    }

    private void start(String host) throws ServletException {
        server = new TestServer(host, clock -> {
            locations =
                    new LocationTable(clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1));
            return Map.of(
                    LocationService.class,
                    locations,
                    DigestAuthentication.class,
                    new DigestService(new Users(users, clock), new NonceStore(clock, new SplittableRandom(1))));
        });
        server.deploy(
                "events",
                Map.of(
                        "domains",
                        "a.test",
                        "aliases",
                        directory.resolve("aliases.properties").toString(),
                        "max-watchers",
                        "2",
                        "watchers",
                        "presence@a.test"),
                new RegistrationEvents(server.clock),
                RegistrationEvents.class);
        alice = server.peer("alice");
    }

    private Request.Builder subscribing(Peer peer, String event) {
        return peer.request(Method.SUBSCRIBE, ALICE).set(HeaderName.EVENT, event);
    }

    /** The document of the NOTIFY that follows. */
    private Element subscribed(Request.Builder request) throws Exception {
        subscribe = alice.send(request);
        accepted = alice.nextResponse(200);
        return notified();
    }

    private Element notified() throws Exception {
        Request notify = alice.nextRequest(Method.NOTIFY);
        alice.send(alice.answer(notify, 200));
        return document(notify);
    }

    private Request.Builder refreshing(int seconds) {
        cseq++;
        return alice.inDialog(Method.SUBSCRIBE, subscribe, accepted, cseq)
                .set(HeaderName.EVENT, "reg")
                .set(HeaderName.EXPIRES, Integer.toString(seconds));
    }

    private static Element document(Message notify) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(notify.body()));
        return document.getDocumentElement();
    }

    private static Element registration(Element reginfo) {
        NodeList found = reginfo.getElementsByTagNameNS(REGINFO, "registration");
        assertThat(found.getLength()).isEqualTo(1);
        return (Element) found.item(0);
    }

    private static List<Element> contacts(Element reginfo) {
        NodeList found = reginfo.getElementsByTagNameNS(REGINFO, "contact");
        List<Element> contacts = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            contacts.add((Element) found.item(i));
        }
        return contacts;
    }

    private static String uri(Element contact) {
        return contact.getElementsByTagNameNS(REGINFO, "uri").item(0).getTextContent();
    }

    private Binding binding(String contact, int seconds) {
        return Binding.of(ALICE, contact, server.clock.instant().plusSeconds(seconds), "call", 7)
                .withSource(new Binding.Source("192.0.2.4", 5060, "UDP"));
    }

    private void afterTheRest() {
        server.advance(Duration.ofSeconds(5));
    }

    // ---- what is told

    @Test
    @Rfc(value = 3680, section = "4.4")
    @Rfc(value = 3680, section = "5.1")
    void tellsThatNothingIsRegisteredYet() throws Exception {
        Element reginfo = subscribed(subscribing(alice, "reg"));

        assertThat(accepted.headers().first(HeaderName.EXPIRES)).hasValue("3761");
        assertThat(reginfo.getNamespaceURI()).isEqualTo(REGINFO);
        assertThat(reginfo.getLocalName()).isEqualTo("reginfo");
        assertThat(reginfo.getAttribute("version")).isEqualTo("0");
        assertThat(reginfo.getAttribute("state")).isEqualTo("full");
        assertThat(registration(reginfo).getAttribute("aor")).isEqualTo(ALICE);
        assertThat(registration(reginfo).getAttribute("state")).isEqualTo("init");
        assertThat(contacts(reginfo)).isEmpty();
    }

    @Test
    @Rfc(value = 6665, section = "4.2.1.2")
    void theNotifySaysWhatItIsAndHowLongItLasts() {
        alice.send(subscribing(alice, "reg;id=7").set(HeaderName.EXPIRES, "600"));
        alice.nextResponse(200);

        Request notify = alice.nextRequest(Method.NOTIFY);

        assertThat(notify.headers().first(HeaderName.EVENT)).hasValue("reg;id=7");
        assertThat(notify.headers().first(HeaderName.SUBSCRIPTION_STATE)).hasValue("active;expires=600");
        assertThat(notify.headers().first(HeaderName.CONTENT_TYPE)).hasValue("application/reginfo+xml");
    }

    @Test
    @Rfc(value = 3680, section = "4.7.1")
    @Rfc(value = 3680, section = "5.1")
    void tellsEachChangeOfTheContactsWithTheSameIds() throws Exception {
        Element init = subscribed(subscribing(alice, "reg"));
        afterTheRest();

        locations.bind(binding("sip:alice@192.0.2.4", 600));
        Element bound = notified(true);
        locations.bind(binding("sip:alice@192.0.2.4", 900));
        Element refreshed = notified(true);
        locations.bind(binding("sip:alice@192.0.2.4", 60));
        Element shortened = notified(true);
        locations.unbind(ALICE, "sip:alice@192.0.2.4");
        Element unbound = notified(true);

        assertThat(List.of(bound, refreshed, shortened, unbound))
                .allSatisfy(each -> assertThat(each.getAttribute("state")).isEqualTo("partial"))
                .extracting(each -> each.getAttribute("version"))
                .containsExactly("1", "2", "3", "4");
        assertThat(List.of(init, bound, refreshed, shortened, unbound))
                .extracting(each -> registration(each).getAttribute("state"))
                .containsExactly("init", "active", "active", "active", "terminated");
        assertThat(List.of(init, bound, refreshed, shortened, unbound))
                .extracting(each -> registration(each).getAttribute("id"))
                .containsOnly(registration(init).getAttribute("id"));
        assertThat(List.of(bound, refreshed, shortened, unbound))
                .extracting(each -> contacts(each).get(0))
                .allSatisfy(contact -> assertThat(uri(contact)).isEqualTo("sip:alice@192.0.2.4"))
                .extracting(contact -> contact.getAttribute("state") + " " + contact.getAttribute("event"))
                .containsExactly("active registered", "active refreshed", "active shortened", "terminated deactivated");
        assertThat(List.of(bound, refreshed, shortened, unbound))
                .extracting(each -> contacts(each).get(0).getAttribute("id"))
                .containsOnly(contacts(bound).get(0).getAttribute("id"));
        assertThat(contacts(shortened).get(0).getAttribute("expires")).isEqualTo("60");
    }

    @Test
    @Rfc(value = 3680, section = "4.7.1")
    void tellsAContactThatWasNotRefreshed() throws Exception {
        subscribed(subscribing(alice, "reg"));
        afterTheRest();
        locations.bind(binding("sip:alice@192.0.2.4", 60));
        notified(true);

        server.advance(Duration.ofSeconds(60));

        Element expired = notified(false);
        assertThat(contacts(expired).get(0).getAttribute("event")).isEqualTo("expired");
        assertThat(contacts(expired).get(0).hasAttribute("expires")).isFalse();
        assertThat(registration(expired).getAttribute("state")).isEqualTo("terminated");
    }

    @Test
    @Rfc(value = 3680, section = "4.3")
    @Rfc(value = 3680, section = "4.7.2")
    void aRefreshShowsAllContactsAgain() throws Exception {
        subscribed(subscribing(alice, "reg"));
        afterTheRest();
        locations.bind(binding("sip:alice@192.0.2.4", 600));
        Element bound = notified(true);
        locations.bind(binding("sip:alice@192.0.2.5", 600));
        Element second = notified(true);

        alice.send(refreshing(600));
        alice.nextResponse(200);
        Element full = notified();

        assertThat(contacts(second)).hasSize(1);
        assertThat(full.getAttribute("state")).isEqualTo("full");
        assertThat(full.getAttribute("version")).isEqualTo("3");
        assertThat(contacts(full))
                .extracting(contact -> contact.getAttribute("id"))
                .containsExactlyInAnyOrder(
                        contacts(bound).get(0).getAttribute("id"),
                        contacts(second).get(0).getAttribute("id"));
    }

    @Test
    @Rfc(value = 3680, section = "4.10")
    void notifiesOnceInFiveSecondsAndThenOfTheLastStateOfEach() throws Exception {
        subscribed(subscribing(alice, "reg"));
        afterTheRest();
        locations.bind(binding("sip:alice@192.0.2.4", 600));
        notified(false);

        locations.bind(binding("sip:alice@192.0.2.4", 700));
        locations.bind(binding("sip:alice@192.0.2.5", 600));
        locations.unbind(ALICE, "sip:alice@192.0.2.4");
        server.advance(Duration.ofMillis(4_900));
        assertThat(alice.rest()).isEmpty();
        server.advance(Duration.ofMillis(200));

        assertThat(contacts(notified()))
                .extracting(contact -> uri(contact) + " " + contact.getAttribute("event"))
                .containsExactlyInAnyOrder("sip:alice@192.0.2.4 deactivated", "sip:alice@192.0.2.5 registered");
        server.advance(Duration.ofSeconds(60));
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3680, section = "5.1")
    @Rfc(value = 5628, section = "5")
    void describesAContactWithItsParametersAndGruu() throws Exception {
        locations.bind(new Binding(
                ALICE,
                "sip:alice@192.0.2.4;x=a&b",
                Map.of("+sip.instance", "<urn:uuid:1>", "note", "<&\u0001>", "video", ""),
                0.5f,
                server.clock.instant().plusSeconds(600),
                "call",
                7,
                List.of(),
                Binding.Source.UNKNOWN,
                ""));

        Element contact = contacts(subscribed(subscribing(alice, "reg"))).get(0);

        assertThat(uri(contact)).isEqualTo("sip:alice@192.0.2.4;x=a&b");
        assertThat(contact.getAttribute("event")).isEqualTo("created");
        assertThat(contact.getAttribute("q")).isEqualTo("0.5");
        assertThat(contact.getAttribute("callid")).isEqualTo("call");
        assertThat(contact.getAttribute("cseq")).isEqualTo("7");
        NodeList unknown = contact.getElementsByTagNameNS(REGINFO, "unknown-param");
        assertThat(unknown.getLength()).isEqualTo(3);
        assertThat(((Element) unknown.item(0)).getAttribute("name")).isEqualTo("+sip.instance");
        assertThat(unknown.item(0).getTextContent()).isEqualTo("<urn:uuid:1>");
        assertThat(unknown.item(1).getTextContent()).isEqualTo("<&\uFFFD>"); // which no XML may have
        Element gruu = (Element) contact.getElementsByTagNameNS("urn:ietf:params:xml:ns:gruuinfo", "pub-gruu")
                .item(0);
        assertThat(gruu.getAttribute("uri")).startsWith(ALICE + ";gr=");
    }

    // ---- how it begins and ends

    @Test
    @Rfc(value = 6665, section = "4.4.3")
    void answersOneQuestionAndForgets() throws Exception {
        locations.bind(binding("sip:alice@192.0.2.4", 60));
        alice.send(subscribing(alice, "reg").set(HeaderName.EXPIRES, "0"));
        alice.nextResponse(200);

        Request notify = alice.nextRequest(Method.NOTIFY);
        alice.send(alice.answer(notify, 200));

        assertThat(notify.headers().first(HeaderName.SUBSCRIPTION_STATE)).hasValue("terminated;reason=timeout");
        assertThat(contacts(document(notify))).hasSize(1);
        locations.unbindAll(ALICE);
        server.advance(Duration.ofMinutes(1));
        assertThat(alice.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.2.1.4")
    void saysAtItsEndThatTheTimeIsOver() throws Exception {
        subscribed(subscribing(alice, "reg").set(HeaderName.EXPIRES, "600"));

        server.advance(Duration.ofMinutes(10));
        Request notify = alice.nextRequest(Method.NOTIFY);
        alice.send(alice.answer(notify, 200));

        assertThat(notify.headers().first(HeaderName.SUBSCRIPTION_STATE)).hasValue("terminated;reason=timeout");
        assertThat(document(notify).getAttribute("state")).isEqualTo("full");
        alice.send(refreshing(600));
        alice.nextResponse(481);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.2.2")
    void forgetsASubscriberThatIsGone() throws Exception {
        subscribed(subscribing(alice, "reg"));
        afterTheRest();

        locations.bind(binding("sip:alice@192.0.2.4", 600));
        server.advance(Duration.ZERO);
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 481));
        locations.unbindAll(ALICE);
        server.advance(Duration.ofMinutes(1));

        assertThat(alice.rest()).isEmpty();
        server.assertEnded();
    }

    @ParameterizedTest
    @Rfc(value = 6665, section = "4.2.1.1")
    @Rfc(value = 3680, section = "4.5")
    @CsvSource({
        "dialog, 600, application/reginfo+xml, 489",
        "reg.winfo.winfo, 600, application/watcherinfo+xml, 489",
        "reg, 59, application/reginfo+xml, 423",
        "reg, 600, application/pidf+xml, 406",
        "reg, 600, application/*, 200"
    })
    void takesWhatItCanServe(String event, String expires, String accept, int status) {
        alice.send(subscribing(alice, event).set(HeaderName.EXPIRES, expires).set(HeaderName.of("Accept"), accept));

        Response response = alice.nextResponse(status);

        if (status == 489) {
            assertThat(response.headers().first(HeaderName.of("Allow-Events"))).hasValue("reg, reg.winfo");
        }
        if (status == 423) {
            assertThat(response.headers().first(HeaderName.of("Min-Expires"))).hasValue("60");
        }
    }

    @Test
    @Rfc(value = 6665, section = "4.2.1.1")
    void refusesASubscribeThatDoesNotSayToWhat() {
        alice.send(alice.request(Method.SUBSCRIBE, ALICE));

        assertThat(alice.nextResponse(489).headers().first(HeaderName.of("Allow-Events")))
                .hasValue("reg, reg.winfo");
    }

    @Test
    void servesSoManyForOneAddressAndNoMore() { // attack case 38
        for (int i = 0; i < 3; i++) {
            Peer peer = server.peer("watcher" + i);
            peer.send(subscribing(peer, "reg"));
            peer.nextResponse(i < 2 ? 200 : 403);
        }
    }

    // ---- to whom

    @Test
    @Rfc(value = 3680, section = "4.6")
    @Rfc(value = 6665, section = "4.2.1.3")
    void tellsAUserOfItsOwnRegistrationsAndAWatcherOfAll() throws Exception {
        for (String user : List.of("alice", "bob", "presence")) {
            new UsersFile(users).add(user, "a.test", "secret");
        }
        start("192.0.2.1");

        assertThat(List.of("alice", "presence", "bob"))
                .extracting(user -> watch(user).status())
                .containsExactly(200, 200, 403);
    }

    private Response watch(String user) {
        Peer peer = server.peer(user);
        peer.send(proving(peer, user, subscribing(peer, "reg"), 401));
        return (Response) peer.next();
    }

    /** The request again, after a challenge. */
    private static Request.Builder proving(Peer peer, String user, Request.Builder request, int status) {
        Request first = peer.send(request);
        Response challenge = peer.nextResponse(status);
        Request.Builder again = new ChallengeResponder(new SplittableRandom(7))
                .retry(first, challenge, realm -> Optional.of(new Account(user, "secret")), 2)
                .orElseThrow();
        return again.addFirst(HeaderName.VIA, "SIP/2.0/UDP " + peer.host() + ":5060;branch=z9hG4bKretry" + user);
    }

    @Test
    @Rfc(value = 3680, section = "4.6")
    void isClosedToOtherMachinesAsLongAsThereAreNoUsers() throws Exception {
        start("192.0.2.1");

        alice.send(subscribing(alice, "reg"));

        alice.nextResponse(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sip:alice@b.test", "sip:a.test"})
    void knowsItsOwnSubscribersOnly(String uri) {
        alice.send(alice.request(Method.SUBSCRIBE, uri).set(HeaderName.EVENT, "reg"));

        alice.nextResponse(404);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "16.5")
    void passesOnWhatAUserAsksOfAnotherDomain() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        start("192.0.2.1");
        Peer b = server.peer("b");
        String uri = b.contact().toString();

        Request asked = alice.send(
                proving(alice, "alice", alice.request(Method.SUBSCRIBE, uri).set(HeaderName.EVENT, "reg"), 407));
        Request there = b.nextRequest(Method.SUBSCRIBE);
        b.send(b.answer(there, 200).set(HeaderName.EXPIRES, "600"));

        assertThat(there.headers().first(HeaderName.EVENT)).hasValue("reg");
        assertThat(there.headers().all(HeaderName.RECORD_ROUTE)).isEmpty();
        assertThat(there.callId()).isEqualTo(asked.callId());
        alice.nextResponse(200);
    }

    @Test
    void passesOnForNobodyElse() throws Exception { // it would relay for anybody
        new UsersFile(users).add("alice", "a.test", "secret");
        start("192.0.2.1");
        Peer b = server.peer("b");

        alice.send(alice.request(Method.SUBSCRIBE, b.contact().toString())
                .set(HeaderName.FROM, "<sip:mallory@c.test>;tag=m")
                .set(HeaderName.EVENT, "reg"));

        alice.nextResponse(404);
        assertThat(b.rest()).isEmpty();
    }

    // ---- who else watches

    @Test
    @Rfc(value = 3857, section = "4.7.1")
    @Rfc(value = 3858, section = "3")
    void tellsWhoWatches() throws Exception {
        subscribed(subscribing(alice, "reg").set(HeaderName.EXPIRES, "600"));
        Peer bob = server.peer("bob");
        bob.send(subscribing(bob, "reg.winfo").set(HeaderName.EXPIRES, "3600"));
        bob.nextResponse(200);
        Request notify = bob.nextRequest(Method.NOTIFY);
        bob.send(bob.answer(notify, 200));
        server.advance(Duration.ofSeconds(10));

        alice.send(refreshing(0));
        alice.nextResponse(200);
        notified();
        Request changed = bob.nextRequest(Method.NOTIFY);

        Element winfo = document(notify);
        assertThat(notify.headers().first(HeaderName.CONTENT_TYPE)).hasValue("application/watcherinfo+xml");
        assertThat(winfo.getAttribute("state")).isEqualTo("full");
        assertThat(((Element) winfo.getFirstChild()).getAttribute("resource")).isEqualTo(ALICE);
        assertThat(((Element) winfo.getFirstChild()).getAttribute("package")).isEqualTo("reg");
        Element watcher = watcher(winfo);
        assertThat(watcher.getAttribute("status")).isEqualTo("active");
        assertThat(watcher.getAttribute("event")).isEqualTo("subscribe");
        assertThat(watcher.getAttribute("expiration")).isEqualTo("600");
        assertThat(watcher.getTextContent()).isEqualTo("sip:alice@a.test");
        assertThat(document(changed).getAttribute("state")).isEqualTo("partial");
        assertThat(document(changed).getAttribute("version")).isEqualTo("1");
        assertThat(watcher(document(changed)).getAttribute("id")).isEqualTo(watcher.getAttribute("id"));
        assertThat(watcher(document(changed)).getAttribute("status")).isEqualTo("terminated");
        assertThat(watcher(document(changed)).getAttribute("event")).isEqualTo("timeout");
    }

    private static Element watcher(Element winfo) {
        NodeList found = winfo.getElementsByTagNameNS("urn:ietf:params:xml:ns:watcherinfo", "watcher");
        assertThat(found.getLength()).isEqualTo(1);
        return (Element) found.item(0);
    }

    private Element notified(boolean andRest) throws Exception {
        server.advance(Duration.ZERO);
        Element document = notified();
        if (andRest) {
            afterTheRest();
        }
        return document;
    }
}
