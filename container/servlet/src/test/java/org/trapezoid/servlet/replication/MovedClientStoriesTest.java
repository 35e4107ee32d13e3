// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.Binding;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Clients that only their connection leads to, and whose node dies: they connect to another one, and keep their calls. */
class MovedClientStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final String THIRD = "192.0.2.3";
    private static final Duration SOON = Duration.ofMillis(10);
    private static final String PASSWORD = "Password: right"; // what the registrar takes for a proof
    private static final String INSTANCE = ";+sip.instance=\"<urn:uuid:1>\"";

    private final Site site = new Site(FIRST, SECOND, THIRD);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer page = site.node(FIRST).server().browser("page");
    private final Peer pageAtSecond = site.node(SECOND).server().browser("page"); // it has connected again
    private final Peer pageAtThird = site.node(THIRD).server().browser("page");
    private final Peer phone = site.node(FIRST).peer("phone");
    private final Peer phoneAtSecond = site.node(SECOND).peer("phone");
    private final Peer phoneAtThird = site.node(THIRD).peer("phone");
    private final Peer malloryAtSecond = site.node(SECOND).server().browser("mallory");

    @BeforeEach
    void deploy() throws Exception {
        app.on("REGISTER", this::register);
        app.on("INVITE", this::proxy);
        site.deploy("app", app);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private LocationTable locations(SipServletRequest request) {
        return site.node(request.getLocalAddr()).locations();
    }

    private void register(SipServletRequest register) throws Exception {
        if (register.getHeader("Password") != null) {
            register.setAttribute(Identity.PROVEN, "somebody"); // as DigestAuthentication does
        }
        var contact = register.getAddressHeader("Contact");
        Map<String, String> parameters = new HashMap<>();
        for (Iterator<String> names = contact.getParameterNames(); names.hasNext(); ) {
            String name = names.next();
            parameters.put(name, contact.getParameter(name));
        }
        locations(register)
                .bind(Binding.of(
                                register.getTo().getURI().toString(),
                                contact.getURI().toString(),
                                site.clock.instant().plusSeconds(600),
                                register.getCallId(),
                                1)
                        .withParameters(parameters)
                        .withSource(Binding.Source.of(register)));
        register.createResponse(200).send();
    }

    private void proxy(SipServletRequest invite) throws Exception {
        if (invite.isInitial()) {
            invite.getProxy().setRecordRoute(true);
            String target = invite.getRequestURI().toString();
            invite.getProxy()
                    .proxyTo(app.uri(
                            target.equals("sip:page@a.test")
                                    ? locations(invite).lookup(target).get(0).target()
                                    : phone.contact()));
        }
    }

    private void registers(Peer peer, String user, String contact, String proof) {
        String aor = "sip:" + user + "@a.test";
        Request.Builder register = peer.request(Method.REGISTER, aor)
                .set(HeaderName.FROM, "<" + aor + ">;tag=1")
                .set(HeaderName.CONTACT, contact);
        if (!proof.isEmpty()) {
            register.add(HeaderName.of("Password"), "right");
        }
        peer.send(register);
        peer.nextResponse(200);
        site.clock.advance(SOON);
    }

    /** With a password. */
    private void registers(Peer peer) {
        registers(peer, "page", "<" + page.contact() + ">", PASSWORD);
    }

    private record Call(Request invite, Request received, Response answer, Response success) {}

    private Call call(Peer caller, Peer callee, String uri) {
        Request invite = caller.send(caller.request(Method.INVITE, uri));
        Request received = callee.nextRequest(Method.INVITE);
        Response.Builder recorded = callee.answer(received, 200);
        received.headers()
                .values(HeaderName.RECORD_ROUTE)
                .forEach(route -> recorded.add(HeaderName.RECORD_ROUTE, route));
        Response answer = callee.send(recorded.build());
        site.clock.advance(SOON);
        Response success = caller.nextResponse(200);
        caller.send(caller.inDialog(Method.ACK, invite, success, 1));
        callee.nextRequest(Method.ACK);
        site.clock.advance(Duration.ofMillis(100)); // what is saved later
        return new Call(invite, received, answer, success);
    }

    private Call pageCalls() {
        return call(page, phone, "sip:phone@a.test");
    }

    private Call pageIsCalled() {
        return call(phone, page, "sip:page@a.test");
    }

    private void phoneHangsUp(Request.Builder bye, Peer phoneNow, Peer pageNow) {
        phoneNow.send(bye);
        site.clock.advance(SOON);
        Request got = pageNow.nextRequest(Method.BYE);
        assertThat(got.uri().toString()).isEqualTo(page.contact());
        assertThat(got.headers().has(HeaderName.ROUTE)).isFalse();
        pageNow.send(pageNow.answer(got, 200));
        site.clock.advance(SOON);
        phoneNow.nextResponse(200);
        site.assertEnded();
    }

    private void byeReachesNobody(Request.Builder bye) {
        phoneAtSecond.send(bye);
        site.clock.advance(SOON);

        assertThat(phoneAtSecond.next().toString()).doesNotContain(" 200 ");
        assertThat(pageAtSecond.rest()).noneMatch(Request.class::isInstance);
        assertThat(malloryAtSecond.rest()).noneMatch(Request.class::isInstance);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void aCallerThatRegistersElsewhereIsHungUpOn() {
        registers(page);
        Call call = pageCalls();
        site.killAndNotice(FIRST);
        registers(pageAtSecond);

        phoneHangsUp(phoneAtSecond.fromCallee(Method.BYE, call.received, call.answer, 1), phoneAtSecond, pageAtSecond);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void oneThatWasCalledAndRegistersElsewhereIsHungUpOn() {
        registers(page);
        Call call = pageIsCalled();
        site.killAndNotice(FIRST);
        registers(pageAtSecond);

        phoneHangsUp(phoneAtSecond.inDialog(Method.BYE, call.invite, call.success, 2), phoneAtSecond, pageAtSecond);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void itIsReachedThroughTheNodeThatItIsConnectedTo() {
        registers(page);
        Call call = pageIsCalled();
        site.killAndNotice(FIRST);
        registers(pageAtThird);

        phoneHangsUp(phoneAtSecond.inDialog(Method.BYE, call.invite, call.success, 2), phoneAtSecond, pageAtThird);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void itMayMoveMoreThanOnce() {
        registers(page);
        Call call = pageIsCalled();
        site.killAndNotice(FIRST);
        registers(pageAtSecond);
        site.killAndNotice(SECOND);
        registers(pageAtThird);

        phoneHangsUp(phoneAtThird.inDialog(Method.BYE, call.invite, call.success, 2), phoneAtThird, pageAtThird);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void anInstanceIsKnownAgainWithAnotherContact() {
        registers(page, "page", "<" + page.contact() + ">" + INSTANCE + ";reg-id=1", PASSWORD);
        Call call = pageIsCalled();
        site.killAndNotice(FIRST);
        registers(pageAtSecond, "page", "<sip:other@10.0.0.1;transport=ws>" + INSTANCE + ";reg-id=1", PASSWORD);

        phoneHangsUp(phoneAtSecond.inDialog(Method.BYE, call.invite, call.success, 2), phoneAtSecond, pageAtSecond);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void nobodyIsBelievedToBeAClientWithoutProof() {
        registers(page);
        Call call = pageIsCalled();
        site.killAndNotice(FIRST);
        registers(malloryAtSecond, "page", "<" + page.contact() + ">", "");

        byeReachesNobody(phoneAtSecond.inDialog(Method.BYE, call.invite, call.success, 2));
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void theContactOfAnotherOneIsNoProof() {
        registers(page);
        Call call = pageIsCalled();
        site.killAndNotice(FIRST);
        registers(malloryAtSecond, "mallory", "<" + page.contact() + ">", PASSWORD);

        byeReachesNobody(phoneAtSecond.inDialog(Method.BYE, call.invite, call.success, 2));
    }

    /** The node that has the session now. */
    private String owner() {
        return site.node(SECOND).server().sessions() > 0 ? SECOND : THIRD;
    }

    private Peer phoneAt(String host) {
        return host.equals(SECOND) ? phoneAtSecond : phoneAtThird;
    }

    /** The page, at the node that does not have the session. */
    private Peer pageElsewhere() {
        return owner().equals(SECOND) ? pageAtThird : pageAtSecond;
    }

    private void informs(Peer pageNow, Request.Builder info) {
        Peer phoneNow = phoneAt(owner());
        pageNow.send(info);
        site.clock.advance(SOON);
        phoneNow.send(phoneNow.answer(phoneNow.nextRequest(Method.INFO), 200));
        site.clock.advance(Duration.ofMillis(100)); // what is saved later
        pageNow.nextResponse(200);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void aCallerThatIsHeardOfInTheDialogIsHungUpOn() {
        Call call = pageCalls();
        site.killAndNotice(FIRST);
        Peer pageNow = pageElsewhere();
        informs(pageNow, pageNow.inDialog(Method.INFO, call.invite, call.success, 2));

        phoneHangsUp(phoneAtSecond.fromCallee(Method.BYE, call.received, call.answer, 1), phoneAtSecond, pageNow);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void oneThatWasCalledAndIsHeardOfInTheDialogIsHungUpOn() {
        registers(page);
        Call call = pageIsCalled();
        site.killAndNotice(FIRST);
        Peer pageNow = pageElsewhere();
        informs(pageNow, pageNow.fromCallee(Method.INFO, call.received, call.answer, 1));

        phoneHangsUp(phoneAtSecond.inDialog(Method.BYE, call.invite, call.success, 2), phoneAtSecond, pageNow);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void whereItWasHeardOfIsKnownAfterTheNextDeath() {
        Call call = pageCalls();
        site.killAndNotice(FIRST);
        Peer pageNow = pageElsewhere();
        informs(pageNow, pageNow.inDialog(Method.INFO, call.invite, call.success, 2));
        site.killAndNotice(owner());
        Peer phoneNow = pageNow == pageAtSecond ? phoneAtSecond : phoneAtThird;

        phoneHangsUp(phoneNow.fromCallee(Method.BYE, call.received, call.answer, 1), phoneNow, pageNow);
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void whoDoesNotKnowTheTagsIsNotBelieved() {
        Call call = pageCalls();
        site.killAndNotice(FIRST);
        malloryAtSecond.send(malloryAtSecond
                .inDialog(Method.INFO, call.invite, call.success, 2)
                .set(HeaderName.TO, call.success.to().withTag("guessed").toString()));
        site.clock.advance(SOON);

        byeReachesNobody(phoneAtSecond.fromCallee(Method.BYE, call.received, call.answer, 1));
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void oneThatAnApplicationHasAnsweredAndIsHeardOfInTheDialogIsHungUpOn() {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("INFO", request -> {
            request.createResponse(200).send();
            request.getSession().createRequest("BYE").send();
        });
        Request invite = page.send(page.request(Method.INVITE, "sip:app@a.test"));
        Response success = page.nextResponse(200);
        page.send(page.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(Duration.ofMillis(100)); // what is saved later
        site.killAndNotice(FIRST);

        Peer pageNow = pageElsewhere();
        pageNow.send(pageNow.inDialog(Method.INFO, invite, success, 2));
        site.clock.advance(SOON);

        pageNow.nextResponse(200);
        pageNow.send(pageNow.answer(pageNow.nextRequest(Method.BYE), 200));
        site.clock.advance(SOON);
        site.assertEnded();
    }
}
