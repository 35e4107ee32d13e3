// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.Rfc;

class TransactionLayerTest {
    private final Bench bench = new Bench();

    @Test
    @Rfc(value = 3261, section = "17.1.3")
    @Checklist("T17")
    void matchesAResponseByBranchAndMethod() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));
        bench.respond(bench.udp, invite.request(), 180);
        bench.strand.run(() -> invite.cancel(List.of()));

        bench.respond(bench.udp, (Request) bench.udp.lastRequest(), 200);

        assertThat(bench.client.events).containsExactly("180");
        bench.respond(bench.udp, invite.request(), 487);
        assertThat(bench.client.events).containsExactly("180", "487");
    }

    @Test
    @Rfc(value = 3261, section = "8.1.3.3")
    @Checklist("U10")
    void dropsAResponseWithMoreViasThanTheRequest() {
        OutgoingRequest options = bench.send(bench.udp, Texts.outgoing("OPTIONS"));
        Response response = Bench.response(options.request(), 200, "a").toBuilder()
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKother")
                .build();

        bench.layer.onResponse(bench.udp, response);

        assertThat(bench.client.events).isEmpty();
        assertThat(bench.handler.strayResponses).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "8.1.3.2")
    @Checklist("U11")
    void treatsUnknownStatusesAsTheirClass() {
        OutgoingRequest invite = bench.send(bench.udp, Texts.outgoing("INVITE"));

        bench.respond(bench.udp, invite.request(), 155);
        bench.respond(bench.udp, invite.request(), 499);

        assertThat(bench.client.events).containsExactly("155", "499");
        assertThat(bench.udp.sent()).hasSize(2);
    }

    @Test
    @Rfc(value = 6026, section = "7.3")
    void handsAResponseWithoutTransactionToTheHandler() {
        Request unknown = Texts.received("OPTIONS");

        bench.respond(bench.udp, unknown, 200);

        assertThat(bench.handler.strayResponses).hasSize(1);
    }

    @Test
    @Rfc(value = 6026, section = "6")
    @Checklist({"T26", "T29"})
    void givesTheUserAnAckWithoutCookieForItsSuccess() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received2543("INVITE", ""));
        bench.answer(invite, 200);

        bench.receive(bench.udp, Texts.received2543("ACK", ";tag=" + invite.localTag()));

        assertThat(bench.handler.user.events).containsExactly("ack");
        assertThat(bench.handler.acks).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "17.2.3")
    @Checklist("T27")
    void matchesBranchSentByAndMethod() {
        bench.receive(bench.udp, Texts.received("INVITE", Texts.BRANCH, "Client.Example.org"));
        bench.receive(bench.udp, Texts.received("INVITE", Texts.BRANCH, "client.example.org:5060"));
        assertThat(bench.handler.transactions).hasSize(1);

        bench.receive(bench.udp, Texts.received("OPTIONS", Texts.BRANCH, "client.example.org:5060"));
        assertThat(bench.handler.transactions).hasSize(2);

        bench.answer(bench.handler.transactions.get(0), 486);
        bench.receive(bench.udp, Texts.received("ACK", Texts.BRANCH, "client.example.org"));
        assertThat(bench.handler.acks).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.2:5060", "192.0.2.1:5062", "[2001:db8::1]"})
    @Rfc(value = 3261, section = "17.2.3")
    @Checklist("T28")
    void makesANewTransactionForAnotherSentBy(String sentBy) {
        bench.receive(bench.udp, Texts.received("INVITE"));

        bench.receive(bench.udp, Texts.received("INVITE", Texts.BRANCH, sentBy));

        assertThat(bench.handler.transactions).hasSize(2);
    }

    @Test
    @Rfc(value = 3261, section = "17.2.3")
    @Checklist("T29")
    void matchesAnInviteWithoutCookieByItsHeaders() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received2543("INVITE", ""));
        bench.receive(bench.udp, Texts.received2543("INVITE", ""));
        assertThat(bench.handler.transactions).hasSize(1);

        bench.answer(invite, 486);
        bench.receive(bench.udp, Texts.received2543("ACK", ";tag=ofanother"));
        bench.advance(500);
        assertThat(bench.udp.sent()).hasSize(2);

        bench.receive(bench.udp, Texts.received2543("ACK", ";tag=" + invite.localTag()));
        bench.advance(5_000);
        assertThat(bench.udp.sent()).hasSize(2);
        assertThat(bench.layer.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "To: <sip:bob@example.com>;tag=x",
                "CSeq: 2 INVITE",
                "Call-ID: other",
                "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=2",
                "From: <sip:alice@example.org>;tag=y"
            })
    @Rfc(value = 3261, section = "17.2.3")
    @Checklist("T29")
    void tellsInvitesWithoutCookieApart(String header) {
        bench.receive(bench.udp, Texts.received2543("INVITE", ""));

        bench.receive(bench.udp, with(Texts.received2543("INVITE", ""), header));

        assertThat(bench.handler.transactions).hasSize(2);
    }

    @Test
    @Rfc(value = 3261, section = "17.2.3")
    @Checklist("T30")
    void matchesOtherRequestsWithoutCookieByTheirHeaders() {
        bench.receive(bench.udp, Texts.received2543("OPTIONS", ""));
        bench.receive(bench.udp, Texts.received2543("OPTIONS", ""));
        assertThat(bench.handler.transactions).hasSize(1);

        bench.receive(bench.udp, Texts.received2543("REGISTER", ""));
        bench.receive(bench.udp, Texts.received2543("OPTIONS", ";tag=x"));
        bench.receive(bench.udp, with(Texts.received2543("OPTIONS", ""), "CSeq: 7 OPTIONS"));
        assertThat(bench.handler.transactions).hasSize(4);
    }

    @Test
    @Rfc(value = 4475, section = "3.2.1")
    @Checklist("T29")
    void doesNotTakeTheBareCookieForABranch() {
        bench.receive(bench.udp, Texts.received("INVITE", "z9hG4bK", "192.0.2.1:5060"));

        bench.receive(
                bench.udp, with(Texts.received("INVITE", "z9hG4bK", "192.0.2.1:5060"), "Call-ID: of-another-call"));

        assertThat(bench.handler.transactions).hasSize(2);
    }

    @Test
    @Rfc(value = 3261, section = "9.2")
    @Checklist("C5")
    void answersACancelThatMatchesNothing481() {
        bench.receive(bench.udp, Texts.received("CANCEL"));
        bench.receive(bench.udp, Texts.received("CANCEL"));

        assertThat(statuses(bench.udp)).containsExactly(481, 481);
        assertThat(((Response) bench.udp.sent().get(0)).toTag())
                .isPresent()
                .isEqualTo(((Response) bench.udp.sent().get(1)).toTag());
        assertThat(bench.layer.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Call-ID: guessed", "From: <sip:mallory@example.org>;tag=guessed"})
    @Rfc(value = 3261, section = "9.1")
    @Checklist("C5")
    void doesNotCancelForAStrangerWhoGuessedTheBranch(String header) {
        bench.receive(bench.udp, Texts.received("INVITE"));

        bench.receive(bench.udp, with(Texts.received("CANCEL"), header));

        assertThat(statuses(bench.udp)).containsExactly(481);
        assertThat(bench.handler.user.events).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "16.10")
    @Checklist("C10")
    void leavesAStrayCancelToAHandlerThatTakesIt() {
        bench.handler.takesStrayCancels = true;

        bench.receive(bench.udp, Texts.received("CANCEL"));
        bench.receive(bench.udp, Texts.received("CANCEL"));

        assertThat(bench.handler.strayCancels).hasSize(2);
        assertThat(bench.udp.sent()).isEmpty();
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "9.2")
    @Checklist({"C6", "C9"})
    void answersACancelWithTheTagOfItsInviteAndTellsTheUserOnce() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, 180);
        bench.receive(bench.udp, Texts.received("CANCEL"));
        bench.receive(bench.udp, Texts.received("CANCEL"));
        bench.answer(invite, 487);

        assertThat(bench.handler.user.events).containsExactly("cancel");
        assertThat(statuses(bench.udp)).containsExactly(180, 200, 200, 487);
        assertThat(bench.udp.sent())
                .extracting(message -> message.toTag().orElseThrow())
                .containsOnly(invite.localTag());
        assertThat(bench.handler.asked).containsExactly("INVITE");
    }

    @Test
    @Rfc(value = 3261, section = "9.2")
    @Checklist("C6")
    void takesTheTagThatTheUserGaveItsResponses() {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        Strand.run(invite, () -> invite.send(Bench.response(invite.request(), 180, "of-the-user")));

        bench.receive(bench.udp, Texts.received("CANCEL"));

        assertThat(bench.udp.lastResponse().toTag()).hasValue("of-the-user");
    }

    @Test
    @Rfc(value = 3261, section = "9.2")
    @Checklist({"C5", "C6"})
    void matchesACancelWithoutCookie() {
        bench.receive(bench.udp, Texts.received2543("INVITE", ""));

        bench.receive(bench.udp, Texts.received2543("CANCEL", ""));

        assertThat(statuses(bench.udp)).containsExactly(200);
        assertThat(bench.handler.user.events).containsExactly("cancel");
    }

    @Test
    @Rfc(value = 3261, section = "9.2")
    @Checklist("C6")
    void keepsACancelForAUserThatComesLater() {
        bench.handler.onRequest = transaction -> {};
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.receive(bench.udp, Texts.received("CANCEL"));

        Strand.run(invite, () -> invite.user(bench.handler.user));

        assertThat(statuses(bench.udp)).containsExactly(200);
        assertThat(bench.handler.user.events).containsExactly("cancel");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 486})
    @Rfc(value = 3261, section = "9.2")
    @Checklist("C7")
    void onlyAnswersACancelAfterTheFinalResponse(int status) {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, status);

        bench.receive(bench.udp, Texts.received("CANCEL"));

        assertThat(statuses(bench.udp)).containsExactly(status, 200);
        assertThat(bench.handler.user.events).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "200,Call-ID: guessed,481",
        "486,Call-ID: guessed,481",
        "200,Max-Forwards: 9,200",
        "486,Max-Forwards: 9,200"
    })
    @Rfc(value = 3261, section = "9.2")
    @Checklist({"C5", "C7"})
    void answersACancelWhenTheRequestIsNotKeptAnyMore(int status, String header, int expected) {
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));
        bench.answer(invite, status);
        Strand.run(invite, invite::release);

        bench.receive(bench.udp, with(Texts.received("CANCEL"), header));

        assertThat(statuses(bench.udp)).containsExactly(status, expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "REGISTER", "BYE", "MESSAGE"})
    @Rfc(value = 3261, section = "9.2")
    @Checklist("C8")
    void onlyAnswersACancelForAnotherRequest(String method) {
        bench.receive(bench.udp, Texts.received(method));

        bench.receive(bench.udp, Texts.received("CANCEL"));

        assertThat(statuses(bench.udp)).containsExactly(200);
        assertThat(bench.handler.user.events).isEmpty();
    }

    @Test
    void answersARefusedRequestWithoutState() {
        bench.handler.refusal = OptionalInt.of(503);

        bench.receive(bench.udp, Texts.received("INVITE"));
        bench.receive(bench.udp, Texts.received("INVITE"));

        assertThat(statuses(bench.udp)).containsExactly(503, 503);
        assertThat(bench.udp.lastResponse().headers().first(HeaderName.RETRY_AFTER))
                .hasValue("10");
        assertThat(bench.handler.transactions).isEmpty();
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    void admitsNewRequestsOnlyAndNeverAByeAnAckOrACancel() {
        for (String method : List.of("INVITE", "INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "OPTIONS")) {
            bench.receive(bench.udp, Texts.received(method));
        }

        assertThat(bench.handler.asked).containsExactly("INVITE", "OPTIONS");
    }

    @Test
    void handsAnAckWithoutTransactionUp() {
        bench.receive(bench.udp, Texts.received("ACK"));

        assertThat(bench.handler.acks).hasSize(1);
        assertThat(bench.udp.sent()).isEmpty();
    }

    @Test
    void answersARequestWhoseHandlerFails500() {
        bench.handler.onRequest = transaction -> {
            throw new IllegalStateException("broken handler");
        };

        assertThatThrownBy(() -> bench.receive(bench.udp, Texts.received("INVITE")))
                .hasMessage("broken handler");

        assertThat(statuses(bench.udp)).containsExactly(500);
    }

    @Test
    void refusesRequestsBeforeItHasAHandler() {
        TransactionLayer fresh = new TransactionLayer(
                bench.transports, bench.clock.strands(), bench.clock, Timing.RFC3261, bench.identifiers);

        fresh.onRequest(bench.udp, Texts.received("INVITE"));

        assertThat(statuses(bench.udp)).containsExactly(503);
    }

    @Test
    void followsATransactionThatMovedWithEventsInFlight() {
        Strand session = bench.clock.strands().create();
        bench.handler.onRequest = transaction -> {
            transaction.user(bench.handler.user);
            bench.receive(bench.udp, Texts.received("CANCEL")); // this strand is held: handled when it is left
            Strand.post(() -> bench.receive(bench.udp, Texts.received("INVITE")));
            transaction.moveTo(session);
        };
        ServerTransaction invite = bench.accept(bench.udp, Texts.received("INVITE"));

        assertThat(invite.strand()).isSameAs(session);
        assertThat(bench.handler.user.events).containsExactly("cancel");
        bench.advance(200);
        assertThat(statuses(bench.udp)).containsExactly(200, 100);
        assertThatThrownBy(() -> invite.moveTo(bench.strand)).isInstanceOf(IllegalStateException.class);
    }

    private static Request with(Request request, String header) {
        int colon = header.indexOf(':');
        return request.toBuilder()
                .set(
                        HeaderName.of(header.substring(0, colon)),
                        header.substring(colon + 1).strip())
                .build();
    }

    private static List<Integer> statuses(FakeFlow flow) {
        return flow.sent().stream()
                .map(message -> ((Response) message).status())
                .toList();
    }
}
