// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

class DialogTest {
    private static final String P1 = "<sip:p1.example.com;lr>";
    private static final String P2 = "<sip:p2.example.com;lr;token=x>";

    private static Request.Builder invite() {
        return Request.builder(Method.INVITE, Uri.parse("sip:bob@biloxi.com"))
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK776asdhds")
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, "Alice <sip:alice@atlanta.com>;tag=1928301774")
                .add(HeaderName.TO, "Bob <sip:bob@biloxi.com>")
                .add(HeaderName.CALL_ID, "a84b4c76e66710@pc33.atlanta.com")
                .add(HeaderName.CSEQ, "314159 INVITE")
                .add(HeaderName.CONTACT, "<sip:alice@pc33.atlanta.com>");
    }

    private static Response.Builder answer(Request request, int status) {
        return Response.to(request, status)
                .set(HeaderName.TO, request.to().withTag("a6c85cf").toString())
                .add(HeaderName.CONTACT, "<sip:bob@192.0.2.4>");
    }

    private static Request.Builder inDialog(Method method, long cseq) {
        return Request.builder(method, Uri.parse("sip:bob@192.0.2.4"))
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK" + cseq)
                .add(HeaderName.FROM, "<sip:alice@atlanta.com>;tag=1928301774")
                .add(HeaderName.TO, "<sip:bob@biloxi.com>;tag=a6c85cf")
                .add(HeaderName.CALL_ID, "a84b4c76e66710@pc33.atlanta.com")
                .add(HeaderName.CSEQ, cseq + " " + method.name());
    }

    private static Dialog uas(Request invite) {
        return Dialog.uas(invite, answer(invite, 200).build());
    }

    private static Dialog uac(Request invite, String... recordRoutes) {
        var response = answer(invite, 200);
        for (String recordRoute : recordRoutes) {
            response.add(HeaderName.RECORD_ROUTE, recordRoute);
        }
        return Dialog.uac(invite, response.build());
    }

    @ParameterizedTest
    @CsvSource({"100, false", "101, true", "180, true", "200, true", "302, false", "486, false", "600, false"})
    @Rfc(value = 3261, section = "12.1")
    @Checklist("D1")
    void isMadeBySuccessAndByProvisionalResponsesButNot100(int status, boolean made) {
        assertThat(Dialog.isMadeBy(answer(invite().build(), status).build())).isEqualTo(made);
    }

    @Test
    @Rfc(value = 3261, section = "12.1")
    @Checklist({"D1", "D10"})
    void isNotMadeByAProvisionalResponseWithoutTagButByASuccess() {
        var invite = invite().build();

        assertThat(Dialog.isMadeBy(Response.to(invite, 180).build())).isFalse();
        assertThat(Dialog.isMadeBy(Response.to(invite, 200).build())).isTrue();
    }

    @Test
    @Rfc(value = 3261, section = "12.1.1")
    @Checklist("D1")
    void takesTheStateOfAUasFromRequestAndResponse() {
        var dialog = uas(invite().build());

        assertThat(dialog.id()).isEqualTo(new DialogId("a84b4c76e66710@pc33.atlanta.com", "a6c85cf", "1928301774"));
        assertThat(dialog.state()).isEqualTo(DialogState.CONFIRMED);
        assertThat(dialog.isInitiator()).isFalse();
        assertThat(dialog.localParty().toString()).contains("bob@biloxi.com", "tag=a6c85cf");
        assertThat(dialog.remoteParty().toString()).contains("alice@atlanta.com", "tag=1928301774");
        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:alice@pc33.atlanta.com"));
        assertThat(dialog.localCSeq()).isEqualTo(-1);
        assertThat(dialog.isSecure()).isFalse();
    }

    @Test
    @Rfc(value = 3261, section = "12.1.2")
    @Checklist("D1")
    void takesTheStateOfAUacFromRequestAndResponse() {
        var dialog = Dialog.uac(invite().build(), answer(invite().build(), 180).build());

        assertThat(dialog.id()).isEqualTo(uas(invite().build()).id().mirrored());
        assertThat(dialog.state()).isEqualTo(DialogState.EARLY);
        assertThat(dialog.isInitiator()).isTrue();
        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:bob@192.0.2.4"));
        assertThat(dialog.localCSeq()).isEqualTo(314159);
    }

    @Test
    @Rfc(value = 3261, section = "12")
    @Checklist("D9")
    void isMatchedByTagsAlone() {
        var dialog = uas(invite().build());
        var renamed = inDialog(Method.BYE, 314160)
                .set(HeaderName.FROM, "\"New\" <sip:carol@chicago.com>;tag=1928301774")
                .build();
        var foreign = inDialog(Method.BYE, 314160)
                .set(HeaderName.FROM, "<sip:alice@atlanta.com>;tag=other")
                .build();

        assertThat(DialogId.ofReceivedRequest(renamed)).isEqualTo(dialog.id());
        assertThat(DialogId.ofReceivedRequest(foreign)).isNotEqualTo(dialog.id());
    }

    @Test
    @Rfc(value = 3261, section = "12.1.1")
    @Checklist("D10")
    void knowsPeersWithoutTags() {
        var old = invite().set(HeaderName.FROM, "<sip:alice@atlanta.com>").build();

        var uas = uas(old);
        var uac =
                Dialog.uac(invite().build(), Response.to(invite().build(), 200).build());

        assertThat(uas.id().remoteTag()).isEqualTo(DialogId.NULL_TAG);
        assertThat(uas.createRequest(Method.BYE).build().toTag()).isEmpty();
        assertThat(uac.id().remoteTag()).isEqualTo(DialogId.NULL_TAG);
        assertThat(uac.createRequest(Method.BYE).build().toTag()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "12.1.1")
    @Checklist("D2")
    void keepsRecordRouteInOrderAtTheUas() {
        var dialog = uas(invite().add(HeaderName.RECORD_ROUTE, P1 + ", " + P2).build());

        var bye = dialog.createRequest(Method.BYE).build();

        assertThat(bye.headers().values(HeaderName.ROUTE)).containsExactly(P1, P2);
        assertThat(bye.uri()).isEqualTo(Uri.parse("sip:alice@pc33.atlanta.com"));
    }

    @Test
    @Rfc(value = 3261, section = "12.1.2")
    @Checklist({"D2", "D4"})
    void reversesRecordRouteAtTheUac() {
        var dialog = uac(invite().build(), P1, P2);

        var bye = dialog.createRequest(Method.BYE).build();

        assertThat(bye.uri()).isEqualTo(Uri.parse("sip:bob@192.0.2.4"));
        assertThat(bye.headers().values(HeaderName.ROUTE)).containsExactly(P2, P1);
    }

    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    @Checklist("D2")
    void computesTheRouteSetAnewOnceWhenConfirmed() {
        var invite = invite().build();
        var early = answer(invite, 180).add(HeaderName.RECORD_ROUTE, P1).build();
        var ok = answer(invite, 200)
                .add(HeaderName.RECORD_ROUTE, P2)
                .set(HeaderName.CONTACT, "<sip:bob@192.0.2.5>")
                .build();
        var dialog = Dialog.uac(invite, early);

        dialog.confirm(ok);
        dialog.confirm(early);

        assertThat(dialog.state()).isEqualTo(DialogState.CONFIRMED);
        assertThat(dialog.routeSet().routes()).extracting(Object::toString).containsExactly(P2);
        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:bob@192.0.2.5"));
    }

    @Test
    @Rfc(value = 3261, section = "12.1.1")
    @Checklist("D2")
    void keepsTheRouteSetOfTheRequestWhenAUasConfirms() {
        var invite = invite().add(HeaderName.RECORD_ROUTE, P1).build();
        var dialog = Dialog.uas(invite, answer(invite, 180).build());

        dialog.confirm(answer(invite, 200).build());

        assertThat(dialog.state()).isEqualTo(DialogState.CONFIRMED);
        assertThat(dialog.routeSet().routes()).hasSize(1);
        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:alice@pc33.atlanta.com"));
    }

    @Test
    @Rfc(value = 3261, section = "12.2.1.1")
    @Checklist("D4")
    void putsAStrictRouterIntoTheRequestUriAndTheTargetLast() {
        var dialog = uac(invite().build(), P1, "<sip:strict.example.com;transport=tcp;method=INVITE?Subject=x>");

        var bye = dialog.createRequest(Method.BYE).build();

        assertThat(bye.uriText()).isEqualTo("sip:strict.example.com;transport=tcp");
        assertThat(bye.headers().values(HeaderName.ROUTE)).containsExactly(P1, "<sip:bob@192.0.2.4>");
    }

    @Test
    @Rfc(value = 3261, section = "12.2.1.1")
    @Checklist({"D5", "D13"})
    void countsEachRequestButNotAck() {
        var dialog = uac(invite().build());

        var info = dialog.createRequest(Method.INFO).build();
        var ack = dialog.createAck(314159).build();
        var bye = dialog.createRequest(Method.BYE).build();

        assertThat(info.cseq().number()).isEqualTo(314160);
        assertThat(ack.cseq().toString()).isEqualTo("314159 ACK");
        assertThat(bye.cseq().toString()).isEqualTo("314161 BYE");
        assertThat(bye.maxForwards()).isEqualTo(70);
        assertThat(bye.callId()).isEqualTo("a84b4c76e66710@pc33.atlanta.com");
        assertThat(bye.fromTag()).contains("1928301774");
        assertThat(bye.toTag()).contains("a6c85cf");
        assertThat(bye.headers().has(HeaderName.VIA)).isFalse();
        assertThat(bye.headers().has(HeaderName.CONTACT)).isFalse();
    }

    @Test
    @Rfc(value = 3261, section = "12.2.1.1")
    @Checklist("D5")
    void startsCountingAtTheUas() {
        var dialog = uas(invite().build());

        assertThat(dialog.createRequest(Method.INFO).build().cseq().number()).isEqualTo(1);
        assertThat(dialog.createRequest(Method.BYE).build().cseq().number()).isEqualTo(2);
    }

    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    @Checklist({"D12", "A8"})
    void repeatsTheCredentialsOfTheInviteInAck() {
        var invite = invite().add(HeaderName.AUTHORIZATION, "Digest username=\"a\"")
                .add(HeaderName.PROXY_AUTHORIZATION, "Digest username=\"b\"")
                .add(HeaderName.PROXY_AUTHORIZATION, "Digest username=\"c\"")
                .build();

        var ack = uac(invite, P1).createAck(invite).build();

        assertThat(ack.method()).isEqualTo(Method.ACK);
        assertThat(ack.cseq().number()).isEqualTo(314159);
        assertThat(ack.headers().all(HeaderName.AUTHORIZATION)).containsExactly("Digest username=\"a\"");
        assertThat(ack.headers().all(HeaderName.PROXY_AUTHORIZATION))
                .containsExactly("Digest username=\"b\"", "Digest username=\"c\"");
        assertThat(ack.headers().values(HeaderName.ROUTE)).containsExactly(P1);
    }

    @Test
    @Rfc(value = 3261, section = "12.2.2")
    @Checklist("D6")
    void acceptsGapsButNoEqualOrLowerNumber() {
        var dialog = uas(invite().build());

        assertThat(dialog.receive(inDialog(Method.INFO, 314170).build())).isEqualTo(Receipt.ACCEPTED);
        assertThat(dialog.receive(inDialog(Method.BYE, 314165).build())).isEqualTo(Receipt.OUT_OF_ORDER);
        assertThat(dialog.receive(inDialog(Method.BYE, 314170).build())).isEqualTo(Receipt.OUT_OF_ORDER);
        assertThat(dialog.receive(inDialog(Method.ACK, 314159).build())).isEqualTo(Receipt.ACCEPTED);
        assertThat(dialog.receive(inDialog(Method.CANCEL, 314159).build())).isEqualTo(Receipt.ACCEPTED);
        assertThat(dialog.receive(inDialog(Method.BYE, 314171).build())).isEqualTo(Receipt.ACCEPTED);
    }

    @Test
    @Rfc(value = 3261, section = "12.2.2")
    @Checklist("D6")
    void acceptsAnyFirstNumberFromAUas() {
        var dialog = uac(invite().build());

        assertThat(dialog.receive(inDialog(Method.BYE, 0).build())).isEqualTo(Receipt.ACCEPTED);
        assertThat(dialog.receive(inDialog(Method.BYE, 0).build())).isEqualTo(Receipt.OUT_OF_ORDER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "UPDATE", "SUBSCRIBE", "REFER", "NOTIFY"})
    @Rfc(value = 3261, section = "12.2.2")
    @Checklist("D3")
    void replacesTheTargetByATargetRefresh(String method) {
        var dialog = uas(invite().add(HeaderName.RECORD_ROUTE, P1).build());
        var refresh = inDialog(Method.of(method), 314160)
                .add(HeaderName.CONTACT, "<sip:alice@198.51.100.7;method=INVITE?Subject=x>;expires=3")
                .add(HeaderName.RECORD_ROUTE, P2)
                .build();

        dialog.receive(refresh);
        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:alice@pc33.atlanta.com"));
        dialog.refreshTarget(refresh);

        assertThat(dialog.remoteTarget().toString()).isEqualTo("sip:alice@198.51.100.7");
        assertThat(dialog.routeSet().routes()).extracting(Object::toString).containsExactly(P1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INFO", "MESSAGE", "OPTIONS", "PRACK", "BYE", "PUBLISH", "ACK"})
    @Rfc(value = 3261, section = "12.2.2")
    @Checklist("D3")
    void keepsTheTargetOnOtherRequests(String method) {
        var dialog = uas(invite().build());

        dialog.refreshTarget(inDialog(Method.of(method), 314160)
                .add(HeaderName.CONTACT, "<sip:alice@198.51.100.7>")
                .build());

        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:alice@pc33.atlanta.com"));
    }

    @Test
    @Rfc(value = 3261, section = "12.2.1.2")
    @Checklist("D3")
    void replacesTheTargetByTheSuccessOfOurRefresh() {
        var dialog = uac(invite().build());
        var update = dialog.createRequest(Method.UPDATE)
                .add(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKu")
                .build();

        dialog.refreshTarget(Response.to(update, 200)
                .add(HeaderName.CONTACT, "<sip:bob@198.51.100.9>")
                .build());

        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:bob@198.51.100.9"));
    }

    @Test
    @Rfc(value = 3261, section = "12.1.2")
    void takesAContactThatCannotBeReadForNone() {
        var request = invite().build();
        var response = answer(request, 200)
                .set(HeaderName.CONTACT, "<sip:bob@198.51.100.2:F060>")
                .build();

        var dialog = Dialog.uac(request, response);

        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:bob@biloxi.com"));
    }

    @Test
    @Rfc(value = 3261, section = "12.1.2")
    void staysWithTheRequestUriWhileThereIsNoContact() {
        var invite = invite().build();
        var ringing = answer(invite, 180).remove(HeaderName.CONTACT).build();
        var dialog = Dialog.uac(invite, ringing);

        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:bob@biloxi.com"));
        dialog.confirm(answer(invite, 200).build());
        assertThat(dialog.remoteTarget()).isEqualTo(Uri.parse("sip:bob@192.0.2.4"));
    }

    @Test
    @Rfc(value = 3261, section = "12.1.1")
    @Checklist("D11")
    void isSecureWhenTheRequestWentToASipsUri() {
        var invite = invite().uri(Uri.parse("sips:bob@biloxi.com")).build();

        assertThat(uas(invite).isSecure()).isTrue();
        assertThat(uac(invite).isSecure()).isTrue();
    }

    @Test
    @Rfc(value = 6665, section = "4.4.1")
    void ofASubscriberIsMadeByTheNotify() {
        var subscribe = invite().method(Method.SUBSCRIBE)
                .set(HeaderName.CSEQ, "314159 SUBSCRIBE")
                .build();
        var notify = Request.builder(Method.NOTIFY, Uri.parse("sip:alice@pc33.atlanta.com"))
                .add(HeaderName.FROM, "<sip:bob@biloxi.com>;tag=fork2")
                .add(HeaderName.TO, subscribe.from().toString())
                .add(HeaderName.CALL_ID, subscribe.callId())
                .add(HeaderName.CSEQ, "8 NOTIFY")
                .add(HeaderName.RECORD_ROUTE, "<sip:p1.biloxi.com;lr>, <sip:p2.atlanta.com;lr>")
                .add(HeaderName.CONTACT, "<sip:bob@192.0.2.77>")
                .build();

        var dialog = Dialog.notified(subscribe, notify);
        var refresh = dialog.createRequest(Method.SUBSCRIBE).build();

        assertThat(dialog.id().remoteTag()).isEqualTo("fork2");
        assertThat(dialog.receive(notify)).isEqualTo(Receipt.ACCEPTED);
        assertThat(refresh.uri()).isEqualTo(Uri.parse("sip:bob@192.0.2.77"));
        assertThat(refresh.headers().all(HeaderName.ROUTE))
                .containsExactly("<sip:p1.biloxi.com;lr>", "<sip:p2.atlanta.com;lr>");
        assertThat(refresh.cseq().number()).isEqualTo(314160);
    }

    @Test
    @Rfc(value = 3261, section = "12.3")
    void createsNothingNewOnceTerminated() {
        var dialog = uac(invite().build());

        dialog.terminate();
        dialog.confirm(answer(invite().build(), 200).build());

        assertThat(dialog.state()).isEqualTo(DialogState.TERMINATED);
        assertThatThrownBy(() -> dialog.createRequest(Method.BYE))
                .isInstanceOf(DialogStateException.class)
                .hasMessageContaining("cannot create BYE in TERMINATED");
        assertThat(dialog.createAck(314159).build().method()).isEqualTo(Method.ACK);
    }

    @Test
    @Rfc(value = 3261, section = "12.2.1.1")
    void createsNeitherAckNorCancelWithANewNumber() {
        var dialog = uac(invite().build());

        assertThatThrownBy(() -> dialog.createRequest(Method.ACK)).isInstanceOf(DialogStateException.class);
        assertThatThrownBy(() -> dialog.createRequest(Method.CANCEL)).isInstanceOf(DialogStateException.class);
        assertThat(dialog.localCSeq()).isEqualTo(314159);
    }

    @Test
    @Rfc(value = 3262, section = "4")
    @Checklist("D22")
    void createsThePrackOfAReliableResponse() {
        var invite = invite().build();
        var ringing = answer(invite, 180)
                .add(HeaderName.REQUIRE, "100rel")
                .add(HeaderName.RSEQ, "988789")
                .build();
        var dialog = Dialog.uac(invite, ringing);

        var prack = dialog.createPrack(ringing).build();

        assertThat(prack.cseq().toString()).isEqualTo("314160 PRACK");
        assertThat(prack.headers().first(HeaderName.RACK)).contains("988789 314159 INVITE");
        var unreliable = answer(invite, 180).build();
        assertThatThrownBy(() -> dialog.createPrack(unreliable)).isInstanceOf(DialogStateException.class);
    }

    @Test
    @Rfc(value = 3261, section = "8.1.1.8")
    void refusesAContactThatDoesNotParse() {
        var invite = invite().set(HeaderName.CONTACT, "<sip:>").build();

        assertThatThrownBy(() -> uas(invite)).isInstanceOf(SyntaxException.class);
    }
}
